"""What is asked of a finished page is read from it once, by a parser, and kept by its text."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import html
from PIL import Image

from sitebuilder.outputs import finished_pages
from sitebuilder.outputs.finished_pages import read_page, read_pages
from sitebuilder.outputs.pictures import finish_pictures

PAGE = """\
<!DOCTYPE html><html lang="en"><head><title>A</title></head><body>
<img alt="a > b" src="_images/a.png"><a href="_images/a.png">whole</a>
<img src="logo.svg" width="1" height="1" alt=""><!-- <img src="_images/no.png"> -->
<article><h1>One</h1></article></body></html>
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A language's folder with one page and its picture."""
    folder = tmp_path / "site" / "en"
    (folder / "_images").mkdir(parents=True)
    (folder / "a.html").write_text(PAGE, "utf-8")
    Image.new("RGB", (64, 48)).save(folder / "_images" / "a.png")
    return folder


class TestReading:
    """What a regular expression would get wrong."""

    def test_a_comment_is_no_picture_and_a_tag_ends_at_its_end(self) -> None:
        """`>` may stand in an attribute, and a tag in a comment."""
        found = read_page(PAGE)

        assert found.unsized == ["_images/a.png"]
        assert found.named == ["a.png"]
        assert found.article.title == "One"

    def test_a_picture_with_and_without_a_size_is_refused(self) -> None:
        """The page would have to say which one is meant."""
        twice = PAGE.replace("<article>", '<article><img src="logo.svg" alt="">')

        with pytest.raises(ValueError, match=r"logo\.svg stands on the page both with and without"):
            read_page(twice)


class TestKept:
    """A page is parsed once, whatever is asked of it, and not again while it stays as it is."""

    @pytest.fixture
    def parsed(self, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        """The texts that were parsed."""
        texts: list[str] = []
        parse = html.document_fromstring

        def remember(text: str) -> html.HtmlElement:
            texts.append(text)
            return parse(text)

        monkeypatch.setattr(finished_pages.html, "document_fromstring", remember)
        return texts

    def test_an_unchanged_page_is_not_parsed_again(
        self, site: Path, tmp_path: Path, parsed: list[str]
    ) -> None:
        """And what is kept says the same."""
        first = read_pages([site], tmp_path / "cache")
        second = read_pages([site], tmp_path / "cache")

        assert len(parsed) == 1
        assert first == second

    def test_a_changed_page_is(self, site: Path, tmp_path: Path, parsed: list[str]) -> None:
        """What was kept of its former text goes."""
        read_pages([site], tmp_path / "cache")
        (site / "a.html").write_text(PAGE.replace("One", "Two"), "utf-8")
        (found,) = read_pages([site], tmp_path / "cache").values()

        assert len(parsed) == 2
        assert found.article.title == "Two"
        assert len(list((tmp_path / "cache").iterdir())) == 1

    def test_other_code_reads_it_again(
        self, site: Path, tmp_path: Path, parsed: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What is found depends on it."""
        read_pages([site], tmp_path / "cache")
        (tmp_path / "code.py").write_text("other", "utf-8")
        monkeypatch.setattr(finished_pages, "CODE", (tmp_path / "code.py",))
        read_pages([site], tmp_path / "cache")

        assert len(parsed) == 2


def test_pictures_are_sized_and_the_rest_stays_as_it_was(site: Path, tmp_path: Path) -> None:
    """Byte for byte; a link to a picture that was converted leads to what it became."""
    pages = read_pages([site], tmp_path / "cache")
    finish_pictures(pages, [site], tmp_path / "webp")

    assert (site / "_images" / "a.webp").is_file()
    assert (site / "a.html").read_text("utf-8") == (
        PAGE.replace("a.png", "a.webp").replace(
            'alt="a > b" src', 'alt="a > b" width="64" height="48" src'
        )
    )
