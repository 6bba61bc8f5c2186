"""What a block says that it needs, and whether this machine has it."""

from __future__ import annotations

import functools
import importlib.util
from collections.abc import Callable

from ptnotes.verify.block import EXCUSED, Block, State
from ptnotes.verify.process import nvcc
from ptnotes.verify.receipts import Receipt
from ptnotes.verify.toolchain import gpu, torch_folder


def lacking(block: Block) -> str:
    """Return why a block cannot run on this machine, or nothing."""
    return NEEDS[block.options.needs]() if block.options.needs else ""


def is_outdated(block: Block, receipt: Receipt) -> bool:
    """Whether a block was not run for want of something that is here now."""
    if receipt.state == State.COMPILED:
        return bool(gpu())
    if receipt.state == State.NOT_COMPILED:
        return nvcc() is not None
    return receipt.state == EXCUSED and receipt.detail not in (block.excuse, lacking(block))


def _cuda_toolkit() -> str:
    """Torch's rules for CMake stop where a CUDA build finds no toolkit; a CPU build needs none."""
    if not _is_cuda_build() or _headers():
        return ""
    return "needs the CUDA toolkit, because this torch is a CUDA build"


def _headers() -> bool:
    compiler = nvcc()
    return compiler is not None and (compiler.parents[1] / "include/cuda_runtime.h").is_file()


@functools.cache
def _is_cuda_build() -> bool:
    """Whether the installed torch is a CUDA build, found without importing torch."""
    spec = importlib.util.spec_from_file_location("version", torch_folder() / "version.py")
    assert spec is not None
    assert spec.loader is not None
    version = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(version)
    return version.cuda is not None


NEEDS: dict[str, Callable[[], str]] = {"cuda-toolkit": _cuda_toolkit}
