"""The pytest plugin: every block of a page is an item with a file and a line."""

from __future__ import annotations

import errno
import functools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeGuard

import pytest

from ptnotes.verify.block import FAILED, Block, Outcome
from ptnotes.verify.markdown import Problem
from ptnotes.verify.page import read_page
from ptnotes.verify.project import Project, find_project
from ptnotes.verify.prove import prove
from ptnotes.verify.reach import Reach
from ptnotes.verify.settings import SettingsError
from ptnotes.verify.shards import read_shard


class UnprovenError(Exception):
    """A block is not proven; the message says where and why."""


class PageFile(pytest.File):
    """A page of ours, proven as a whole when its first item is run."""

    def collect(self) -> Iterator[PageItem]:
        """Yield one item for each block, and for each problem where no block begins."""
        self.project = _project_of(self.path.parent)
        assert self.project is not None
        self.page = read_page(self.path, self.project)
        taken = {block.line for block in self.page.blocks}
        problems = [problem for problem in self.page.problems if problem.line not in taken]
        before: Counter[int] = Counter()
        found: list[Block | Problem] = [*self.page.blocks, *problems]
        for parsed in found:
            # Two blocks may begin on one line: the name has to tell them apart.
            again = f",{before[parsed.line] + 1}" if before[parsed.line] else ""
            before[parsed.line] += 1
            yield PageItem.from_parent(self, name=f"line:{parsed.line}{again}", parsed=parsed)

    @functools.cached_property
    def outcomes(self) -> dict[int, Outcome]:
        """The outcome of each block of the page, by the block's identity."""
        assert self.project is not None
        try:
            proven = prove(self.page, self.project, _reach(self.project))
        except OSError as error:
            if error.errno == errno.ENOSPC:
                pytest.exit("the disk is full; free some space and run the same command again", 1)
            raise
        return {id(outcome.block): outcome for outcome in proven}


class PageItem(pytest.Item):
    """
    One block of a page, or what kept a part of the page from being read.

    Args:
        parsed: The block or the problem.
    """

    parent: PageFile

    def __init__(self, *, parsed: Block | Problem, **named: Any) -> None:
        super().__init__(**named)
        self.parsed = parsed

    def runtest(self) -> None:
        """Prove the page once, and report what became of this block."""
        if isinstance(self.parsed, Problem):
            raise UnprovenError(self.parsed.message)
        outcome = self.parent.outcomes[id(self.parsed)]
        if outcome.state.not_run:
            pytest.skip(outcome.detail)
        if outcome.state == FAILED:
            raise UnprovenError(f"{self.parsed.page}:{outcome.line}: {outcome.detail}")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *rest: Any) -> Any:
        """Show why a block is red without the engine's own traceback."""
        if isinstance(excinfo.value, UnprovenError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *rest)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the block begins."""
        return self.path, self.parsed.line - 1, self.name


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer a share of the pages."""
    text = "prove the pages of one share only, such as 2/4"
    parser.addoption("--shard", metavar="N/OF", help=text)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the pages of other shares to other machines."""
    if not (text := config.getoption("shard")):
        return
    try:
        shard = read_shard(text)
    except ValueError as error:
        raise pytest.UsageError(str(error)) from error
    pages = {item.parent.page.name: item.parent.page for item in items if _is_of_page(item)}
    names = shard.names(pages.values())
    ours = [not _is_of_page(item) or item.parent.page.name in names for item in items]
    left = [item for item, taken in zip(items, ours, strict=True) if not taken]
    config.hook.pytest_deselected(items=left)
    items[:] = [item for item, taken in zip(items, ours, strict=True) if taken]


def _is_of_page(item: pytest.Item) -> TypeGuard[PageItem]:
    return isinstance(item, PageItem)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> PageFile | None:
    """Take the pages of the project a file lies in, and nothing else."""
    project = _project_of(file_path.parent)
    if project is None or not project.owns(file_path):
        return None
    page: PageFile = PageFile.from_parent(parent, path=file_path)
    return page


@functools.cache
def _project_of(folder: Path) -> Project | None:
    try:
        return find_project(folder)
    except SettingsError as error:
        raise pytest.UsageError(str(error)) from error


@functools.cache
def _reach(project: Project) -> Reach:
    return Reach(project)
