"""The site over HTTP and a browser to look at it, for measuring and for the tests."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

SUBPATH = "/a/sub-path"  # the site needs no host of its own
NAMES = ("chromium", "google-chrome")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")


class Handler(SimpleHTTPRequestHandler):
    """
    Serve a folder below a sub-path, and say nothing of it.

    Args:
        headers: What is sent with every page.
    """

    protocol_version = "HTTP/1.1"  # one connection for many files, as hosts do it

    def __init__(self, *arguments: object, also: Mapping[str, str], **options: object) -> None:
        self.also = also
        super().__init__(*arguments, **options)  # type: ignore[arg-type] # handed on as they came

    def translate_path(self, path: str) -> str:
        """Find the file of an address."""
        return super().translate_path(path.removeprefix(SUBPATH))

    def end_headers(self) -> None:
        """Add what is sent with every page."""
        for name, value in self.also.items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named so above
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """A server that takes no notice of a browser that hangs up."""

    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path, headers: Mapping[str, str] | None = None) -> Iterator[str]:
    """
    Serve a folder for a while; the value is its address.

    Args:
        folder: The site's folder.
        headers: What is sent with every page, such as a policy.
    """
    handler = partial(Handler, directory=str(folder), also=headers or {})
    server = Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}{SUBPATH}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def chromium_path() -> str | None:
    """Return where Chromium lies: what CHROMIUM names, or one that is installed."""
    installed = (shutil.which(name) for name in NAMES)
    return os.environ.get("CHROMIUM") or next(filter(None, installed), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """
    Start a headless Chromium for a while.

    Raises:
        FileNotFoundError: if there is none.
    """
    path = chromium_path()
    if path is None:
        raise FileNotFoundError("no Chromium: install it or name it in CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()
