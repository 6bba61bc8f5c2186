"""Keep pictures and executed notebooks only as long as all that they were made with."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from jupyter_cache import get_cache
from sphinx.application import Sphinx
from sphinx.config import Config

from ptnotes.verify.page import read_page
from ptnotes.verify.project import find_project
from ptnotes.verify.reach import Reach
from ptnotes.verify.receipts import page_key
from sitebuilder.proof.ledger_lookup import HANDED
from sitebuilder.proof.replay import replay_notes

MARK = "made-with.json"
# What sphinx-gallery writes of a script, in the folder of its chapter.
GENERATED = (
    "{stem}.*",
    "images/sphx_glr_{stem}_[0-9]*",
    "images/thumb/sphx_glr_{stem}_thumb.*",
)
NOTEBOOKS = Path(".cache", "notebooks")


def made_with(root: Path, pages: Iterable[Path]) -> dict[str, str]:
    """
    Hash for each page all that its pictures depend on.

    Args:
        root: The project's folder; the settings of the site count too.
        pages: Gallery scripts, or notes with cells.
    """
    project = find_project(root)
    assert project is not None, f"{root} is no project"
    reach = Reach(project)
    settings = hashlib.sha256((root / "docs" / "conf.py").read_bytes()).hexdigest()
    return {
        project.name(path): f"{settings}{page_key(read_page(path, project), reach)}"
        for path in sorted(pages)
    }


def drop_stale_gallery(root: Path) -> None:
    """
    Delete what was generated of each script that has changed, with all that it can reach.

    sphinx-gallery compares only the text of each script: a changed library would leave old
    pictures, and a script that is gone its page.

    Args:
        root: The project's folder.
    """
    gallery = root / "docs" / "gallery"
    today = made_with(root, (root / "gallery").rglob("plot_*.py"))
    for name in _changed(gallery / MARK, today):
        chapter, stem = (root / "docs" / name).parent, Path(name).stem
        for pattern in GENERATED:
            for path in chapter.glob(pattern.format(stem=stem)):
                path.unlink()
    for chapter in gallery.glob("*/"):
        if not (root / "gallery" / chapter.name).is_dir():
            shutil.rmtree(chapter)


def renew_notebooks(root: Path) -> None:
    """
    Take what the cells of a note show from their proof once anything they can reach has changed.

    Args:
        root: The project's folder.
    """
    notes = (root / "docs").glob("notes/*/*.md")
    today = made_with(root, (path for path in notes if "{code-cell}" in path.read_text("utf-8")))
    changed = set(_changed(root / NOTEBOOKS / MARK, today))
    if changed:
        cache = get_cache(root / NOTEBOOKS)
        for record in cache.list_cache_records():
            if any(record.uri.endswith(name) for name in changed):
                cache.remove_cache(record.pk)
        replay_notes(root, sorted(changed), cache)


def _changed(mark: Path, today: dict[str, str]) -> list[str]:
    """Name what is not as it was when this was last asked, and remember how it is now."""
    try:
        known: dict[str, str] = json.loads(mark.read_text("utf-8"))
    except (OSError, ValueError):
        known = {}
    if known != today:
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.write_text(json.dumps(today, indent=1), "utf-8")
    names = today.keys() | known.keys()
    return sorted(name for name in names if known.get(name) != today.get(name))


def check(app: Sphinx, config: Config) -> None:
    """Drop what is stale before the site is built, unless whoever started this run has done so."""
    if not os.environ.get(HANDED):
        drop_stale(Path(app.srcdir).resolve().parent)


def drop_stale(root: Path) -> None:
    """
    Drop pictures and executed notebooks that are stale.

    Args:
        root: The project's folder.
    """
    drop_stale_gallery(root)
    renew_notebooks(root)
