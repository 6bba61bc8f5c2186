"""Pages on development and CONTRIBUTING name what there is: files, functions, variables."""

from __future__ import annotations

import re
import tomllib

import pytest

from tests.support.tiny_project import REPOSITORY

PAGES = [
    *sorted((REPOSITORY / "docs" / "development").glob("*.md")),
    REPOSITORY / "CONTRIBUTING.md",
]
CODE = re.compile(r"`([^`\n]+)`")
PLACE = re.compile(r"(?:docs|ptnotes|csrc|gallery|tests)/[\w./-]*[\w/]")
NAMED = re.compile(r"([\w./-]+)::([\w.]+)")
VARIABLE = re.compile(r"PTNOTES_[A-Z]+")
SOURCES = ("noxfile.py", "setup.py", "docs/conf.py", "docs/sitebuilder/**/*.py", "ptnotes/**/*.py")
MADE = ("docs/gallery",)  # by the build


def codes() -> list[str]:
    """Return everything that these pages write as code."""
    return [code for page in PAGES for code in CODE.findall(page.read_text("utf-8"))]


def test_every_path_exists() -> None:
    """A page that names a file names one of today."""
    paths = [PLACE.fullmatch(code.split("::")[0]) for code in codes()]
    missing = {p[0] for p in paths if p and not (REPOSITORY / p[0]).exists()} - set(MADE)

    assert len([p for p in paths if p]) > 30
    assert missing == set()


def test_every_function_exists() -> None:
    """So does what is written `file::name`."""
    found = [match for code in codes() if (match := NAMED.fullmatch(code))]
    missing = [
        match[0]
        for match in found
        if not re.search(
            rf"^\s*(?:def|class) {match[2]}\b", (REPOSITORY / match[1]).read_text("utf-8"), re.M
        )
    ]

    assert len(found) > 10
    assert missing == []


@pytest.mark.parametrize("pattern", SOURCES)
def test_every_variable_is_in_the_table(pattern: str) -> None:
    """What the code reads from the environment, a developer can look up."""
    table = (REPOSITORY / "docs/development/caches.md").read_text("utf-8")
    used = {
        name
        for path in REPOSITORY.glob(pattern)
        for name in VARIABLE.findall(path.read_text("utf-8"))
    }

    assert used - set(VARIABLE.findall(table)) == set()


def test_every_chapter_stands_in_the_contracts() -> None:
    """The arrows between the parts are checked for a new chapter too."""
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["tool"]
    packages = (path.parent.name for path in (REPOSITORY / "ptnotes").glob("*/__init__.py"))
    chapters = {f"ptnotes.{name}" for name in packages if name != "verify"}

    for contract in settings["importlinter"]["contracts"]:
        assert chapters <= {*contract["source_modules"], *contract["forbidden_modules"]}


def test_every_cache_is_in_the_table() -> None:
    """Whatever lies in `.cache` after a build."""
    table = (REPOSITORY / "docs/development/caches.md").read_text("utf-8")
    folders = [path for path in (REPOSITORY / ".cache").glob("*") if path.is_dir()]

    assert [path.name for path in folders if f".cache/{path.name}" not in table] == []
