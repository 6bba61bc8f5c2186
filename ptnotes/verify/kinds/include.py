"""Included source: shown from the package itself, proven by the blocks of the page that use it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ptnotes.verify.block import PASSED, Block, Context, Outcome


def verify_include(blocks: Sequence[Block], context: Context) -> Iterator[Outcome]:
    """
    Pass what was found in its file; the house rules demand that a block of the page uses it.

    Args:
        blocks: Included blocks.
        context: Unused: nothing is run here.
    """
    for block in blocks:
        yield Outcome(block, PASSED, line=block.line)
