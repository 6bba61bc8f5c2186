"""
What pictures show, in words, in the page's language.

A code cell says it in its options, which no catalog reaches; a gallery script in `.. alt::`, since
sphinx-gallery would say no more than the English titles of the axes.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx_gallery.directives import imgsgnode

logger = logging.getLogger(__name__)
CLASS = "alt-text"


class AltText(SphinxDirective):
    """What the picture of this section shows."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return a paragraph, to be translated with the page."""
        self.assert_has_content()
        text = " ".join(self.content)
        found = nodes.paragraph(text, text, classes=[CLASS])
        self.set_source_info(found)
        return [found]


class OfferAltTexts(SphinxTransform):
    """Put the alt text of each cell into a paragraph, to be translated with the page."""

    default_priority = 10  # before Sphinx's own translation, at 20

    def apply(self) -> None:
        """Read the options of the cells of one page."""
        for cell in list(self.document.findall(nodes.container)):
            metadata: dict[str, Any] = cell.get("cell_metadata", {})
            options = metadata.get("mystnb", {})
            if alt := options.get("image", {}).get("alt"):
                text = nodes.paragraph(alt, alt, classes=[CLASS])
                text.source, text.line = self.document["source"], cell.line or 1
                cell.append(text)


def place_alt_texts(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Give the translated texts to the pictures that they stand beside."""
    if app.builder.format != "html":
        return  # the messages of a page are read off only now
    told: set[nodes.Node] = set()
    for text in list(doctree.findall(_is_alt_text)):
        pictures = list(text.parent.findall(_is_picture))
        if not pictures:
            logger.warning("this alt text has no picture beside it", location=text)
        for picture in pictures:
            picture["alt"] = text.astext()
        told.update(pictures)
        text.parent.remove(text)
    for picture in [p for p in doctree.findall(imgsgnode) if p not in told]:
        logger.warning("%s: a picture has no `.. alt::` beside it", docname, location=picture)


def _is_alt_text(node: nodes.Node) -> bool:
    return isinstance(node, nodes.paragraph) and CLASS in node["classes"]


def _is_picture(node: nodes.Node) -> bool:
    return isinstance(node, nodes.image | imgsgnode)
