"""Blocks that nothing here can prove."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ptnotes.verify.block import EXCUSED, FAILED, Block, Context, Outcome


def verify_unknown(blocks: Sequence[Block], context: Context) -> Iterator[Outcome]:
    """
    Fail each block that gives no reason for not being run.

    Args:
        blocks: Blocks in languages without a verifier.
        context: Unused: nothing is run.
    """
    for block in blocks:
        if block.excuse:
            yield Outcome(block, EXCUSED, block.excuse, block.line)
        else:
            name = block.language or "no language"
            yield Outcome(block, FAILED, f"nothing proves a block in {name}", block.line)
