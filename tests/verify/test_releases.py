"""Blocks that hold for some releases of torch, and what is kept of each torch's proof."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable

import pytest
import torch

from ptnotes.verify import displays, receipts
from ptnotes.verify.block import FAILED, PASSED, Outcome, State
from ptnotes.verify.ledger import open_ledger
from ptnotes.verify.page import Page
from ptnotes.verify.project import Project, find_project
from ptnotes.verify.records import all_records, keep

Outcomes = Callable[..., list[Outcome]]

# What holds here, and what holds for a torch that is not here.
HERE = "<!-- verify: before=99.0 -->\n```python\n>>> x\n1\n```\n\n"
LATER = "<!-- verify: since=99.0 -->\n```python\n>>> x\n2\n```\n\n"
PAGE = f"```python\n>>> x = 1\n```\n\n{HERE}{LATER}"


@pytest.fixture
def keeping(project: Project) -> Project:
    """The project, with a folder for records."""
    settings = project.root / "pyproject.toml"
    settings.write_text(settings.read_text() + 'records = "docs/_proofs"\n')
    found = find_project(project.root)
    assert found is not None
    return found


@pytest.fixture
def as_torch(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Have the engine believe that another torch is installed."""
    return functools.partial(pretend, monkeypatch)


def pretend(patch: pytest.MonkeyPatch, version: str) -> None:
    """Have the engine believe that another torch is installed."""
    said = (version, "3.99", "Linux x86_64")
    for module in ("prove", "reach", "receipts", "records"):
        patch.setattr(f"ptnotes.verify.{module}.surroundings", lambda: said)


class TestBlocks:
    """`since` and `before`."""

    def test_what_holds_here_is_run(self, outcomes: Outcomes) -> None:
        """The other is left out of the page's namespace, and says for which torch it holds."""
        first, here, later = outcomes(PAGE)

        assert [first.state, here.state, later.state] == [PASSED, PASSED, State.OTHER_TORCH]
        assert later.detail == "holds for torch since 99.0"

    def test_what_holds_here_can_fail(self, outcomes: Outcomes) -> None:
        """A wrong output of this torch is red."""
        assert outcomes(PAGE.replace("x\n1", "x\n3"))[1].state == FAILED

    def test_another_torch_runs_the_other(
        self, outcomes: Outcomes, as_torch: Callable[[str], None]
    ) -> None:
        """There the second output is compared, and is wrong of this page."""
        as_torch("99.1.0")
        _first, here, later = outcomes(PAGE)

        assert here.state == State.OTHER_TORCH
        assert later.state == FAILED
        assert outcomes(PAGE.replace("x\n2", "x\n1"))[2].state == PASSED

    @pytest.mark.parametrize(
        ("block", "wrong"), [("console\n$ echo 1\n1", "1\n2"), ("cpp\nint main() {}", "main {}")]
    )
    def test_other_kinds(self, outcomes: Outcomes, block: str, wrong: str) -> None:
        """Programs and commands are left to the other torch as well, whatever they do here."""
        broken = block.replace("1\n1", wrong).replace("main() {}", wrong)
        page = f"<!-- verify: since=99.0 -->\n```{broken}\n```\n"

        assert [outcome.state for outcome in outcomes(page)] == [State.OTHER_TORCH]
        assert outcomes(page.replace("since", "before"))[0].state == FAILED


class TestRecords:
    """What each torch has proven."""

    def test_two_torches(
        self, outcomes: Outcomes, keeping: Project, as_torch: Callable[[str], None]
    ) -> None:
        """Receipts of one do not replace those of the other, and both are proof."""
        page = PAGE.replace("x\n2", "x\n1")
        outcomes(page)
        as_torch("99.1.0")
        outcomes(page)
        ledger = open_ledger(keeping.root)

        assert [record.torch for record in ledger.records] == [torch.__version__, "99.1.0"]
        assert [entry.state for entry in ledger.entries] == [PASSED, State.OTHER_TORCH, PASSED]
        assert [ledger.state_of(entry) for entry in ledger.entries] == [PASSED] * 3
        proofs = [ledger.proven_by(entry) for entry in ledger.entries]
        assert [proof and proof.torch for proof in proofs] == [
            "99.1.0",
            torch.__version__,
            "99.1.0",
        ]

    def test_what_a_cell_showed_is_kept_for_each_torch(
        self, outcomes: Outcomes, project: Project
    ) -> None:
        """Or the first torch would have receipts and nothing to show."""
        page = "```{code-cell} python\nprint(1)\n```\n"
        outcomes(page)
        before = displays.load(project, "docs/page.md")
        with pytest.MonkeyPatch.context() as patch:
            pretend(patch, "99.1.0")
            outcomes(page)
            assert displays.load(project, "docs/page.md").keys() != before.keys()

        assert displays.load(project, "docs/page.md") == before
        assert len(before) == 1

    def test_a_record_outlives_its_receipts(
        self, outcomes: Outcomes, keeping: Project, as_torch: Callable[[str], None]
    ) -> None:
        """It is a file of the project, and holds until a block changes."""
        page = PAGE.replace("x\n2", "x\n1")
        with pytest.MonkeyPatch.context() as patch:
            pretend(patch, "99.1.0")
            outcomes(page)
            path = keep(keeping)
            for old in keeping.receipts.rglob("*.json"):
                old.unlink()
        assert path == keeping.root / "docs/_proofs/torch-99.1.0.json"

        outcomes(page)
        ledger = open_ledger(keeping.root)
        assert [ledger.state_of(entry) for entry in ledger.entries] == [PASSED] * 3

        outcomes(page.replace("x = 1", "x = 1  # one"))
        ledger = open_ledger(keeping.root)
        assert ledger.state_of(ledger.entries[2]) == State.OTHER_TORCH

    def test_content_is_the_same_with_every_torch(
        self, outcomes: Outcomes, keeping: Project, as_torch: Callable[[str], None]
    ) -> None:
        """The key is not: a receipt of one torch is none of another."""

        def identities() -> tuple[set[str], set[str]]:
            outcomes(PAGE.replace("x\n2", "x\n1"))
            found = receipts.load(keeping, "docs/page.md").values()
            return {receipt.key for receipt in found}, {receipt.content for receipt in found}

        keys, contents = identities()
        as_torch("99.1.0")
        other_keys, other_contents = identities()

        assert contents == other_contents
        assert not keys & other_keys
        assert len(keys) == len(contents) == 3

    @pytest.mark.parametrize("damage", ["", "[]", "{}", '{"states": 1}'])
    def test_a_damaged_record_counts_as_none(
        self, outcomes: Outcomes, keeping: Project, damage: str
    ) -> None:
        """The page then shows one torch fewer."""
        outcomes(PAGE)
        path = keep(keeping)
        for old in keeping.receipts.rglob("*.json"):
            old.unlink()
        assert len(all_records(keeping)) == 1
        path.write_text(damage)

        assert all_records(keeping) == []

    def test_nothing_to_keep(self, project: Project, keeping: Project) -> None:
        """Said by name."""
        with pytest.raises(ValueError, match="names no folder for records"):
            keep(project)
        with pytest.raises(ValueError, match="nothing is proven with torch"):
            keep(keeping)

    def test_what_is_gone_is_not_kept(
        self, outcomes: Outcomes, keeping: Project, read: Callable[..., Page]
    ) -> None:
        """A record names the blocks of today."""
        outcomes(PAGE)
        outcomes("```python\n>>> 1\n1\n```\n", "docs/other.md")
        (keeping.root / "docs/other.md").unlink()

        assert len(json.loads(keep(keeping).read_text())["states"]) == 3
