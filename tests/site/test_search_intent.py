"""A name and what a reader wants of it: `Py_BuildValue 用法` finds what `Py_BuildValue` finds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import cycle

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser, Page

from tests.site.test_search import FIRST, find_all
from tests.support.server import SITE

pytestmark = [pytest.mark.site, pytest.mark.browser]

INTENTS = {
    "en": ("{} example", "how to use {}", "{} usage", "{} error", "{} vs", "what does {} do"),
    "zh": ("{} 用法", "{} 报错", "{} 怎么用", "{} 例子", "{} 区别", "{} 的作用"),
}
# A name as code writes it: dotted, with an underscore, or with capitals inside.
NAME = re.compile(r"(?:[A-Za-z_]\w*(?:\.|::))*[A-Za-z_]\w*")
TELLING = re.compile(r"\w(?:\.|::|_)\w|[a-z][A-Z]")
# What several names stand for, or what is in no text of a page.
FEW = 4  # pages; a name on more of them has no page of its own


def names(folder: str) -> Iterator[str]:
    """Yield each name that a few notes have in code, in their words."""
    found: Counter[str] = Counter()
    for path in sorted((SITE / folder / "notes").rglob("*.html")):
        article = BeautifulSoup(path.read_text("utf-8"), "lxml").find("article")
        texts = {code.get_text() for code in article.select("p code, li code, td code")}
        found.update(text for text in texts if NAME.fullmatch(text) and TELLING.search(text))
    return (name for name, pages in sorted(found.items()) if pages <= FEW)


@pytest.fixture
def page(browser: Browser, address: str, folder: str) -> Iterator[Page]:
    """The first page of a language."""
    opened = browser.new_page()
    opened.goto(f"{address}/{folder}/index.html")
    yield opened
    opened.close()


@pytest.mark.parametrize("folder", ["en", "zh"])
def test_a_word_of_intent_changes_nothing(page: Page, folder: str) -> None:
    """For each name in code, with one of the ways to ask for it."""
    asked = [
        (name, way.format(name))
        for name, way in zip(names(folder), cycle(INTENTS[folder]), strict=False)
    ]
    alone = find_all(page, [name for name, _query in asked])
    wished = find_all(page, [query for _name, query in asked])
    missed = [
        f"{query!r} finds {found[:FIRST]} and not {wanted[0]}"
        for (_name, query), wanted, found in zip(asked, alone, wished, strict=True)
        if wanted and wanted[0] not in found[:FIRST]
    ]

    assert len(asked) > 250
    assert not missed, "\n".join(missed)


@pytest.mark.parametrize(
    ("folder", "query", "wanted"),
    [
        ("en", "why divide by sqrt(d_k)", "notes/sequence/attention"),
        ("en", "1/sqrt(dk)", "notes/sequence/attention"),
        ("en", "softmax(QK^T/sqrt(d_k))V", "notes/sequence/attention"),
        ("zh", "为什么除以 sqrt(d_k)", "notes/sequence/attention"),
        ("zh", "softmax(QK^T/sqrt(d_k))V", "notes/sequence/attention"),
        ("en", "1e-8", "notes/training/amp"),
        ("zh", "1e-8 是什么", "notes/training/amp"),
        ("en", "p_t", "api/nn/losses"),
        ("zh", "Py_BuildValue 用法", "notes/cpp/pyargs"),
        ("zh", "Py_BuildValue用法", "notes/cpp/pyargs"),
        ("en", "Py_BuildValue usage", "notes/cpp/pyargs"),
    ],
)
def test_formulas_and_names(page: Page, folder: str, query: str, wanted: str) -> None:
    """A formula typed as text finds the page that explains it."""
    assert wanted in find_all(page, [query])[0][:FIRST]


@pytest.mark.parametrize(
    ("folder", "query"),
    [
        ("en", "average gradients reduce_scatter_coalesced"),
        ("zh", "F.ctc_loss zero_infinity 默认"),
        ("en", "F.ctc_loss zero_infinity default"),
        ("zh", "torch.fft_shift 用法"),
    ],
)
def test_a_name_that_no_page_has_finds_nothing(page: Page, folder: str, query: str) -> None:
    """Other words of the query do not win in its place."""
    assert find_all(page, [query]) == [[]]
