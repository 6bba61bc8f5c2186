"""The pytest plugin: every block of a page is an item with a file and a line."""

from __future__ import annotations

import errno
import functools
from collections.abc import Iterator
from pathlib import Path

import pytest
from sybil import Document, Example, Region, Sybil
from sybil.typing import Parser

from ptnotes.verify.block import FAILED, Block, Outcome
from ptnotes.verify.markdown import Problem
from ptnotes.verify.page import Page, read_page
from ptnotes.verify.project import Project, find_project
from ptnotes.verify.prove import prove
from ptnotes.verify.reach import Reach


class PageDocument(Document):
    """A page of ours as Sybil sees it, proven as a whole when its first item is run."""

    project: Project
    page: Page

    @classmethod
    def parse(cls, path: str, *parsers: Parser, encoding: str = "utf-8") -> PageDocument:
        """Read a page; one that is not UTF-8 becomes an item that says where."""
        project = find_project(Path(path))
        assert project is not None
        page = read_page(Path(path), project)
        document = cls(page.text or "\n" * (page.problems[0].line if page.problems else 1), path)
        document.project, document.page = project, page
        for region in document.regions_of_page():
            document.add(region)
        return document

    def regions_of_page(self) -> Iterator[Region]:
        """One region a block or problem."""
        for block in self.page.blocks:
            # Included source stands in another file: here it has one line.
            lines = 1 if block.kind == "include" else block.text.count("\n") + 1
            yield self._region(block, block.line, lines)
        taken = {block.line for block in self.page.blocks}
        for problem in self.page.problems:
            if problem.line not in taken:
                yield self._region(problem, problem.line, 0)

    def _region(self, parsed: Block | Problem, line: int, lines: int) -> Region:
        start = self._offset(line)
        return Region(start, max(start, self._offset(line + lines) - 1), parsed, _evaluate)

    def _offset(self, line: int) -> int:
        """Where a line begins, counted in characters from 0."""
        return min(sum(map(len, self._lines[: line - 1])), self.end)

    @functools.cached_property
    def _lines(self) -> list[str]:
        return self.text.splitlines(keepends=True)

    @functools.cached_property
    def outcomes(self) -> dict[Block, Outcome]:
        """The outcome of each block of the page."""
        try:
            proven = prove(self.page, self.project, _reach(self.project))
        except OSError as error:
            if error.errno == errno.ENOSPC:
                pytest.exit("the disk is full; free some space and run the same command again", 1)
            raise
        return {outcome.block: outcome for outcome in proven}


@functools.cache
def _reach(project: Project) -> Reach:
    return Reach(project)


def _evaluate(example: Example) -> str | None:
    parsed = example.parsed
    if isinstance(parsed, Problem):
        return parsed.message
    assert isinstance(example.document, PageDocument)
    outcome = example.document.outcomes[parsed]
    if outcome.state.not_run:
        pytest.skip(outcome.detail)
    if outcome.state == FAILED:
        return f"{parsed.page}:{outcome.line}: {outcome.detail}"
    return None


class PageSybil(Sybil):
    """Takes the pages of the project a file lies in, and nothing else."""

    def should_parse(self, path: Path) -> bool:
        """Whether `path` is a page of ours."""
        project = _project_of(path.parent)
        return project is not None and project.owns(path)


@functools.cache
def _project_of(folder: Path) -> Project | None:
    return find_project(folder)


pytest_collect_file = PageSybil(
    parsers=[], document_types={".md": PageDocument, ".py": PageDocument}
).pytest()
