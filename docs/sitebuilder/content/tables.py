"""Tables that extensions make."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from docutils import nodes

Cell = str | nodes.Node


def table(head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> nodes.Element:
    """Return a table that scrolls in itself where it is wider than the page."""
    group = nodes.tgroup("", *(nodes.colspec(colwidth=1) for _column in head), cols=len(head))
    group += nodes.thead("", _row(head))
    group += nodes.tbody("", *(_row(row) for row in rows))
    return nodes.container("", nodes.table("", group), classes=["table-wrapper"])


def _row(cells: Sequence[Cell]) -> nodes.row:
    texts = (nodes.Text(cell) if isinstance(cell, str) else cell for cell in cells)
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", text)) for text in texts))
