"""What a page is about, in a sentence or two: for search engines, cards and `llms.txt`."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from sitebuilder.languages.chinese_spaces import BETWEEN

LONGEST = 200  # characters that a search engine shows
SENTENCE_END = re.compile(r"(?<=[。！？])|(?<=[.!?])\s")
TEX = re.compile(r"\\[a-zA-Z]+|[{}$\\]")


_known: dict[str, str] = {}  # to read a page back from the disk is dear


def summary_of(env: BuildEnvironment, docname: str) -> str:
    """Return the beginning of a page's first paragraph, in the language of the build."""
    if docname not in _known:
        _known[docname] = _summary(env, docname)
    return _known[docname]


def _summary(env: BuildEnvironment, docname: str) -> str:
    for section in env.get_doctree(docname).findall(nodes.section):
        for node in section.children:
            if isinstance(node, nodes.paragraph) and node.astext():
                return shortened(BETWEEN.sub("", " ".join(_plain(env, node).split())))
    return ""


def shortened(text: str) -> str:
    """
    Return as many whole sentences of `text` as fit, or as much of the first one as fits.

    >>> shortened("One. Two.")
    'One. Two.'
    """
    if len(text) <= LONGEST:
        return text
    kept = ""
    for sentence in SENTENCE_END.split(text):
        if len(kept) + len(sentence) > LONGEST:
            break
        kept = f"{kept} {sentence}" if kept.isascii() and kept else kept + sentence
    return kept or text[:LONGEST].rstrip() + "…"


def _plain(env: BuildEnvironment, node: nodes.Node) -> str:
    """Return the text of a node, formulas without TeX commands, a page's title for its name."""
    if isinstance(node, nodes.math):
        return TEX.sub("", node.astext().replace("\\sqrt", "√"))
    if isinstance(node, addnodes.pending_xref) and node["reftype"] == "doc":
        title = env.titles.get(node["reftarget"].removeprefix("/"))
        return title.astext() if title and not node["refexplicit"] else node.astext()
    if isinstance(node, nodes.Text) or not node.children:
        return node.astext()
    return "".join(_plain(env, child) for child in node.children)


def forget(app: Sphinx, env: BuildEnvironment) -> None:
    """Forget what pages were about before they were read again."""
    _known.clear()


def describe(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Give the page's head its description."""
    if pagename in app.env.found_docs:
        context["description"] = summary_of(app.env, pagename)
