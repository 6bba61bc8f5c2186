"""`ptnotes.verify.receipts` and `ledger`: a valid receipt spares the run, and nothing else does."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from ptnotes.verify import prove as proving
from ptnotes.verify.block import FAILED, PASSED, Outcome
from ptnotes.verify.ledger import open_ledger
from ptnotes.verify.page import Page
from ptnotes.verify.project import Project

Outcomes = Callable[..., list[Outcome]]

TWO = "```python\n>>> x = {}\n```\n\ntext\n\n```python\n>>> {}\n{}\n```\n"


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many blocks each run of a namespace took."""
    counted: list[int] = []
    verify = proving._verify

    def count(group, context):  # type: ignore[no-untyped-def]
        counted.append(len(group))
        return verify(group, context)

    monkeypatch.setattr(proving, "_verify", count)
    return counted


class TestKeys:
    """What a receipt depends on."""

    def test_unchanged_page_is_not_run_again(self, outcomes: Outcomes, runs: list[int]) -> None:
        """Text around the blocks and their lines do not count."""
        outcomes(TWO.format(1, "x", 1))
        again = outcomes("# A title\n\n" + TWO.format(1, "x", 1).replace("text", "other"))

        assert runs == [2]
        assert [o.state for o in again] == [PASSED, PASSED]

    @pytest.mark.parametrize("change", [(2, "x", 1), (1, "x + 1", 1), (1, "x", 2)])
    def test_changed_block_is_run_again(
        self, outcomes: Outcomes, runs: list[int], change: tuple[object, ...]
    ) -> None:
        """An earlier block, the block itself and its expected output each count."""
        outcomes(TWO.format(1, "x", 1))
        again = outcomes(TWO.format(*change))

        assert runs == [2, 2]
        assert again[1].state == FAILED

    def test_failure_leaves_no_receipt(self, outcomes: Outcomes, runs: list[int]) -> None:
        """A block that failed fails again, unchanged."""
        states = [outcomes(TWO.format(1, "x", 2))[1].state for _ in range(2)]

        assert states == [FAILED, FAILED]
        assert runs == [2, 2]


def test_damaged_receipts_count_as_none(outcomes: Outcomes, project: Project) -> None:
    """A file cut short by a kill is not trusted, and replaced."""
    outcomes(TWO.format(1, "x", 1))
    (path,) = project.receipts.rglob("*.json")
    for damage in (path.read_text()[:40], "[]", "{}", '[{"key": 1}]', ""):
        path.write_text(damage)
        assert [o.state for o in outcomes(TWO.format(1, "x", 1))] == [PASSED, PASSED]
        assert len(json.loads(path.read_text())) == 2


# The same block twice, with something between them.
TWICE = "```python\n>>> x = 1\n```\n{}```python\n>>> x = 1\n```\n"


class TestLedger:
    """The ledger of the whole project."""

    def test_only_valid_receipts_count(
        self, outcomes: Outcomes, read: Callable[..., Page], project: Project
    ) -> None:
        """A page edited since its proof is unproven from the edit on."""
        outcomes(TWO.format(1, "x", 1))
        assert [e.state for e in open_ledger(project.root).entries] == [PASSED, PASSED]

        read(TWO.format(1, "x", 2))
        assert [e.state for e in open_ledger(project.root).entries] == [PASSED, FAILED]

        read(TWO.format(2, "x", 1))
        assert [e.state for e in open_ledger(project.root).entries] == [FAILED, FAILED]

    def test_broken_rule_is_unproven(self, outcomes: Outcomes, project: Project) -> None:
        """A block that breaks a house rule has no valid receipt, though it ran."""
        outcomes("```python\nx = 1\n```\n")

        assert [e.state for e in open_ledger(project.root).entries] == [FAILED]

    def test_finds_by_text(self, outcomes: Outcomes, project: Project) -> None:
        """A block is found by what a reader sees, first on its own page."""
        outcomes(TWO.format(1, "x", 1), "docs/a.md")
        outcomes(TWO.format(1, "x", 1), "docs/b.md")
        ledger = open_ledger(project.root)
        shown = ledger.entries[0].block.shown

        for page, found in (("docs/b.md", "docs/b.md"), ("docs/c.md", "docs/a.md")):
            entry = ledger.find(shown, page)
            assert entry is not None
            assert entry.block.page == found
        assert ledger.find("0" * 64, "docs/a.md") is None

    def test_an_equal_block_has_its_own_entry(
        self, outcomes: Outcomes, read: Callable[..., Page], project: Project
    ) -> None:
        """Of two equal blocks of a page the second is unproven, and is found unproven."""
        outcomes(TWICE.format(""))
        read(TWICE.format("```python\n>>> x = 2\n```\n"))
        ledger = open_ledger(project.root)
        shown = ledger.entries[0].block.shown

        states = [ledger.find(shown, "docs/page.md", nth) for nth in range(3)]

        assert [entry and entry.state for entry in states] == [PASSED, FAILED, FAILED]
        assert (found := ledger.find(shown, "docs/other.md"))
        assert found.state == FAILED

    def test_not_a_project(self, tmp_path: Path) -> None:
        """A folder without settings is refused by name."""
        with pytest.raises(ValueError, match=r"^root: .* has no pyproject\.toml with a \[tool"):
            open_ledger(tmp_path)
