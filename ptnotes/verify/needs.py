"""What a block says that it needs, and whether this machine has it."""

from __future__ import annotations

from collections.abc import Callable

from ptnotes.verify.block import EXCUSED, Block, State
from ptnotes.verify.cuda import gpu, has_toolkit, is_cuda_build, nvcc
from ptnotes.verify.receipts import Receipt


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
    if not is_cuda_build() or has_toolkit():
        return ""
    return "needs the CUDA toolkit, because this torch is a CUDA build"


NEEDS: dict[str, Callable[[], str]] = {"cuda-toolkit": _cuda_toolkit}
