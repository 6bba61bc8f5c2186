"""Several machines prove one project: shares of the pages, and receipts that add up."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ptnotes.verify.block import FAILED, PASSED, Outcome, State
from ptnotes.verify.ledger import open_ledger
from ptnotes.verify.page import read_page
from ptnotes.verify.project import Project
from ptnotes.verify.shards import Shard, read_shard

ROOT = Path(__file__).parents[2]
NAMES = [f"docs/{letter}.md" for letter in "abcde"]


def engine(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the engine's programs in a project, as nox does."""
    return subprocess.run(
        [sys.executable, *words],
        cwd=project,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        check=False,
    )


def prove(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Prove a project with pytest."""
    return engine(project, "-m", "pytest", "-q", "-p", "ptnotes.verify.plugin", *words, "docs")


@pytest.fixture
def pages(project: Project, write: Callable[..., Path]) -> Project:
    """A project with five pages, one of which is dear."""
    for number, name in enumerate(NAMES):
        write(f"# T\n\n```python\n>>> {number}\n{number}\n```\n", name)
    write("# T\n\n```cpp\nint main() {}\n```\n", NAMES[0])
    return project


class TestShares:
    """`--shard 2/4`."""

    @pytest.mark.parametrize("of", [1, 2, 3, 7])
    def test_every_page_is_in_one_share(self, pages: Project, of: int) -> None:
        """None is left out and none is proven twice."""
        read = [read_page(path, pages) for path in pages.page_paths()]
        shares = [Shard(number, of).names(read) for number in range(1, of + 1)]

        assert sorted(name for share in shares for name in share) == NAMES

    def test_the_dear_page_is_alone(self, pages: Project) -> None:
        """What compiles weighs as much as all the others here."""
        read = [read_page(path, pages) for path in pages.page_paths()]

        assert Shard(1, 2).names(read) == {NAMES[0]}

    @pytest.mark.parametrize("text", ["", "2", "0/2", "3/2", "a/b", "1/0", "-1/2"])
    def test_a_wrong_share_is_named(self, pages: Project, text: str) -> None:
        """By pytest and by the program."""
        with pytest.raises(ValueError, match="shard: expected a share such as 2/4"):
            read_shard(text)
        done = prove(pages.root, f"--shard={text or 'x'}")
        assert done.returncode == 4
        assert "shard: expected a share such as 2/4" in done.stderr


class TestMerge:
    """`--merge`."""

    def test_two_machines_prove_one_project(self, pages: Project, tmp_path: Path) -> None:
        """In other folders; after the merge nothing is left to run."""
        clones = [tmp_path / "one clone", tmp_path / "deep" / "er" / "clone"]
        for number, clone in enumerate(clones, 1):
            shutil.copytree(pages.root, clone)
            done = prove(clone, f"--shard={number}/2")
            assert done.returncode == 0, done.stdout
        assert {e.state for e in open_ledger(pages.root).entries} == {FAILED}

        done = engine(
            pages.root, "-m", "ptnotes.verify", "--merge", *(str(c / ".cache") for c in clones)
        )

        assert done.stdout == "5 of 5 blocks have a valid receipt\n"
        assert {e.state for e in open_ledger(pages.root).entries} == {PASSED}

    def test_what_does_not_fit_is_left(self, pages: Project, tmp_path: Path) -> None:
        """A block that was edited since is not proven by the receipt of what it was."""
        clone = tmp_path / "clone"
        shutil.copytree(pages.root, clone)
        prove(clone)
        (pages.root / NAMES[1]).write_text("# T\n\n```python\n>>> 7\n7\n```\n")

        done = engine(pages.root, "-m", "ptnotes.verify", "--merge", str(clone / ".cache"))

        assert done.stdout == "4 of 5 blocks have a valid receipt\n"
        entries = open_ledger(pages.root).entries
        assert [e.block.page for e in entries if e.state == FAILED] == [NAMES[1]]

    def test_a_run_counts_more_than_a_compilation(
        self, project: Project, outcomes: Callable[..., list[Outcome]], tmp_path: Path
    ) -> None:
        """A machine with a GPU has run what this one could only compile."""
        outcomes("```python\n>>> 1\n1\n```\n")
        clone = tmp_path / "clone"
        shutil.copytree(project.root / ".cache", clone)
        (path,) = project.receipts.rglob("*.json")
        path.write_text(path.read_text().replace('"passed"', f'"{State.COMPILED}"'))

        for _ in range(2):
            engine(project.root, "-m", "ptnotes.verify", "--merge", str(clone))
            assert [e.state for e in open_ledger(project.root).entries] == [PASSED]
        other = clone / path.relative_to(project.root / ".cache")
        other.write_text(other.read_text().replace('"passed"', f'"{State.COMPILED}"'))
        engine(project.root, "-m", "ptnotes.verify", "--merge", str(clone))
        assert [e.state for e in open_ledger(project.root).entries] == [PASSED]

    def test_a_folder_without_receipts_is_named(self, project: Project, tmp_path: Path) -> None:
        """Not taken for one whose receipts do not fit."""
        done = engine(project.root, "-m", "ptnotes.verify", "--merge", str(tmp_path / "nothing"))

        assert done.returncode == 2
        assert done.stderr == f"merge: {tmp_path / 'nothing'} holds no receipts/**/*.json\n"
