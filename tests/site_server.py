"""The built site over HTTP, as strict as a careful host serves it, and a browser to read it."""

from __future__ import annotations

import os
import shutil
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from lxml.html import document_fromstring
from playwright.sync_api import Browser, Page, sync_playwright

from tests.site_project import REPOSITORY

SITE = REPOSITORY / "site"
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
DATA = ("application/json", "application/ld+json")  # scripts that no browser runs
SUBPATH = "/a/sub-path"  # the site needs no host of its own


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


class Handler(SimpleHTTPRequestHandler):
    """Serve the site below a sub-path, under its policy."""

    protocol_version = "HTTP/1.1"  # one connection for many files, as hosts do it

    def translate_path(self, path: str) -> str:
        """Find the file of an address."""
        return super().translate_path(path.removeprefix(SUBPATH))

    def end_headers(self) -> None:
        """Add the policy."""
        self.send_header("Content-Security-Policy", policy())
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named so above
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """A server that takes no notice of a browser that hangs up."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path = SITE) -> Iterator[str]:
    """Serve a folder for a while; the value is its address."""
    server = Server(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}{SUBPATH}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start a headless Chromium; without it, or without a site, skip, which CI does not accept."""
    give_up = pytest.fail if os.environ.get("CI") else pytest.skip
    if not CHROMIUM:
        give_up("no Chromium: install it or name it in CHROMIUM")
    if not SITE.exists():
        give_up("site/ is not built: run `nox -s docs`")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


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
