"""What of a page the search knows, and that one index a language lies beside its pages."""

from __future__ import annotations

import gzip
import json
import subprocess
from pathlib import Path

import pytest

from sitebuilder.build.run_sphinx import BuildError
from sitebuilder.outputs import search_index
from sitebuilder.outputs.finished_pages import read_page
from sitebuilder.outputs.search_index import run_pagefind, terms_of
from sitebuilder.outputs.search_text import Article, endings, for_search, readable
from tests.support.tiny_project import REPOSITORY

SITE = REPOSITORY / "site"
AROUND = ("Skip to the content", "What proved this page", "跳到正文", "本页由什么证明")

PAGE = """\
<!DOCTYPE html><html lang="en"><head><title>A</title></head><body><nav>menu</nav>
<article class="yue"><section id="first"><span id="old"></span><h1>One <code>f_x</code>
<a class="headerlink" href="#first">#</a></h1><p>Some masks<br>&lt;img&gt; here.</p>
<div class="box myth admonition" id="myth-a"><p class="admonition-title">Myth: no.</p></div>
<section id="second"><h2>Two</h2><pre><span>a</span>.b(c)</pre></section></section>
<dl><dt class="sig sig-object py" id="m.f"><span>m.f</span>(x)</dt><dd><p>Does.</p></dd></dl>
<p><span class="katex"><span class="katex-mathml"><math><semantics><mrow><mi>d</mi></mrow>
<annotation encoding="application/x-tex">\\sqrt{d_k}</annotation></semantics></math></span>
<span class="katex-html"><span>d</span></span></span></p>
<div class="receipts docutils container"><p>proven <b>by</b></p></div></article>
<footer>foot</footer></body></html>
"""


def read(text: str) -> Article:
    """Return what the search is to know of a page."""
    return read_page(text).article


class TestPage:
    """The copy that Pagefind reads."""

    def test_it_holds_the_article_alone(self) -> None:
        """No menus, footers, marks of headings or receipts."""
        copy = for_search("a", read(PAGE), "", [])

        for word in ("menu", "foot", "proven", "#</"):
            assert word not in copy
        assert '<html lang="en">' in copy

    def test_ids_stand_on_headings(self) -> None:
        """Pagefind links to a heading that has an id; Sphinx gives it to the section."""
        copy = "".join(read(PAGE).parts)

        assert '<h1 id="first">One f_x' in copy
        assert '<h2 id="second">Two' in copy
        assert '<h4 id="myth-a">Myth: no.' in copy
        assert '<h3 id="m.f">m.f(x)' in copy

    def test_a_formula_is_its_source(self) -> None:
        """Once, and legible in an excerpt."""
        assert "√d_k" in "".join(read(PAGE).text)
        assert readable(r"\frac{Q K^\top}{\sqrt{d_k}} \in \mathbb{R}") == "fracQ K^T√d_k ∈ R"

    def test_text_stays_text(self) -> None:
        """What is escaped on the page is escaped in the copy."""
        assert "&lt;img&gt;" in "".join(read(PAGE).parts)

    def test_terms_are_found_in_either_language(self) -> None:
        """A plural counts, a part of a word does not."""
        terms = {"mask": "掩码", "token": "token", "here": "这里", "ask": "问"}

        assert terms_of(read(PAGE), terms) == ["mask", "掩码", "here", "这里"]

    def test_lists_count_less(self) -> None:
        """The glossary names every term."""
        assert 'data-pagefind-weight="0.5"' in for_search("glossary", read(PAGE), "", ["mask"])
        assert "mask·" not in for_search("glossary", read(PAGE), "", ["mask"])

    def test_endings_of_chinese_words(self) -> None:
        """So that the English index finds the middle of a title."""
        assert endings("常见误区 mask") == ["见误区", "误区"]


def test_a_failure_of_pagefind_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The site is then not built."""
    answer = subprocess.CompletedProcess([], 1, "", "first\nno such thing\n")
    monkeypatch.setattr(search_index.subprocess, "run", lambda *args, **kwargs: answer)

    with pytest.raises(BuildError, match=r"could not index the pages \(no such thing\)"):
        run_pagefind(tmp_path, tmp_path / "pagefind")


@pytest.mark.site
@pytest.mark.parametrize("folder", ["en", "zh"])
class TestIndex:
    """What lies in `site/`."""

    @pytest.fixture
    def pages(self, folder: str) -> list[dict[str, object]]:
        """Everything that the index of a language holds of its pages."""
        if not SITE.exists():
            pytest.skip("site/ is not built: run `nox -s docs`")
        paths = (SITE / folder / "pagefind" / "fragment").glob("*.pf_fragment")
        texts = [gzip.decompress(path.read_bytes()).decode() for path in paths]
        # Pagefind parts Chinese words by spaces of no width.
        return [json.loads(text[text.index("{") :].replace("\u200b", "")) for text in texts]

    def test_it_knows_every_page(self, folder: str, pages: list[dict[str, object]]) -> None:
        """Each under its address in the language's folder."""
        names = {f"/{path.relative_to(SITE / folder)}" for path in (SITE / folder).rglob("*.html")}

        assert {str(page["url"]) for page in pages} == names

    def test_it_holds_articles_alone(self, folder: str, pages: list[dict[str, object]]) -> None:
        """No words of the menus or of the receipts."""
        for page in pages:
            for words in (
                "Skip to the content",
                "What proved this page",
                "跳到正文",
                "本页由什么证明",
            ):
                assert words not in str(page["content"]), page["url"]

    def test_it_holds_code(self, folder: str, pages: list[dict[str, object]]) -> None:
        """Calls and error messages are what readers paste."""
        name = "notes/sequence/attention.html"
        note = next(page for page in pages if str(page["url"]).endswith(name))

        assert "Explicit attn_mask should not be set when is_causal=True" in str(note["content"])

    def test_pagefinds_own_boxes_are_left_out(
        self, folder: str, pages: list[dict[str, object]]
    ) -> None:
        """They weigh, and no page loads them."""
        assert not list((SITE / folder / "pagefind").glob("*-ui*"))
