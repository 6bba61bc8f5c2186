"""The words that sphinx-gallery writes itself: cards in raw HTML, and links that ours replace."""

from __future__ import annotations

import html
import re

from docutils import nodes
from lxml.html import fragment_fromstring
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx_gallery._doctree_links import CodeLinksTransform

from sitebuilder.class_names import (
    DOWNLOAD_NOTE,
    GALLERY_CARD,
    GALLERY_CARD_TITLE,
    GALLERY_FILTER,
    GALLERY_FOOTER,
)
from sitebuilder.content.page_summaries import summary_of
from sitebuilder.content.special_pages import GALLERY, in_gallery
from sitebuilder.languages.site_words import _


class OwnGalleryLinks(SphinxTransform):
    """Remove the download links of gallery pages: ours (`downloads`) are in the page's language."""

    default_priority = 10  # before Sphinx's own translation, at 20

    def apply(self) -> None:
        """Change one page."""
        if not in_gallery(self.env.docname):
            return
        for note in list(self.document.findall(_is_download_note)):
            note.parent.remove(note)
        for footer in list(self.document.findall(_is_footer)):
            footer.parent.remove(footer)
        self._name_cards()

    def _name_cards(self) -> None:
        """
        Say of the raw HTML around each card's link which part of which card it is.

        The first part opens the card, the second holds its title and closes it.
        """
        opening, example = None, ""
        for node in list(self.document.findall()):
            if isinstance(node, nodes.raw) and _has_class(node, GALLERY_CARD):
                opening = node
            elif opening and isinstance(node, addnodes.pending_xref) and node["reftype"] == "doc":
                example = node["reftarget"].removeprefix("/")
                opening.attributes |= {"example": example, "part": GALLERY_CARD}
            elif opening and isinstance(node, nodes.raw) and _has_class(node, GALLERY_CARD_TITLE):
                node.attributes |= {"example": example, "part": GALLERY_CARD_TITLE}
                opening = None


def translate_cards(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Give each card the title and the beginning of its example as that page has them."""
    for node in doctree.findall(nodes.raw):
        if node.get("example") in app.env.found_docs:
            title = html.escape(app.env.titles[node["example"]].astext())
            intro = html.escape(summary_of(app.env, node["example"]))
            written = {
                GALLERY_CARD: f'<div class="{GALLERY_CARD}" tooltip="{intro}">',
                GALLERY_CARD_TITLE: f'  <div class="{GALLERY_CARD_TITLE}">{title}</div>\n</div>',
            }
            node.children = [nodes.Text(written[node["part"]])]


def add_chapter_links(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """
    Lead from the top of the gallery to each chapter.

    A script makes the links leave one chapter on the page; they stand there before it runs, so
    that nothing moves.
    """
    gallery = next(doctree.findall(nodes.section), None)
    if docname != GALLERY or gallery is None:
        return
    chapters = [child for child in gallery.children if isinstance(child, nodes.section)]
    if len(chapters) < 2:
        return
    bar = nodes.bullet_list("", classes=[GALLERY_FILTER])
    for section, words in [(gallery, _("All")), *((c, c[0].astext()) for c in chapters)]:
        link = nodes.reference("", words, refid=section["ids"][0], internal=True)
        bar += nodes.list_item("", nodes.paragraph("", "", link))
    gallery.insert(gallery.index(chapters[0]), bar)


def _has_class(node: nodes.raw, name: str) -> bool:
    """Whether an element in a piece of raw HTML, which may leave it open, has a class."""
    if not (text := node.astext().strip()):
        return False
    found = fragment_fromstring(text, create_parent="div")
    return any(name in (element.get("class") or "").split() for element in found.iter())


def _is_download_note(node: nodes.Node) -> bool:
    classes = node.get("classes", ()) if isinstance(node, nodes.Element) else ()
    return DOWNLOAD_NOTE in classes


def _is_footer(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and GALLERY_FOOTER in node["classes"]


def reread_cards(app: Sphinx, *changes: object) -> list[str]:
    """Read pages of cards again on every build: their words are those of other pages."""
    return [name for name in app.env.found_docs if re.fullmatch(r"gallery(/.+)?/index", name)]


def keep_literal_blocks(app: Sphinx) -> None:
    """Take out the transform that turns code into linked words, which the ledger cannot see."""
    app.registry.post_transforms.remove(CodeLinksTransform)
