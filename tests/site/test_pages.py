"""The built site, as it lies in `site/`: both languages, no other host, nothing leaked."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag

from tests.support.tiny_project import REPOSITORY

SITE = REPOSITORY / "site"
LINKS = REPOSITORY / "tests" / "site" / "external_links.txt"
CHINESE = re.compile("[\u4e00-\u9fff]")
pytestmark = pytest.mark.site


@pytest.fixture(scope="session")
def pages() -> dict[str, BeautifulSoup]:
    """Every page by its path, such as `zh/index.html`."""
    if not SITE.exists():
        pytest.skip("site/ is not built: run `nox -s docs`")
    found = {}
    for path in sorted(SITE.rglob("*.html")):
        name = path.relative_to(SITE).as_posix()
        found[name] = BeautifulSoup(path.read_text("utf-8"), "html.parser")
    return found


def of(pages: dict[str, BeautifulSoup], folder: str) -> dict[str, BeautifulSoup]:
    """Return the pages of one language by their path in it."""
    start = f"{folder}/"
    return {
        name.removeprefix(start): page for name, page in pages.items() if name.startswith(start)
    }


def article(page: BeautifulSoup) -> Tag:
    """Return the text of a page without what stands around it."""
    found = page.find("article")
    assert isinstance(found, Tag)
    return found


def prose(page: BeautifulSoup) -> str:
    """Return the words of a page without code and maths."""
    copy = BeautifulSoup(str(article(page)), "html.parser")
    for tag in copy(["pre", "code", "script", "style"]):
        tag.decompose()
    for tag in copy.select(".math, .katex"):
        tag.decompose()
    return copy.get_text()


class TestLanguages:
    """The same site twice."""

    def test_both_have_the_same_pages(self, pages: dict[str, BeautifulSoup]) -> None:
        """None is missing in one of them."""
        assert of(pages, "en").keys() == of(pages, "zh").keys()
        assert len(of(pages, "en")) > 5

    def test_each_page_says_its_language(self, pages: dict[str, BeautifulSoup]) -> None:
        """With the tag that browsers know."""
        for folder, tag in (("en", "en"), ("zh", "zh-CN")):
            for name, page in of(pages, folder).items():
                assert page.html is not None
                assert page.html["lang"] == tag, name

    def test_english_on_a_chinese_page_says_so(self, pages: dict[str, BeautifulSoup]) -> None:
        """The reference is the docstrings; what Sphinx says in it is Chinese."""
        for name, page in of(pages, "zh").items():
            reference = name.startswith("api/") and name != "api/index.html"
            if page.find("article"):
                assert article(page).get("lang") == ("en" if reference else None), name
            if reference:
                labels = article(page).select("dl.field-list > dt")
                assert {label.get("lang") for label in labels} <= {"zh-CN"}, name

    def test_section_ids_are_equal(self, pages: dict[str, BeautifulSoup]) -> None:
        """So that the switch can keep the section."""
        chinese = of(pages, "zh")
        for name, page in of(pages, "en").items():
            ids = [[tag["id"] for tag in article(p)(id=True)] for p in (page, chinese[name])]
            assert ids[0] == ids[1], name

    def test_code_is_equal(self, pages: dict[str, BeautifulSoup]) -> None:
        """A snippet exists once."""
        chinese = of(pages, "zh")
        for name, page in of(pages, "en").items():
            code = [[tag.get_text() for tag in article(p)("pre")] for p in (page, chinese[name])]
            assert code[0] == code[1], name

    def test_the_switch_leads_to_the_same_page(self, pages: dict[str, BeautifulSoup]) -> None:
        """By a relative link."""
        for folder, other in (("en", "zh"), ("zh", "en")):
            for name, page in of(pages, folder).items():
                link = page.select_one("a.language-switch")
                assert link is not None
                target = (SITE / folder / name).parent / str(link["href"])
                assert target.resolve() == (SITE / other / name).resolve()

    def test_chinese_prose_has_no_open_emphasis(self, pages: dict[str, BeautifulSoup]) -> None:
        """`**` beside Chinese punctuation does not close in CommonMark."""
        for name, page in pages.items():
            if page.find("article"):
                assert "**" not in prose(page), name

    def test_chinese_characters_stand_without_spaces(self, pages: dict[str, BeautifulSoup]) -> None:
        """A space parts Chinese from Latin letters, and nothing else."""
        spaced = re.compile(r".{,9}[\u4e00-\u9fff，。：（）] +[\u4e00-\u9fff].{,9}")
        for name, page in of(pages, "zh").items():
            for block in page.select("article :is(p, h1, h2, h3, td, th, dd):not(.buttons)"):
                assert spaced.findall(block.get_text()) == [], name
            for tag in page("meta", content=True):
                assert spaced.findall(str(tag["content"])) == [], name

    def test_cards_are_chinese(self, pages: dict[str, BeautifulSoup]) -> None:
        """Title and tooltip, which are raw HTML."""
        for name, page in of(pages, "zh").items():
            for card in page.select(".sphx-glr-thumbcontainer"):
                for text in (str(card["tooltip"]), card.get_text()):
                    assert CHINESE.search(text), (name, text)

    def test_pictures_are_told_in_chinese(self, pages: dict[str, BeautifulSoup]) -> None:
        """On a Chinese page; a card's picture is named by the card's own words."""
        told = [
            (name, str(picture["alt"]))
            for name, page in of(pages, "zh").items()
            for picture in article(page).select("img:not(.sphx-glr-thumbcontainer img)")
        ]

        assert told
        assert [item for item in told if not CHINESE.search(item[1])] == []


class TestPrivacy:
    """No page asks another host for anything."""

    def test_no_page_loads_from_elsewhere(self, pages: dict[str, BeautifulSoup]) -> None:
        """Links may lead away; what is loaded may not."""
        for name, page in pages.items():
            loads = [str(tag.get("src", "")) for tag in page(["script", "img", "iframe", "source"])]
            for link in page("link"):
                if not {"alternate", "canonical"} & set(link["rel"]):
                    loads.append(str(link["href"]))
            assert [address for address in loads if urlsplit(address).netloc] == [], name

    def test_no_style_and_no_script_does(self) -> None:
        """Neither `url()`, `@import`, `fetch` nor `import()` names a host."""
        if not SITE.exists():
            pytest.skip("site/ is not built: run `nox -s docs`")
        pattern = re.compile(r"(?:url\(|@import|fetch\(|import\(|src\s*=)\s*['\"]?(?:https?:)?//")
        for path in [*SITE.rglob("*.css"), *SITE.rglob("*.js")]:
            assert not pattern.search(path.read_text("utf-8")), path


class TestPages:
    """What every page has and has not."""

    def test_maths_needs_no_script(self, pages: dict[str, BeautifulSoup]) -> None:
        """It is in the page, rendered, and none failed."""
        rendered = [tag for page in pages.values() for tag in page.select(".math .katex")]

        assert rendered
        for name, page in pages.items():
            assert not page.select(".katex-error"), name
            for formula in page.select(".math"):
                assert formula.select(".katex"), name

    def test_a_cell_that_draws_shows_a_figure(self, pages: dict[str, BeautifulSoup]) -> None:
        """A backend without a screen would run the cell and show nothing."""
        drawing = [
            cell
            for page in pages.values()
            for cell in page.select("div.cell")
            if "plt." in cell.get_text()
        ]

        assert drawing
        for cell in drawing:
            assert cell.select(".cell_output img"), cell.get_text()[:80]

    def test_no_tag_is_left_open(self) -> None:
        """`<span/>` is an open tag in HTML."""
        for path in SITE.rglob("*.html"):
            assert not re.search(r"<span[^<>]*/>", path.read_text("utf-8")), path

    def test_no_comment_leaks(self, pages: dict[str, BeautifulSoup]) -> None:
        """`verify:` comments are for the engine."""
        for name, page in pages.items():
            assert "verify:" not in str(page), name

    def test_there_is_no_dead_search(self, pages: dict[str, BeautifulSoup]) -> None:
        """Neither a page nor a link to one."""
        for name, page in pages.items():
            assert not name.endswith(("search.html", "genindex.html"))
            assert not page.select('a[href*="search.html"], a[href*="genindex"], form'), name

    def test_a_page_with_code_ends_with_receipts(self, pages: dict[str, BeautifulSoup]) -> None:
        """What proved it, and when."""
        for name, page in pages.items():
            if page.find("article") and article(page).find("pre"):
                assert page.select_one(".receipts"), name

    def test_every_internal_link_resolves(self, pages: dict[str, BeautifulSoup]) -> None:
        """Page and section."""
        for name, page in pages.items():
            for path, fragment in _targets(name, page):
                assert path.is_file(), (name, path)
                if fragment and path.suffix == ".html":
                    target = pages[path.relative_to(SITE.resolve()).as_posix()]
                    assert target.find(id=fragment), (name, path, fragment)

    def test_every_external_link_is_listed(self, pages: dict[str, BeautifulSoup]) -> None:
        """In `external_links.txt`, where one reads at a glance where the site sends its readers."""
        found = {
            str(link["href"])
            for page in pages.values()
            for link in page("a", href=True)
            if urlsplit(str(link["href"])).netloc
        }
        # Links to the repository are made where its address is given, as it is when published.
        own = os.environ.get("PTNOTES_REPOSITORY", "https://no.repository")
        found = {link for link in found if not link.startswith(own)}
        listed = set(LINKS.read_text("utf-8").split())

        assert sorted(found - listed) == [], "not listed"
        assert sorted(listed - found) == [], "listed, but on no page"

    def test_every_page_says_what_it_is_about(self, pages: dict[str, BeautifulSoup]) -> None:
        """In its own language, and no two the same."""
        for folder in ("en", "zh"):
            seen: dict[str, str] = {}
            for name, page in of(pages, folder).items():
                tags = page.select('meta[name="description"]')
                assert len(tags) == 1, name
                text = str(tags[0]["content"])
                assert len(text) > 10, name
                assert text not in seen, (name, seen[text])
                assert folder == "en" or name.startswith("api/") or CHINESE.search(text), name
                seen[text] = name

    def test_every_picture_has_a_size_and_is_small(self, pages: dict[str, BeautifulSoup]) -> None:
        """So that nothing shifts; WebP, or SVG, wherever that is smaller."""
        for name, page in pages.items():
            for picture in page("img"):
                assert int(str(picture["width"])) > 0, (name, picture)
                assert int(str(picture["height"])) > 0, (name, picture)
                assert picture.has_attr("alt"), (name, picture)
        assert list(SITE.rglob("_images/*.webp"))

    def test_every_external_link_is_https(self, pages: dict[str, BeautifulSoup]) -> None:
        """And names a host; what a reader follows is not to be read or changed on its way."""
        bad = []
        for name, page in pages.items():
            for link in page("a", href=True):
                parts = urlsplit(str(link["href"]))
                outside = parts.scheme or parts.netloc
                if outside and (parts.scheme != "https" or not parts.netloc):
                    bad.append((name, link["href"]))

        assert bad == []


def _targets(name: str, page: BeautifulSoup) -> Iterator[tuple[Path, str]]:
    for tag in page(["a", "link", "img", "script"]):
        address = str(tag.get("href") or tag.get("src") or "")
        parts = urlsplit(address)
        if not address or parts.scheme or parts.netloc or (name == "404.html"):
            continue
        path = (SITE / name).parent / unquote(parts.path) if parts.path else SITE / name
        yield path.resolve(), unquote(parts.fragment)
