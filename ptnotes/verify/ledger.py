"""The ledger: every block of every page and whether a valid receipt stands behind it."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

from ptnotes.verify import receipts
from ptnotes.verify.block import FAILED, PASSED, Block, State
from ptnotes.verify.options import read_release
from ptnotes.verify.page import read_page
from ptnotes.verify.project import Project, find_project
from ptnotes.verify.reach import Reach
from ptnotes.verify.receipts import Receipt
from ptnotes.verify.records import Record, all_records
from ptnotes.verify.rules import complaints


@dataclass(frozen=True)
class Entry:
    """
    One line of the ledger.

    Args:
        block: A block of a page.
        receipt: The valid receipt behind it, or None while it is unproven.
        content: Hash of all its result depends on that no machine and no torch changes.
    """

    block: Block
    receipt: Receipt | None
    content: str = ""

    @property
    def state(self) -> State:
        """What the receipt says; without a valid one, that it failed."""
        return self.receipt.state if self.receipt else FAILED


@dataclass(frozen=True)
class Ledger:
    """
    All entries of a project.

    Args:
        entries: Sorted by page and line.
        records: What each torch has proven, oldest first, the one in use among them.
    """

    entries: tuple[Entry, ...]
    records: tuple[Record, ...] = ()

    def proven_by(self, entry: Entry) -> Record | None:
        """Return the newest torch that has proven a block, if any has."""
        found = (record for record in self.records if record.states.get(entry.content) == PASSED)
        return max(found, key=lambda record: read_release(record.torch), default=None)

    def state_of(self, entry: Entry) -> State:
        """What is known of a block: one for another torch is proven where that torch ran it."""
        elsewhere = entry.state == State.OTHER_TORCH and self.proven_by(entry)
        return PASSED if elsewhere else entry.state

    @functools.cached_property
    def _by_page(self) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(entry.block.page, []).append(entry)
        return found

    @functools.cached_property
    def _by_text(self) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(entry.block.shown, []).append(entry)
        return found

    def of_page(self, page: str) -> list[Entry]:
        """The entries of one page, such as `docs/notes/sequence/attention.md`."""
        return self._by_page.get(page, [])

    def find(self, shown: str, page: str, nth: int = 0) -> Entry | None:
        """
        Return the entry of a block that a page shows, wherever the block came from.

        Args:
            shown: The hash of its text, as `shown_hash` gives it.
            page: The page that shows it.
            nth: How many blocks of the same text the page shows before it.

        Returns:
            The page's own entry in that place. A text that the page has not, or not so often, came
            from another page: of all entries with that text an unproven one, if there is any.
        """
        same = self._by_text.get(shown, [])
        own = [entry for entry in same if entry.block.page == page]
        if nth < len(own):
            return own[nth]
        return min(same, key=lambda entry: entry.receipt is not None, default=None)


def open_ledger(root: Path) -> Ledger:
    """
    Read all pages below `root` and look up the receipt of each block; nothing is run.

    Args:
        root: The project's folder.

    Raises:
        ValueError: if `root` is no project with a `[tool.ptnotes.verify]` table.
    """
    project = find_project(root)
    if project is None:
        raise ValueError(f"root: {root} has no pyproject.toml with a [tool.ptnotes.verify] table")
    reach = Reach(project)
    return Ledger(
        tuple(entry for path in project.page_paths() for entry in _entries(project, path, reach)),
        tuple(all_records(project)),
    )


def _entries(project: Project, path: Path, reach: Reach) -> list[Entry]:
    page = read_page(path, project)
    known = receipts.load(project, page.name)
    wrong = {block for block, _ in complaints(page, project)}
    return sorted(
        (
            Entry(block, None if block in wrong else known.get(key), content)
            for group in page.groups()
            for block, key, content in zip(
                group, receipts.keys(group, reach), receipts.contents(group, reach), strict=True
            )
        ),
        key=lambda entry: entry.block.line,
    )
