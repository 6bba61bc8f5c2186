"""
Ways from a page to the repository, where `PTNOTES_REPOSITORY` says its address.

An "edit this page" link, and beside each block one that reports an error in it.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from docutils import nodes
from sphinx.application import Sphinx

from sitebuilder.languages.site_words import _
from sitebuilder.proof.ledger_lookup import page_of, root_of, snippets


def add_edit_link(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Tell the template where the text of the page is edited: in Chinese, its catalog."""
    repository = app.config.repository
    if not repository or pagename not in app.env.found_docs:
        return
    catalog = f"docs/locale/{app.config.language}/LC_MESSAGES/{pagename}.po"
    source = catalog if (root_of(app.env) / catalog).exists() else page_of(app.env, pagename)
    context["edit_link"] = f"{repository}/edit/main/{source}"


def add_report_links(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Add after each block of a page a link that opens a report with page and block filled in."""
    if not app.config.repository or app.builder.format != "html":
        return
    page = page_of(app.env, docname)
    for number, node in enumerate(list(snippets(doctree)), 1):
        first = next((line for line in node.astext().splitlines() if line.strip()), "")
        text = f"{page}, {app.config.language}, block {number}: `{first.strip()}`\n\n"
        query = urlencode({"title": f"{page}: block {number}", "body": text})
        uri = f"{app.config.repository}/issues/new?{query}"
        label = _("Report an error in block %s") % number
        link = nodes.reference("", label, refuri=uri, reftitle=label, internal=False)
        report = nodes.container("", nodes.paragraph("", "", link), classes=["report"])
        node.parent.insert(node.parent.index(node) + 1, report)
