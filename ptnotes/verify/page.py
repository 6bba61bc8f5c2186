"""A page and its blocks, whatever kind of file it is."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from pathlib import Path

from ptnotes.verify.block import Block
from ptnotes.verify.markdown import Problem, Reader
from ptnotes.verify.project import Project
from ptnotes.verify.settings import Settings
from ptnotes.verify.source import docstring_blocks, script_blocks


@dataclass(frozen=True)
class Page:
    """
    A page that was read.

    Args:
        name: Path relative to the project, or the file's name for a page that is not ours.
        text: The whole text, empty when it is not UTF-8.
        blocks: Its blocks, by line.
        problems: What kept parts of it from being read.
        imports: Modules its snippets may import because the page is about them.
    """

    name: str
    text: str
    blocks: tuple[Block, ...]
    problems: tuple[Problem, ...] = ()
    imports: frozenset[str] = frozenset()

    def groups(self) -> list[list[Block]]:
        """The blocks of each namespace, in order."""
        ordered = sorted(self.blocks, key=lambda block: block.namespace)
        return [list(g) for _, g in itertools.groupby(ordered, lambda block: block.namespace)]


def read_page(path: Path, project: Project | None = None) -> Page:
    """
    Read a Markdown page, a module with docstrings or a script in cells.

    Args:
        path: The file; anything but `.py` is read as Markdown.
        project: The project it belongs to, or None for a page that is not ours.

    Raises:
        OSError: if the file cannot be read.
    """
    name = project.name(path) if project else path.name
    data = path.read_bytes()
    try:
        text = data.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"not UTF-8: byte 0x{data[error.start]:02x}; save the page as UTF-8"
        return Page(name, "", (), (Problem(line, message),))
    if path.suffix == ".py":
        return _python_page(name, path, text, project is not None and project.is_script(path))
    settings = project.settings if project else Settings()
    reader = Reader(name, path.parent, settings.markdown, settings.opaque)
    reader.read(text)
    blocks = sorted(reader.blocks, key=lambda block: block.line)
    return Page(name, text, tuple(blocks), tuple(reader.problems), reader.imports)


def _python_page(name: str, path: Path, text: str, script: bool) -> Page:
    try:
        blocks = script_blocks(name, path) if script else docstring_blocks(name, text)
        return Page(name, text, tuple(sorted(blocks, key=lambda block: block.line)))
    except SyntaxError as error:
        return Page(name, text, (), (Problem(error.lineno or 1, f"not Python: {error.msg}"),))
