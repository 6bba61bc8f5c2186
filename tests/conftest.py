"""What tests share: a small project of its own, and pages written into it."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from ptnotes.verify.block import Outcome
from ptnotes.verify.page import Page, read_page
from ptnotes.verify.project import Project, find_project
from ptnotes.verify.prove import prove
from ptnotes.verify.reach import Reach
from tests.support.server import chromium, served

SETTINGS = """
[tool.ptnotes.verify]
pages = ["docs", "gallery", "ptnotes", "README.md"]
imports = ["torch", "numpy", "ptnotes"]
seconds = 60
exclude = ["docs/conf.py", "docs/gallery/*", "docs/_*"]
scripts = ["gallery"]
tested-by = ["tests/**/test_{stem}.py", "tests/**/test_{folder}.py"]
directives.markdown = ["changed", "exercise", "myth", "solution"]
directives.opaque = ["myths", "verification"]
"""

Write = Callable[[str, str], Path]
Prove = Callable[[str], list[Outcome]]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A headless Chromium."""
    with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def address(browser: Browser) -> Iterator[str]:
    """The address of the served site."""
    with served() as found:
        yield found


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project of its own, in a folder whose name has a blank and Chinese characters."""
    root = tmp_path / "a b 笔记"
    (root / "docs").mkdir(parents=True)
    (root / "pyproject.toml").write_text(SETTINGS, "utf-8")
    found = find_project(root)
    assert found is not None
    return found


@pytest.fixture
def write(project: Project) -> Write:
    """Write a page of the project and return its path."""

    def write_page(text: str, name: str = "docs/page.md") -> Path:
        path = project.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text), "utf-8")
        return path

    return write_page


@pytest.fixture
def read(project: Project, write: Write) -> Callable[..., Page]:
    """Write a page and read its blocks."""

    def read_text(text: str, name: str = "docs/page.md") -> Page:
        return read_page(write(text, name), project)

    return read_text


@pytest.fixture
def outcomes(project: Project, read: Callable[..., Page]) -> Callable[..., list[Outcome]]:
    """Write a page and prove it."""

    def prove_text(text: str, name: str = "docs/page.md") -> list[Outcome]:
        return prove(read(text, name), project, Reach(project))

    return prove_text
