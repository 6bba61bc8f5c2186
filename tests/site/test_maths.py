"""Pages with formulas wait for their fonts: what that must not break, in a browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser

from tests.support.server import SITE, pages

pytestmark = [pytest.mark.site, pytest.mark.browser]

NOTE = "notes/sequence/attention.html"
ASKED = re.compile(r'data-fonts="([^"]+)"')
LOADED = """[...document.fonts].filter(font => font.status === "loaded").map(font => [
  ...[font.style, font.weight].filter(word => !["normal", "400"].includes(word)),
  "1em",
  font.family,
].join(" "))"""
SHOWN = "html:not(.awaits-fonts, .paints-first)"
HEAD = 160  # pixels from the top that the head of a page, which stays, may take


class TestWaiting:
    """The text is laid out unseen until the fonts of its formulas are there."""

    @pytest.mark.parametrize("width", [360, 1280])
    def test_a_page_opens_at_the_section_asked_for(
        self, browser: Browser, address: str, width: int
    ) -> None:
        """The section stands below the head, though it was laid out late."""
        page = browser.new_page(viewport={"width": width, "height": 800})
        page.goto(f"{address}/en/{NOTE}")
        section = page.locator("article section section").nth(3).get_attribute("id")
        page.goto("about:blank")
        page.goto(f"{address}/en/{NOTE}#{section}")
        page.wait_for_selector(SHOWN)

        place = page.locator(f"#{section}").bounding_box()
        assert place
        assert 0 <= place["y"] <= HEAD

    def test_a_page_read_again_stays_where_it_was(self, browser: Browser, address: str) -> None:
        """As browsers do it with any page."""
        page = browser.new_page()
        page.goto(f"{address}/zh/{NOTE}")
        page.evaluate("scrollTo(0, 2345)")
        page.reload()
        page.wait_for_selector(SHOWN)

        assert page.evaluate("scrollY") == 2345

    def test_without_its_fonts_it_is_shown_all_the_same(
        self, browser: Browser, address: str
    ) -> None:
        """A moment later, and with the reader's own fonts."""
        page = browser.new_page()
        page.route("**/*.woff2", lambda route: route.abort())
        page.goto(f"{address}/en/{NOTE}")
        page.wait_for_selector(SHOWN)

        assert page.locator(".yue .katex-html").first.is_visible()

    def test_fonts_that_never_come_hold_nothing_up(self, browser: Browser, address: str) -> None:
        """A second is the longest wait."""
        page = browser.new_page()
        page.route("**/*.woff2", lambda route: None)
        page.goto(f"{address}/en/{NOTE}", wait_until="domcontentloaded")
        page.wait_for_selector(SHOWN)

        assert page.locator(".yue .katex-html").first.is_visible()


def test_a_page_asks_for_the_fonts_of_its_formulas(browser: Browser, address: str) -> None:
    """For all, or formulas would change under the reader's eyes; for no other, or they weigh."""
    context = browser.new_context()
    context.route("**/maths.js", lambda route: route.abort())
    page = context.new_page()
    wrong = {}
    english = [name for name in pages() if name.startswith("en/")]  # with the formulas of both
    asked = {name: ASKED.search((SITE / name).read_text("utf-8")) for name in english}
    for name, fonts in asked.items():
        if fonts is None:
            continue
        page.goto(f"{address}/{name}")
        page.evaluate("document.fonts.ready")
        found = set(page.evaluate(LOADED))
        if found != set(fonts[1].split(",")):
            wrong[name] = found ^ set(fonts[1].split(","))
    assert wrong == {}
    assert any(asked.values())


def test_formulas_can_be_listened_to(browser: Browser, address: str) -> None:
    """Each stands in what a browser tells screen readers, far down the page too."""
    page = browser.new_page()
    page.goto(f"{address}/en/{NOTE}")
    page.wait_for_selector(SHOWN)
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")
    heard = [node for node in tree["nodes"] if node["role"]["value"] == "MathMLMath"]

    assert len(heard) == page.locator(".katex math").count() > 0
