"""
What stands above both languages: the front door, the page of no page, `sitemap.xml`, `llms.txt`.

`sphinx-sitemap` lists the pages that a build has written, which after an edit is one of them; this
lists those that there are.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import quote, urlsplit
from xml.etree import ElementTree

from sitebuilder.languages.site_languages import LANGUAGES

PAGES = Path(__file__).parent / "front_pages"
SITEMAP = "http://www.sitemaps.org/schemas/sitemap/0.9"
XHTML = "http://www.w3.org/1999/xhtml"


def write_front(site: Path, base_url: str) -> None:
    """
    Write `index.html`, `404.html` and what they load, and the lists for machines.

    Args:
        site: The site's folder.
        base_url: The site's address, or empty: then tags that need one are left out.
    """
    base = base_url.rstrip("/")
    # A wrong address may be at any depth, so its page needs the way from the root of the host.
    from_root = f"{urlsplit(base).path}/" if base else ""
    values = {"alternates": alternates(base) if base else "", "base": from_root}
    for path in PAGES.iterdir():
        if path.suffix != ".html":
            shutil.copy2(path, site / path.name)
            continue
        text = path.read_text("utf-8")
        for name, value in values.items():
            text = text.replace("{{ " + name + " }}", value)
        (site / path.name).write_text(text, "utf-8")
    contents = [f"- [{found.tag}]({found.folder}/llms.txt)" for found in LANGUAGES]
    (site / "llms.txt").write_text("# ptnotes\n\n" + "\n".join(contents) + "\n", "utf-8")
    if base:
        write_sitemap(site, base)


def alternates(base: str) -> str:
    """Return the tags that tell a search engine of both languages."""
    addresses = {found.tag: f"{base}/{found.folder}/" for found in LANGUAGES}
    addresses["x-default"] = f"{base}/"
    tags = [f'<link rel="alternate" hreflang="{k}" href="{v}">' for k, v in addresses.items()]
    return "\n  ".join([*tags, f'<link rel="canonical" href="{base}/">'])


def write_sitemap(site: Path, base: str) -> None:
    """List every page with the same one in the other language; a sitemap needs full addresses."""
    ElementTree.register_namespace("", SITEMAP)
    ElementTree.register_namespace("xhtml", XHTML)
    pages = ElementTree.Element(f"{{{SITEMAP}}}urlset")
    for language in LANGUAGES:
        folder = site / language.folder
        for path in sorted(folder.rglob("*.html")):
            name = quote(path.relative_to(folder).as_posix())
            name = "" if name == "index.html" else name
            page = ElementTree.SubElement(pages, f"{{{SITEMAP}}}url")
            ElementTree.SubElement(
                page, f"{{{SITEMAP}}}loc"
            ).text = f"{base}/{language.folder}/{name}"
            for other in LANGUAGES:
                href = f"{base}/{other.folder}/{name}"
                link = {"rel": "alternate", "hreflang": other.tag, "href": href}
                ElementTree.SubElement(page, f"{{{XHTML}}}link", link)
    tree = ElementTree.ElementTree(pages)
    tree.write(site / "sitemap.xml", encoding="utf-8", xml_declaration=True)
    (site / "robots.txt").write_text(f"User-agent: *\nSitemap: {base}/sitemap.xml\n", "utf-8")
