"""The order in which pages are read."""

from __future__ import annotations


def reading_order(includes: dict[str, list[str]], docname: str) -> list[str]:
    """Return a page and, in order, all below it."""
    below = (reading_order(includes, name) for name in includes.get(docname, ()))
    return [docname, *(name for names in below for name in names)]
