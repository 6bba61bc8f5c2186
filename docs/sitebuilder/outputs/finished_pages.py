"""
Each finished page is parsed once, for all that is asked of it.

What was found is kept by the text of the page: a page that a build leaves as it was is not parsed.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import NamedTuple

from lxml import html
from lxml.html import HtmlElement

from sitebuilder.outputs import search_text
from sitebuilder.outputs.search_text import Article

PICTURES = "_images"
CODE = (Path(__file__), Path(search_text.__file__))  # what is found depends on it


class Found(NamedTuple):
    """
    What is asked of a finished page.

    Args:
        unsized: The address of each picture that has no size yet.
        named: The file of each picture that the page names, in a link say.
        article: What the search is to know.
    """

    unsized: list[str]
    named: list[str]
    article: Article


def read_pages(folders: list[Path], cache: Path) -> dict[Path, Found]:
    """
    Read every page of some folders.

    Args:
        folders: The folders of the languages.
        cache: Where what was found is kept for the next build.

    Raises:
        ValueError: if a picture stands on a page both with and without a size.
    """
    cache.mkdir(parents=True, exist_ok=True)
    code = hashlib.sha256(b"".join(path.read_bytes() for path in CODE)).digest()
    found, kept = {}, set()
    for path in sorted(path for folder in folders for path in folder.rglob("*.html")):
        text = path.read_bytes()
        key = hashlib.sha256(code + text).hexdigest()
        found[path] = _kept(cache / f"{key}.json", text)
        kept.add(key)
    for path in cache.glob("*.json"):
        if path.stem not in kept:
            path.unlink()
    return found


def read_page(text: str) -> Found:
    """
    Parse a page.

    Raises:
        ValueError: if a picture stands on it both with and without a size.
    """
    page = html.document_fromstring(text)
    pictures = list(page.iter("img"))
    unsized = {picture.get("src", "") for picture in pictures if not _has_size(picture)}
    if both := unsized & {picture.get("src", "") for picture in pictures if _has_size(picture)}:
        raise ValueError(f"text: {min(both)} stands on the page both with and without a size")
    return Found(sorted(unsized), sorted(_named(page)), search_text.read(page))


def _has_size(picture: HtmlElement) -> bool:
    return "width" in picture.attrib or "height" in picture.attrib


def _named(page: HtmlElement) -> set[str]:
    """Return the file names of all pictures that an attribute names."""
    start = f"{PICTURES}/"
    values = page.xpath(f"//@*[contains(., '{start}')]")
    return {
        word.rsplit("/", 1)[-1]
        for value in values
        for word in value.replace(",", " ").split()
        if start in word
    }


def _kept(path: Path, text: bytes) -> Found:
    """Return what was found before, or read the page and keep what is found now."""
    if path.exists():
        unsized, named, article = json.loads(path.read_text("utf-8"))
        return Found(unsized, named, Article(*article))
    found = read_page(text.decode())
    draft = path.with_suffix(".tmp")
    draft.write_text(json.dumps(found, ensure_ascii=False), "utf-8")
    draft.replace(path)
    return found
