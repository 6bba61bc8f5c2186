"""Copy buttons: what they copy has no prompts and no output, and runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.support.server import SITE, listen, served
from tests.support.tiny_project import REPOSITORY

pytestmark = [pytest.mark.site, pytest.mark.browser]

NOTE = "notes/sequence/attention"
LABELS = {"en": ("Copy the code", "Copied"), "zh": ("复制代码", "已复制")}
SAID = "() => document.querySelector('.copy-status').textContent !== ''"
# Runs each block in turn; one that shows a traceback must raise, statement by statement.
RUNNER = """
import ast, json, sys
space = {}
for block in json.load(sys.stdin):
    failed = False
    for statement in ast.parse(block["code"]).body:
        try:
            exec(compile(ast.Module([statement], []), "copied", "exec"), space)
        except Exception:
            if not block["raises"]:
                raise
            failed = True
    assert failed == block["raises"], block["code"]
"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of a browser, which must not complain."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    opened = context.new_page()
    said = listen(opened)
    yield opened
    context.close()
    assert said == []


def pasted(page: Page) -> str:
    """Return what a reader pastes."""
    page.evaluate(
        """() => {
          const field = document.createElement("textarea");
          field.id = "pasted";
          document.body.append(field);
          field.focus();
        }"""
    )
    page.keyboard.press("Control+v")
    text = page.input_value("#pasted")
    page.evaluate("document.getElementById('pasted').remove()")
    return text


def copied(page: Page, number: int) -> dict[str, object]:
    """Copy a block with its button, and say whether the page shows that it raises."""
    block = page.locator("article div.highlight:has(> .copy-button)").nth(number)
    block.locator(".copy-button").focus()
    page.keyboard.press("Enter")
    page.wait_for_function(SAID)
    shown = block.locator("pre").inner_text()
    # The word goes away by itself; do not take the last block's for this one's.
    page.evaluate("document.querySelector('.copy-status').textContent = ''")
    return {"code": pasted(page), "raises": "Traceback (most recent call last)" in shown}


def run(blocks: list[dict[str, object]], folder: Path) -> None:
    """Run blocks in one namespace, in a process and a folder of their own."""
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "MPLBACKEND": "Agg"}
    done = subprocess.run(
        [sys.executable, "-c", RUNNER],
        input=json.dumps(blocks),
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]


@pytest.mark.parametrize(
    "name", ["index", NOTE, "api/sequence/attention", "gallery/sequence/plot_attention_scaling"]
)
def test_what_is_copied_runs(page: Page, tmp_path: Path, name: str) -> None:
    """From a page on the disk, block after block, by keyboard."""
    page.goto((SITE / "en" / f"{name}.html").as_uri())
    for solution in page.locator("article details > summary").all():
        solution.press("Enter")  # unfolded, as a reader does who copies it
    blocks = [copied(page, number) for number in range(page.locator(".copy-button").count())]

    assert blocks
    assert not [b for b in blocks if str(b["code"]).lstrip().startswith((">>>", "...", "$"))]
    run(blocks, tmp_path)


def test_it_copies_over_http_under_the_policy(page: Page) -> None:
    """The same as from the disk, and the same in both languages."""
    found = []
    with served() as address:
        for root in (f"{address}/en", f"{address}/zh", (SITE / "zh").as_uri()):
            page.goto(f"{root}/{NOTE}.html")
            found.append([copied(page, number)["code"] for number in range(3)])

    assert found[0] == found[1] == found[2]


@pytest.mark.parametrize("folder", ["en", "zh"])
def test_it_speaks_the_readers_language(page: Page, folder: str) -> None:
    """Before and after, and to a screen reader."""
    before, after = LABELS[folder]
    page.goto((SITE / folder / "index.html").as_uri())
    button = page.locator(".copy-button").first

    assert button.get_attribute("aria-label") == before
    button.click()
    page.wait_for_function(SAID)
    assert button.get_attribute("aria-label") == after
    assert page.locator(".copy-status").text_content() == after
    page.wait_for_function(
        "word => document.querySelector('.copy-button').getAttribute('aria-label') === word",
        arg=before,
    )


def test_without_the_clipboard_a_selection_is_copied(page: Page) -> None:
    """As on a host without https."""
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    page.goto((SITE / "en" / "index.html").as_uri())

    assert str(copied(page, 0)["code"]).startswith("import torch\n")
    assert page.locator("textarea").count() == 0


@pytest.mark.parametrize("kind", ["cell_output", "sphx-glr-script-out", "highlight-text"])
def test_output_has_no_button(page: Page, kind: str) -> None:
    """Only what was typed is to be copied."""
    page.add_init_script(
        "document.addEventListener('readystatechange', () => {"
        "  const block = document.querySelector('div.highlight');"
        f"  if (document.readyState === 'interactive') block.parentNode.className = '{kind}';"
        "});"
    )
    page.goto((SITE / "en" / f"{NOTE}.html").as_uri())

    assert page.locator(f".{kind} .copy-button").count() == 0
    assert page.locator(".copy-button").count() > 0


@pytest.mark.parametrize(
    ("shown", "wanted"),
    [
        (">>> for x in y:\n...     f(x)\n...\n1\n... no\n>>> z", "for x in y:\n    f(x)\n\nz\n"),
        (">>> f()\nTraceback (most recent call last):\n    ...\nE: no\n", "f()\n"),
        ("$ ls \\\n  -l\na\n$ pwd\n/x\n", "ls \\\n  -l\npwd\n"),
        ("def f():\n    return 1\n", "def f():\n    return 1\n"),
    ],
)
def test_prompts_and_output_are_left_out(page: Page, shown: str, wanted: str) -> None:
    """Of a session, a shell, and nothing of plain code."""
    page.add_init_script(
        "document.addEventListener('readystatechange', () => {"
        "  const block = document.querySelector('div.highlight > pre');"
        f"  if (document.readyState === 'interactive') block.textContent = {json.dumps(shown)};"
        "});"
    )
    page.goto((SITE / "en" / "index.html").as_uri())

    assert copied(page, 0)["code"] == wanted
