"""`{benchmarks} part`: the tables of the Benchmarks page, made from the runs that were saved."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from sitebuilder.content.tables import Cell, table
from sitebuilder.languages.site_words import _
from sitebuilder.places import DOCS

SAVED = DOCS / "benchmarks"
Run = dict[str, Any]


class Goal(NamedTuple):
    """How many times as long another way is to take, at the largest size that fits."""

    operator: str
    backward: bool
    size: str  # how the size ends
    other: str
    times: float


GOALS = (
    Goal("sigmoid_focal_loss", True, "", "eager", 8),
    Goal("sigmoid_focal_loss", True, "", "compiled", 1),
    Goal("generalized_box_iou", False, "", "eager", 8),
    Goal("generalized_box_iou", False, "", "compiled", 1),
    Goal("masked_softmax", True, "", "eager", 3),
    Goal("pairwise_squared_distance", False, "D = 16", "eager", 3),
    Goal("pairwise_squared_distance", False, "D = 64", "matrix product", 0.5),
)


class benchmark_part(nodes.General, nodes.Element):  # noqa: N801 - docutils names its nodes so
    """The place of one table a run."""


class Benchmarks(SphinxDirective):
    """One part of each saved run: `runs` or `goals`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the place; it is filled in the language of the page."""
        part = self.arguments[0]
        if part not in PARTS:
            raise self.error(f"benchmarks: {part!r} is none of {', '.join(PARTS)}")
        saved = sorted(SAVED.glob("*.json"))
        if not saved:
            raise self.error(f"benchmarks: no run is saved in {SAVED.name}/: run `nox -s bench`")
        for path in saved:
            self.env.note_dependency(str(path))
        return [benchmark_part(part=part)]


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put a paragraph on the machine and a table for each run in their places."""
    for place in list(doctree.findall(benchmark_part)):
        found: list[nodes.Node] = []
        for path in sorted(SAVED.glob("*.json")):
            saved = json.loads(path.read_text("utf-8"))
            figures = PARTS[place["part"]](saved)
            figures["classes"].append("figures")
            found += [nodes.paragraph("", environment(saved)), figures]
        if not (SAVED / "cuda.json").exists():
            waiting = _("No GPU has run them yet: the CUDA kernels are compiled wherever nvcc is.")
            found.append(nodes.paragraph("", waiting))
        place.replace_self(found)


def environment(run: Run) -> str:
    """Say on what a run was made."""
    where = _("%s, %s threads, torch %s, Python %s, %s, %s.")
    names = ("device", "threads", "torch", "python", "os", "date")
    return where % tuple(run[name] for name in names)


def runs(run: Run) -> nodes.Element:
    """Return times as they are, and of the other ways how many times ours they take."""
    head = [_("Call"), _("Size"), _("ours"), _("eager"), _("compiled"), _("floor"), _("beside")]
    return table(head, [_cells(row) for row in run["rows"]])


def goals(run: Run) -> nodes.Element:
    """Return what was aimed at, what was measured, and whether it is enough."""
    rows = []
    for goal in GOALS:
        fitting = [
            row
            for row in run["rows"]
            if (row["operator"], row["backward"]) == goal[:2] and row["size"].endswith(goal.size)
        ]
        row = fitting[-1]
        times = {**row, **row["beside"]}[goal.other] / row["ours"]
        met = _("yes") if times >= goal.times else nodes.strong("", _("no"))
        figures = [f"≥ {goal.times}", f"{times:.2f}", met]
        rows.append([_call(row), row["size"], _words(goal.other), *figures])
    head = [_("Call"), _("Size"), _("other way ÷ ours"), _("goal"), _("measured"), _("met")]
    return table(head, rows)


def _cells(row: dict[str, Any]) -> Sequence[Cell]:
    ours = row["ours"]
    beside = [f"{_words(name)} {_times(value / ours)}" for name, value in row["beside"].items()]
    others = (row["eager"], row["compiled"])
    return [
        _call(row),
        row["size"],
        f"{ours:.3g} ms",
        *(_ratio(other / ours) for other in others),
        f"{row['floor'] / ours:.0%}",
        ", ".join(beside),
    ]


def _call(row: dict[str, Any]) -> nodes.Node:
    name = nodes.literal("", row["operator"])
    return nodes.inline("", "", name, nodes.Text(_(" and backward") if row["backward"] else ""))


def _ratio(value: float) -> Cell:
    return _times(value) if value >= 1 else nodes.strong("", _times(value))


def _times(value: float) -> str:
    return f"{value:.1f}×" if value >= 1 else f"{value:.2f}×"


def _words(name: str) -> str:
    words = {
        "eager": _("eager"),
        "compiled": _("compiled"),
        "matrix product": _("matrix product"),
        "expansion": _("expansion"),
    }
    return words.get(name, name)


PARTS: dict[str, Callable[[Run], nodes.Element]] = {"runs": runs, "goals": goals}
