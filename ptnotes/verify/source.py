"""Read the blocks of Python files: docstrings, gallery scripts, and included objects."""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ptnotes.verify.block import Block

CODE_SUFFIXES = {".py", ".cpp", ".h", ".cu"}
_DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def docstring_blocks(name: str, text: str) -> Iterator[Block]:
    """
    Yield the doctests of every docstring; each docstring is a namespace of its own.

    Args:
        name: The page's name.
        text: The source of a Python module.

    Raises:
        SyntaxError: if `text` is not Python.
    """
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, _DOCUMENTED):
            continue
        docstring = ast.get_docstring(node, clean=False)
        if docstring is None:
            continue
        assert isinstance(node.body[0], ast.Expr)
        first = node.body[0].value.lineno
        space = f"docstring {getattr(node, 'name', 'module')} {first}"
        for offset, session in _sessions(docstring):
            yield Block(name, first + offset, "docstring", session, space)


def _sessions(docstring: str) -> Iterator[tuple[int, str]]:
    """Yield each run of lines from a prompt to a blank line, as the reference shows it."""
    lines = docstring.splitlines()
    start: int | None = None
    for i, line in enumerate([*lines, ""]):
        if start is None and line.lstrip().startswith(">>>"):
            start = i
        elif start is not None and not line.strip():
            yield start, textwrap.dedent("\n".join(lines[start:i]))
            start = None


def script_blocks(name: str, path: Path) -> Iterator[Block]:
    """
    Yield the code cells of a gallery script, split as the gallery splits them.

    Args:
        name: The page's name.
        path: The script.
    """
    from sphinx_gallery.py_source_parser import split_code_and_text_blocks

    _, cells = split_code_and_text_blocks(str(path))
    for cell, content, line in cells:
        if cell == "code" and content.strip():
            leading = len(content) - len(content.lstrip("\n"))
            yield Block(name, line + leading, "gallery", content.strip("\n"), "script")


def included_text(path: Path, settings: Mapping[str, str]) -> str:
    """
    Return what `{literalinclude}` shows of a file.

    Args:
        path: The file.
        settings: The directive's options: `pyobject`, the name of a function or class (or
            `Class.method`) of a Python file, or `start-after` and `end-before`, texts of the lines
            around an excerpt. Of a file that is no code the whole may be shown.

    Raises:
        OSError: if the file cannot be read.
        LookupError: if it has no such object or line, or no excerpt is named.
        SyntaxError: if it is not Python.
    """
    text = path.read_text("utf-8")
    if "pyobject" in settings:
        return _object(text, settings["pyobject"])
    if not {"start-after", "end-before"} & settings.keys():
        if path.suffix not in CODE_SUFFIXES:
            return text
        raise LookupError("say which part: :pyobject:, or :start-after: and :end-before:")
    lines = text.splitlines()
    start, end = settings.get("start-after"), settings.get("end-before")
    first = _line_with(lines, start, 0) + 1 if start else 0
    last = _line_with(lines, end, first) if end else len(lines)
    return "\n".join(lines[first:last])


def _line_with(lines: Sequence[str], text: str, first: int) -> int:
    for number, line in enumerate(lines[first:], first):
        if text in line:
            return number
    raise LookupError(f"no line contains {text!r}")


def _object(text: str, name: str) -> str:
    """The source of an object of a Python file, with its decorators."""
    scope: ast.AST = ast.parse(text)
    for part in name.split("."):
        scope = _member(scope, part, name)
    assert isinstance(scope, _DOCUMENTED[1:])
    first = min([scope.lineno, *(d.lineno for d in scope.decorator_list)])
    return textwrap.dedent("\n".join(text.splitlines()[first - 1 : scope.end_lineno]))


def _member(scope: ast.AST, name: str, whole: str) -> ast.AST:
    for node in getattr(scope, "body", []):
        if isinstance(node, _DOCUMENTED[1:]) and node.name == name:
            return node
    raise LookupError(f":pyobject: {whole!r} is no function or class there")
