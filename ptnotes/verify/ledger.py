"""The ledger: every block of every page and whether a valid receipt stands behind it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ptnotes.verify import receipts
from ptnotes.verify.block import FAILED, Block
from ptnotes.verify.page import read_page
from ptnotes.verify.project import Project, find_project
from ptnotes.verify.receipts import Receipt
from ptnotes.verify.rules import complaints


@dataclass(frozen=True)
class Entry:
    """
    One line of the ledger.

    Args:
        block: A block of a page.
        receipt: The valid receipt behind it, or None while it is unproven.
    """

    block: Block
    receipt: Receipt | None

    @property
    def state(self) -> str:
        """`passed`, `not run` or, without a valid receipt, `failed`."""
        return self.receipt.state if self.receipt else FAILED


@dataclass(frozen=True)
class Ledger:
    """
    All entries of a project.

    Args:
        entries: Sorted by page and line.
    """

    entries: tuple[Entry, ...]

    def of_page(self, page: str) -> list[Entry]:
        """The entries of one page, such as `docs/notes/sequence/attention.md`."""
        return [entry for entry in self.entries if entry.block.page == page]

    def find(self, shown: str, page: str) -> Entry | None:
        """
        Return the entry of a block by the hash of its text, wherever it came from.

        The page's own entry is preferred, then a proven one of another page, such as a docstring
        that is shown in the reference.
        """
        same = [entry for entry in self.entries if entry.block.shown == shown]
        same.sort(key=lambda entry: (entry.block.page != page, entry.receipt is None))
        return same[0] if same else None


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
    environment = receipts.fingerprint(project)
    return Ledger(
        tuple(
            entry for path in project.page_paths() for entry in _entries(project, path, environment)
        )
    )


def _entries(project: Project, path: Path, environment: str) -> list[Entry]:
    page = read_page(path, project)
    known = receipts.load(project, page.name)
    wrong = {block for block, _ in complaints(page, project)}
    return sorted(
        (
            Entry(block, None if block in wrong else known.get(key))
            for group in page.groups()
            for block, key in zip(group, receipts.keys(group, environment), strict=True)
        ),
        key=lambda entry: entry.block.line,
    )
