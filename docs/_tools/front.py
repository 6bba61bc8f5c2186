"""The pages above both languages: the front door that chooses one, and the page of no page."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import urlsplit


def write_front(source: Path, site: Path, base_url: str) -> None:
    """
    Write `index.html`, `404.html` and what they load.

    Args:
        source: The folder `docs/_front`.
        site: The site's folder.
        base_url: The site's address, or empty: then tags that need one are left out.
    """
    base = base_url.rstrip("/")
    # A wrong address may be at any depth, so its page needs the way from the root of the host.
    from_root = f"{urlsplit(base).path}/" if base else ""
    values = {"alternates": alternates(base) if base else "", "base": from_root}
    for path in source.iterdir():
        if path.suffix != ".html":
            shutil.copy2(path, site / path.name)
            continue
        text = path.read_text("utf-8")
        for name, value in values.items():
            text = text.replace("{{ " + name + " }}", value)
        (site / path.name).write_text(text, "utf-8")


def alternates(base: str) -> str:
    """Return the tags that tell a search engine of both languages."""
    addresses = {"en": f"{base}/en/", "zh-CN": f"{base}/zh/", "x-default": f"{base}/"}
    tags = [f'<link rel="alternate" hreflang="{k}" href="{v}">' for k, v in addresses.items()]
    return "\n  ".join([*tags, f'<link rel="canonical" href="{base}/">'])
