"""axe-core, the checker of accessibility, fetched once with the npm that the build already uses."""

from __future__ import annotations

import json
import tarfile
import tempfile
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from sitebuilder import npm
from tests.support.tiny_project import REPOSITORY

VERSION = "4.10.3"
CACHE = REPOSITORY / ".cache" / "axe-core" / VERSION
GRAVE = {"serious", "critical"}


def source() -> str:
    """Return axe-core's script; skip with a sentence where it is absent and cannot be fetched."""
    path = CACHE / "axe.min.js"
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=CACHE) as scratch:
            try:
                archive = npm.fetch("axe-core", VERSION, Path(scratch))
            except RuntimeError as error:
                pytest.skip(str(error))
            with tarfile.open(archive) as package:
                script = package.extractfile("package/axe.min.js")
                assert script
                path.write_bytes(script.read())
    return path.read_text("utf-8")


def grave_findings(page: Page) -> list[str]:
    """Return the serious and critical findings on a page, each with the element."""
    page.evaluate(source())  # by the browser's own tools, so no policy forbids it
    report: dict[str, Any] = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{rule['id']}: {json.dumps(node['target'], ensure_ascii=False)}: {_why(node)}"
        for rule in report["violations"]
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
    ]


def _why(found: dict[str, Any]) -> str:
    return str(found["failureSummary"]).splitlines()[-1].strip()
