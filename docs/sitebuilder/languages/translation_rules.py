"""What a translation must keep of its English, and how Chinese is set."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from markdown_it import MarkdownIt

CJK = "\u3400-\u4dbf\u4e00-\u9fff"
MARK = "\ufffc"  # stands for what was taken out: code, maths, a link's target

# Markdown of the notes, and reStructuredText of the gallery.
CODE = re.compile(r"(?<!`)(`{1,2})(?!`)(.+?)(?<!`)\1(?!`)")
MATHS = re.compile(r"(?<![\\$])\$(?!\s)([^$]+?)(?<![\s\\])\$|:math:`([^`]+)`")
ROLE = re.compile(r"\{([\w:.+-]+)\}`([^`]+)`|(?<!\w):([\w:.+-]+):`([^`]+)`")
LINK = re.compile(
    r"\]\(([^)\s]+)\)|<(https?://[^>]+)>|`[^`<]*<([^>`]+)>`_|(https?://[\w./?&=%#~-]*[\w/])",
    re.ASCII,
)
NUMBER = re.compile(r"(?<![\w.])\d+(?:[.,]\d+)*%?")
PLACEHOLDER = re.compile(r"%[sd]")
RST_PAGES = ("gallery/",)

_markdown = MarkdownIt("commonmark")


def complaints(page: str, english: str, chinese: str, glossary: Mapping[str, str]) -> Iterator[str]:
    """
    Say what is wrong with a translation.

    Args:
        page: The catalog's name, such as `notes/sequence/attention`.
        english: The message.
        chinese: Its translation.
        glossary: The Chinese term of each English one.
    """
    before, rest_before = parts(english)
    after, rest_after = parts(chinese)
    for kind, wanted in before.items():
        for lost in wanted - after[kind]:
            yield f"{kind} {lost!r} is lost"
        for new in after[kind] - wanted:
            yield f"{kind} {new!r} is not in the English"
    yield from _terms(rest_before, rest_after, glossary)
    yield from _setting(rest_after)
    if not page.startswith(RST_PAGES):
        yield from _emphasis(english, chinese)


def parts(text: str) -> tuple[dict[str, Counter[str]], str]:
    """Return the code, maths, links and numbers of a message, and its text without them."""
    found: dict[str, Counter[str]] = {}
    for name, pattern in (("maths", MATHS), ("link", ROLE), ("link", LINK), ("code", CODE)):
        values = found.setdefault(name, Counter())
        values.update(_value(name, match) for match in pattern.finditer(text))
        text = pattern.sub(_rest, text)
    found["number"] = Counter(NUMBER.findall(text))
    found["placeholder"] = Counter(PLACEHOLDER.findall(text))
    return found, text


def _value(kind: str, match: re.Match[str]) -> str:
    groups = [group for group in match.groups() if group]
    if kind == "link" and len(groups) == 2:  # a role: its target, whatever its words
        name, content = groups
        target = re.search(r"<([^<>]+)>$", content)
        return f"{name} {target[1] if target else content}"
    return groups[-1].strip()


def _rest(match: re.Match[str]) -> str:
    """Return what stays of the text where something was taken out: the words of a link are text."""
    return "]" if match.re is LINK and match[1] else MARK


def _terms(english: str, chinese: str, glossary: Mapping[str, str]) -> Iterator[str]:
    """Require the glossary's word for each of its terms, longer terms first."""
    text, translated = english, chinese.lower()
    for term in sorted(glossary, key=len, reverse=True):
        pattern = re.compile(rf"(?<![\w-]){re.escape(term)}(?:s|es)?(?![\w-])", re.IGNORECASE)
        if pattern.search(text):
            text = pattern.sub(MARK, text)
            if glossary[term].lower() not in translated:
                yield f"the term {term!r} is {glossary[term]!r} in the glossary"


def _setting(chinese: str) -> Iterator[str]:
    """Require full-width punctuation, and a space between Chinese and Latin letters or code."""
    text = re.sub(r"[*_\[\]]+", "", chinese)
    for found in re.findall(rf"[{CJK}][,;:?!]|[{CJK}]\.(?=\s|$)|[{CJK}]\(|\)[{CJK}]", text):
        yield f"half-width punctuation in {found!r}"
    for found in re.findall(rf"[{CJK}][A-Za-z0-9{MARK}$]|[A-Za-z0-9%{MARK}][{CJK}]", text):
        yield f"no space in {found.replace(MARK, '…')!r}"
    for found in re.findall(r"[，。；：？！、（）「」《》] | [，。；：？！、）」》]", text):
        yield f"a space beside full-width punctuation in {found!r}"


def _emphasis(english: str, chinese: str) -> Iterator[str]:
    """Emphasis closes only beside a space or a word for CommonMark, which Chinese often has not."""
    wanted, got = _marks(english), _marks(chinese)
    if wanted != got:
        yield "emphasis does not close, or is not that of the English: move punctuation out of it"


def _marks(text: str) -> Counter[str]:
    text = MATHS.sub(MARK, text)
    (inline,) = _markdown.parseInline(text)
    children = inline.children or []
    found = Counter(t.type for t in children if t.type in ("em_open", "strong_open"))
    found["unclosed"] = sum(t.content.count("**") for t in children if t.type == "text")
    return found


def read_glossary(path: Path) -> dict[str, str]:
    """
    Return the Chinese of each English term of the glossary's table.

    Raises:
        ValueError: if a term stands twice or has no Chinese.
    """
    terms: dict[str, str] = {}
    for line in path.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|") or set(cells[0]) <= set("-: ") or cells[0] == "English":
            continue
        english, chinese = cells[0], cells[1]
        if english in terms or not chinese:
            raise ValueError(f"{path.name}: the term {english!r} stands twice or has no Chinese")
        terms[english] = chinese
    return terms
