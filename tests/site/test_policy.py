"""The site under a strict Content-Security-Policy, which a host may send with every page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser

from tests.support.server import SITE, inline_scripts, listen, pages, policy, served

pytestmark = pytest.mark.site
FRONT = {"index.html", "404.html"}  # above both languages; not made by the theme
FEW = 1  # scripts that the theme puts into a page: the colours before the first paint


@pytest.fixture(scope="module", autouse=True)
def built() -> None:
    """Skip where there is no site."""
    if not SITE.exists():
        pytest.skip("site/ is not built: run `nox -s docs`")


def read(name: str) -> str:
    """Return the HTML of a page."""
    return (SITE / name).read_text("utf-8")


class TestInline:
    """What stands in the pages themselves."""

    def test_scripts_are_few_and_the_same_on_all_pages(self) -> None:
        """So one short policy serves the whole site."""
        found = {name: frozenset(inline_scripts(read(name))) for name in pages()}

        assert len({hashes for name, hashes in found.items() if name not in FRONT}) == 1
        assert not any(found[name] for name in FRONT)
        assert len(frozenset().union(*found.values())) <= FEW

    def test_no_element_carries_a_script(self) -> None:
        """No handler in an attribute, no `javascript:` address: no hash would cover them."""
        bad = []
        for name in pages():
            for tag in BeautifulSoup(read(name), "html.parser").find_all(True):
                handlers = [key for key in tag.attrs if re.fullmatch(r"on[a-z]+", key)]
                script = str(tag.get("href", "")).strip().lower().startswith("javascript:")
                bad += [f"{name}: {tag.name} {handlers}"] if handlers or script else []

        assert bad == []

    def test_the_policy_is_strict(self) -> None:
        """Nothing that would let a script in."""
        scripts = policy().split("script-src ")[1].split(";")[0]

        assert "unsafe-inline" not in scripts
        assert "'unsafe-eval'" not in scripts
        assert "http" not in policy()


@pytest.mark.browser
class TestPages:
    """Every page, as the browser sees it."""

    @pytest.mark.parametrize("folder", ["en/", "zh/", ""])
    def test_no_page_complains_or_asks_another_host(
        self, browser: Browser, address: str, folder: str
    ) -> None:
        """Nor scrolls sideways on a telephone: what is wide scrolls in itself."""
        names = [name for name in pages() if name.startswith(folder) and (folder or name in FRONT)]
        context = browser.new_context(locale="fr-FR", viewport={"width": 360, "height": 800})
        page, bad = context.new_page(), []
        said = listen(page)
        for name in names:
            answer = page.goto(f"{address}/{name}", wait_until="load")
            assert answer
            assert answer.headers["content-security-policy"] == policy()
            page.evaluate("document.fonts.ready")
            width = page.evaluate("document.documentElement.scrollWidth")
            said += [f"is {width} wide"] if width > 360 else []
            bad += [f"{name}: {text}" for text in said]
            said.clear()
        context.close()

        assert names
        assert bad == []

    def test_a_script_that_is_not_ours_does_not_run(self, browser: Browser, tmp_path: Path) -> None:
        """The policy is really sent, and bites."""
        page_text = read("en/index.html").replace("</body>", "<script>document.title = 1</script>")
        (tmp_path / "index.html").write_text(page_text, "utf-8")
        with served(tmp_path) as address:
            page = browser.new_page()
            said = listen(page)
            page.goto(f"{address}/index.html")

            assert page.title() != "1"
            assert any("Content Security Policy" in text for text in said)
            page.close()
