"""The single changes by which `mutate` makes a block claim something else."""

from __future__ import annotations

import ast
import doctest
import re
from collections.abc import Iterator

from ptnotes.verify.block import PROMPTED_KINDS, Block
from ptnotes.verify.claims import read_claim

# An edit: where it begins and ends in the block's text, what takes its place, and its class.
Edit = tuple[int, int, str, str]

_OTHER = {
    "+": "-", "-": "+", "*": "/", "/": "*", "@": "*", "**": "*", "&": "|", "|": "&",
    "<": ">", ">": "<", "<=": ">", ">=": "<", "==": "!=", "!=": "==",
}  # fmt: skip
_DTYPES = {"float32": "float64", "float64": "float32", "int32": "int64", "int64": "int32"}
_OPERATOR = re.compile(r"\*\*|[<>=!]=|[-+*/@&|<>]")
_UNITS = {"b": "s", "h": "s", "i": "s", "l": "d", "n": "s", "f": "s", "d": "s", "s": "i", "U": "i"}
_OPTION = re.compile(r"(?<=\s)--[\w-]+")


def edits(block: Block) -> Iterator[Edit]:
    """
    Yield every single change of what a block claims.

    Args:
        block: The block; a claim is printed output, an assertion, data, or a program's build.
    """
    if block.kind in PROMPTED_KINDS:
        yield from _session_edits(block)
        yield from _comment_edits(block.text)
    elif block.kind in ("cell", "gallery", "definition"):
        yield from _assert_edits(block.text)
        yield from _comment_edits(block.text)
    elif block.kind == "data":
        yield 0, 0, "]", "syntax"
    elif block.kind == "output":
        yield from _digits_and_dtypes(block.text, 0)
    elif block.language == "cmake":
        yield from _cmake_edits(block.text)
    elif block.kind == "console":
        yield from _console_edits(block)
    if block.kind == "definition":
        # Those of scripts and cells draw pictures; what a picture claims is asserted.
        yield from _condition_edits(block.text)


def _session_edits(block: Block) -> Iterator[Edit]:
    position = 0
    for example in block.examples:
        if not example.want:
            continue
        source = block.text.index(example.source.splitlines()[0], position)
        if example.exc_msg is None:
            for start, end, new in _operators(example.source):
                shift = _prompts_before(example.source, start)
                yield source + start + shift, source + end + shift, new, "operator"
            for start, end, new in _unit_edits(example.source):
                shift = _prompts_before(example.source, start)
                yield source + start + shift, source + end + shift, new, "format unit"
        position = block.text.index(example.want.rstrip("\n"), source)
        yield from _output_edits(example, position)


def _prompts_before(source: str, offset: int) -> int:
    """How many characters of `... ` prompts stand before an offset of an example's source."""
    return 4 * source.count("\n", 0, offset)


def _output_edits(example: doctest.Example, position: int) -> Iterator[Edit]:
    want = example.want
    if example.exc_msg is not None:
        kind = position + want.rindex(example.exc_msg.strip())
        length = len(example.exc_msg.split(":")[0].strip())
        yield kind, kind + length, "OSError", "exception type"
        end = position + len(want.rstrip())
        yield end - 1, end, "", "exception message"
        return
    yield from _digits_and_dtypes(want, position)


def _digits_and_dtypes(text: str, position: int) -> Iterator[Edit]:
    for digit in re.finditer(r"\d", text):
        new = str((int(digit[0]) + 3) % 10)
        yield position + digit.start(), position + digit.end(), new, "digit"
    for name in re.finditer("|".join(_DTYPES), text):
        yield position + name.start(), position + name.end(), _DTYPES[name[0]], "dtype"


def _cmake_edits(text: str) -> Iterator[Edit]:
    """Drop each command that stands on one line."""
    for line in re.finditer(r"^\w+\(.*\)$", text, re.MULTILINE):
        yield line.start(), line.end(), "", "CMake line"


def _console_edits(block: Block) -> Iterator[Edit]:
    """Change what a command prints, or an option of one that is not run."""
    position, goes_on = 0, False
    for line in block.text.splitlines(keepends=True):
        command = line.startswith("$ ") or (goes_on and line.startswith("> "))
        goes_on = command and line.rstrip("\n").endswith("\\")
        if not command:
            yield from _digits_and_dtypes(line, position)
        elif block.excuse:
            for option in _OPTION.finditer(line):
                yield position + option.end(), position + option.end(), "-x", "option"
        position += len(line)


def _unit_edits(source: str) -> Iterator[tuple[int, int, str]]:
    """Exchange the format unit that a call of `parse` or `build` names."""
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and ast.unparse(node.func) in ("parse", "build")):
            continue
        unit = node.args[0] if node.args else None
        if isinstance(unit, ast.Constant) and unit.value in _UNITS:
            start = _offset(source, unit.lineno, unit.col_offset) + 1
            yield start, start + len(unit.value), _UNITS[unit.value]


def _assert_edits(text: str) -> Iterator[Edit]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Assert):
            start = _offset(text, node.lineno, node.col_offset)
            segment = ast.get_source_segment(text, node) or ""
            for first, last, new in _operators(segment):
                yield start + first, start + last, new, "operator"


def _comment_edits(text: str) -> Iterator[Edit]:
    """Change a size of each shape that a comment claims, or a digit of each value."""
    position = 0
    for line in text.splitlines(keepends=True):
        start = line.find("#")
        claim = read_claim(line[start:].lstrip("# ").rstrip(), 0) if start > 0 else None
        if claim and line[:start].strip(" .>"):
            first = position + line.index(claim.text, start)
            what = "shape" if claim.shapes else "value comment"
            for found in re.finditer(r"\d+|[^\W\d]\w*(?=\s*[,)])", claim.text):
                new = "97" if found[0] != "97" else "98"
                yield first + found.start(), first + found.end(), new, what
        position += len(line)


def _condition_edits(text: str) -> Iterator[Edit]:
    """Exchange an operator or a dtype in each condition of a function."""
    functions = (n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef))
    conditions = {
        node
        for function in functions
        for parent in ast.walk(function)
        for node in [getattr(parent, "test", None), parent]
        if isinstance(node, ast.Compare) and not isinstance(parent, ast.Assert)
    }
    for node in sorted(conditions, key=lambda node: (node.lineno, node.col_offset)):
        start = _offset(text, node.lineno, node.col_offset)
        segment = ast.get_source_segment(text, node) or ""
        for first, last, new in _operators(segment):
            yield start + first, start + last, new, "condition"
        for found in re.finditer(r"\bb?float16\b", segment):
            new = "float16" if found[0] == "bfloat16" else "bfloat16"
            yield start + found.start(), start + found.end(), new, "condition"


def _operators(source: str) -> Iterator[tuple[int, int, str]]:
    """The binary operators and comparisons that can be exchanged, as (start, end, other)."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.BinOp):
            pairs = [(node.left, node.right)]
        elif isinstance(node, ast.Compare):
            pairs = list(zip([node.left, *node.comparators], node.comparators, strict=False))
        else:
            continue
        for left, right in pairs:
            start = _offset(source, left.end_lineno or 1, left.end_col_offset or 0)
            end = _offset(source, right.lineno, right.col_offset)
            if (found := _OPERATOR.search(source, start, end)) and found[0] in _OTHER:
                yield found.start(), found.end(), _OTHER[found[0]]


def _offset(text: str, line: int, column: int) -> int:
    lines = text.splitlines(keepends=True)
    return sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode())
