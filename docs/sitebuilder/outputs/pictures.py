"""Pictures of the finished pages: WebP where that is smaller, and sized so that nothing shifts."""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path

from PIL import Image

TAG = re.compile(r"<img\b[^>]*>")
SOURCE = re.compile(r'\ssrc="([^":]+)"')
SIZED = re.compile(r"\s(?:width|height)=")
PICTURES = "_images"
SVG_BOX = re.compile(r'<svg\b[^>]*\sviewBox="[\d.-]+ [\d.-]+ ([\d.]+) ([\d.]+)"')


def finish_pictures(site: Path, cache: Path) -> None:
    """
    Convert the pictures of a site, and write their sizes into its pages.

    Args:
        site: The site's folder.
        cache: Where converted pictures are kept for the next build.
    """
    cache.mkdir(parents=True, exist_ok=True)
    converted = [
        picture.name
        for folder in site.glob(f"*/{PICTURES}")
        for picture in sorted(folder.glob("*.png"))
        if convert(picture, cache)
    ]
    for page in [*site.rglob("*.html"), *site.rglob("*.md")]:
        old = new = page.read_text("utf-8")
        for name in converted:
            new = new.replace(name, f"{name.removesuffix('.png')}.webp")
        if page.suffix == ".html":
            new = TAG.sub(lambda tag, page=page: sized(tag[0], page.parent), new)
        if new != old:
            page.write_text(new, "utf-8")


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


def sized(tag: str, folder: Path) -> str:
    """Return an `<img>` with width and height, as its file in `folder` has them."""
    source = SOURCE.search(tag)
    if source is None or SIZED.search(tag) or not (folder / source[1]).is_file():
        return tag
    width, height = size_of(folder / source[1])
    return f'<img width="{width}" height="{height}"{tag.removeprefix("<img")}'


def size_of(path: Path) -> tuple[int, int]:
    """Return width and height of a picture in pixels."""
    if path.suffix == ".svg":
        box = SVG_BOX.search(path.read_text("utf-8"))
        if box is None:
            raise ValueError(f"path: {path.name} has no viewBox, so it has no size")
        return round(float(box[1])), round(float(box[2]))
    with Image.open(path) as image:
        return image.size
