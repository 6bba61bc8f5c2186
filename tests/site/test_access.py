"""No grave finding of axe-core on any kind of page: both languages, light and dark."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.axe import grave_findings

pytestmark = [pytest.mark.site, pytest.mark.browser]

KINDS = (
    "index",
    "notes/index",
    "notes/sequence/attention",
    "notes/cpp/namespaces",
    "notes/foundations/installation",
    "gallery/index",
    "gallery/sequence/plot_attention",
    "myths",
    "changes",
    "glossary",
    "verification",
    "cite",
    "api/index",
    "api/sequence/attention",
)


@pytest.fixture(params=["light", "dark"])
def page(request: pytest.FixtureRequest, browser: Browser) -> Iterator[Page]:
    """A page of a browser that prefers light or dark, and speaks neither language."""
    context = browser.new_context(color_scheme=request.param, locale="fr-FR")
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("folder", ["en", "zh"])
def test_every_kind_of_page(page: Page, address: str, folder: str) -> None:
    """Landmarks, names, contrast, and what can be reached."""
    found = []
    for kind in KINDS:
        page.goto(f"{address}/{folder}/{kind}.html")
        found += [f"{folder}/{kind}: {finding}" for finding in grave_findings(page)]

    assert found == []


def test_the_pages_above_both_languages(page: Page, address: str) -> None:
    """The front door and the page of no page."""
    found = []
    for name in ("index.html", "404.html"):
        page.goto(f"{address}/{name}")
        found += [f"{name}: {finding}" for finding in grave_findings(page)]

    assert found == []


@pytest.mark.parametrize("folder", ["en", "zh"])
def test_the_open_search(page: Page, address: str, folder: str) -> None:
    """With results, with none, and on a telephone."""
    found = []
    page.goto(f"{address}/{folder}/notes/sequence/attention.html")
    page.click(".search-open")
    for query, width in (("mask", 1280), ("zzqxv", 1280), ("mask", 360)):
        page.set_viewport_size({"width": width, "height": 760})
        page.fill("#search input", query)
        answered = "query => document.getElementById('search').dataset.answered === query"
        page.wait_for_function(answered, arg=query)
        found += [f"{query}: {finding}" for finding in grave_findings(page)]

    assert found == []


@pytest.mark.parametrize("folder", ["en", "zh"])
def test_the_open_menus_of_a_telephone(page: Page, address: str, folder: str) -> None:
    """The contents of the site and of the page."""
    found = []
    page.set_viewport_size({"width": 360, "height": 760})
    page.goto(f"{address}/{folder}/notes/sequence/attention.html")
    for menu in ("lside", "rside"):
        page.click(f'main button[aria-controls="{menu}"]')
        page.wait_for_timeout(400)  # it slides in
        found += [f"{menu}: {finding}" for finding in grave_findings(page)]
        page.keyboard.press("Escape")

    assert found == []
