"""The fonts that formulas of a page need: a browser asks for them before it lays them out."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from sphinx.application import Sphinx

from sitebuilder.theme import katex_rendering

RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
FAMILY = re.compile(r"font(?:-family)?:[^;]*?(KaTeX_\w+)")
LOOK = re.compile(r"font-(?:style|weight):(\w+)")
CLASSES = re.compile(r'class="([^"]*)"')


def fonts(html: str, style: str) -> list[str]:
    """
    Return the fonts that formulas ask for, as `document.fonts.load` takes them.

    Args:
        html: A page, or a part of one, with formulas as KaTeX renders them.
        style: KaTeX's stylesheet.

    >>> style = ".katex{font:1em KaTeX_Main}.katex .a.b{font-family:KaTeX_AMS;font-weight:700}"
    >>> fonts('<i class="katex"><i class="a"></i><i class="b"></i></i>', style)
    ['1em KaTeX_Main']
    >>> fonts('<i class="katex"><i class="b a"></i></i>', style)
    ['1em KaTeX_Main', '700 1em KaTeX_AMS']
    """
    elements = [set(names.split()) for names in set(CLASSES.findall(html))]
    needed = [
        font
        for selector, font in _rules(style)
        if all(any(part <= element for element in elements) for part in selector)
    ]
    return list(dict.fromkeys(needed))


@cache
def _rules(style: str) -> list[tuple[list[set[str]], str]]:
    """Return the classes that each part of a selector names, and the font of its rule."""
    rules = []
    for selectors, body in RULE.findall(style):
        family = FAMILY.search(body)
        if not family or selectors.startswith("@"):
            continue
        font = " ".join([*LOOK.findall(body), "1em", family[1]])
        for selector in selectors.split(","):
            parts = [set(re.findall(r"\.([\w-]+)", part)) for part in re.split(r"[ >]+", selector)]
            rules.append(([part for part in parts if part], font))
    return rules


@cache
def _stylesheet() -> str:
    return (katex_rendering.KATEX / "katex" / "katex.min.css").read_text("utf-8")


def name_fonts(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Give templates the fonts of the page; none where it has no formula."""
    html = f"{context.get('body')}{context.get('toc')}"
    context["maths_fonts"] = fonts(html, _stylesheet()) if 'class="katex"' in html else []
