"""The way to the same page of the other language, and how machines find it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

# Folder of the site, tag for `lang` and `hreflang`, and the language's own name for itself.
LANGUAGES = {"en": ("en", "en", "English"), "zh_CN": ("zh", "zh-CN", "中文")}


def add_languages(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """
    Tell the page's template where the other language is, with a base URL both addresses, and
    whether the text of a Chinese page is English.
    """
    other = next(value for key, value in LANGUAGES.items() if key != app.config.language)
    folder, tag, name = other
    context["other_language"] = {
        "folder": folder,
        "tag": tag,
        "name": name,
        # Relative, with the file's name: works from a sub-path and from a disk.
        "href": f"{context['content_root']}../{folder}/{pagename}.html",
    }
    context["untranslated"] = app.config.language != "en" and not _catalog(app, pagename).exists()
    base = app.config.base_url
    context["alternates"] = _alternates(base, pagename) if base else []


def _catalog(app: Sphinx, pagename: str) -> Path:
    folder = app.srcdir / app.config.locale_dirs[0] / app.config.language / "LC_MESSAGES"
    return Path(folder, f"{pagename}.po")


def _alternates(base: str, pagename: str) -> list[tuple[str, str]]:
    page = "" if pagename == "index" else f"{pagename}.html"
    found = [(tag, f"{base}/{folder}/{page}") for folder, tag, _name in LANGUAGES.values()]
    default = f"{base}/" if pagename == "index" else f"{base}/en/{page}"
    return [*found, ("x-default", default)]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the context."""
    app.add_config_value("base_url", "", "html", types=frozenset({str}))
    app.add_config_value("site_folder", "en", "html", types=frozenset({str}))
    app.connect("html-page-context", add_languages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
