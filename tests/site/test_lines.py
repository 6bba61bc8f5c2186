"""Where lines end: punctuation stays with the formula or the code that it belongs to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from playwright.sync_api import Browser

from tests.support.server import SITE, pages
from tests.support.tiny_project import TinyProject

PARTED = """() => {
  const rect = (text, at) => {
    const range = document.createRange();
    range.setStart(text, at);
    range.setEnd(text, at + 1);
    return range.getBoundingClientRect();
  };
  const parted = [];
  for (const box of document.querySelectorAll("article :is(code.literal, span.math)")) {
    const [first, last] = [box.getClientRects()[0], [...box.getClientRects()].at(-1)];
    const [left, right] = [box.previousSibling, box.nextSibling];
    const before = left?.data?.match(/[(（《「“]$/)?.[0];
    const after = right?.data?.match(/^[,.;:!?)，。；：、！？）》」”]/)?.[0];
    if (before && first.top >= rect(left, left.length - 1).bottom)
      parted.push(before + box.textContent);
    if (after && rect(right, 0).top >= last.bottom) parted.push(box.textContent + after);
  }
  return parted;
}"""


@pytest.mark.site
@pytest.mark.browser
@pytest.mark.parametrize("folder", ["en", "zh"])
def test_no_line_begins_with_punctuation(browser: Browser, folder: str) -> None:
    """On no note, on a phone, where lines are short."""
    page = browser.new_page(viewport={"width": 360, "height": 800})
    found = {}
    for name in pages():
        if name.startswith(f"{folder}/notes/"):
            page.goto((SITE / name).as_uri())
            found[name] = page.evaluate(PARTED)

    assert len(found) > 10
    assert {name: parted for name, parted in found.items() if parted} == {}


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ("Let $a$, then", "Let [a,] then"),
        ("Let ($a$) then", "Let [(a)] then"),
        ("Let sub$a$-s", "Let su[ba-]s"),
        ("Let\n$a$\nthen", "Let a then"),
        ("令 $a$。（$b$）、“$c$”。", "令 [a。][（b）]、[“c”]。"),
        ("令 $a$（即 $b$）与", "令 a（即 [b）]与"),
        ("[Let $a$](https://example.org).", "Let a."),
    ],
)
def test_a_character_each_side_is_held(tmp_path: Path, text: str, held: str) -> None:
    """One that may not be parted from the formula; no word is lost."""
    project = TinyProject(tmp_path / "p", ("site_words", "line_ends"))
    project.write("docs/index.md", f"# Site\n\n{text}\n")

    page = BeautifulSoup(project.build().page(), "html.parser")
    for span in page.select(".held"):
        span.replace_with(f"[{span.get_text()}]")
    (paragraph,) = page.select("section > p")

    assert re.sub(r"\\\(|\\\)", "", paragraph.get_text()).replace("\n", " ") == held


@pytest.mark.parametrize(
    ("code", "pieces"),
    [
        ("pip install --index-url", ["pip install --index-url"]),
        ("torch.backends.cuda.sdp_kernel()", ["torch.", "backends.", "cuda.", "sdp_", "kernel()"]),
        (
            "-D_GLIBCXX_USE_CXX11_ABI=0 short",
            ["-D_", "GLIBCXX_", "USE_", "CXX11_", "ABI=", "0 short"],
        ),
        ("x" * 30, ["x" * 24, "x" * 6]),
    ],
)
def test_long_words_of_code_have_joints(tmp_path: Path, code: str, pieces: list[str]) -> None:
    """So that they are no wider than a phone; a short one stays whole."""
    project = TinyProject(tmp_path / "p", ("site_words", "line_ends"))
    project.write("docs/index.md", f"# Site\n\n`{code}`\n")

    page = BeautifulSoup(project.build().page(), "html.parser")
    (found,) = page.select("p code")
    for joint in found("wbr"):
        joint.replace_with("\0")

    assert found.get_text().split("\0") == pieces
