"""What of a page the search knows: its text, its headings with their ids, its formulas as TeX."""

from __future__ import annotations

import re
from html import escape
from html.parser import HTMLParser

from sitebuilder.class_names import (
    BOX,
    BOX_ORIGIN,
    DOWNLOAD_NOTE,
    GALLERY_FOOTER,
    HEADER_LINK,
    PROOF_MARK,
    RECEIPTS,
)
from sitebuilder.content.special_pages import LISTS
from sitebuilder.languages.site_languages import CHINESE

# Elements of an article that are no text of the page, by a class of theirs.
LEFT_OUT = frozenset(
    [
        *(HEADER_LINK, RECEIPTS, PROOF_MARK, BOX_ORIGIN, "toctree-wrapper"),
        *("katex-html", "sphx-glr-thumbnails", GALLERY_FOOTER, DOWNLOAD_NOTE),
        *("sphx-glr-signature", "sphx-glr-timing", "sphx-glr-tag-list", "viewcode-link"),
    ]
)
LIST_WEIGHT = "0.5"  # a hit on a page that names the subjects of all others says less
VOID = frozenset({"br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"})
HAN = re.compile("[\u4e00-\u9fff]+")
HEADING = re.compile(r"h[1-6]")
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


class Article(HTMLParser):
    """
    The text of one page as Pagefind is to read it.

    Sphinx puts ids on sections; Pagefind wants them on headings to link to a section.
    """

    def __init__(self) -> None:
        super().__init__()
        self.language = ""
        self.title = ""
        self.text: list[str] = []
        self.parts: list[str] = []
        self._open: list[tuple[str, str]] = []  # each element with what closes it in the copy
        self._id = ""  # of a section or box whose heading is still to come
        self._inside = False  # the article
        self._silent = 0  # depth of elements that are left out
        self._maths = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element, or leave it out with all that it holds."""
        values = {name: value or "" for name, value in attrs}
        if tag == "html":
            self.language = values.get("lang", "")
        if tag == "article":
            self._inside = True
        elif not self._inside or tag in VOID:
            return
        elif self._silent:
            self._silent += 1
        elif LEFT_OUT & set(values.get("class", "").split()) or tag in {"script", "style"}:
            self._silent = 1
        else:
            self._begin(tag, values)

    def _begin(self, tag: str, values: dict[str, str]) -> None:
        classes = values.get("class", "").split()
        name, target = tag, ""
        if tag == "section" or BOX in classes:
            self._id = values.get("id", "")
        elif tag == "dt" and "sig" in classes:
            name, target = NAME_LEVEL, values.get("id", "")
        elif "admonition-title" in classes and self._id:
            name, target, self._id = BOX_LEVEL, self._id, ""
        elif HEADING.fullmatch(tag):
            target, self._id = self._id, ""
        if tag == "math":
            self._maths = True
        wanted = bool(HEADING.fullmatch(name)) or tag in {"p", "pre", "li", "dd", "td", "th"}
        mark = f' id="{escape(target)}"' if target else ""
        self.parts.append(f"<{name}{mark}>" if wanted else "")
        self._open.append((tag, f"</{name}>" if wanted else ""))

    def handle_endtag(self, tag: str) -> None:
        """Close an element."""
        if tag == "article":
            self._inside = False
        elif not self._inside or tag in VOID:
            return
        elif self._silent:
            self._silent -= 1
        elif self._open and self._open[-1][0] == tag:
            self.parts.append(self._open.pop()[1])
            self._maths = self._maths and tag != "math"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element that is closed at once holds no text."""

    def handle_data(self, data: str) -> None:
        """Keep the text; of a formula only its source."""
        if not self._inside or self._silent:
            return
        if self._maths:
            if not self._open or self._open[-1][0] != "annotation":
                return
            data = readable(data)
        if any(tag == "h1" for tag, _end in self._open):
            self.title += data
        self.text.append(data)
        self.parts.append(escape(data, quote=False))


def readable(tex: str) -> str:
    r"""Return a formula as a line of text, such as `√d_k` for `\sqrt{d_k}`."""
    for pattern, sign in SIGNS:
        tex = pattern.sub(sign, tex)
    return tex.strip()


def read(html: str) -> Article:
    """Read a page of the site."""
    article = Article()
    article.feed(html)
    return article


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
    fields = {"also": also, "terms": "" if listing else " · ".join(terms)}
    fields["list"] = "list" if listing else ""
    if article.language != CHINESE.tag:
        fields["endings"] = " ".join(endings(f"{also} {fields['terms']}"))
    hidden = "".join(
        f'<span data-pagefind-meta="{field}[content]" content="{escape(text)}"></span>'
        for field, text in fields.items()
        if text
    )
    weight = f' data-pagefind-weight="{LIST_WEIGHT}"' if listing else ""
    return (
        f'<!DOCTYPE html><html lang="{article.language}"><body><main data-pagefind-body>'
        f"{hidden}<div{weight}>{''.join(article.parts)}</div></main></body></html>"
    )
