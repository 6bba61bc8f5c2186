"""
What pictures show, in words, in the page's language.

A code cell says it in its options, which no catalog reaches, and a gallery picture in the English
titles of its axes.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx_gallery.directives import imgsgnode
from ui import _

CLASS = "alt-text"


class OfferAltTexts(SphinxTransform):
    """Put the alt text of each cell into a paragraph, to be translated with the page."""

    default_priority = 10  # before Sphinx's own translation, at 20

    def apply(self) -> None:
        """Read the options of the cells of one page."""
        for cell in list(self.document.findall(nodes.container)):
            options = cell.get("cell_metadata", {}).get("mystnb", {})
            if alt := options.get("image", {}).get("alt"):
                text = nodes.paragraph(alt, alt, classes=[CLASS])
                text.source, text.line = self.document["source"], cell.line or 1
                cell.append(text)


def place_alt_texts(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Give the translated texts to the pictures they belong to."""
    if app.builder.format != "html":
        return  # the messages of a page are read off only now
    for text in list(doctree.findall(_is_alt_text)):
        for picture in text.parent.findall(nodes.image):
            picture["alt"] = text.astext()
        text.parent.remove(text)
    if app.config.language != "en":
        title = app.env.titles[docname].astext()
        for picture in doctree.findall(imgsgnode):
            picture["alt"] = _("Figure: %s") % title


def _is_alt_text(node: nodes.Node) -> bool:
    return isinstance(node, nodes.paragraph) and CLASS in node["classes"]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register both halves."""
    app.add_transform(OfferAltTexts)
    app.connect("doctree-resolved", place_alt_texts)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
