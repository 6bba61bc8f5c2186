"""`[tool.ptnotes.verify]`: what it says is all that the engine knows of a project."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ptnotes.verify.page import read_page
from ptnotes.verify.project import find_project
from ptnotes.verify.prove import prove
from ptnotes.verify.reach import Reach
from ptnotes.verify.settings import SettingsError, read_settings

SHOWN = "```{literalinclude}"
FOREIGN = """
[tool.ptnotes.verify]
pages = ["guide", "src"]
imports = ["wares"]
exclude = ["guide/drafts/*"]
scripts = ["guide/plots"]
tested-by = ["checks/{folder}_check.cpp"]
[tool.ptnotes.verify.directives]
markdown = ["recipe"]
opaque = ["shelf"]
"""


@pytest.fixture
def foreign(tmp_path: Path) -> Path:
    """A project with no folder, package or directive that is named as ours."""
    files = {
        "pyproject.toml": FOREIGN,
        "src/wares/__init__.py": '"""\nSell.\n\n>>> 1\n1\n"""\n',
        "src/wares/native/sum.cpp": "int sum();\n",
        "guide/start.md": ":::{recipe} One\n```python\n>>> 2\n2\n```\n:::\n\n:::{shelf}\n:::\n",
        "guide/docs/gallery/deep.md": "```python\n>>> 3\n3\n```\n",
        "guide/drafts/no.md": "```python\n>>> 4\n5\n```\n",
        "guide/plots/sales.py": '"""\nSales\n=====\n"""\n\nassert True\n',
        "guide/native.md": f"{SHOWN} ../src/wares/native/sum.cpp\n:start-after: i\n```\n",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


class TestForeign:
    """The engine assumes nothing of this house."""

    def test_its_pages(self, foreign: Path) -> None:
        """Those below its folders that it does not exclude, wherever they lie."""
        project = find_project(foreign)
        assert project is not None

        assert [project.name(path) for path in project.page_paths()] == [
            "guide/docs/gallery/deep.md",
            "guide/native.md",
            "guide/plots/sales.py",
            "guide/start.md",
            "src/wares/__init__.py",
        ]

    def test_its_blocks(self, foreign: Path) -> None:
        """Its directives are read, its scripts are cut into cells, its modules are not."""
        project = find_project(foreign)
        assert project is not None
        pages = [read_page(path, project) for path in project.page_paths()]
        found = [
            (block.kind, outcome.state, outcome.detail)
            for page in pages
            for outcome in prove(page, project, Reach(project))
            for block in [outcome.block]
        ]

        assert [problem for page in pages for problem in page.problems] == []
        assert [(kind, str(state)) for kind, state, _detail in found] == [
            ("doctest", "passed"),
            ("include", "failed"),
            ("gallery", "passed"),
            ("doctest", "passed"),
            ("docstring", "passed"),
        ]
        assert found[1][2] == "is included, and there is no checks/native_check.cpp"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({}, "pages: missing; expected a list of files and folders"),
        ({"pages": "docs"}, "pages: expected a list of texts, given 'docs'"),
        ({"pages": [1]}, "pages: expected a list of texts, given [1]"),
        ({"pages": [], "seconds": 0}, "seconds: expected a number above 0, given 0"),
        ({"pages": [], "seconds": "1"}, "seconds: expected a number above 0, given '1'"),
        ({"pages": [], "seconds": True}, "seconds: expected a number above 0, given True"),
        ({"pages": [], "directives": []}, "directives: expected a table, given []"),
        (
            {"pages": [], "directives": {"myths": []}},
            "directives.myths: no such setting; expected one of markdown, opaque",
        ),
        ({"pages": [], "native": {"a.b": 1}}, "native.a.b: expected a table, given 1"),
        (
            {"pages": [], "native": {"a.b": {"calls": 1}}},
            "native.a.b.calls: expected a text, given 1",
        ),
    ],
)
def test_wrong_settings_are_named(table: dict[str, object], message: str) -> None:
    """The key, what was given, and what was expected."""
    with pytest.raises(SettingsError) as raised:
        read_settings(table)

    assert str(raised.value) == message


def test_an_unknown_setting_is_named() -> None:
    """With those that there are."""
    with pytest.raises(SettingsError, match=r"^page: no such setting; expected one of .*pages"):
        read_settings({"pages": [], "page": []})


@pytest.mark.parametrize("text", ["[tool.ptnotes.verify]\npages = 3\n", "[tool.ptnotes\n"])
def test_the_command_says_it_in_one_line(tmp_path: Path, text: str) -> None:
    """With the file that is wrong."""
    (tmp_path / "pyproject.toml").write_text(text, "utf-8")
    (tmp_path / "a.md").write_text("# A\n", "utf-8")
    command = [sys.executable, "-m", "ptnotes.verify", "a.md"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert str(tmp_path / "pyproject.toml") in done.stderr
