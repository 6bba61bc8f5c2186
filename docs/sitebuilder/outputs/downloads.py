"""
A page to take along: as a notebook and as a script, in the page's language, beside the page.

Both are made of the same finished page as its Markdown twin. Their code is what the ledger says was
run on this page; what was not run, and other languages than Python, stays text.
"""

from __future__ import annotations

import ast
import re
import textwrap
from doctest import Example
from importlib.metadata import version
from pathlib import Path, PurePosixPath
from typing import Any

import nbformat
from docutils import nodes
from nbformat import NotebookNode, v4
from sphinx.application import Sphinx

from ptnotes.verify.block import PASSED, PROMPTED_KINDS, PYTHON_KINDS, Block
from sitebuilder.class_names import RESULTS
from sitebuilder.languages.site_words import _
from sitebuilder.outputs.markdown_twin import Twin
from sitebuilder.proof.ledger_lookup import entry_of, page_of

HERE_CODE = "\0"  # stands in the text for a block that becomes code
RAISES = "raises-exception"
SHOWS = ("show", "display", "displayhook")  # one of them is no name of the page's own


class Pieces(Twin):
    """
    A page as text with places for code.

    Links of the site become words: they lead nowhere from where the reader takes the page.
    """

    def __init__(self, document: nodes.document, app: Sphinx, docname: str) -> None:
        super().__init__(document, app.builder)
        self.docname = docname
        self.page = page_of(app.env, docname)
        self.code: list[Block] = []

    def block(self, node: nodes.Element) -> str:
        """Leave a place for what was run here."""
        entry = entry_of(self.builder.env, self.docname, node)
        if entry is None or entry.state != PASSED or entry.block.page != self.page:
            return super().block(node)
        if entry.block.kind not in PYTHON_KINDS:
            return super().block(node)
        self.code.append(entry.block)
        return HERE_CODE

    def address(self, node: nodes.Element) -> str:
        """Keep links that lead out of the site, and others where its address is known."""
        if not node.get("internal") and "refid" not in node:
            return node.get("refuri", "")
        base = self.config.html_baseurl
        here = PurePosixPath(self.builder.get_target_uri(self.docname)).parent
        return f"{base}{here / super().address(node)}" if base and node.get("refuri") else ""

    def picture(self, uri: str, alt: str) -> str:
        """Say what a picture shows."""
        return f"*{alt}*"

    def visit_container(self, node: nodes.Element) -> None:
        """Leave out what the code draws and prints: it will again."""
        if RESULTS & set(node["classes"]):
            raise nodes.SkipNode

    def visit_imgsgnode(self, node: nodes.Element) -> None:
        """Leave out what an example draws."""
        raise nodes.SkipNode

    def visit_admonition(self, node: nodes.Element) -> None:
        """Quote nothing: the code of a box is code."""

    def depart_admonition(self, node: nodes.Element) -> None:
        """Show where a box ends."""
        self.add("---", prefix_eol=2, suffix_eol=2)

    def texts(self) -> list[str]:
        """Return the text before, between and after the blocks of code."""
        title, text = self.astext().split("\n", 1)
        origin = _("From ptnotes, where it was run with torch %s. Needs torch and ptnotes.")
        origin %= version("torch").split("+")[0]
        return [part.strip() for part in f"{title}\n\n*{origin}*\n{text}".split(HERE_CODE)]


def notebook(texts: list[str], code: list[Block]) -> NotebookNode:
    """Return a notebook of texts and the code between them."""
    cells = []
    for number, text in enumerate(texts):
        if text:
            cells.append(v4.new_markdown_cell(text))
        cells += cells_of(code[number]) if number < len(code) else []
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    written: NotebookNode = v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    return written


def cells_of(block: Block) -> list[NotebookNode]:
    """Return the cells of a block: a session is cut after each output, so that none is lost."""
    if block.kind not in PROMPTED_KINDS:
        return [v4.new_code_cell(block.text.strip())]
    cells, lines = [], ""
    for example in block.examples:
        if example.exc_msg and lines:
            cells.append(v4.new_code_cell(lines.strip()))
            lines = ""
        lines += example.source
        if example.want:
            tags = {"tags": [RAISES]} if example.exc_msg else {}
            cells.append(v4.new_code_cell(lines.strip(), metadata=tags))
            lines = ""
    return [*cells, v4.new_code_cell(lines.strip())] if lines else cells


def script(texts: list[str], code: list[Block]) -> str:
    """Return a script that prints what the sessions of the page print."""
    words = set(re.findall(r"\w+", "\n".join(block.text for block in code)))
    show = next(name for name in SHOWS if name not in words)
    parts = []
    for number, text in enumerate(texts):
        if text:
            comment = textwrap.indent(text, "# ", lambda line: True).replace("# \n", "#\n")
            parts.append(f"# %% [markdown]\n{comment}")
        if number < len(code):
            parts.append(f"# %%\n{statements(code[number], show)}")
    shows = any(f"\n{show}(" in part for part in parts)
    head = [f"from sys import displayhook as {show}"] if shows else []
    return "\n\n".join([*head, *parts]) + "\n"


def statements(block: Block, show: str) -> str:
    """Return a block as a script has it."""
    if block.kind not in PROMPTED_KINDS:
        return block.text.strip()
    return "".join(statement(example, show) for example in block.examples).strip()


def statement(example: Example, show: str) -> str:
    """Return what does in a script what an example does at a prompt."""
    source = example.source
    if example.exc_msg:
        body = textwrap.indent(source, "    ")
        return (
            f"try:\n{body}except Exception as error:\n"
            '    print(f"{type(error).__name__}: {error}")\n'
        )
    values = shown(source) if example.want else 0
    if not values:
        return source
    start, end = (f"{show}((", "))") if values > 1 else (f"{show}(", ")")
    if "#" in source or "\n" in source.strip():
        return f"{start}\n{textwrap.indent(source, '    ')}{end}\n"
    return f"{start}{source.strip()}{end}\n"


def shown(source: str) -> int:
    """Return how many values a prompt would show, as one tuple if several; 0 of a statement."""
    try:
        ast.parse(source.strip(), mode="eval")
    except SyntaxError:
        return 0
    call = ast.parse(f"show(\n{source})", mode="eval").body
    assert isinstance(call, ast.Call)
    return len(call.args)


def write_downloads(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Write notebook and script of a page that has code, and tell its template what there is."""
    if doctree is None:
        return
    name = pagename.rsplit("/", 1)[-1]
    context["take_away"] = [(_("Markdown"), f"{name}.md")]
    pieces = Pieces(doctree, app, pagename)
    doctree.walkabout(pieces)
    if not pieces.code:
        return
    texts, target = pieces.texts(), Path(app.outdir, pagename)
    nbformat.write(notebook(texts, pieces.code), f"{target}.ipynb")
    Path(f"{target}.py").write_text(script(texts, pieces.code), "utf-8")
    kinds = [(_("Notebook"), f"{name}.ipynb"), (_("Script"), f"{name}.py")]
    context["take_away"] = [*kinds, *context["take_away"]]
