"""
Build the site in both languages into `site/`, all or nothing: `python -m sitebuilder build`.

Prove the snippets first (`nox -s docs` does both). A build that fails, or is killed, leaves the
former `site/` as it was and its own unfinished work to be thrown away by the next one.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from threading import Event

from ptnotes.verify.block import PASSED
from sitebuilder.build import inputs
from sitebuilder.build.run_sphinx import BuildError, run_sphinx
from sitebuilder.languages.site_languages import CHINESE, ENGLISH, LANGUAGES, Language
from sitebuilder.outputs.finished_pages import Found, read_pages
from sitebuilder.outputs.front_door import write_front
from sitebuilder.outputs.pictures import finish_pictures
from sitebuilder.outputs.search_index import write_indexes
from sitebuilder.places import ROOT
from sitebuilder.proof.gallery_freshness import drop_stale
from sitebuilder.proof.ledger_lookup import hand_over, handed_over

# Lines that Sphinx prints when it has made the gallery, and when it has read all pages.
AFTER_GALLERY = ("looking for now-outdated files", "reading sources")
AFTER_NOTEBOOKS = ("pickling environment", "preparing documents", "no targets are out of date")

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
        if inputs.is_current(ROOT):
            print(f"site: nothing has changed since it was built; {time.time() - started:.0f} s")
            return 0
        inputs.forget(ROOT)
        build(ROOT)
        inputs.remember(ROOT)
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
        with timed("preparing"):
            prepare(root)
            drop_stale(root)
            hand_over(root, work / "ledger.pickle")
        with timed("pages of both languages"):
            build_languages(root, work)
        draft = work / "site"
        shutil.rmtree(draft, ignore_errors=True)
        with timed("finished pages"):
            for language in LANGUAGES:
                built = work / "html" / language.folder
                shutil.copytree(built, draft / language.folder, ignore=UNUSED)
            folders = [draft / language.folder for language in LANGUAGES]
            pages = read_pages(folders, root / ".cache" / "pages")
            finish_pictures(pages, folders, root / ".cache" / "webp")
        with timed("search"):
            index(root, draft, pages)
        write_front(draft, os.environ.get("PTNOTES_BASE_URL", ""))
        publish(draft, root / "site", work / "site.old")


@contextlib.contextmanager
def timed(name: str) -> Iterator[None]:
    """Print how long a phase took."""
    started = time.monotonic()
    yield
    print(f"{name}: {time.monotonic() - started:.1f} s", flush=True)


def build_languages(root: Path, work: Path) -> None:
    """
    Build English, which makes the gallery and runs the notebooks, and beside it all the rest.

    The catalogs need the gallery, and Chinese needs the notebooks too: each begins when English has
    made what it needs.
    """
    gallery_made, notebooks_run = Event(), Event()

    def listen(line: str) -> None:
        if line.startswith(AFTER_GALLERY):
            gallery_made.set()
        if line.startswith(AFTER_NOTEBOOKS):
            notebooks_run.set()

    def html(language: Language, heard: Callable[[str], None] | None = None) -> None:
        output, doctrees = work / "html" / language.folder, work / "doctrees" / language.folder
        run_sphinx(root, language, "html", output, doctrees, heard=heard)

    with ThreadPoolExecutor(1) as pool:
        english = pool.submit(html, ENGLISH, listen)
        # Where English fails, nobody may wait for what it would have made.
        english.add_done_callback(lambda _: gallery_made.set())
        english.add_done_callback(lambda _: notebooks_run.set())
        gallery_made.wait()
        if not failed(english):
            check_catalogs(root)
        notebooks_run.wait()
        if not failed(english):
            html(CHINESE)
        english.result()


def failed(task: Future[None]) -> bool:
    """Whether a task has ended in an error already."""
    return task.done() and task.exception() is not None


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
    """Fetch KaTeX once."""
    from sitebuilder.theme.katex_rendering import install

    try:
        install()
    except RuntimeError as error:
        raise BuildError(str(error)) from error


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
    found = handed_over()
    assert found is not None, "the build has handed it over"
    states = [found.state_of(entry) for entry in found.entries]
    proven, skipped = states.count(PASSED), sum(state.not_run for state in states)
    pages = {
        language.english_name: len(list((root / "site" / language.folder).rglob("*.html")))
        for language in LANGUAGES
    }
    counted = ", ".join(f"{count} pages in {name}" for name, count in pages.items())
    return (
        f"site: {counted}; "
        f"{proven} blocks proven, {skipped} not run; {seconds:.0f} s. "
        f"Open {root / 'site' / 'index.html'}"
    )
