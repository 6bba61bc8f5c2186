"""What the README and CONTRIBUTING files claim, in both languages."""

from __future__ import annotations

import itertools
import re
import tomllib
from dataclasses import replace
from pathlib import Path

import pytest

from ptnotes.verify.block import Block
from ptnotes.verify.options import Options
from ptnotes.verify.page import read_page

ROOT = Path(__file__).parents[2]
PAIRS = [("README.md", "README.zh-CN.md"), ("CONTRIBUTING.md", "CONTRIBUTING.zh-CN.md")]
CHINESE = re.compile(r"[\u4e00-\u9fff]")
LANGUAGES = [name for pair in PAIRS for name in pair]


def text(name: str) -> str:
    """The text of a file at the root."""
    return (ROOT / name).read_text("utf-8")


def told(block: Block) -> Options:
    """What a block says of its proof, but for the words of a reason."""
    return replace(block.options, not_run="a reason") if block.excuse else block.options


@pytest.mark.parametrize(("english", "chinese"), PAIRS)
class TestPairs:
    """Each file has a twin that says the same."""

    def test_blocks_are_equal(self, english: str, chinese: str) -> None:
        """Fenced blocks and what is said of their proof are the same in both languages."""
        pages = [read_page(ROOT / name).blocks for name in (english, chinese)]
        ours, theirs = ([(b.language, b.text, told(b)) for b in blocks] for blocks in pages)

        assert ours == theirs
        assert ours

    def test_reasons_are_in_the_language_of_the_file(self, english: str, chinese: str) -> None:
        """Why a block was not run is prose, which the Verification page shows."""
        for name in (english, chinese):
            reasons = [b.options.not_run for b in read_page(ROOT / name).blocks if b.excuse]

            assert [r for r in reasons if bool(CHINESE.search(r)) != (name == chinese)] == []

    def test_inline_code_is_equal(self, english: str, chinese: str) -> None:
        """No file name, command or option is lost on the way."""
        codes = [sorted(set(re.findall(r"`([^`\n]+)`", text(name)))) for name in (english, chinese)]
        translated = {"The claim.", "论断", "What to do", "题目"}
        ours, theirs = (
            [re.sub("|".join(translated), "", code) for code in found] for found in codes
        )

        assert ours == theirs

    def test_links_to_the_other(self, english: str, chinese: str) -> None:
        """A reader gets from one language to the other."""
        assert f"]({chinese})" in text(english)
        assert f"]({english})" in text(chinese)


@pytest.mark.parametrize("name", LANGUAGES)
def test_links_resolve(name: str) -> None:
    """Every relative link and picture is a file of the repository."""
    targets = re.findall(r"\]\(([^)#]+)\)", text(name))

    assert targets
    assert [t for t in targets if "://" not in t and not (ROOT / t).exists()] == []


def test_paths_of_a_topic_exist() -> None:
    """The table of where things are is true."""
    table = text("README.md").split("## Where things are")[1]
    paths = re.findall(r"^\| .*\| `([^`]+)` \|$", table, re.MULTILINE)

    assert len(paths) == 5
    assert [path for path in paths if not list(ROOT.glob(path))] == []


def test_sessions_exist() -> None:
    """Every `nox -s` named anywhere is a session."""
    sessions = set(
        re.findall(r"^def (\w+)\(session: nox\.Session\) -> None", text("noxfile.py"), re.M)
    )
    named = {s for name in LANGUAGES for s in re.findall(r"nox -s (\w+)", text(name))}

    assert named <= sessions
    assert {"docs", "tests", "serve", "translate", "lint", "bench", "mutate"} <= sessions


def test_ci_runs_the_two_commands() -> None:
    """What CI runs is what the README tells."""
    commands = re.findall(r"^\$ (.*nox -s (?:docs|tests))$", text("README.md"), re.MULTILINE)

    assert len(commands) == 2
    assert [c for c in commands if c not in text(".ci/run").splitlines()] == []
    assert "bash .ci/run" in text(".github/workflows/site.yml")


def test_constraints_pin_every_direct_dependency() -> None:
    """Nothing that is asked for by name comes in a version of the day."""
    project = tomllib.loads(text("pyproject.toml"))["project"]
    asked = [*project["dependencies"], *itertools.chain(*project["optional-dependencies"].values())]
    names = {re.match(r"[\w-]+", requirement)[0].lower() for requirement in asked} - {"ptnotes"}
    pinned = {line.split("==")[0].lower() for line in text("constraints.txt").splitlines()}

    assert names - pinned == set()
