"""
What a comment behind a line claims of its value: a shape, as in `h = f(x)  # (T, d)`, or the value.

A shape is a parenthesised list of sizes: numbers, symbols, sums and products of them, and `…` for
any leading axes. A name before it says whose shape it is, `# a: (B, T)`; a list of shapes stands
for the values of a line in their order; and `# (B, T) = (2, 5)` says what the symbols mean from
there on.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass

Size = str | int  # a number, a symbol or arithmetic; LEADING for any leading axes
LEADING = "…"

_SHAPE = r"\((?:\s*[^()\s,][^(),]*,)*(?:\s*[^()\s,][^(),]*)?\s*\)"
_SHAPES = re.compile(rf"(?:(?P<name>[^\W\d]\w*):\s*)?(?P<shapes>{_SHAPE}(?:,\s*{_SHAPE})*)")
_MEANS = re.compile(rf"\s*=\s*(?P<numbers>{_SHAPE})")
_REST = re.compile(r"\s*(?:$|[:;,–—-]|each\b)")
_SIZE = re.compile(r"\d[\d_]*|[^\W\d]\w*(?:\s*[-+*/]+\s*\w+)*|\w+(?:\s*[-+*/]+\s*\w+)+|…|\.\.\.")
_VALUE = re.compile(
    r"True|False|None|-?\d[\d_]*(?:\.\d*)?(?:e-?\d+)?|tensor\(.*\)|torch\.\w+(?:\(.*\))?|\[.*\]|'.*'"
)


@dataclass(frozen=True)
class Claim:
    """
    What a comment says of the values of its line.

    Args:
        line: The comment's line within its source, from 0.
        text: What it says.
        shapes: The shapes it states; none if it states the value itself.
        name: The variable that it speaks of; empty for the values of the line.
        numbers: What the sizes of its one shape mean from here on; empty if it does not say.
    """

    line: int
    text: str
    shapes: tuple[tuple[Size, ...], ...] = ()
    name: str = ""
    numbers: tuple[int, ...] = ()


def claims_of(source: str) -> Iterator[Claim]:
    """
    Yield the claims of a text of Python; comments on lines of their own are none.

    Args:
        source: The text.

    >>> from ptnotes.verify.claims import claims_of
    >>> [claim.shapes for claim in claims_of("x = f(y)  # (B, 3): the batch")]
    [(('B', 3),)]
    """
    if "#" not in source:
        return
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    except (tokenize.TokenError, SyntaxError):
        return  # the run reports what is no Python
    for token in tokens:
        if token.type == tokenize.COMMENT and token.line[: token.start[1]].strip():
            claim = read_claim(token.string.lstrip("# ").rstrip(), token.start[0] - 1)
            if claim:
                yield claim


def read_claim(text: str, line: int) -> Claim | None:
    """
    Return what a comment claims, or None for one that only explains.

    Args:
        text: The comment without its `#`.
        line: Its line.
    """
    if _VALUE.fullmatch(text):
        return Claim(line, text)
    found = _SHAPES.match(text)
    if found is None:
        return None
    shapes = tuple(_sizes(part) for part in re.findall(_SHAPE, found["shapes"]))
    end = found.end()
    numbers: tuple[int, ...] = ()
    if means := _MEANS.match(text, end):
        numbers = tuple(size for size in _sizes(means["numbers"]) or () if isinstance(size, int))
        end = means.end()
    if any(shape is None for shape in shapes) or not _REST.match(text[end:]):
        return None
    return Claim(
        line, text[:end], tuple(s for s in shapes if s is not None), found["name"] or "", numbers
    )


def _sizes(text: str) -> tuple[Size, ...] | None:
    """Read `(B, 3)`; None for what is no tuple of sizes, such as `(one)`."""
    inner = text[1:-1].strip()
    if not inner:
        return ()
    if "," not in inner:
        return None
    parts = [part.strip() for part in inner.removesuffix(",").split(",")]
    if not all(_SIZE.fullmatch(part) for part in parts):
        return None
    sizes = [LEADING if part in (LEADING, "...") else part for part in parts]
    return tuple(int(part) if re.fullmatch(r"\d[\d_]*", part) else part for part in sizes)


def value_of(size: Size, known: dict[str, int]) -> int | None:
    """
    Return what a size is, or None while a symbol in it has no meaning yet.

    Args:
        size: A number, a symbol or arithmetic.
        known: What symbols mean.
    """
    if isinstance(size, int):
        return size
    try:
        return int(eval(compile(ast.parse(size, mode="eval"), "<size>", "eval"), {}, dict(known)))
    except (NameError, SyntaxError, ZeroDivisionError):
        return None
