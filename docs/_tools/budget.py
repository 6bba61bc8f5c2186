"""
Print what was measured beside each budget: `python docs/_tools/budget.py`.

The share of blocks proven, the seconds of each gallery example alone, and for a page of each kind
what it weighs, when its largest part is painted and how far its parts shift. A browser opens the
pages from the disk, since only it knows which fonts a formula asks for.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, sync_playwright

from ptnotes.verify.block import FAILED, NOT_RUN, PASSED
from ptnotes.verify.ledger import open_ledger

ROOT = Path(__file__).resolve().parent.parent.parent
SITE = ROOT / "site"
BUDGET = 500_000  # bytes of a page with all assets, uncompressed, without figures
EXAMPLE_SECONDS = 10.0
PAINT_SECONDS = 0.6
REST = 300  # milliseconds in which a page that still moves does so
WATCH = """
window.painted = 0;
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.painted = entry.startTime;
}).observe({ type: "largest-contentful-paint", buffered: true });
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""
NOT_RUN_SHARE = 0.03  # of the finished site
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
    """Print the tables; the exit status is 1 when proof or weight is over its budget."""
    over = proof()
    examples()
    return int(weights() or over)


def proof() -> bool:
    """Print how many blocks are proven; whether any that can run here is not."""
    states = [entry.state for entry in open_ledger(ROOT).entries]
    skipped, failed = states.count(NOT_RUN), states.count(FAILED)
    print(
        f"{len(states)} blocks: {states.count(PASSED)} proven, {failed} unproven (budget 0), ",
        end="",
    )
    print(f"{skipped / len(states):.1%} not run (budget {NOT_RUN_SHARE:.0%} of the finished site)")
    return failed > 0


def examples() -> None:
    """Print how long each example takes alone; times are shown and fail nothing."""
    for path in sorted((ROOT / "gallery").rglob("plot_*.py")):
        started = time.monotonic()
        subprocess.run([sys.executable, path], check=True, env={**os.environ, "MPLBACKEND": "Agg"})
        seconds = time.monotonic() - started
        name = path.relative_to(ROOT).as_posix()
        print(f"{name:44} {seconds:7.1f} s {EXAMPLE_SECONDS:7.0f} s")


def weights() -> bool:
    """Print what pages weigh and how they are painted; whether one is over its budget."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not (SITE / "index.html").exists() or not chromium:
        print("The weights need site/ (`nox -s docs`) and Chromium, or its path in CHROMIUM.")
        return True
    over = False
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        weigh(browser, SITE / "en" / KINDS[0])  # the first page of a browser waits for the browser
        print(f"{'page':44} {'bytes':>9} {'other hosts':>12} {'painted':>9} {'shift':>7}")
        print(f"{'budget':44} {BUDGET:9,} {0:12} {PAINT_SECONDS:7.1f} s {0:7}")
        for folder in ("en", "zh"):
            for name in KINDS:
                seen = weigh(browser, SITE / folder / name)
                over |= seen.weight > BUDGET or seen.other_hosts > 0 or seen.shift > 0
                print(
                    f"{f'{folder}/{name}':44} {seen.weight:9,} {seen.other_hosts:12} "
                    f"{seen.painted:7.2f} s {seen.shift:7.3g}"
                )
        browser.close()
    return over


@dataclass(frozen=True)
class Seen:
    """
    What a browser saw of a page.

    Args:
        weight: Bytes of the page and its assets without figures.
        other_hosts: How often it asked another host.
        painted: Seconds until its largest part was painted.
        shift: How far its parts moved, as browsers add it up; 0 is nothing.
    """

    weight: int
    other_hosts: int
    painted: float
    shift: float


def weigh(browser: Browser, path: Path) -> Seen:
    """Open a page and let it come to rest."""
    addresses: set[str] = set()
    page = browser.new_page()
    page.add_init_script(WATCH)
    page.on("request", lambda request: addresses.add(request.url))
    page.goto(path.as_uri())
    page.evaluate("document.fonts.ready")
    page.wait_for_timeout(REST)
    painted, shift = page.evaluate("[window.painted / 1000, window.shift]")
    page.close()
    parts = [urlsplit(address) for address in addresses if not address.startswith("data:")]
    files = {Path(unquote(part.path)) for part in parts if part.scheme == "file"}
    weight = sum(file.stat().st_size for file in files if FIGURES not in file.parts)
    return Seen(weight, sum(part.scheme != "file" for part in parts), painted, shift)


if __name__ == "__main__":
    sys.exit(main())
