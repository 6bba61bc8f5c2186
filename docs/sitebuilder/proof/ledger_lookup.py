"""What the ledger knows of the blocks of a page; shared by the extensions that show it."""

from __future__ import annotations

import functools
import os
import pickle
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from docutils import nodes
from sphinx.environment import BuildEnvironment

from ptnotes.verify.block import shown_hash
from ptnotes.verify.ledger import Entry, Ledger, open_ledger
from sitebuilder.class_names import RESULTS
from sitebuilder.content.special_pages import in_gallery

HANDED = "PTNOTES_LEDGER"


def ledger(env: BuildEnvironment) -> Ledger:
    """Return the ledger of the project that the pages belong to, read once a build."""
    return _open(root_of(env))


def forget_ledger() -> None:
    """Read the ledger anew when it is next asked for."""
    _open.cache_clear()


@functools.cache
def _open(root: Path) -> Ledger:
    handed = handed_over()
    return handed if handed is not None else open_ledger(root)


def hand_over(root: Path, file: Path) -> None:
    """
    Read the ledger once for all runs of Sphinx that this process is going to start.

    Args:
        root: The project's folder.
        file: Where to leave it for them; nothing may change until they are done.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(pickle.dumps(open_ledger(root)))
    os.environ[HANDED] = str(file)


def handed_over() -> Ledger | None:
    """Return the ledger that the process which started this one has read, if it has."""
    file = os.environ.get(HANDED)
    found = pickle.loads(Path(file).read_bytes()) if file else None
    assert found is None or isinstance(found, Ledger)
    return found


def root_of(env: BuildEnvironment) -> Path:
    """Return the project's folder: the pages lie in its `docs/`."""
    return Path(env.srcdir).resolve().parent


def page_of(env: BuildEnvironment, docname: str) -> str:
    """Return the page, as the ledger names it, that a document is made of."""
    if in_gallery(docname):
        return f"{docname}.py"
    return env.doc2path(docname).resolve().relative_to(root_of(env)).as_posix()


def docname_of(page: str) -> str:
    """Return the document on which a reader finds the blocks of a page, if it exists."""
    stem = page.rsplit(".", 1)[0]
    folder, _, rest = stem.partition("/")
    if folder == "docs":
        return rest
    if folder == "ptnotes":
        return f"api/{rest}"
    return stem


def blocks(doctree: nodes.Element) -> Iterator[nodes.Element]:
    """Yield every preformatted block of a page."""
    kinds = nodes.literal_block | nodes.doctest_block
    return (node for node in doctree.findall(nodes.Element) if isinstance(node, kinds))


def snippets(doctree: nodes.Element) -> Iterator[nodes.Element]:
    """Yield every block of code that a reader of the page can see and that no build has written."""
    return (node for node in blocks(doctree) if not _is_result(node))


def entry_of(env: BuildEnvironment, docname: str, node: nodes.Element) -> Entry | None:
    """Return the ledger's entry of a block of a document, or None for one that it does not know."""
    shown, nth = place_of(node)
    return ledger(env).find(shown, page_of(env, docname), nth)


def place_of(node: nodes.Element) -> tuple[str, int]:
    """
    Return the hash of a block's text, and how many blocks of this text stand before it.

    Both are kept in the document, so that what later phases change counts for nothing.
    """
    if "nth" not in node:
        root = node
        while root.parent is not None:
            root = root.parent
        before: Counter[str] = Counter()
        for block in snippets(root):
            block["shown"] = block.get("shown") or shown_hash(block.astext())
            block["nth"] = before[block["shown"]]
            before[block["shown"]] += 1
    return node.get("shown") or shown_hash(node.astext()), node.get("nth", 0)


def _is_result(node: nodes.Element | None) -> bool:
    while node is not None:
        if RESULTS & set(node.get("classes", ())):
            return True
        node = node.parent
    return False
