"""The search in a browser, on the built site, over HTTP and under the strict policy."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Browser, Page

from tests.support.queries import queries
from tests.support.server import SITE, listen, pages

pytestmark = [pytest.mark.site, pytest.mark.browser]

# What no page is about, and must find nothing.
NO_WORDS = ("zzqxv", "flurbish", "hjklm", "torchish", "饕餮", "<svg onload=alert(1)>")
NOTHING = {
    "en": (*NO_WORDS, "blorptensor", "xqzj wvvk"),
    "zh": (*NO_WORDS, "吃饭睡觉", "麻辣火锅", "xqzj 火锅"),
}
NOTE = "notes/sequence/attention"
FIRST = 3  # pages among which the wanted one must be
HOSTILE = "<img src=x onerror=alert(1)>"

FIND_ALL = """
async (queries) => {
  const engine = await import(new URL("_static/search-engine.js", document.baseURI).href);
  await engine.load(new URL("./", document.baseURI).href, document.documentElement.lang);
  const found = [];
  for (const query of queries) found.push((await engine.find(query)).map((page) => page.address));
  return found;
}
"""
ANSWERED = "query => document.getElementById('search').dataset.answered === query"


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The note in English, in a browser of its own, which must not complain."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    said = listen(opened)
    opened.goto(f"{address}/en/{NOTE}.html")
    yield opened
    context.close()
    assert said == []


def ask(page: Page, query: str) -> list[str]:
    """Type a query into the open box; return the pages found by their names."""
    page.fill("#search input", query)
    page.wait_for_function(
        "q => document.getElementById('search').dataset.answered === q", arg=query
    )
    links = page.locator("#search a.search-page").evaluate_all("all => all.map(a => a.href)")
    return [name_of(link) for link in links]


def find_all(page: Page, queries: list[str]) -> list[list[str]]:
    """Ask the engine behind the box, which needs no box; return the pages found by their names."""
    links = page.evaluate(FIND_ALL, queries)
    return [[name_of(link) for link in found] for found in links]


def name_of(link: str) -> str:
    """Return the name of the page that a link leads to."""
    path = unquote(urlsplit(link).path).removesuffix(".html")
    return path.split("/en/")[-1].split("/zh/")[-1]


def open_search(page: Page) -> None:
    """Open the box by its button."""
    page.click(".search-open")
    page.wait_for_selector("#search[open] input:focus")


class TestQueries:
    """Readers find the page."""

    @pytest.mark.parametrize("folder", ["en", "zh"])
    def test_the_page_is_among_the_first_three(
        self, browser: Browser, address: str, folder: str
    ) -> None:
        """And what means nothing finds nothing."""
        page = browser.new_page()
        page.goto(f"{address}/{folder}/index.html")
        asked = [(query, wanted) for wanted, all_of in queries(folder).items() for query in all_of]
        answers = find_all(page, [query for query, _wanted in asked] + [*NOTHING[folder]])
        page.close()
        missed = [
            f"{query!r} finds {found} and not {wanted}"
            for (query, wanted), found in zip(asked, answers, strict=False)
            if wanted not in found[:FIRST]
        ]
        missed += [str(found) for found in answers[len(asked) :] if found]

        assert not missed, "\n".join(missed)

    @pytest.mark.parametrize("folder", ["en", "zh"])
    def test_every_page_has_two_queries(self, folder: str) -> None:
        """A new page brings its own."""
        start = f"{folder}/"
        names = {name.removeprefix(start)[:-5] for name in pages() if name.startswith(start)}
        asked = queries(folder)

        assert {name for name in names if len(asked.get(name, [])) < 2} == set()
        assert asked.keys() - names == set()


class TestResults:
    """What a result shows."""

    def test_it_leads_to_the_section(self, page: Page) -> None:
        """By the id of its heading."""
        open_search(page)
        ask(page, "Explicit attn_mask should not be set when is_causal=True")
        section = page.locator("#search a.search-section").first
        target = unquote(urlsplit(section.get_attribute("href") or "").fragment)

        assert page.locator(f'[id="{target}"]').count() == 1
        assert page.locator("#search mark").count() > 0

    def test_results_are_in_the_readers_language(self, page: Page, address: str) -> None:
        """Each language has its own index."""
        page.goto(f"{address}/zh/index.html")
        open_search(page)
        ask(page, "scaled_dot_product_attention")
        links = page.locator("#search a").evaluate_all("all => all.map(a => a.href)")

        assert links
        assert all("/zh/" in link for link in links)

    def test_no_result_says_so(self, page: Page) -> None:
        """To a screen reader too."""
        open_search(page)
        ask(page, "zzqxv")

        assert "zzqxv" in (page.locator("#search [role=status]").text_content() or "")
        assert page.locator("#search input").get_attribute("aria-expanded") == "false"

    def test_a_hostile_query_stays_text(self, page: Page) -> None:
        """Nothing of it becomes an element."""
        open_search(page)
        ask(page, HOSTILE)

        assert HOSTILE in (page.locator("#search [role=status]").text_content() or "")
        assert page.locator("#search img").count() == 0

    def test_excerpts_are_text(self, page: Page) -> None:
        """What a page shows as code with angle brackets is no element of the box."""
        open_search(page)
        ask(page, "SelectBackward0")
        kinds = page.locator("#search .search-excerpt *").evaluate_all(
            "all => all.map(node => node.localName)"
        )

        assert set(kinds) <= {"mark"}


class TestKeyboard:
    """No mouse is needed."""

    @pytest.mark.parametrize("keys", ["/", "Control+k"])
    def test_it_opens_moves_and_goes(self, page: Page, keys: str) -> None:
        """Arrows choose, Enter goes."""
        page.keyboard.press(keys)
        page.wait_for_selector("#search[open] input:focus")
        ask(page, "causal mask")
        options = page.locator("#search [role=option]")
        first = options.first.get_attribute("id")
        box = page.locator("#search input")

        assert box.get_attribute("aria-activedescendant") == first
        page.keyboard.press("ArrowDown")
        second = options.nth(1)
        assert box.get_attribute("aria-activedescendant") == second.get_attribute("id")
        assert second.get_attribute("aria-selected") == "true"
        page.keyboard.press("ArrowUp")
        page.keyboard.press("ArrowUp")
        assert box.get_attribute("aria-activedescendant") == options.last.get_attribute("id")
        target = options.last.get_attribute("href") or ""
        page.keyboard.press("Enter")
        page.wait_for_url(target)

    def test_focus_stays_inside_and_returns(self, page: Page) -> None:
        """Escape closes."""
        page.focus(".search-open")
        page.keyboard.press("Enter")
        page.wait_for_selector("#search[open] input:focus")
        for _ in range(6):
            page.keyboard.press("Tab")
            inside = "!document.activeElement.closest('header, main, aside, footer')"
            assert page.evaluate(inside)
        page.keyboard.press("Escape")

        assert page.evaluate("document.activeElement.className") == "search-open"
        assert not page.locator("#search").is_visible()

    def test_a_slash_in_a_field_is_a_slash(self, page: Page) -> None:
        """As in a path."""
        page.keyboard.press("/")
        page.wait_for_selector("#search[open] input:focus")
        page.keyboard.type("a/b")

        assert page.input_value("#search input") == "a/b"

    def test_an_input_method_is_left_to_compose(self, page: Page) -> None:
        """Enter that ends a Chinese word goes nowhere."""
        open_search(page)
        ask(page, "mask")
        chosen = page.get_attribute("#search input", "aria-activedescendant")
        for key in ("ArrowDown", "Enter"):
            page.evaluate(
                "key => document.querySelector('#search input').dispatchEvent("
                "new KeyboardEvent('keydown', {key, isComposing: true, bubbles: true}))",
                key,
            )

        assert page.get_attribute("#search input", "aria-activedescendant") == chosen
        assert page.locator("#search").is_visible()


class TestLoading:
    """What it costs those who do not search."""

    def test_nothing_is_loaded_before_it_is_opened(self, browser: Browser, address: str) -> None:
        """But the small script that opens it."""
        page = browser.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{address}/en/{NOTE}.html", wait_until="networkidle")

        assert not [url for url in asked if "pagefind" in url or "search-" in url]
        open_search(page)
        ask(page, "mask")
        assert [url for url in asked if "/en/pagefind/" in url]
        page.close()

    @pytest.mark.parametrize("folder", ["en", "zh"])
    def test_from_the_disk_it_says_how_to_serve_the_site(
        self, browser: Browser, folder: str
    ) -> None:
        """Pagefind cannot load there."""
        page = browser.new_page()
        said = listen(page)
        page.goto((SITE / folder / "index.html").as_uri())
        page.click(".search-open")

        assert page.get_by_text("python3 -m http.server --directory site").is_visible()
        assert said == []
        page.close()
