"""
Compare what a page says is printed with what was printed.

All text counts: words, dtype, shape, device, sign, the decimal point. Only a number may differ, by
half a unit of its last printed digit, or by the tolerance that its block states.
"""

from __future__ import annotations

import difflib
import re
from decimal import Decimal

VARIES = "⟨varies⟩"

# A number is a word of its own: the 32 of float32 and the 0x7f of an address are text.
_NUMBER = re.compile(r"(?<![\w.])\d+(?P<point>\.\d*)?(?P<exponent>[eE][-+]?\d+)?(?![\w.])")
_BLANK_LINE = re.compile(r"^[ ]*<BLANKLINE>[ ]*$", re.MULTILINE)


def difference(expected: str, got: str, tolerance: float | None = None) -> str | None:
    """
    Say how `got` differs from `expected`, or return None when it does not.

    Args:
        expected: Text as a page prints it; `⟨varies⟩` stands for any text within a line, and
            `<BLANKLINE>` for a blank line.
        got: Text as it was printed.
        tolerance: How far a number may lie from the printed one, times the larger of 1 and its
            size.

    >>> from ptnotes.verify.compare import difference
    >>> difference("tensor([0.333])", "tensor([0.3334])") is None
    True
    >>> print(difference("shape (2, 3)", "shape (3, 2)"))
    expected: shape (2, 3)
    got:      shape (3, 2)
    """
    expected = _lines(_BLANK_LINE.sub("", expected))
    got = _lines(got)
    pattern, numbers = _pattern(expected)
    match = re.fullmatch(pattern, got)
    if match and all(
        _close(said, was, tolerance) for said, was in zip(numbers, match.groups(), strict=True)
    ):
        return None
    return _show(expected, got)


def _lines(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines())


def _pattern(expected: str) -> tuple[str, list[str]]:
    """Turn expected text into a regular expression with one group for each number."""
    parts: list[str] = []
    numbers: list[str] = []
    for i, piece in enumerate(expected.split(VARIES)):
        if i:
            parts.append(r"[^\n]+?")
        end = 0
        for match in _NUMBER.finditer(piece):
            parts.append(re.escape(piece[end : match.start()]))
            point = r"\.\d*" if match["point"] else ""
            exponent = r"[eE][-+]?\d+" if match["exponent"] else ""
            parts.append(rf"(\d+{point}{exponent})")
            numbers.append(match[0])
            end = match.end()
        parts.append(re.escape(piece[end:]))
    return "".join(parts), numbers


def _close(said: str, was: str, tolerance: float | None) -> bool:
    expected, got = Decimal(said), Decimal(was)
    if tolerance is not None:
        return abs(got - expected) <= Decimal(str(tolerance)) * max(Decimal(1), abs(expected))
    if said.endswith("."):
        # torch prints `2.` for a whole number only, so it claims one.
        return got == expected
    last_digit = Decimal(1).scaleb(int(expected.as_tuple().exponent))
    return 2 * abs(got - expected) <= last_digit if "." in said else got == expected


def _show(expected: str, got: str) -> str:
    if "\n" not in expected and "\n" not in got:
        return f"expected: {expected or '(nothing)'}\ngot:      {got or '(nothing)'}"
    lines = difflib.ndiff(expected.splitlines(), got.splitlines())
    marks = {"- ": "expected: ", "+ ": "got:      ", "  ": "          "}
    return "\n".join(marks[line[:2]] + line[2:] for line in lines if line[:2] in marks)
