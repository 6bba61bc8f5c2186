"""The words of the builder and its templates, translated by the catalog `ptnotes`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.locale import get_translation
from sphinx.util.i18n import CatalogInfo

from sitebuilder.content.special_pages import GALLERY, NOTES, VERIFICATION
from sitebuilder.places import DOCS

DOMAIN = "ptnotes"
LOCALE = DOCS / "locale"

_ = get_translation(DOMAIN)


def load_words(app: Sphinx, config: Config) -> None:
    """Compile and load the catalog: Sphinx compiles those of pages only, and later."""
    catalog = CatalogInfo(
        str(LOCALE / config.language / "LC_MESSAGES"), DOMAIN, config.source_encoding
    )
    if Path(catalog.po_path).exists() and catalog.is_outdated():
        catalog.write_mo(config.language)
    app.add_message_catalog(DOMAIN, str(LOCALE))


def add_words(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, Any], doctree: object
) -> None:
    """Give templates `ui(text)` and the links of the page's head."""
    context["ui"] = _
    context["theme_nav_links"] = [
        {"title": _("Notes"), "url": NOTES},
        {"title": _("Gallery"), "url": GALLERY},
        {"title": _("Verification"), "url": VERIFICATION},
    ]
