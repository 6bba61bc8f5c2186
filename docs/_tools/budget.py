"""
Print what a page of each kind weighs beside its budget: `python docs/_tools/budget.py`.

A browser opens the built pages from the disk, since only it knows which fonts a formula asks for.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, sync_playwright

SITE = Path(__file__).resolve().parent.parent.parent / "site"
BUDGET = 500_000  # bytes of a page with all assets, uncompressed, without figures
FIGURES = "_images"
KINDS = (
    "index.html",
    "notes/sequence/attention.html",
    "gallery/index.html",
    "gallery/sequence/plot_attention.html",
    "api/attention.html",
    "myths.html",
    "glossary.html",
    "verification.html",
)


def main() -> int:
    """Print the table; the exit status is 1 when a page is over its budget or asks another host."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not (SITE / "index.html").exists() or not chromium:
        print("The budget needs site/ (`nox -s docs`) and Chromium, or its path in CHROMIUM.")
        return 1
    over = False
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        print(f"{'page':44} {'bytes':>9} {'budget':>9}  other hosts")
        for folder in ("en", "zh"):
            for name in KINDS:
                weight, others = weigh(browser, SITE / folder / name)
                over |= weight > BUDGET or others > 0
                print(f"{f'{folder}/{name}':44} {weight:9,} {BUDGET:9,}  {others}")
        browser.close()
    return int(over)


def weigh(browser: Browser, path: Path) -> tuple[int, int]:
    """Return the bytes that a page and its assets have, and how often it asks another host."""
    addresses: set[str] = set()
    page = browser.new_page()
    page.on("request", lambda request: addresses.add(request.url))
    page.goto(path.as_uri())
    page.evaluate("document.fonts.ready")
    page.close()
    parts = [urlsplit(address) for address in addresses if not address.startswith("data:")]
    files = {Path(unquote(part.path)) for part in parts if part.scheme == "file"}
    weight = sum(file.stat().st_size for file in files if FIGURES not in file.parts)
    return weight, sum(part.scheme != "file" for part in parts)


if __name__ == "__main__":
    sys.exit(main())
