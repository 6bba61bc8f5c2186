"""The Benchmarks page: its tables say what the saved run says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from docutils import nodes
from sphinx import locale

from sitebuilder.content import benchmark_tables
from sitebuilder.languages import site_words
from tests.support.tiny_project import REPOSITORY

SAVED = REPOSITORY / "docs" / "benchmarks" / "cpu.json"


@pytest.fixture
def run() -> dict[str, Any]:
    """The run that the site shows, its words in English."""
    locale.init([], "en", site_words.DOMAIN)
    saved: dict[str, Any] = json.loads(SAVED.read_text("utf-8"))
    return saved


def cells(table: nodes.Element) -> list[list[str]]:
    """Return the words of a table's body, row by row."""
    body = next(table.findall(nodes.tbody))
    return [[entry.astext() for entry in row.findall(nodes.entry)] for row in body.children]


def test_each_case_has_its_row(run: dict[str, Any]) -> None:
    """With our milliseconds and, for the other ways, how many times that they take."""
    shown = cells(benchmark_tables.runs(run))

    assert len(shown) == len(run["rows"])
    for words, row in zip(shown, run["rows"], strict=True):
        assert words[0].startswith(row["operator"])
        assert ("backward" in words[0]) == row["backward"]
        assert words[1:3] == [row["size"], f"{row['ours']:.3g} ms"]
        times = row["eager"] / row["ours"]
        assert float(words[3].removesuffix("×")) == pytest.approx(times, abs=0.05)


def test_a_missed_goal_is_said_in_bold(run: dict[str, Any]) -> None:
    """Whatever was measured; here ours is made to take as long as the others together."""
    for row in run["rows"]:
        row["ours"] = row["eager"] + row["compiled"] + sum(row["beside"].values())
    table = benchmark_tables.goals(run)

    assert [words[-1] for words in cells(table)] == ["no"] * len(benchmark_tables.GOALS)
    assert len(list(table.findall(nodes.strong))) == len(benchmark_tables.GOALS)


def test_a_goal_that_is_met(run: dict[str, Any]) -> None:
    """At the largest size, which stands last."""
    for row in run["rows"]:
        row["ours"] = min(row["eager"], row["compiled"], *row["beside"].values()) / 100

    assert [words[-1] for words in cells(benchmark_tables.goals(run))] == ["yes"] * len(
        benchmark_tables.GOALS
    )
