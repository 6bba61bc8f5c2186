"""What reads the same in every language, and what no reader is to see."""

from __future__ import annotations

import re

from docutils import nodes
from lxml.html import HtmlComment, fragment_fromstring
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

from sitebuilder.content.special_pages import GLOSSARY

TERM_COLUMNS = 2  # of the glossary: the English term and the Chinese one
_WORD = re.compile(r"[^\W\d_]")


class KeepFixedText(SphinxTransform):
    """
    Withhold from translators what is the same in both languages.

    Display maths, paragraphs made of code and maths alone, and the terms of the glossary.
    """

    default_priority = 10  # before Sphinx's own translation, at 20

    def apply(self) -> None:
        """Mark the nodes of one page."""
        for maths in self.document.findall(nodes.math_block):
            maths["translatable"] = False
        for node in self.document.findall(nodes.TextElement):
            if isinstance(node, nodes.paragraph | nodes.term) and is_fixed(node):
                node["translatable"] = False
        if self.env.docname == GLOSSARY:
            for row in self.document.findall(nodes.row):
                for cell in row.children[:TERM_COLUMNS]:
                    for paragraph in cell.findall(nodes.paragraph):
                        paragraph["translatable"] = False


class DropComments(SphinxTransform):
    """Drop HTML comments: `<!-- verify: ... -->` is for the engine, not for the page."""

    default_priority = 10

    def apply(self) -> None:
        """Remove the comments of one page."""
        for node in list(self.document.findall(nodes.raw)):
            if node.get("format") == "html" and is_comment(node.astext()):
                node.parent.remove(node)


def is_comment(text: str) -> bool:
    """
    Whether a piece of HTML is comments alone.

    >>> is_comment("<!-- verify: not-run=needs <two> GPUs --> <!-- and -->")
    True
    >>> is_comment("<!-- a --> and a word")
    False
    """
    if not text.strip().startswith("<!--"):
        return False
    pieces = fragment_fromstring(text, create_parent="div")
    comments = all(isinstance(piece, HtmlComment) for piece in pieces)
    return comments and not "".join(pieces.xpath("text()")).strip()


def is_fixed(node: nodes.Element) -> bool:
    """Whether no word of `node` stands outside code and maths."""
    if any(isinstance(child, nodes.Element) and not _is_code(child) for child in node.children):
        return False
    words = "".join(child.astext() for child in node.children if isinstance(child, nodes.Text))
    return bool(node.children) and not _WORD.search(words)


def _is_code(node: nodes.Node) -> bool:
    """Whether `node` is code, maths, or a link whose words are the title of its target."""
    if isinstance(node, addnodes.pending_xref):
        return not node.get("refexplicit")
    return isinstance(node, nodes.literal | nodes.math)
