"""What is proven: a block of a page, and what became of it."""

from __future__ import annotations

import doctest
import hashlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from ptnotes.verify.options import NOTHING_SAID, Options


class State(StrEnum):
    """What became of a block."""

    PASSED = "passed"
    FAILED = "failed"
    EXCUSED = "excused"  # its page says why it cannot run here
    OTHER_TORCH = "for another torch"  # its page says that it holds for other releases
    COMPILED = "compiled"  # it awaits a GPU
    NOT_COMPILED = "not compiled"  # it awaits the CUDA compiler, and a GPU

    @property
    def not_run(self) -> bool:
        """Whether it was neither run nor wrong."""
        return self not in (State.PASSED, State.FAILED)

    @property
    def awaits_gpu(self) -> bool:
        """Whether it will be run where a GPU is."""
        return self in (State.COMPILED, State.NOT_COMPILED)


PASSED, FAILED, EXCUSED = State.PASSED, State.FAILED, State.EXCUSED
CPU = "cpu"

# Kinds that run in order in one namespace, so that a result depends on what came before it only.
PYTHON_KINDS = frozenset({"doctest", "definition", "cell", "docstring", "gallery"})
# Those of them that are sessions with `>>>`.
PROMPTED_KINDS = frozenset({"doctest", "docstring"})
# Those of them whose figures a page shows.
PICTURED_KINDS = frozenset({"cell", "gallery"})


def shown_hash(text: str) -> str:
    r"""
    Hash a block's text as a reader sees it: outer blank lines and trailing blanks do not count.

    >>> from ptnotes.verify.block import shown_hash
    >>> shown_hash("x = 1\n\n") == shown_hash("\nx = 1  \n")
    True
    """
    lines = [line.rstrip() for line in text.strip("\n").splitlines()]
    return hashlib.sha256("\n".join(lines).strip("\n").encode()).hexdigest()


@dataclass(frozen=True)
class Block:
    """
    One block of code of a page.

    Args:
        page: The page's path relative to the project, with forward slashes.
        line: The line of the page on which `text` begins, from 1.
        kind: The name of what proves it, a key of `ptnotes.verify.kinds.VERIFIERS`.
        text: The block as a reader sees it, without the fence.
        namespace: Blocks of a page with the same namespace are run together, in order.
        language: The fence's language, as written.
        options: What the block says of its own proof.
        source: The file that an included block was taken from, as its page names it.
        owner: The class that an included method belongs to.
    """

    page: str
    line: int
    kind: str
    text: str
    namespace: str
    language: str = "python"
    options: Options = NOTHING_SAID
    source: str = ""
    owner: str = ""

    @property
    def examples(self) -> list[doctest.Example]:
        """The statements of a session with what each is to print; none where it cannot be read."""
        try:
            return doctest.DocTestParser().get_examples(self.text)
        except ValueError:
            return []

    @property
    def excuse(self) -> str | None:
        """Why the block is not run here, and when to ask again; None if it is run."""
        reason, review = self.options.not_run, self.options.review
        return f"{reason} (review by {review})" if review else reason or None

    @property
    def shown(self) -> str:
        """The hash under which the finished page finds this block again."""
        return shown_hash(self.text)


@dataclass(frozen=True)
class Context:
    """
    What a verifier is told besides the blocks.

    Args:
        seconds: How long a block may run that states no `timeout`.
        cache: A folder that outlives the run, for what is dear to compile.
    """

    seconds: float
    cache: Path


@dataclass(frozen=True)
class Display:
    """
    What a block showed while it was proven, for a page to show again.

    Args:
        output: What it printed.
        figures: Its figures, each a PNG.
    """

    output: str = ""
    figures: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """
    What became of a block.

    Args:
        block: The block.
        state: What became of it.
        detail: The failure or the reason, empty when it passed.
        line: The line of the page to look at.
        notes: What the block left behind that is worth knowing but no failure.
        breaches: What it did that a page of ours must not, though it ran.
        device: What it ran on; empty where it was not run.
        display: What it showed, of a kind whose figures a page shows.
    """

    block: Block
    state: State
    detail: str = ""
    line: int = 0
    notes: tuple[str, ...] = ()
    breaches: tuple[str, ...] = ()
    device: str = CPU
    display: Display | None = None
