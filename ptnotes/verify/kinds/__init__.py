"""
What proves a block, by kind.

A verifier takes the blocks of one namespace, in order, and yields an `Outcome` for each. To add a
kind: a module here with such a function, a line in `VERIFIERS`, and in `markdown` the fence that
leads to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from ptnotes.verify.block import Block, Context, Outcome
from ptnotes.verify.kinds.cmake import verify_cmake
from ptnotes.verify.kinds.console import verify_console
from ptnotes.verify.kinds.data import verify_data
from ptnotes.verify.kinds.include import verify_include
from ptnotes.verify.kinds.native import verify_cpp, verify_cuda
from ptnotes.verify.kinds.python import verify_python
from ptnotes.verify.kinds.unknown import verify_unknown

Verifier = Callable[[Sequence[Block], Context], Iterator[Outcome]]

VERIFIERS: dict[str, Verifier] = {
    "doctest": verify_python,
    "definition": verify_python,
    "cell": verify_python,
    "docstring": verify_python,
    "gallery": verify_python,
    "include": verify_include,
    "data": verify_data,
    "cpp": verify_cpp,
    "cuda": verify_cuda,
    "cmake": verify_cmake,
    "console": verify_console,
    "unknown": verify_unknown,
}

__all__ = ["VERIFIERS", "Verifier"]
