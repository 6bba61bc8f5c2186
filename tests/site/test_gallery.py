"""The gallery: pictures before code, cards of one panel, and chapters that can be chosen."""

from __future__ import annotations

from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from matplotlib import pyplot as plt
from PIL import Image
from playwright.sync_api import Browser

from ptnotes.verify.sandbox import take_figures
from sitebuilder.content.pictures_first import scale_panel
from tests.support.server import SITE


class TestCards:
    """A card shows what can be read at its size."""

    def test_the_largest_panel_alone(self, tmp_path: Path) -> None:
        """Of a blue panel and a wider red one, the card has no blue."""
        _figure, (blue, red) = plt.subplots(1, 2, width_ratios=(1, 3), figsize=(8, 4))
        blue.set_facecolor("blue")
        red.set_facecolor("red")
        source, card = tmp_path / "figure.png", tmp_path / "card.png"
        source.write_bytes(take_figures()[0])
        assert plt.get_fignums() == []

        scale_panel(str(source), str(card), 400, 280)

        with Image.open(card) as shown:
            colours = {colour for _count, colour in shown.convert("RGB").getcolors(1 << 24)}
            assert (255, 0, 0) in colours
            assert (0, 0, 255) not in colours
            assert shown.width <= 800
            assert shown.height <= 560

    def test_a_figure_without_a_panel_is_taken_whole(self, tmp_path: Path) -> None:
        """There is nothing to choose from."""
        plt.figure(figsize=(4, 2), facecolor="blue")
        source, card = tmp_path / "figure.png", tmp_path / "card.png"
        source.write_bytes(take_figures()[0])

        scale_panel(str(source), str(card), 400, 280)

        with Image.open(card) as shown:
            assert shown.size == (400, 280)


@pytest.mark.site
@pytest.mark.parametrize("folder", ["en", "zh"])
def test_the_picture_stands_before_the_code(folder: str) -> None:
    """On every page of an example that has one."""
    pages = sorted((SITE / folder / "gallery").glob("*/plot_*.html"))
    assert len(pages) > 10
    for path in pages:
        article = BeautifulSoup(path.read_text("utf-8"), "lxml").find("article")
        assert article is not None
        first = article.select_one("img, .highlight")
        assert first is not None
        assert first.name == "img", path


@pytest.mark.site
@pytest.mark.browser
@pytest.mark.parametrize("folder", ["en", "zh"])
def test_a_link_leaves_one_chapter(browser: Browser, address: str, folder: str) -> None:
    """And the first one brings all back."""
    page = browser.new_page()
    page.goto(f"{address}/{folder}/gallery/index.html")
    chapters = page.locator("#gallery > section")
    links = page.locator(".gallery-filter a")
    assert links.count() == chapters.count() + 1

    links.nth(2).click()
    seen = [chapters.nth(number).is_visible() for number in range(chapters.count())]
    assert seen == [number == 1 for number in range(chapters.count())]
    assert links.nth(2).get_attribute("aria-current") == "true"

    links.first.click()
    assert all(chapters.nth(number).is_visible() for number in range(chapters.count()))
    page.close()
