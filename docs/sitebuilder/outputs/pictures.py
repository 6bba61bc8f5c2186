"""Pictures of the finished pages: WebP where that is smaller, and sized so that nothing shifts."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from functools import cache
from html import escape
from pathlib import Path

from lxml import etree
from PIL import Image

from sitebuilder.outputs.finished_pages import PICTURES, Found


def finish_pictures(pages: Mapping[Path, Found], folders: list[Path], cache: Path) -> None:
    """
    Convert the pictures of a site, and write their sizes into its pages.

    Args:
        pages: What is known of each page.
        folders: The folders of the languages.
        cache: Where converted pictures are kept for the next build.

    Raises:
        ValueError: if a picture has no size.
    """
    cache.mkdir(parents=True, exist_ok=True)
    converted = {
        picture.name
        for folder in folders
        for picture in sorted((folder / PICTURES).glob("*.png"))
        if convert(picture, cache)
    }
    for page, found in pages.items():
        text = old = page.read_text("utf-8")
        for name in converted.intersection(found.named):
            text = text.replace(name, webp(name))
        for address in found.unsized:
            folder, _slash, name = address.rpartition("/")
            shown = f"{folder}/{webp(name)}" if name in converted else address
            text = sized(text, shown, page.parent)
        if text != old:
            page.write_text(text, "utf-8")
    for twin in (path for folder in folders for path in folder.rglob("*.md")):
        text = old = twin.read_text("utf-8")
        if f"{PICTURES}/" in text:
            for name in converted:
                text = text.replace(name, webp(name))
            if text != old:
                twin.write_text(text, "utf-8")


def webp(name: str) -> str:
    """Return the name of a picture once it is converted."""
    return f"{name.removesuffix('.png')}.webp"


def convert(picture: Path, cache: Path) -> bool:
    """Put a lossless WebP in a picture's place; False where that is not smaller."""
    kept = cache / f"{hashlib.sha256(picture.read_bytes()).hexdigest()}.webp"
    if not kept.exists():
        draft = kept.with_suffix(".tmp")
        with Image.open(picture) as image:
            image.save(draft, format="WEBP", lossless=True, quality=100, method=4)
        draft.replace(kept)
    if kept.stat().st_size >= picture.stat().st_size:
        return False
    shutil.copyfile(kept, picture.with_suffix(".webp"))
    picture.unlink()
    return True


def sized(text: str, address: str, folder: Path) -> str:
    """Return a page's text with the size of a picture, as its file has it, beside its address."""
    if not (folder / address).is_file():
        return text
    width, height = size_of(folder / address)
    source = f'src="{escape(address)}"'
    return text.replace(source, f'width="{width}" height="{height}" {source}')


@cache
def size_of(path: Path) -> tuple[int, int]:
    """
    Return width and height of a picture in pixels.

    Raises:
        ValueError: if it is an SVG that does not say them.
    """
    if path.suffix == ".svg":
        box = etree.parse(path).getroot().get("viewBox")
        if box is None:
            raise ValueError(f"path: {path.name} has no viewBox, so it has no size")
        _left, _top, width, height = box.split()
        return round(float(width)), round(float(height))
    with Image.open(path) as image:
        return image.size
