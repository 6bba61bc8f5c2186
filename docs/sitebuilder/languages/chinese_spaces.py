"""
No space between two Chinese characters.

A role is parted from the words around it, and only the build knows whether the title that comes in
its place begins with a Chinese character or a Latin letter, which is to have one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from docutils import nodes
from sphinx.application import Sphinx

from sitebuilder.languages.site_languages import CHINESE

CHARACTER = r"[\u2014\u2018-\u201d\u2026\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef]"
BETWEEN = re.compile(rf"(?<={CHARACTER}) +(?={CHARACTER})")
AFTER = re.compile(rf"{CHARACTER} +\Z")
BEFORE = re.compile(rf"\A +{CHARACTER}")
STARTS = re.compile(CHARACTER)
ENDS = re.compile(rf"{CHARACTER}\Z")


def close_up(pieces: Sequence[str]) -> list[str]:
    """
    Return the pieces of a text with nothing between the Chinese characters at their ends.

    >>> close_up(["详见 ", "注意力", " 与 ", "Transformer", " 两页。"])
    ['详见', '注意力', '与 ', 'Transformer', ' 两页。']
    """
    closed = list(pieces)
    for n, (left, right) in enumerate(pairwise(pieces)):
        if AFTER.search(left) and STARTS.match(right):
            closed[n] = closed[n].rstrip()
        if ENDS.search(left) and BEFORE.match(right):
            closed[n + 1] = closed[n + 1].lstrip()
    return closed


def close_up_page(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Close up the text of a Chinese page, link titles included."""
    if app.config.language != CHINESE.code:
        return
    for block in doctree.findall(_is_running_text):
        texts = list(block.findall(nodes.Text))
        for text, closed in zip(texts, close_up([t.astext() for t in texts]), strict=True):
            if closed != text.astext():
                text.parent.replace(text, nodes.Text(closed))


def _is_running_text(node: nodes.Node) -> bool:
    fixed = nodes.Inline | nodes.FixedTextElement
    return isinstance(node, nodes.TextElement) and not isinstance(node, fixed)
