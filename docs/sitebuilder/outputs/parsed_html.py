"""The text of a page as HTML, parsed once for all phases that ask about it one after the other."""

from __future__ import annotations

from functools import lru_cache

from lxml import html
from lxml.html import HtmlElement


@lru_cache(maxsize=1)
def parsed(text: str) -> HtmlElement:
    """Return a part of a page as the content of one element, which nobody changes."""
    return html.fragment_fromstring(text, create_parent="div")
