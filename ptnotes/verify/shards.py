"""A share of the pages, so that several machines prove a project side by side."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from ptnotes.verify.page import Page

# What a block costs that compiles, builds a project or starts programs; another one costs 1.
COSTS = {"cpp": 20, "cuda": 40, "cmake": 40, "console": 10}


@dataclass(frozen=True)
class Shard:
    """
    One share of several.

    Args:
        number: Which, from 1.
        of: How many there are.
    """

    number: int
    of: int

    def names(self, pages: Iterable[Page]) -> set[str]:
        """
        Return the names of the pages in this share: each page is in one, and all cost alike.

        Args:
            pages: All pages of the project.
        """
        costs = {page.name: sum(COSTS.get(b.kind, 1) for b in page.blocks) for page in pages}
        shares: list[set[str]] = [set() for _ in range(self.of)]
        # The dearest first, each to whom has least.
        for name in sorted(costs, key=lambda name: (-costs[name], name)):
            min(shares, key=lambda share: sum(costs[taken] for taken in share)).add(name)
        return shares[self.number - 1]


def read_shard(text: str) -> Shard:
    """
    Read `2/4`.

    Raises:
        ValueError: if the text is not that, or names no share there is.

    >>> from ptnotes.verify.shards import read_shard
    >>> read_shard("2/4")
    Shard(number=2, of=4)
    """
    found = re.fullmatch(r"(\d+)/(\d+)", text)
    if found is None or not 1 <= int(found[1]) <= int(found[2]):
        raise ValueError(f"shard: expected a share such as 2/4, given {text!r}")
    return Shard(int(found[1]), int(found[2]))
