"""`know-first: sequence/attention` in a note's front matter: which notes it builds on."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging

from sitebuilder.languages.site_words import _

logger = logging.getLogger(__name__)
KEY = "know-first"


def add_prerequisites(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Name below a page's title the notes to know first, as links."""
    names = str(app.env.metadata[docname].get(KEY, "")).replace(",", " ").split()
    if not names:
        return
    line = nodes.paragraph("", "", nodes.strong("", _("Know first")), nodes.Text(_(": ")))
    for number, name in enumerate(f"notes/{name}" for name in names):
        if name not in app.env.titles:
            logger.warning("%s: there is no note %s", KEY, name, location=docname)
            continue
        uri = app.builder.get_relative_uri(docname, name)
        title = app.env.titles[name].astext()
        link = nodes.reference("", title, refuri=uri, internal=True)
        line += [nodes.Text(_(", ") if number else ""), link]
    line["classes"].append(KEY)
    next(iter(doctree.findall(nodes.title))).parent.insert(1, line)
