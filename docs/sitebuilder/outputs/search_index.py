"""The search index of each language, made by Pagefind from what the pages say."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

from sitebuilder.build.run_sphinx import BuildError
from sitebuilder.languages.site_languages import ENGLISH, LANGUAGES, other_than
from sitebuilder.outputs.finished_pages import Found
from sitebuilder.outputs.search_text import Article, for_search
from sitebuilder.places import CACHE

FOLDER = "pagefind"  # in the folder of each language; Pagefind derives addresses from this name
INDEXES = CACHE / "search"  # of each language, the last one
OWN_INTERFACE = ("*-ui.*", "pagefind-highlight.js")  # its boxes: ours stands in the theme's place


def write_indexes(
    site: Path, pages: Mapping[Path, Found], work: Path, terms: Mapping[str, str]
) -> None:
    """
    Write the index of each language into its folder of the site.

    Args:
        site: The site's folder.
        pages: What is known of each page.
        work: A folder for the copies that Pagefind reads.
        terms: The Chinese of each English term.

    Raises:
        BuildError: if Pagefind fails.
    """
    shutil.rmtree(work, ignore_errors=True)
    articles = {language.folder: by_name(pages, site / language.folder) for language in LANGUAGES}
    tasks = []
    for language in LANGUAGES:
        folder, other = language.folder, other_than(language.code).folder
        for name, article in articles[folder].items():
            copy = work / folder / f"{name}.html"
            copy.parent.mkdir(parents=True, exist_ok=True)
            also = articles[other][name].title if name in articles[other] else ""
            used = terms_of(articles[ENGLISH.folder].get(name, article), terms)
            copy.write_text(for_search(name, article, also, used), "utf-8")
        tasks.append((work / folder, site / folder / FOLDER))
    with ThreadPoolExecutor() as pool:
        list(pool.map(index, *zip(*tasks, strict=True)))


def index(pages: Path, target: Path) -> None:
    """Index a folder of pages, or take the index that was made of the same pages before."""
    digest = hashlib.sha256(version("pagefind").encode())
    for path in sorted(pages.rglob("*.html")):
        digest.update(path.relative_to(pages).as_posix().encode() + b"\0" + path.read_bytes())
    kept = INDEXES / pages.name / digest.hexdigest()[:20]
    if not kept.is_dir():
        shutil.rmtree(kept.parent, ignore_errors=True)
        draft = kept.with_suffix(".tmp")
        run_pagefind(pages, draft)
        draft.rename(kept)
    shutil.copytree(kept, target, dirs_exist_ok=True)


def by_name(pages: Mapping[Path, Found], folder: Path) -> dict[str, Article]:
    """Return what each page of a folder says by its name, such as `notes/sequence/attention`."""
    return {
        path.relative_to(folder).with_suffix("").as_posix(): found.article
        for path, found in pages.items()
        if path.is_relative_to(folder)
    }


def terms_of(article: Article, terms: Mapping[str, str]) -> list[str]:
    """Return the terms that an English page uses, each in both languages."""
    text = " ".join(article.text).lower()
    found = []
    for english, chinese in terms.items():
        word = english.lower()
        # Most terms are not on the page at all, and a search for text is far quicker.
        if word in text and re.search(rf"(?<![\w-]){re.escape(word)}s?(?![\w-])", text):
            found += [english, chinese] if chinese != english else [english]
    return found


def run_pagefind(pages: Path, target: Path) -> None:
    """Index a folder of pages, and keep of Pagefind's files those that we load."""
    command = [sys.executable, "-m", "pagefind", "--site", str(pages), "--output-path", str(target)]
    done = subprocess.run(
        [*command, "--keep-index-url", "--silent"], capture_output=True, text=True, check=False
    )
    if done.returncode or not (target / "pagefind.js").exists():
        lines = (done.stderr or done.stdout).strip().splitlines() or ["it said nothing"]
        raise BuildError(f"Pagefind could not index the pages ({lines[-1]})")
    for pattern in OWN_INTERFACE:
        for path in target.glob(pattern):
            path.unlink()
