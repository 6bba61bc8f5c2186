"""What of a page the search knows: its text, its headings with their ids, its formulas as TeX."""

from __future__ import annotations

import re
from html import escape
from typing import NamedTuple

from lxml.html import HtmlElement

from sitebuilder.class_names import (
    BOX,
    BOX_ORIGIN,
    DOWNLOAD_NOTE,
    GALLERY_FOOTER,
    HEADER_LINK,
    PROOF_MARK,
    RECEIPTS,
)
from sitebuilder.content.special_pages import LISTS, in_development
from sitebuilder.languages.site_languages import CHINESE

# Elements of an article that are no text of the page, by a class of theirs.
LEFT_OUT = frozenset(
    [
        *(HEADER_LINK, RECEIPTS, PROOF_MARK, BOX_ORIGIN, "toctree-wrapper"),
        *("katex-html", "sphx-glr-thumbnails", GALLERY_FOOTER, DOWNLOAD_NOTE),
        *("sphx-glr-signature", "sphx-glr-timing", "sphx-glr-tag-list", "viewcode-link"),
    ]
)
# A hit on a page that names the subjects of all others, or that is for developers, says less.
LIST_WEIGHT = "0.5"
HAN = re.compile("[\u4e00-\u9fff]+")
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
WANTED = HEADINGS | {"p", "pre", "li", "dd", "td", "th"}
SILENT = frozenset({"script", "style"})
NAME_LEVEL, BOX_LEVEL = "h3", "h4"  # as what a function of the reference and a box count

SIGNS = (
    (re.compile(r"\\(?:text|mathrm|mathbf|mathbb|operatorname|left|right|big|Big)\b\*?"), ""),
    (re.compile(r"\\sqrt\b"), "√"),
    (re.compile(r"\\(?:cdot|times)\b"), "·"),
    (re.compile(r"\\l?dots\b"), "…"),
    (re.compile(r"\\in\b"), "∈"),
    (re.compile(r"\\top\b"), "T"),
    (re.compile(r"\\[,;:! ]|\\q?quad\b|[$&]"), " "),
    (re.compile(r"[{}\\]"), ""),
    (re.compile(r"\s+"), " "),
)


class Article(NamedTuple):
    """
    The text of one page as Pagefind is to read it.

    Args:
        language: The page's language, as HTML calls it.
        title: The text of its first heading.
        text: Its pieces of text, in order.
        parts: The same with the tags that Pagefind is to see.
    """

    language: str
    title: str
    text: list[str]
    parts: list[str]


def read(page: HtmlElement) -> Article:
    """Read a page of the site, parsed."""
    reader = _Reader()
    article = next(page.iter("article"), None)
    if article is not None:
        reader.read_inside(article)
    language = page.get("lang", "")
    return Article(language, reader.title, reader.text, reader.parts)


class _Reader:
    """Walks an article: Sphinx puts ids on sections, and Pagefind wants them on headings."""

    def __init__(self) -> None:
        self.title = ""
        self.text: list[str] = []
        self.parts: list[str] = []
        self._id = ""  # of a section or box whose heading is still to come
        self._heading = False  # inside the first heading
        self._maths = False

    def read_inside(self, element: HtmlElement) -> None:
        """Read the text of an element and its children."""
        self._say(element.text, element)
        for child in element:
            if isinstance(child.tag, str) and not _is_left_out(child):
                self._read(child)
            self._say(child.tail, element)

    def _read(self, element: HtmlElement) -> None:
        tag, target = self._as_heading(element)
        wanted = tag in WANTED
        mark = f' id="{escape(target)}"' if target else ""
        outer = self._maths, self._heading
        self._maths, self._heading = outer[0] or tag == "math", outer[1] or element.tag == "h1"
        self.parts.append(f"<{tag}{mark}>" if wanted else "")
        self.read_inside(element)
        self.parts.append(f"</{tag}>" if wanted else "")
        self._maths, self._heading = outer

    def _as_heading(self, element: HtmlElement) -> tuple[str, str]:
        """Return the tag that an element has in the copy, and the id that it gets there."""
        tag, classes = str(element.tag), element.get("class", "").split()
        if tag == "section" or BOX in classes:
            self._id = element.get("id", "")
        elif tag == "dt" and "sig" in classes:
            return NAME_LEVEL, element.get("id", "")
        elif "admonition-title" in classes and self._id:
            target, self._id = self._id, ""
            return BOX_LEVEL, target
        elif tag in HEADINGS:
            target, self._id = self._id, ""
            return tag, target
        return tag, ""

    def _say(self, text: str | None, inside: HtmlElement) -> None:
        """Keep a piece of text; of a formula only its source."""
        if not text or (self._maths and inside.tag != "annotation"):
            return
        text = readable(text) if self._maths else text
        if self._heading:
            self.title += text
        self.text.append(text)
        self.parts.append(escape(text, quote=False))


def _is_left_out(element: HtmlElement) -> bool:
    classes = element.get("class")
    return element.tag in SILENT or (classes is not None and bool(LEFT_OUT & set(classes.split())))


def readable(tex: str) -> str:
    r"""Return a formula as a line of text, such as `√d_k` for `\sqrt{d_k}`."""
    for pattern, sign in SIGNS:
        tex = pattern.sub(sign, tex)
    return tex.strip()


def endings(text: str) -> list[str]:
    """
    Return every ending of the Chinese words of a text that is not the whole word.

    The English index does not cut Chinese; with these, the beginning of a word finds its middle.
    """
    return sorted({run[start:] for run in HAN.findall(text) for start in range(1, len(run) - 1)})


def for_search(name: str, article: Article, also: str, terms: list[str]) -> str:
    """
    Return the page that Pagefind reads in the place of the site's.

    Args:
        name: The page's name, such as `notes/sequence/attention`.
        article: What the page says.
        also: The page's title in the other language.
        terms: Other words for what it says; no reader sees them, nor the title.
    """
    listing = name in LISTS
    # As readers type what a formula shows.
    typed = ["sqrt"] if "√" in "".join(article.text) else []
    fields = {"also": also, "terms": "" if listing else " · ".join([*terms, *typed])}
    lighter = listing or in_development(name)
    fields["list"] = "list" if lighter else ""
    if article.language != CHINESE.tag:
        fields["endings"] = " ".join(endings(f"{also} {fields['terms']}"))
    hidden = "".join(
        f'<span data-pagefind-meta="{field}[content]" content="{escape(text)}"></span>'
        for field, text in fields.items()
        if text
    )
    weight = f' data-pagefind-weight="{LIST_WEIGHT}"' if lighter else ""
    return (
        f'<!DOCTYPE html><html lang="{article.language}"><body><main data-pagefind-body>'
        f"{hidden}<div{weight}>{''.join(article.parts)}</div></main></body></html>"
    )
