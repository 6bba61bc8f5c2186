"""The built site over HTTP, as strict as a careful host serves it, and a browser to read it."""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from hashlib import sha256
from pathlib import Path

import pytest
from lxml.html import document_fromstring
from playwright.sync_api import Browser, Page

from sitebuilder.build.browser import chromium as start_chromium
from sitebuilder.build.browser import chromium_path
from sitebuilder.build.browser import served as serve
from tests.support.tiny_project import REPOSITORY

SITE = REPOSITORY / "site"
DATA = ("application/json", "application/ld+json")  # scripts that no browser runs


@cache
def pages() -> tuple[str, ...]:
    """Return every page, such as `zh/index.html`."""
    return tuple(sorted(path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html")))


def inline_scripts(html: str) -> set[str]:
    """Return the hashes, as a policy names them, of the scripts that stand in a page."""
    scripts = document_fromstring(html).iter("script")
    texts = [
        script.text or ""
        for script in scripts
        if "src" not in script.attrib and script.get("type") not in DATA
    ]
    return {f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'" for text in texts}


@cache
def policy() -> str:
    """Return the strictest policy under which the site is to work."""
    hashes = set().union(*(inline_scripts((SITE / name).read_text("utf-8")) for name in pages()))
    scripts = " ".join(["'self'", "'wasm-unsafe-eval'", *sorted(hashes)])
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:"
    )


def served(folder: Path = SITE) -> AbstractContextManager[str]:
    """Serve a folder for a while under the policy; the value is its address."""
    return serve(folder, {"Content-Security-Policy": policy()})


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a headless Chromium; without it, or without a site, skip, which CI does not accept."""
    give_up = pytest.fail if os.environ.get("CI") else pytest.skip
    if not chromium_path():
        give_up("no Chromium: install it or name it in CHROMIUM")
    if not SITE.exists():
        give_up("site/ is not built: run `nox -s docs`")
    with start_chromium() as browser:
        yield browser


def listen(page: Page) -> list[str]:
    """Return a list that fills with what the page complains of, and with requests elsewhere."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.startswith(("http://127.0.0.1:", "file:", "data:", "blob:"))
            else said.append(f"asks {request.url}")
        ),
    )
    return said
