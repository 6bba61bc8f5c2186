"""A tour of the site by keyboard alone, in both languages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.server import listen

pytestmark = [pytest.mark.site, pytest.mark.browser]

OTHER = {"en": "zh", "zh": "en"}
NOTE = "notes/sequence/attention.html"
FOCUS = "document.activeElement"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a browser, which must not complain."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme="light")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened = context.new_page()
    said = listen(opened)
    yield opened
    context.close()
    assert said == []


def tab_to(page: Page, selector: str, most: int = 80) -> None:
    """Press Tab until an element has the focus, which must be seen."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(f"selector => {FOCUS}.matches(selector)", selector):
            outline = page.evaluate(f"getComputedStyle({FOCUS}).outlineStyle")
            assert outline != "none", f"{selector} has the focus and does not show it"
            return
    pytest.fail(f"{most} times Tab, and never at {selector}")


@pytest.mark.parametrize("folder", ["en", "zh"])
def test_the_tour(page: Page, address: str, folder: str) -> None:
    """From the first page to a note by search, to a block, to dark, and to the other language."""
    page.goto(f"{address}/{folder}/index.html")
    page.keyboard.press("Tab")
    assert page.evaluate(f"{FOCUS}.className") == "skip-link"
    page.keyboard.press("Enter")
    assert page.url.endswith("#content")

    page.keyboard.press("/")
    page.keyboard.type("scaled_dot_product_attention")
    answered = "query => document.getElementById('search').dataset.answered === query"
    page.wait_for_function(answered, arg="scaled_dot_product_attention")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{folder}/{NOTE}*")

    tab_to(page, ".js-theme")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    assert "dark" in (page.locator("html").get_attribute("class") or "")

    tab_to(page, ".take-away a[download]")
    tab_to(page, ".copy-button")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.querySelector('.copy-status').textContent !== ''")
    assert page.evaluate("navigator.clipboard.readText()").startswith("import torch")

    page.evaluate("document.body.tabIndex = -1; document.body.focus()")
    tab_to(page, ".language-switch")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{OTHER[folder]}/{NOTE}*")


def test_what_scrolls_can_be_scrolled(page: Page, address: str) -> None:
    """By the arrow keys, once it has the focus; not every browser gives it by itself."""
    page.set_viewport_size({"width": 360, "height": 760})
    page.goto(f"{address}/en/{NOTE}")
    scrolling = page.evaluate(
        """() => [...document.querySelectorAll(".yue *")].filter((part) => {
          const scrolls = /auto|scroll/.test(getComputedStyle(part).overflowX);
          return scrolls && part.scrollWidth > part.clientWidth + 3 && !part.closest(".math");
        }).map((part) => [part.tabIndex, part.outerHTML.slice(0, 80)])"""
    )

    assert scrolling
    assert [part for tab_index, part in scrolling if tab_index < 0] == []
