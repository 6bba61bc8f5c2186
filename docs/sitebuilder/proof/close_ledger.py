"""Close the ledger on what the reader sees: a block without a valid receipt fails the build."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Set as AbstractSet
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.util import logging

from ptnotes.verify.block import FAILED
from sitebuilder.outputs.parsed_html import parsed
from sitebuilder.proof.ledger_lookup import (
    blocks,
    entry_of,
    forget_ledger,
    ledger,
    page_of,
    place_of,
    snippets,
)
from sitebuilder.proof.marks import add_receipts, mark_unproven

Place = tuple[str, int]  # as `place_of` gives it

logger = logging.getLogger(__name__)


def read_ledger_anew(app: Sphinx) -> None:
    """Forget what a former build of this process has read."""
    forget_ledger()


class Receipts(EnvironmentCollector):
    """
    Remember which receipts a page was last read with, and read it again when they have changed.

    Without this an unchanged page would keep the proof of another day, or of another torch.
    """

    def clear_doc(self, app: Sphinx, env: BuildEnvironment, docname: str) -> None:
        """Forget a page."""
        _seen(env).pop(docname, None)

    def merge_other(
        self,
        app: Sphinx,
        env: BuildEnvironment,
        docnames: AbstractSet[str],
        other: BuildEnvironment,
    ) -> None:
        """Take over what a parallel reader saw."""
        _seen(env).update({name: _seen(other)[name] for name in docnames if name in _seen(other)})

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Remember the blocks of the page being read and the receipts behind them."""
        docname = app.env.docname
        places = [place_of(node) for node in snippets(doctree)]
        if places:
            _seen(app.env)[docname] = (places, _signature(app.env, docname, places))

    def get_outdated_docs(
        self,
        app: Sphinx,
        env: BuildEnvironment,
        added: set[str],
        changed: set[str],
        removed: set[str],
    ) -> list[str]:
        """Name the pages whose receipts are not those they were read with."""
        return [
            docname
            for docname, (places, signature) in _seen(env).items()
            if docname in env.found_docs and _signature(env, docname, places) != signature
        ]


def close(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Look up every block of a finished page; name those that nothing has proven."""
    if app.builder.format != "html":
        return
    proven = []
    for node in list(snippets(doctree)):
        entry = entry_of(app.env, docname, node)
        if entry is not None and entry.state != FAILED:
            proven.append(entry)
        elif os.environ.get("PTNOTES_PREVIEW") == "1":
            mark_unproven(node)
        else:
            first = next((line for line in node.astext().splitlines() if line.strip()), "")
            logger.warning(
                "%s: no valid receipt for the block that begins %r; prove it first",
                page_of(app.env, docname),
                first.strip(),
                location=node,
                type="ledger",
            )
    if proven:
        add_receipts(app, doctree, docname, proven)


def count(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Compare the finished HTML with the ledger: no block reaches the reader as something else."""
    if doctree is None:
        return
    known = sum(1 for _node in blocks(doctree))
    shown = len(parsed(context["body"]).findall(".//pre"))
    if shown != known:
        logger.warning(
            "%s: the page shows %d blocks and the ledger has seen %d",
            page_of(app.env, pagename),
            shown,
            known,
            location=pagename,
            type="ledger",
        )


def _seen(env: BuildEnvironment) -> dict[str, tuple[list[Place], str]]:
    seen: dict[str, tuple[list[Place], str]] = env.__dict__.setdefault("ptnotes_receipts", {})
    return seen


def _signature(env: BuildEnvironment, docname: str, places: list[Place]) -> str:
    digest = hashlib.sha256()
    for shown, nth in places:
        entry = ledger(env).find(shown, page_of(env, docname), nth)
        digest.update(repr(entry and (entry.receipt, ledger(env).state_of(entry))).encode())
    return digest.hexdigest()
