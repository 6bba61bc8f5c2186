"""The picture of an example under its introduction, and one panel of it on its card."""

from __future__ import annotations

import sphinx_gallery.gen_rst
from docutils import nodes
from PIL import Image
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx_gallery.directives import imgsgnode

from sitebuilder.content.special_pages import in_gallery

PANEL = "Panel"  # what the engine calls the place of the largest panel in the text of a PNG
_scale = sphinx_gallery.gen_rst.scale_image


def crop_cards(app: Sphinx, config: Config) -> None:
    """Let sphinx-gallery make the picture of a card of one panel of the figure."""
    sphinx_gallery.gen_rst.scale_image = scale_panel


def scale_panel(source: str, target: str, width: int, height: int) -> None:
    """
    Write the picture of a card.

    Args:
        source: The figure, a PNG; without the place of a panel it is taken whole.
        target: Where to write.
        width: Of the card's picture, in pixels.
        height: Likewise.
    """
    with Image.open(source) as figure:
        place = figure.info.get(PANEL)
        if place is None:
            _scale(source, target, width, height)
            return
        left, top, right, bottom = map(float, place.split())
        across, down = figure.size
        panel = figure.crop((left * across, top * down, right * across, bottom * down))
        panel.thumbnail((2 * width, 2 * height))
        panel.save(target)


def move_pictures(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Show the first picture of an example before its first block of code."""
    picture = next(doctree.findall(imgsgnode), None)
    page = next(doctree.findall(nodes.section), None)
    if picture is None or page is None or not in_gallery(docname):
        return
    below = next(place for place, child in enumerate(page.children) if _holds_code(child))
    picture.parent.remove(picture)
    page.insert(below, picture)


def _holds_code(node: nodes.Node) -> bool:
    return isinstance(node, nodes.section) or any(node.findall(nodes.literal_block))
