"""
Bring the Chinese catalogs up to date and say what is missing: `python -m sitebuilder translate`.

With `--check` nothing is written: the messages are extracted afresh and compared with the catalogs,
whose own flags are not trusted: a changed sentence would silently stay English on the Chinese page.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from sitebuilder.build.run_sphinx import BuildError
from sitebuilder.content.special_pages import GLOSSARY
from sitebuilder.languages.catalogs import (
    WORDS,
    Translation,
    catalog_folder,
    extract,
    merge,
    obsolete,
    read,
    write,
)
from sitebuilder.languages.translation_rules import complaints, read_glossary
from sitebuilder.places import ROOT


def main(write_nothing: bool) -> int:
    """Update or check; the exit status is 1 while anything is missing."""
    try:
        found = check(ROOT) if write_nothing else update(ROOT)
    except BuildError as error:
        print(f"The messages were not read: {error}", file=sys.stderr)
        return 1
    print("\n".join(found) or "Chinese catalogs: complete")
    return bool(found)


def update(root: Path) -> list[str]:
    """Rewrite the catalogs from the pages of today and return what is still missing."""
    messages = extract(root)
    folder = catalog_folder(root)
    for name, wanted in messages.items():
        path = folder / f"{name}.po"
        if write(path, merge(wanted, read(path))):
            print(f"updated {path.relative_to(root)}")
    for path in stray(folder, messages):
        path.unlink()
        print(f"removed {path.relative_to(root)}, whose page is gone")
    return compare(folder, messages, glossary_of(root))


def check(root: Path) -> list[str]:
    """Return what is missing in the catalogs or wrong with a translation, one line each."""
    return compare(catalog_folder(root), extract(root), glossary_of(root))


def compare(
    folder: Path, messages: Mapping[str, Sequence[str]], glossary: Mapping[str, str]
) -> list[str]:
    """
    Compare catalogs with the messages of the pages.

    Args:
        folder: The folder of the catalogs.
        messages: The messages by catalog, extracted afresh.
        glossary: The Chinese term of each English one.
    """
    found = [
        f"{path.relative_to(folder).as_posix()}: its page is gone"
        for path in stray(folder, messages)
    ]
    for name, wanted in messages.items():
        path = folder / f"{name}.po"
        found += [f"{name}.po: {line}" for line in _compare_page(name, path, wanted, glossary)]
    return found


def stray(folder: Path, messages: Mapping[str, Sequence[str]]) -> list[Path]:
    """Return catalogs of pages that are no more."""
    paths = sorted(folder.rglob("*.po"))
    return [p for p in paths if p.relative_to(folder).with_suffix("").as_posix() not in messages]


def glossary_of(root: Path) -> dict[str, str]:
    """Return the glossary's terms."""
    return read_glossary(root / "docs" / f"{GLOSSARY}.md")


def _compare_page(
    name: str, path: Path, wanted: Sequence[str], glossary: Mapping[str, str]
) -> Iterator[str]:
    known = read(path)
    for english in wanted:
        entry = known.get(english, Translation(english))
        if not entry.chinese:
            yield f"not translated: {_short(english)}"
        elif entry.guess:
            yield f"a guess, to be looked at: {_short(english)}"
        else:
            terms = {} if name in (GLOSSARY, WORDS) else glossary
            for complaint in complaints(name, english, entry.chinese, terms):
                yield f"{complaint}: {_short(english)}"
    for english in [*(known.keys() - set(wanted)), *obsolete(path)]:
        yield f"no longer on the page: {_short(english)}"


def _short(text: str) -> str:
    return text if len(text) <= 72 else f"{text[:71]}…"
