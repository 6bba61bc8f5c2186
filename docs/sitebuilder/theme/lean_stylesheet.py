"""Shibuya without what this site does not use: other hosts, search, scripts, unused colours."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import shibuya
from sphinx.application import Sphinx
from sphinx.config import Config

from sitebuilder.content.special_pages import in_gallery
from sitebuilder.places import CACHE

WIDE_GAMUT = "@supports (color:color(display-p3 1 1 1))"
SCALES = (
    *("tomato", "red", "ruby", "crimson", "pink", "plum", "purple", "violet", "iris", "indigo"),
    *("blue", "cyan", "teal", "jade", "green", "grass", "brown", "orange", "sky", "mint", "lime"),
    *("yellow", "amber", "gold", "bronze", "gray", "mauve", "slate", "sage", "olive", "sand"),
    *("black", "white"),
)

EMPTY_SPAN = re.compile(r"<span([^<>]*?)\s*/>")
NAMESPACE = re.compile(r"(</?)ns\d+:")

# Theme scripts and Sphinx's own serve the search and keyboard shortcuts that are switched off.
OWN_SCRIPTS = {"_static/shibuya.js", "_static/search.js", "_static/copy.js"}
MATHS_STYLES = "_static/katex"
REPLACED_STYLES = "_static/mystnb."  # 43 KB, mostly colours of terminals; ours says the rest
GALLERY_STYLES = "_static/sg_gallery"


def prepare(app: Sphinx, config: Config) -> None:
    """Put a lean stylesheet before the theme's own of the same name."""
    theme = Path(shibuya.__file__).parent / "theme" / "shibuya" / "static" / "shibuya.css"
    accent = config.html_theme_options["accent_color"]
    folder = CACHE / "theme" / f"{shibuya.__version__}-{accent}"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / "shibuya.css"
    if not target.exists():
        draft = target.with_suffix(".tmp")
        draft.write_text(lean(theme.read_text("utf-8"), accent), "utf-8")
        draft.replace(target)
    config.html_static_path.append(str(folder))


def lean(style: str, accent: str) -> str:
    """
    Return the theme's stylesheet without web fonts, wide-gamut duplicates and unused colours.

    Args:
        style: The stylesheet.
        accent: The one accent colour in use.
    """
    style = without_block(without_block(style, "@font-face"), WIDE_GAMUT)
    others = "|".join(scale for scale in SCALES if scale != accent)
    style = re.sub(rf"\[data-accent-color=(?:{others})\]\{{[^{{}}]*\}}", "", style)
    declared = re.compile(rf"(--(?:{'|'.join(SCALES)})-[\w-]+):[^;{{}}]*;?")
    while (leaner := _without_unused(style, declared)) != style:
        style = leaner
    return style


def _without_unused(style: str, declared: re.Pattern[str]) -> str:
    used = set(re.findall(r"var\((--[\w-]+)", style))
    return declared.sub(lambda match: match[0] if match[1] in used else "", style)


def without_block(style: str, head: str) -> str:
    """Return `style` without each block that begins with `head`."""
    kept = []
    position = 0
    while (start := style.find(head, position)) >= 0:
        kept.append(style[position:start])
        end, depth = style.index("{", start) + 1, 1
        while depth:
            depth += {"{": 1, "}": -1}.get(style[end], 0)
            end += 1
        position = end
    return "".join([*kept, style[position:]])


def switch_off_search(app: Sphinx) -> None:
    """Write no search page and no index: Sphinx's own search cannot read Chinese."""
    if app.builder.format == "html":
        app.builder.search = False


def keep_used_assets(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Load no script but ours, and of the stylesheets those that the page needs."""
    context["script_files"] = [
        script for script in context["script_files"] if _name(script) in OWN_SCRIPTS
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


def close_tags(html: str) -> str:
    """
    Undo what the theme's XML does to formulas in contents, which a browser reads as HTML.

    An empty `<span/>` would stay open, and `<ns0:math>` would be no formula.
    """
    return NAMESPACE.sub(r"\1", EMPTY_SPAN.sub(r"<span\1></span>", html))


def add_tools(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Give templates what they need to show contents whose titles hold formulas."""
    context["close_tags"] = close_tags
