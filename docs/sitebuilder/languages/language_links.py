"""The way to the same page of the other language, and how machines find it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from sitebuilder.content.special_pages import HOME
from sitebuilder.languages.site_languages import ENGLISH, LANGUAGES, other_than


def add_languages(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """
    Tell the page's template where the other language is, with a base URL both addresses, and
    whether the text of a Chinese page is English.
    """
    other = other_than(app.config.language)
    context["other_language"] = {
        "folder": other.folder,
        "tag": other.tag,
        "name": other.name,
        # Relative, with the file's name: works from a sub-path and from a disk.
        "href": f"{context['content_root']}../{other.folder}/{pagename}.html",
    }
    context["untranslated"] = (
        app.config.language != ENGLISH.code and not _catalog(app, pagename).exists()
    )
    base = app.config.base_url
    context["alternates"] = _alternates(base, pagename) if base else []


def _catalog(app: Sphinx, pagename: str) -> Path:
    folder = app.srcdir / app.config.locale_dirs[0] / app.config.language / "LC_MESSAGES"
    return Path(folder, f"{pagename}.po")


def _alternates(base: str, pagename: str) -> list[tuple[str, str]]:
    page = "" if pagename == HOME else f"{pagename}.html"
    found = [(known.tag, f"{base}/{known.folder}/{page}") for known in LANGUAGES]
    default = f"{base}/" if pagename == HOME else f"{base}/{ENGLISH.folder}/{page}"
    return [*found, ("x-default", default)]
