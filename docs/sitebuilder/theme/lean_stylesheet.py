"""Shibuya without what this site does not use: other hosts, search, scripts, unused colours."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import shibuya
import tinycss2
from lxml import etree
from sphinx.application import Sphinx
from sphinx.builders.html import StandaloneHTMLBuilder
from sphinx.config import Config
from tinycss2 import ast

from sitebuilder.content.special_pages import GALLERY, in_gallery
from sitebuilder.places import CACHE
from sitebuilder.theme.kept_file import kept_file

WIDE_GAMUT = "(color:color(display-p3 1 1 1))"  # asked with @supports
OURS = Path(__file__).parent / "ptnotes"  # the theme of the site
STYLE = "shibuya.css"
RULES = (ast.QualifiedRule, ast.AtRule)
SCALES = (
    *("tomato", "red", "ruby", "crimson", "pink", "plum", "purple", "violet", "iris", "indigo"),
    *("blue", "cyan", "teal", "jade", "green", "grass", "brown", "orange", "sky", "mint", "lime"),
    *("yellow", "amber", "gold", "bronze", "gray", "mauve", "slate", "sage", "olive", "sand"),
    *("black", "white"),
)

# Theme scripts and Sphinx's own serve the search and keyboard shortcuts that are switched off.
OWN_SCRIPTS = {"_static/shibuya.js", "_static/search.js", "_static/copy.js"}
GALLERY_SCRIPT = "_static/gallery.js"
MATHS_STYLES = "_static/katex"
REPLACED_STYLES = "_static/mystnb."  # 43 KB, mostly colours of terminals; ours says the rest
GALLERY_STYLES = "_static/sg_gallery"


def prepare(app: Sphinx, config: Config) -> None:
    """Put a lean stylesheet before the theme's own of the same name."""
    full = shibuya.THEME_PATH / "static" / STYLE
    accent = tomllib.loads((OURS / "theme.toml").read_text("utf-8"))["options"]["accent_color"]
    target = kept_file(CACHE / "theme", STYLE, lean, full.read_text("utf-8"), accent)
    config.html_static_path.append(str(target.parent))


def lean(style: str, accent: str) -> str:
    """
    Return the theme's stylesheet without web fonts, wide-gamut duplicates and unused colours.

    Args:
        style: The stylesheet.
        accent: The one accent colour in use.
    """
    parsed = tinycss2.parse_stylesheet(style, skip_comments=True, skip_whitespace=True)
    rules = [rule for rule in parsed if isinstance(rule, RULES) and not _is_useless(rule, accent)]
    while unused := _declared(rules) - set(_used(rules)):
        for rule in rules:
            if isinstance(rule, ast.QualifiedRule):
                rule.content = _without(rule.content, unused)
        rules = [rule for rule in rules if isinstance(rule, ast.AtRule) or rule.content]
    return tinycss2.serialize(rules)


def _is_useless(rule: ast.QualifiedRule | ast.AtRule, accent: str) -> bool:
    head = tinycss2.serialize(rule.prelude).strip()
    if isinstance(rule, ast.QualifiedRule):
        others = {f"[data-accent-color={scale}]" for scale in SCALES if scale != accent}
        return others.issuperset(head.split(","))
    return rule.lower_at_keyword == "font-face" or head == WIDE_GAMUT


def _declared(rules: Iterable[ast.Node]) -> set[str]:
    """Return the names of all colours of the theme's scales that rules declare."""
    scales = tuple(f"--{scale}-" for scale in SCALES)
    return {
        part.name
        for rule in rules
        if isinstance(rule, ast.QualifiedRule)
        for part in tinycss2.parse_blocks_contents(rule.content)
        if isinstance(part, ast.Declaration) and part.name.startswith(scales)
    }


def _used(tokens: Iterable[ast.Node]) -> Iterator[str]:
    """Yield the name of each variable that a part of a stylesheet refers to."""
    for token in tokens:
        if isinstance(token, ast.FunctionBlock) and token.lower_name == "var":
            yield next(part.value for part in token.arguments if isinstance(part, ast.IdentToken))
        for inside in ("prelude", "content", "arguments"):
            yield from _used(getattr(token, inside, None) or ())


def _without(content: Sequence[ast.Node], names: set[str]) -> list[ast.Node]:
    """Return the inside of a rule without the declarations of some names."""
    parts = tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True)
    if not any(isinstance(part, ast.Declaration) and part.name in names for part in parts):
        return list(content)
    kept: list[ast.Node] = []
    for part in parts:
        if not (isinstance(part, ast.Declaration) and part.name in names):
            end = ast.LiteralToken(0, 0, ";")
            kept += [part, end] if isinstance(part, ast.Declaration) else [part]
    return kept


def switch_off_search(app: Sphinx) -> None:
    """Write no search page and no index: Sphinx's own search cannot read Chinese."""
    if isinstance(app.builder, StandaloneHTMLBuilder):
        app.builder.search = False


def keep_used_assets(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Load no script but ours, and of the stylesheets those that the page needs."""
    context["script_files"] = [
        script
        for script in context["script_files"]
        if _name(script) in OWN_SCRIPTS or (_name(script) == GALLERY_SCRIPT and pagename == GALLERY)
    ]
    context["css_files"] = [
        style
        for style in context["css_files"]
        if not _name(style).startswith(REPLACED_STYLES)
        and (in_gallery(pagename) or not _name(style).startswith(GALLERY_STYLES))
        and (context["maths_fonts"] or not _name(style).startswith(MATHS_STYLES))
    ]


def _name(asset: object) -> str:
    return str(getattr(asset, "filename", asset))


def close_tags(contents: str) -> str:
    """
    Return as HTML what the theme writes as XML.

    In HTML an empty `<span/>` would stay open, and `<ns0:math>` would be no formula.
    """
    tree = etree.fromstring(f"<div>{contents}</div>")
    for element in tree.iter(etree.Element):
        element.tag = etree.QName(element).localname
    etree.cleanup_namespaces(tree)
    written: str = etree.tostring(tree, encoding="unicode", method="html")
    return written.removeprefix("<div>").removesuffix("</div>")


def add_tools(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Give templates what they need to show contents whose titles hold formulas."""
    context["close_tags"] = close_tags
