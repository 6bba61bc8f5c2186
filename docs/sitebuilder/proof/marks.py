"""Say beside a block that it was not run and why, and at the end of a page what proved it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform

from ptnotes.verify.block import EXCUSED, Block, State, shown_hash
from ptnotes.verify.compare import VARIES
from ptnotes.verify.ledger import Entry
from sitebuilder.class_names import NOT_RUN as NOT_RUN_CLASS
from sitebuilder.class_names import PROOF_MARK, RECEIPTS
from sitebuilder.content.special_pages import VERIFICATION
from sitebuilder.languages.site_words import _
from sitebuilder.proof.ledger_lookup import blocks, entry_of, ledger, place_of, snippets

CODE = re.compile(r"`([^`]+)`")
BLANK_LINE = re.compile(r"^\s*<BLANKLINE>$", re.MULTILINE)


class MarkNotRun(SphinxTransform):
    """Set the reason before each block that was not run, to be translated with the page."""

    default_priority = 10  # before Sphinx's own translation, at 20

    def apply(self) -> None:
        """Mark the blocks of one page."""
        for node in list(snippets(self.document)):
            entry = entry_of(self.env, self.env.docname, node)
            reason = entry.block.options.not_run if entry else ""
            if reason:
                text = nodes.paragraph(reason, "", *_with_code(reason))
                text.source, text.line = self.document["source"], node.line or 1
                _before(node, _mark(NOT_RUN_CLASS, text, shown_hash(node.astext())))


def name_marks(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Open each mark with what it means, so that it is read out before the reason."""
    for mark in filter(is_not_run, doctree.findall(nodes.container)):
        next(mark.findall(nodes.paragraph)).insert(0, _label(_("Not run here")))


def mark_by_result(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Mark what awaits a GPU and what differs from run to run, in words of the site's own."""
    for node in list(snippets(doctree)):
        entry = entry_of(app.env, docname, node)
        if entry and entry.state.awaits_gpu and entry.block.kind != "output":
            _say(node, NOT_RUN_CLASS, _("Awaits a GPU"), gpu_reason(entry))
        elif entry and entry.state == EXCUSED and not entry.block.options.not_run:
            _say(node, NOT_RUN_CLASS, _("Not run here"), machine_reason(entry))
        elif VARIES in node.astext():
            reason = _("what stands at %s differs from run to run; all else is compared")
            _say(node, "varies", _("Varies"), reason % f"`{VARIES}`")


def mark_versions(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Say of a block that holds for some releases of torch which these are, and what proved it."""
    for node in list(snippets(doctree)):
        entry = entry_of(app.env, docname, node)
        if entry and (entry.block.options.since or entry.block.options.before):
            proven = ledger(app.env).proven_by(entry)
            reason = (
                _("run with torch %s") % proven.torch
                if proven
                else _("not run: no such torch here")
            )
            _say(node, "release" if proven else NOT_RUN_CLASS, releases(entry.block), reason)


def releases(block: Block) -> str:
    """Return for which releases of torch a block holds, in words."""
    since, before = (
        ".".join(map(str, release)) for release in (block.options.since, block.options.before)
    )
    if since and before:
        return _("torch %s to before %s") % (since, before)
    return _("torch %s and later") % since if since else _("torch before %s") % before


def machine_reason(entry: Entry) -> str:
    """Say what the machine lacks that a block needs."""
    words = {"cuda-toolkit": _("needs the CUDA toolkit, because this torch is a CUDA build")}
    return words[entry.block.options.needs]


def gpu_reason(entry: Entry) -> str:
    """Say how far a block came that awaits a GPU."""
    if entry.state == State.COMPILED:
        return _("compiled here, but run on no machine yet")
    return _("neither compiled nor run here: there is no nvcc")


def show_blank_lines(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Show an empty line where a session writes `<BLANKLINE>`, once the ledger is closed."""
    for node in blocks(doctree):
        text = BLANK_LINE.sub("", node.astext())
        if text != node.astext():
            place_of(node)  # the ledger knows the block as it was
            node.rawsource, node.children = text, [nodes.Text(text)]


def is_not_run(node: nodes.Node) -> bool:
    """Whether `node` is the mark of a block that was not run."""
    return isinstance(node, nodes.container) and NOT_RUN_CLASS in node.get("classes", ())


def mark_unproven(node: nodes.Element) -> None:
    """Set a visible mark before a block that nothing has proven yet (in the preview)."""
    _say(node, "unproven", _("Unproven"), _("this block has no valid receipt yet"))


def add_receipts(
    app: Sphinx, doctree: nodes.document, docname: str, entries: Sequence[Entry]
) -> None:
    """End a page with what proved it."""
    receipts = [entry.receipt for entry in entries if entry.receipt]
    skipped = sum(ledger(app.env).state_of(entry).not_run for entry in entries)
    facts = [
        _("blocks proven: %s") % (len(receipts) - skipped),
        _("not run: %s") % skipped,
        _joined(f"torch {receipt.torch}" for receipt in receipts),
        _joined(f"Python {receipt.python}" for receipt in receipts),
        _joined(receipt.system for receipt in receipts),
        _joined(receipt.device for receipt in receipts if receipt.device),
        _("newest proof: %s") % max(receipt.date for receipt in receipts),
    ]
    box = nodes.container(classes=[RECEIPTS])
    title = nodes.paragraph("", "", nodes.strong("", _("What proved this page")))
    if VERIFICATION in app.env.found_docs:
        target = app.builder.get_relative_uri(docname, VERIFICATION)
        link = nodes.reference("", _("all pages"), refuri=target, internal=True)
        title += [nodes.Text(" · "), link]
    facts_list = nodes.bullet_list(
        "", *(nodes.list_item("", nodes.paragraph("", fact)) for fact in facts)
    )
    box += [title, facts_list]
    (doctree.children[0] if isinstance(doctree.children[0], nodes.section) else doctree).append(box)


def _with_code(text: str) -> list[nodes.Node]:
    """Set what stands between backticks as code."""
    parts = CODE.split(text)
    return [nodes.literal("", p) if i % 2 else nodes.Text(p) for i, p in enumerate(parts)]


def _joined(values: Iterable[str]) -> str:
    return ", ".join(sorted(set(values)))


def _label(text: str) -> nodes.strong:
    return nodes.strong("", f"{text}{_(': ')}", classes=["mark-label"])


def _mark(kind: str, text: nodes.paragraph, shown: str) -> nodes.container:
    return nodes.container("", text, classes=[PROOF_MARK, kind], shown=shown)


def _say(node: nodes.Element, kind: str, label: str, reason: str) -> None:
    text = nodes.paragraph("", "", _label(label), *_with_code(reason))
    _before(node, _mark(kind, text, ""))


def _before(node: nodes.Element, mark: nodes.Element) -> None:
    """Insert before a block, outside the wrapper that a caption or a code cell puts around it."""
    while isinstance(node.parent, nodes.container):
        node = node.parent
    node.parent.insert(node.parent.index(node), mark)
