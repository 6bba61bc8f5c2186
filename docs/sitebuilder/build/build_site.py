"""
Build the site in both languages into `site/`, all or nothing: `python -m sitebuilder build`.

Prove the snippets first (`nox -s docs` does both). A build that fails, or is killed, leaves the
former `site/` as it was and its own unfinished work to be thrown away by the next one.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from ptnotes.verify.block import NOT_RUN, PASSED
from ptnotes.verify.ledger import open_ledger
from sitebuilder.build.run_sphinx import BuildError, run_sphinx
from sitebuilder.languages.site_languages import ENGLISH, LANGUAGES
from sitebuilder.outputs.finished_pages import Found, read_pages
from sitebuilder.outputs.front_door import write_front
from sitebuilder.outputs.pictures import finish_pictures
from sitebuilder.outputs.search_index import write_indexes
from sitebuilder.places import ROOT

NOTEBOOK_CACHES = 3  # as many fingerprints keep their executed notebooks

# What Sphinx and its extensions copy and no page of ours loads.
UNUSED = shutil.ignore_patterns(
    *(
        ".buildinfo*",
        "_sources",
        "*.orig",
        "*binder*",
        "jupyterlite*",
        "sg_gallery-*.css",
        "mystnb.*",
    ),
    *("searchtools.js", "doctools.js", "language_data.js", "sphinx_highlight.js"),
    *(
        "translations.js",
        "documentation_options.js",
        "sg-tags.js",
        "basic.css",
        "file.png",
        "plus.png",
    ),
    "minus.png",
)


def main() -> int:
    """Build, and say what came of it in one sentence."""
    # `nox -s docs` says when the proof began, so that the seconds are those a reader waits.
    started = float(os.environ.get("PTNOTES_STARTED") or time.time())
    try:
        build(ROOT)
        print(summary(ROOT, time.time() - started))
    except BuildError as error:
        print(f"The site was not built: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        print(
            "The site was not built: the disk is full; free some space and build again.",
            file=sys.stderr,
        )
        return 1
    return 0


def build(root: Path) -> None:
    """
    Build both languages, check the catalogs between them, and put the result in place.

    Args:
        root: The project's folder.

    Raises:
        BuildError: if anything fails; `site/` is then unchanged.
    """
    work = root / "build"
    with Unfinished(work):
        prepare(root)
        for language in LANGUAGES:
            output, doctrees = work / "html" / language.folder, work / "doctrees" / language.folder
            run_sphinx(root, language, "html", output, doctrees)
            if language == ENGLISH:
                check_catalogs(root)
        draft = work / "site"
        shutil.rmtree(draft, ignore_errors=True)
        for language in LANGUAGES:
            built = work / "html" / language.folder
            shutil.copytree(built, draft / language.folder, ignore=UNUSED)
        folders = [draft / language.folder for language in LANGUAGES]
        pages = read_pages(folders, root / ".cache" / "pages")
        finish_pictures(pages, folders, root / ".cache" / "webp")
        index(root, draft, pages)
        write_front(draft, os.environ.get("PTNOTES_BASE_URL", ""))
        publish(draft, root / "site", work / "site.old")


class Unfinished:
    """
    A mark that stands while a build is under way; where it stood, nothing built is trusted.

    Sphinx does not read an unchanged page again, so a warning that failed a build would not return.

    Args:
        work: The folder of unfinished work.
    """

    def __init__(self, work: Path) -> None:
        self.work = work
        self.mark = work / "unfinished"

    def __enter__(self) -> None:
        if self.mark.exists():
            self._throw_away()
        self.work.mkdir(exist_ok=True)
        self.mark.touch()

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        if kind is not None:
            self._throw_away()
        self.mark.unlink(missing_ok=True)

    def _throw_away(self) -> None:
        for name in ("doctrees", "html", "site"):
            shutil.rmtree(self.work / name, ignore_errors=True)


def prepare(root: Path) -> None:
    """Fetch KaTeX once, and throw away notebooks that other code has run."""
    from sitebuilder.theme.katex_rendering import install

    try:
        install()
    except RuntimeError as error:
        raise BuildError(str(error)) from error
    caches = sorted(
        (root / ".cache" / "notebooks").glob("*"), key=lambda path: path.stat().st_mtime
    )
    for cache in caches[:-NOTEBOOK_CACHES]:
        shutil.rmtree(cache, ignore_errors=True)


def check_catalogs(root: Path) -> None:
    """Stop where a translation is missing or does not say what the English says."""
    from sitebuilder.languages.update_catalogs import check

    print("Chinese catalogs: checking", flush=True)
    complaints = check(root)
    if complaints:
        print("\n".join(complaints), file=sys.stderr)
        raise BuildError(
            f"{len(complaints)} messages need a translator; `nox -s translate` lists them"
        )


def index(root: Path, draft: Path, pages: Mapping[Path, Found]) -> None:
    """Make the search of each language; a term of the glossary is found in both."""
    from sitebuilder.languages.update_catalogs import glossary_of

    print("search: indexing", flush=True)
    terms = glossary_of(root)
    write_indexes(draft, pages, root / "build" / "search", terms)


def publish(draft: Path, site: Path, old: Path) -> None:
    """Put a finished site in the place of the former one."""
    shutil.rmtree(old, ignore_errors=True)
    if site.exists():
        site.rename(old)
    draft.rename(site)
    shutil.rmtree(old, ignore_errors=True)


def summary(root: Path, seconds: float) -> str:
    """Say how much was built and how to open it."""
    states = [entry.state for entry in open_ledger(root).entries]
    pages = {
        language.english_name: len(list((root / "site" / language.folder).rglob("*.html")))
        for language in LANGUAGES
    }
    counted = ", ".join(f"{count} pages in {name}" for name, count in pages.items())
    return (
        f"site: {counted}; "
        f"{states.count(PASSED)} blocks proven, {states.count(NOT_RUN)} not run; {seconds:.0f} s. "
        f"Open {root / 'site' / 'index.html'}"
    )
