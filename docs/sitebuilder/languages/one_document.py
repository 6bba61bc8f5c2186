"""Translated words belong to the document of their page, not to one each."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment.collectors import EnvironmentCollector


class OneDocument(EnvironmentCollector):
    """
    Give every node of a page the page's document.

    Sphinx reads each translated message as a document of its own, and its nodes keep that document:
    kept on disk, a Chinese page was six times as large as the English one, and ten times as slow to
    read back.
    """

    def clear_doc(self, *_nothing: object) -> None:
        """Nothing is kept."""

    def merge_other(self, *_nothing: object) -> None:
        """Nothing is kept."""

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Change one page, before it is kept."""
        for node in doctree.findall():
            node.document = doctree
