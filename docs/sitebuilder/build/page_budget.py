"""What a browser sees of the built pages: weight, other hosts, paint, shift, and the search."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser

from sitebuilder.build.browser import chromium, chromium_path, served
from sitebuilder.languages.site_languages import ENGLISH, LANGUAGES
from sitebuilder.places import SITE

BUDGET = 500_000  # bytes of a page with all assets, uncompressed, without figures
PAINT_SECONDS = 0.6
LOADS = 3
SEARCH_SECONDS = 0.3  # to the first result, the index being there
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
QUERIES = ("softmax", "encoder", "gradient accumulation", "缩放点积注意力", "is_causal")
ASK = """query => new Promise(done => {
  const box = document.querySelector("#search input");
  const seen = new MutationObserver(() => done(performance.now() - began));
  seen.observe(document.getElementById("search-results"), {childList: true});
  const began = performance.now();
  box.value = query;
  box.dispatchEvent(new InputEvent("input", {bubbles: true}));
})"""
FIGURES = "_images"
FOLDERS = tuple(language.folder for language in LANGUAGES)
KINDS = (
    "index.html",
    "notes/sequence/attention.html",
    "notes/sequence/transformer.html",
    "notes/cpp/operators.html",
    "notes/training/amp.html",
    "gallery/index.html",
    "gallery/sequence/plot_attention.html",
    "api/sequence/attention.html",
    "myths.html",
    "glossary.html",
    "verification.html",
    "benchmarks.html",
)


def pages() -> bool:
    """
    Print what pages weigh and how they are painted; whether one is over its budget.

    Paint is shown, and fails nothing: a busy machine is late.
    """
    if not (SITE / "index.html").exists() or not chromium_path():
        print("The weights need site/ (`nox -s docs`) and Chromium, or its path in CHROMIUM.")
        return True
    over = False
    with chromium() as browser:
        weigh(browser, SITE / ENGLISH.folder / KINDS[0])  # the first page waits for the browser
        print(f"{'page':44} {'bytes':>9} {'other hosts':>12} {'painted':>9} {'shift':>7}")
        print(f"{'budget':44} {BUDGET:9,} {0:12} {PAINT_SECONDS:7.1f} s {0:7}")
        for folder in FOLDERS:
            for name in KINDS:
                seen = weigh_often(browser, SITE / folder / name)
                over |= seen.weight > BUDGET or seen.other_hosts > 0 or seen.shift > 0
                late = "  late" if seen.painted > PAINT_SECONDS else ""
                print(
                    f"{f'{folder}/{name}':44} {seen.weight:9,} {seen.other_hosts:12} "
                    f"{seen.painted:7.2f} s {seen.shift:7.3g}{late}"
                )
        searches(browser)
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


def weigh_often(browser: Browser, path: Path) -> Seen:
    """Open a page a few times; of all loads the middle paint and the farthest shift."""
    loads = [weigh(browser, path) for _ in range(LOADS)]
    painted = median(load.painted for load in loads)
    return replace(loads[0], painted=painted, shift=max(load.shift for load in loads))


def searches(browser: Browser) -> None:
    """Print how long the search takes in each language; times are shown and fail nothing."""
    with served(SITE) as address:
        for folder in FOLDERS:
            page = browser.new_page()
            page.goto(f"{address}/{folder}/index.html")
            page.click(".search-open")
            page.evaluate(ASK, "mask")  # loads the index
            times = [page.evaluate(ASK, query) / 1000 for query in QUERIES]
            page.close()
            print(f"{f'{folder}: first result of the search, slowest of {len(times)}':66} ", end="")
            print(f"{max(times):7.2f} s {SEARCH_SECONDS:7.1f} s")
