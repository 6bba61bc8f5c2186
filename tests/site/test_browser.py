"""The built site in a browser, opened from the disk: languages, contents, width."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.support.server import SITE

pytestmark = [pytest.mark.site, pytest.mark.browser]

NOTE = "notes/sequence/attention.html"


def open_page(browser: Browser, name: str, locale: str = "en-US", width: int = 1280) -> Page:
    """Open a page of the site and fail on whatever the console says."""
    page = browser.new_context(locale=locale, viewport={"width": width, "height": 800}).new_page()
    page.on("console", lambda message: pytest.fail(f"{name}: {message.text}"))
    page.on("pageerror", lambda error: pytest.fail(f"{name}: {error}"))
    page.goto((SITE / name).as_uri())
    return page


class TestFrontDoor:
    """The root page chooses."""

    @pytest.mark.parametrize(
        ("locale", "folder"), [("zh-TW", "zh"), ("zh-CN", "zh"), ("en-GB", "en")]
    )
    def test_it_follows_the_browser(self, browser: Browser, locale: str, folder: str) -> None:
        """Any Chinese is Chinese."""
        page = open_page(browser, "index.html", locale)
        page.wait_for_url(f"**/{folder}/index.html")

    def test_another_language_gets_both_links(self, browser: Browser) -> None:
        """Nobody is sent anywhere by guess."""
        page = open_page(browser, "index.html", "fr-FR")

        assert page.locator("nav a").count() == 2
        assert page.url.endswith("site/index.html")

    def test_it_remembers_the_choice(self, browser: Browser) -> None:
        """The switch of a page counts."""
        page = open_page(browser, "en/index.html")
        page.click(".language-switch")
        page.wait_for_url("**/zh/index.html")
        page.goto((SITE / "index.html").as_uri())
        page.wait_for_url("**/zh/index.html")


class TestSwitch:
    """The other language is one click away."""

    def test_it_keeps_the_section_there_and_back(self, browser: Browser) -> None:
        """By the ids, which are equal."""
        page = open_page(browser, f"en/{NOTE}")
        section = page.locator("article section section").nth(1).get_attribute("id")
        page.goto(f"{page.url}#{section}")
        page.click(".language-switch")
        page.wait_for_url(f"**/zh/{NOTE}#{section}")
        page.click(".language-switch")
        page.wait_for_url(f"**/en/{NOTE}#{section}")

    def test_it_works_without_a_script(self, browser: Browser) -> None:
        """Then to the page."""
        page = browser.new_context(java_script_enabled=False).new_page()
        page.goto((SITE / "en" / NOTE).as_uri())
        page.click(".language-switch")
        page.wait_for_url(f"**/zh/{NOTE}")


def test_the_theme_is_remembered(browser: Browser) -> None:
    """From automatic over light to dark."""
    page = open_page(browser, "en/index.html")
    page.click(".js-theme")
    page.click(".js-theme")
    page.reload()

    assert "dark" in (page.locator("html").get_attribute("class") or "")


def test_the_contents_open_on_a_telephone(browser: Browser) -> None:
    """By their button, and close with Escape."""
    page = open_page(browser, f"zh/{NOTE}", width=360)
    button = page.locator('button[aria-controls="lside"]')
    button.click()

    assert button.get_attribute("aria-expanded") == "true"
    assert page.locator("#lside a").first.is_visible()

    page.keyboard.press("Escape")

    assert button.get_attribute("aria-expanded") == "false"


class TestPaper:
    """A page that is printed."""

    def test_it_is_light(self, browser: Browser) -> None:
        """Pale letters would be lost on it; the screen is dark again afterwards."""
        page = browser.new_context(color_scheme="dark").new_page()
        page.goto((SITE / "en" / NOTE).as_uri())
        shade = "document.documentElement.classList.contains('dark')"
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert not page.evaluate(shade)

        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.evaluate(shade)

    def test_the_text_takes_its_whole_width(self, browser: Browser) -> None:
        """What stands beside it on a screen is not there."""
        page = open_page(browser, f"zh/{NOTE}", width=794)
        page.emulate_media(media="print")

        assert page.evaluate("document.getElementById('content').offsetWidth") == 794
        assert (
            not page.locator("#lside, .sy-head, .take-away, .copy-button")
            .locator("visible=true")
            .count()
        )
