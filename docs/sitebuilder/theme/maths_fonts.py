"""The fonts that formulas of a page need: a browser asks for them before it lays them out."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import tinycss2
from sphinx.application import Sphinx
from tinycss2 import ast

from sitebuilder.outputs.parsed_html import parsed
from sitebuilder.theme import katex_rendering

FORMULA = "katex"  # the class of a formula
FAMILY = "KaTeX_"  # how the names of KaTeX's fonts begin
WORDS = (ast.IdentToken, ast.NumberToken)
LOOKS = ("font-style", "font-weight")


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
    elements = [set(names.split()) for names in set(parsed(html).xpath("//@class"))]
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
    for rule in tinycss2.parse_stylesheet(style, skip_comments=True, skip_whitespace=True):
        if isinstance(rule, ast.QualifiedRule) and (font := _font(rule)):
            rules += [(parts, font) for parts in _selectors(rule)]
    return rules


def _font(rule: ast.QualifiedRule) -> str:
    """Return the font of KaTeX that a rule asks for, as `document.fonts.load` takes it, or ""."""
    looks, family = [], ""
    for part in tinycss2.parse_blocks_contents(rule.content):
        if not isinstance(part, ast.Declaration):
            continue
        words = [token for token in part.value if isinstance(token, WORDS)]
        if part.lower_name in LOOKS:
            looks.append(words[0].serialize())
        elif part.lower_name in ("font", "font-family"):
            names = (word.serialize() for word in words)
            family = family or next((name for name in names if name.startswith(FAMILY)), "")
    return " ".join([*looks, "1em", family]) if family else ""


def _selectors(rule: ast.QualifiedRule) -> Iterator[list[set[str]]]:
    """Yield of each selector of a rule the classes that its parts name."""
    parts: list[set[str]] = [set()]
    sign = ""
    for token in rule.prelude:
        if sign == "." and isinstance(token, ast.IdentToken):
            parts[-1].add(token.value)
        sign = token.value if isinstance(token, ast.LiteralToken) else ""
        if sign == ",":
            yield [part for part in parts if part]
            parts = []
        if sign in (",", ">") or isinstance(token, ast.WhitespaceToken):
            parts.append(set())
    yield [part for part in parts if part]


@cache
def _stylesheet() -> str:
    return katex_rendering.stylesheet().read_text("utf-8")


def name_fonts(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Give templates the fonts of the page; none where it has no formula."""
    body = context.get("body") or ""
    context["maths_fonts"] = fonts(body, _stylesheet()) if f'class="{FORMULA}"' in body else []
