"""`{chapters}`: every chapter of notes as a card, with what it is about and the notes in it."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from sitebuilder.content.page_summaries import summary_of
from sitebuilder.content.special_pages import NOTES


class chapter_list(nodes.General, nodes.Element):  # noqa: N801 - docutils names its nodes so
    """The place of the cards."""


class Chapters(SphinxDirective):
    """All chapters, in reading order."""

    def run(self) -> list[nodes.Node]:
        """Return the place; it is filled when all pages are read."""
        self.env.note_reread()  # chapters gain notes while this page does not change
        return [chapter_list()]


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the cards in their place."""
    for place in list(doctree.findall(chapter_list)):
        chapters = app.env.toctree_includes.get(NOTES, [])
        place.replace_self(
            nodes.container(
                "", *(_card(app, docname, name) for name in chapters), classes=["cards"]
            )
        )


def _card(app: Sphinx, docname: str, chapter: str) -> nodes.Element:
    title = nodes.paragraph("", "", _link(app, docname, chapter), classes=["card-title"])
    about = nodes.paragraph("", summary_of(app.env, chapter))
    notes = nodes.bullet_list()
    for name in app.env.toctree_includes.get(chapter, []):
        notes += nodes.list_item("", nodes.paragraph("", "", _link(app, docname, name)))
    return nodes.container("", title, about, notes, classes=["card"])


def _link(app: Sphinx, docname: str, target: str) -> nodes.reference:
    uri = app.builder.get_relative_uri(docname, target)
    title = app.env.titles[target]
    words = (child.deepcopy() for child in title.children)
    return nodes.reference("", "", *words, refuri=uri, internal=True)
