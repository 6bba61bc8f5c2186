"""
Where a line may end: not before a comma, not after an opening bracket, not inside a word of code.

To a browser a formula is a box, and it ends a line before and after every box, whatever character
stands there; so that character is held to its box. Words of code are whole, and those that might be
wider than a phone end lines at their joints.
"""

from __future__ import annotations

import re

from docutils import nodes
from sphinx.application import Sphinx

OPENING = r"(\[（《「“‘"
BEFORE = re.compile(rf"[{OPENING}\w+/-](?<![\u3400-\u9fff])\Z")
AFTER = re.compile(rf"\A[^\s{OPENING}\u3400-\u9fff]")
LONG = re.compile(r"\S{25,}")
LONG_IN_TITLE = re.compile(r"\S{18,}")  # whose letters are larger
JOINT = "._/:=-"
PIECE = re.compile(rf"[{JOINT}]*[^{JOINT}]{{1,24}}[{JOINT}]*|[{JOINT}]+")


def guide_lines(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Say of each word of code and each formula where a line may end."""
    if app.builder.format != "html":
        return
    for code in doctree.findall(nodes.literal):
        long = LONG_IN_TITLE if isinstance(code.parent, nodes.title) else LONG
        if long.search(code.astext()):
            _joint(code, long)
    for formula in list(doctree.findall(nodes.math)):
        _hold(formula)


def _joint(code: nodes.literal, long: re.Pattern[str]) -> None:
    """Let a line end at the joints of the long words of some code."""
    parts = long.sub(lambda word: "\0".join(PIECE.findall(word[0])), code.astext()).split("\0")
    code.children = []
    for part in parts:
        code += [nodes.Text(part), nodes.raw("", "<wbr>", format="html")]
    code.pop()


def _hold(formula: nodes.math) -> None:
    """Hold to a formula what stands directly beside it."""
    place = formula.parent.index(formula)
    before = _cut(formula.parent, place - 1, BEFORE)
    after = _cut(formula.parent, place + 1, AFTER)
    if before or after:
        held = nodes.inline(classes=["held"])
        formula.parent.replace(formula, held)
        held += [nodes.Text(before), formula, nodes.Text(after)]


def _cut(parent: nodes.Element, place: int, pattern: re.Pattern[str]) -> str:
    """Take from the text at `place`, if there is one, the character that `pattern` finds."""
    text = parent.children[place] if 0 <= place < len(parent) else None
    if not isinstance(text, nodes.Text) or (found := pattern.search(text)) is None:
        return ""
    parent[place] = nodes.Text(pattern.sub("", text))
    return found[0]
