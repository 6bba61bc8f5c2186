"""
The builder of the site: a Sphinx extension, and the commands that run Sphinx for both languages.

`phases` lists all that happens to a page, in order; the folders hold what the phases do:

- `proof`: what the ledger knows of a page, and how the page shows it.
- `languages`: the two languages, their catalogs, and what gettext does not reach.
- `content`: what authors may write beyond Markdown, and what pages say of other pages.
- `theme`: how pages look: the theme, its stylesheet, formulas, highlighted code.
- `outputs`: what is made of a finished page: Markdown, downloads, search index, pictures.
- `build`: running Sphinx, building both languages, measuring the result.
"""

from __future__ import annotations

from sphinx.application import Sphinx
from sphinx.util.typing import ExtensionMetadata

from sitebuilder.phases import register


def setup(app: Sphinx) -> ExtensionMetadata:
    """Register every phase, or those that the setting `site_phases` names by their module."""
    app.add_config_value("site_phases", (), "env", types=frozenset({list, tuple}))
    register(app, frozenset(app.config.site_phases))
    # Raise the version when what is kept of a page between builds takes another form.
    return {"parallel_read_safe": True, "parallel_write_safe": True, "env_version": 3}
