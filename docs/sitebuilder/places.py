"""Where the project's files lie."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
DOCS = PACKAGE.parent
ROOT = DOCS.parent
SITE = ROOT / "site"
CACHE = ROOT / ".cache"
