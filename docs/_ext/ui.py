"""The words of our own extensions and templates, translated by the catalog `ptnotes`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.locale import get_translation
from sphinx.util.i18n import CatalogInfo

DOMAIN = "ptnotes"
LOCALE = Path(__file__).resolve().parent.parent / "locale"

_ = get_translation(DOMAIN)


def add_words(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Give templates `ui(text)` and the links of the page's head."""
    context["ui"] = _
    context["theme_nav_links"] = [
        {"title": _("Notes"), "url": "notes/index"},
        {"title": _("Gallery"), "url": "gallery/index"},
        {"title": _("Verification"), "url": "verification"},
    ]


def setup(app: Sphinx) -> dict[str, bool]:
    """Compile the catalog first: Sphinx compiles those of pages only, and later."""
    catalog = CatalogInfo(
        str(LOCALE / app.config.language / "LC_MESSAGES"), DOMAIN, app.config.source_encoding
    )
    if Path(catalog.po_path).exists() and catalog.is_outdated():
        catalog.write_mo(app.config.language)
    app.add_message_catalog(DOMAIN, str(LOCALE))
    app.connect("html-page-context", add_words)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
