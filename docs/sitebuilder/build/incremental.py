"""What an incremental build would get wrong: pages to write again, pages to remove."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment

from sitebuilder.places import DOCS

NAVIGATION = "ptnotes_navigation"  # kept in the environment, from build to build
FORMS = (".html", ".md", ".ipynb", ".py")
TOOLS = ("conf.py", *(f"sitebuilder/**/*.{kind}" for kind in ("py", "html", "toml", "rst")))


def note_tools(app: Sphinx, config: Config) -> None:
    """Make the builder and its templates a setting: when they change, every page is read again."""
    digest = hashlib.sha256()
    for pattern in TOOLS:
        for path in sorted(DOCS.glob(pattern)):
            digest.update(path.read_bytes())
    config.tools = digest.hexdigest()


def write_new_navigation(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Write every page again when the contents, which all of them show, have changed."""
    titles = sorted((name, title.astext()) for name, title in env.titles.items())
    navigation = repr((titles, sorted(env.toctree_includes.items())))
    old = getattr(env, NAVIGATION, navigation)
    setattr(env, NAVIGATION, navigation)
    return sorted(env.found_docs) if old != navigation else []


def remove_leftovers(app: Sphinx, exception: Exception | None) -> None:
    """Delete every page in the output folder, in each of its forms, that no document made."""
    if exception is not None or app.builder.format != "html":
        return
    outdir = Path(app.outdir)
    for page in [path for form in FORMS for path in outdir.rglob(f"*{form}")]:
        name = page.relative_to(outdir)
        if (
            not name.parts[0].startswith("_")
            and name.with_suffix("").as_posix() not in app.env.found_docs
        ):
            page.unlink()
