"""`{verification} part`: the tables of the Verification page, made from the ledger."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from ptnotes.verify.block import FAILED, PASSED, State
from ptnotes.verify.ledger import Entry, Ledger
from ptnotes.verify.records import Record
from sitebuilder.content.tables import Cell, table
from sitebuilder.languages.site_languages import CHINESE
from sitebuilder.languages.site_words import _
from sitebuilder.proof.ledger_lookup import docname_of, ledger
from sitebuilder.proof.marks import gpu_reason, is_not_run, machine_reason, releases

Place = tuple[Sphinx, str]
ZH = ".zh-CN.md"  # how a page outside docs/ ends that is Chinese


class verification_part(nodes.General, nodes.Element):  # noqa: N801 - docutils names its nodes so
    """The place of a table."""


class Verification(SphinxDirective):
    """One table, by the name of a part."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the place; it is filled when the ledger is complete."""
        part = self.arguments[0]
        if part not in PARTS:
            raise self.error(f"verification: {part!r} is none of {', '.join(PARTS)}")
        self.env.note_reread()  # receipts change while this page does not
        return [verification_part(part=part)]


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put the tables in their places."""
    for place in list(doctree.findall(verification_part)):
        place.replace_self(PARTS[place["part"]]((app, docname), ledger(app.env)))


def kinds(place: Place, known: Ledger) -> nodes.Node:
    """Count the blocks by kind and result."""
    entries = known.entries
    names = sorted({entry.block.kind for entry in entries})
    groups = {name: [e for e in entries if e.block.kind == name] for name in names}
    rows: list[list[Cell]] = [
        [kind_name(name), *_counts(known, group)] for name, group in groups.items()
    ]
    rows.append([nodes.strong("", _("all")), *_counts(known, entries)])
    return table([_("Kind"), *_results()], rows)


def pages(place: Place, known: Ledger) -> nodes.Node:
    """Count the blocks of each page."""
    names = sorted({entry.block.page for entry in known.entries})
    rows = [[_link(place, name), *_counts(known, known.of_page(name))] for name in names]
    return table([_("Page"), *_results()], rows)


def torches(place: Place, known: Ledger) -> nodes.Node:
    """Say of each torch, in a column of its own, what it has proven, and with what."""
    records = known.records
    counts = [_results_of(record, known) for record in records]
    rows: list[list[Cell]] = [
        [name, *(str(count[number]) for count in counts)]
        for number, name in enumerate([*_results(), _("for other releases")])
    ]
    facts = {
        "Python": [record.python for record in records],
        _("System"): [record.system for record in records],
        _("Device"): [record.device for record in records],
        _("Newest proof"): [record.date for record in records],
    }
    rows += [[name, *values] for name, values in facts.items()]
    return table(["", *(f"torch {record.torch}" for record in records)], rows)


def _results_of(record: Record, known: Ledger) -> tuple[int, int, int, int]:
    """Count what a torch has proven, not run, not proven as it stands, and leaves to others."""
    states = [record.states.get(entry.content, FAILED) for entry in known.entries]
    others = states.count(State.OTHER_TORCH)
    skipped = sum(state.not_run for state in states) - others
    return states.count(PASSED), skipped, states.count(FAILED), others


def versions(place: Place, known: Ledger) -> nodes.Node:
    """List each block that a release of torch changes."""
    found = [e for e in known.entries if e.block.options.since or e.block.options.before]
    if not found:
        return nodes.paragraph("", _("No block differs between the releases above."))
    proofs = [known.proven_by(entry) for entry in found]
    rows = [
        [
            _link(place, entry.block.page),
            nodes.literal("", _first_line(entry)),
            releases(entry.block),
            f"torch {proof.torch}" if proof else _("not run"),
        ]
        for entry, proof in zip(found, proofs, strict=True)
    ]
    return table([_("Page"), _("Block"), _("Holds for"), _("Run with")], rows)


def not_run(place: Place, known: Ledger) -> nodes.Node:
    """List each block that was not run, with its reason and the day it is to be looked at again."""
    skipped = [entry for entry in known.entries if _is_excused(entry)]
    if not skipped:
        return nodes.paragraph("", _("Every block was run."))
    reasons = _reasons(place[0], skipped)
    rows = [
        [
            _link(place, entry.block.page),
            nodes.literal("", _first_line(entry)),
            reasons[entry.block.shown],
            _review(entry.block.options.review),
        ]
        for entry in skipped
    ]
    return table([_("Page"), _("Block"), _("Reason"), _("Review")], rows)


def _is_excused(entry: Entry) -> bool:
    return entry.state.not_run and entry.state != State.OTHER_TORCH


def environment(place: Place, known: Ledger) -> nodes.Node:
    """Say with what the blocks were proven, and when."""
    entries = known.entries
    seen = Counter(
        (e.receipt.torch, e.receipt.python, e.receipt.system, e.receipt.device)
        for e in entries
        if e.receipt
    )
    rows = [[*key, str(count)] for key, count in sorted(seen.items())]
    dates = [e.receipt.date for e in entries if e.receipt]
    found = table(["torch", "Python", _("System"), _("Device"), _("Blocks")], rows)
    when = _("Proven between %s and %s.") % (min(dates), max(dates)) if dates else ""
    return nodes.container("", found, nodes.paragraph("", when))


def kind_name(kind: str) -> str:
    """Return what a kind of block is called on the page."""
    return {
        "doctest": _("session with its output"),
        "definition": _("definition used later on its page"),
        "cell": _("cell run by the build"),
        "docstring": _("example of the reference"),
        "gallery": _("cell of a gallery script"),
        "include": _("included source"),
        "data": _("configuration or data"),
        "cpp": _("C++ program"),
        "cuda": _("CUDA program"),
        "cmake": _("file of a CMake project"),
        "console": _("commands"),
        "output": _("output of a program"),
        "unknown": _("other language"),
    }.get(kind, kind)


PARTS: dict[str, Callable[[Place, Ledger], nodes.Node]] = {
    "kinds": kinds,
    "pages": pages,
    "not-run": not_run,
    "torches": torches,
    "versions": versions,
    "environment": environment,
}


def _results() -> list[str]:
    return [_("proven"), _("not run"), _("unproven")]


def _counts(known: Ledger, entries: Iterable[Entry]) -> list[str]:
    states = [known.state_of(entry) for entry in entries]
    skipped = sum(state.not_run for state in states)
    return [str(states.count(PASSED)), str(skipped), str(states.count(FAILED))]


def _review(day: datetime.date | None) -> Cell:
    if day and day < datetime.datetime.now(datetime.UTC).date():
        return nodes.strong("", _("%s, past") % day, classes=["past"])
    return str(day or "")


def _first_line(entry: Entry) -> str:
    return next(line for line in entry.block.text.splitlines() if line.strip()).strip()


def _link(place: Place, page: str) -> Cell:
    app, docname = place
    target = docname_of(page)
    if target not in app.env.titles:
        return nodes.literal("", page)
    uri = app.builder.get_relative_uri(docname, target)
    return nodes.reference("", app.env.titles[target].astext(), refuri=uri, internal=True)


def _reasons(app: Sphinx, skipped: Sequence[Entry]) -> dict[str, str]:
    """Return each reason by the hash of its block, in the language of the site where it is said."""
    chinese = app.config.language == CHINESE.code
    # Of a file that is written in both languages, such as the README, the fitting one comes last.
    ordered = sorted(skipped, key=lambda entry: entry.block.page.endswith(ZH) == chinese)
    said = {entry.block.shown: _reason(entry) for entry in ordered}
    marks = {
        mark["shown"]: mark.astext()
        for docname in app.env.found_docs
        for mark in filter(is_not_run, app.env.get_doctree(docname).findall(nodes.container))
    }
    return said | {shown: marks[shown] for shown in marks.keys() & said.keys()}


def _reason(entry: Entry) -> str:
    if entry.state.awaits_gpu:
        return f"{_('Awaits a GPU')}{_(': ')}{gpu_reason(entry)}"
    if entry.block.options.needs and not entry.block.options.not_run:
        return machine_reason(entry)
    return entry.receipt.detail if entry.receipt else ""
