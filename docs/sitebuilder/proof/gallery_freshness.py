"""Keep pictures and executed notebooks only as long as all that they were made with."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

from ptnotes.verify.project import find_project
from ptnotes.verify.receipts import fingerprint

MARK = ".fingerprint"


def made_with(root: Path) -> str:
    """
    Hash what every picture and notebook depends on beside its own text.

    Args:
        root: The project's folder; its library, versions and the settings of the site count.
    """
    project = find_project(root)
    assert project is not None, f"{root} is no project"
    settings = (root / "docs" / "conf.py").read_bytes()
    return hashlib.sha256(fingerprint(project).encode() + settings).hexdigest()


def drop_stale_gallery(root: Path) -> None:
    """
    Delete the generated gallery unless it was made with the code and scripts of today.

    sphinx-gallery compares only the text of each script: a changed library would leave old
    pictures, and a script that is gone its page.

    Args:
        root: The project's folder.
    """
    names = (path.relative_to(root).as_posix() for path in (root / "gallery").rglob("*.py"))
    key = "\n".join([made_with(root), *sorted(names)])
    gallery = root / "docs" / "gallery"
    mark = gallery / MARK
    if not mark.is_file() or mark.read_text("utf-8") != key:
        shutil.rmtree(gallery, ignore_errors=True)
        gallery.mkdir(parents=True)
        mark.write_text(key, "utf-8")


def check(app: Sphinx, config: Config) -> None:
    """Drop the gallery of the site being built where it is stale."""
    drop_stale_gallery(Path(app.srcdir).resolve().parent)
