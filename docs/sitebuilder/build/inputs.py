"""What a site is built from: where nothing of it has changed, there is nothing to build."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

# What the pages say, and what reads them. Folders that a build writes are none of it.
SOURCES = (
    *("docs", "gallery", "ptnotes", "csrc", ".cache/receipts"),
    *("README.md", "README.zh-CN.md", "CONTRIBUTING.md", "CONTRIBUTING.zh-CN.md"),
    *("LICENSE", "LICENSE-docs", "constraints.txt", "pyproject.toml", "setup.py"),
)
MADE_SUFFIXES = frozenset({".mo", ".pyc", ".so", ".tmp"})
MADE = ("docs/gallery/**/*", "docs/api/**/*.rst", "docs/api/_*")
VARIABLES = ("PTNOTES_BASE_URL", "PTNOTES_REPOSITORY")


def digest(root: Path) -> str:
    """
    Hash everything that the site is made of; the folder in which the project lies is none of it.

    Args:
        root: The project's folder.
    """
    found = hashlib.sha256()
    for part in (version("torch"), *(os.environ.get(name, "") for name in VARIABLES)):
        found.update(part.encode() + b"\0")
    for path in _files(root):
        found.update(path.relative_to(root).as_posix().encode() + b"\0")
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def is_current(root: Path) -> bool:
    """Whether the site that is there was built from what is there."""
    kept = _stamp(root)
    built = (root / "site" / "index.html").is_file() and kept.is_file()
    return built and kept.read_text("utf-8") == digest(root)


def remember(root: Path) -> None:
    """Note that the site was built from what is there."""
    _stamp(root).write_text(digest(root), "utf-8")


def forget(root: Path) -> None:
    """Note that the site may differ from what is there."""
    _stamp(root).unlink(missing_ok=True)


def _stamp(root: Path) -> Path:
    return root / "build" / "site-built-from"


def _files(root: Path) -> Iterator[Path]:
    made = {path for pattern in MADE for path in root.glob(pattern)}
    for name in SOURCES:
        start = root / name
        inside = sorted(start.rglob("*")) if start.is_dir() else [start]
        for path in inside:
            if path.is_file() and path.suffix not in MADE_SUFFIXES and path not in made:
                yield path
