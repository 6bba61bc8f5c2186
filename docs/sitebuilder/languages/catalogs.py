"""Messages of the site and their Chinese catalogs: extract, read, merge, write."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import normalize, read_po

from sitebuilder.build.run_sphinx import BuildError, run_sphinx
from sitebuilder.content.special_pages import in_reference
from sitebuilder.languages.site_languages import CHINESE, ENGLISH
from sitebuilder.languages.site_words import DOMAIN

WORDS = DOMAIN  # the catalog of the words of the builder and its templates
HEADER = (
    'msgid ""\nmsgstr ""\n'
    f'"Language: {CHINESE.code}\\n"\n'
    '"MIME-Version: 1.0\\n"\n'
    '"Content-Type: text/plain; charset=UTF-8\\n"\n'
    '"Content-Transfer-Encoding: 8bit\\n"\n'
)


@dataclass
class Translation:
    """
    One message of a catalog.

    Args:
        english: The English text.
        chinese: Its translation, empty while there is none.
        guess: Whether the translation is one of a similar message and has to be looked at.
        old_english: The English that a guess was the translation of.
    """

    english: str
    chinese: str = ""
    guess: bool = False
    old_english: str = field(default="", compare=False)


def catalog_folder(root: Path) -> Path:
    """Return the folder of the Chinese catalogs."""
    return root / "docs" / "locale" / CHINESE.code / "LC_MESSAGES"


def extract(root: Path) -> dict[str, list[str]]:
    """
    Read the messages of every page as it is now, in reading order, by catalog.

    Args:
        root: The project's folder.

    Raises:
        BuildError: if a page cannot be read.
    """
    # Nothing is run for the sake of its messages, so no notebook says its language.
    quiet = "suppress_warnings=myst-nb.lexer,sphinx_gallery.space_in_filename"
    settings = ("nb_execution_mode=off", "plot_gallery=0", quiet)
    doctrees = root / "build" / "doctrees" / "messages"
    with tempfile.TemporaryDirectory(prefix="ptnotes-") as scratch:
        output = Path(scratch)
        try:
            run_sphinx(root, ENGLISH, "gettext", output, doctrees, *settings)
        except BuildError:
            # A page that is not read again says its warnings no more.
            shutil.rmtree(doctrees, ignore_errors=True)
            raise
        found = {
            path.relative_to(output).with_suffix("").as_posix(): list(_messages(path))
            for path in sorted(output.rglob("*.pot"))
        }
    pages = {name: messages for name, messages in found.items() if not in_reference(name)}
    pages.pop("sphinx", None)
    return {**pages, WORDS: words(root / "docs")}


def words(docs: Path) -> list[str]:
    """Return the messages of the builder (`_`) and of its templates (`ui`)."""
    found: dict[str, None] = {}
    sources = (("sitebuilder", "**.py", "python", "_"), ("sitebuilder", "**.html", "jinja2", "ui"))
    for folder, kind, method, keyword in sources:
        for _path, _line, message, _comments, _context in extract_from_dir(
            docs / folder, [(kind, method)], keywords={keyword: None}
        ):
            assert isinstance(message, str), "our words have no plural forms"
            found[message] = None
    return list(found)


def read(path: Path) -> dict[str, Translation]:
    """Return the translations of a catalog by their English, none for a file that is not there."""
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalog = read_po(file)
    return {
        str(message.id): Translation(str(message.id), str(message.string or ""), message.fuzzy)
        for message in catalog
        if message.id
    }


def obsolete(path: Path) -> list[str]:
    """Return the messages that a catalog keeps commented out."""
    if not path.exists():
        return []
    with path.open("rb") as file:
        return [str(message) for message in read_po(file).obsolete]


def merge(messages: Iterable[str], known: dict[str, Translation]) -> list[Translation]:
    """
    Return one translation a message, in the order of the page.

    A new message that resembles one that is gone gets its translation as a guess, which counts as
    missing.

    Args:
        messages: The English messages.
        known: The translations that there are.
    """
    template, catalog = Catalog(locale=CHINESE.code), Catalog(locale=CHINESE.code)
    for english in messages:
        template.add(english)
    for entry in known.values():
        catalog.add(entry.english, entry.chinese, flags={"fuzzy"} if entry.guess else set())
    catalog.update(template)
    merged = []
    for message in template:
        if not message.id:
            continue
        found = catalog[message.id]
        assert found is not None, "the catalog has just been made to hold every message"
        old = found.previous_id[0] if found.previous_id else ""
        chinese = str(found.string or "")
        guess = found.fuzzy and bool(chinese)
        merged.append(Translation(str(message.id), chinese, guess, old))
    return merged


def write(path: Path, translations: Iterable[Translation]) -> bool:
    """
    Write a catalog that changes only where a message does: no dates, no places, one line a text.

    Returns:
        Whether the file has changed.
    """
    text = io.StringIO()
    text.write(HEADER)
    for entry in translations:
        text.write("\n")
        if entry.guess:
            text.write("#, fuzzy\n")
            if entry.old_english:
                text.write(f"#| msgid {_quoted(entry.old_english)}\n")
        text.write(f"msgid {_quoted(entry.english)}\nmsgstr {_quoted(entry.chinese)}\n")
    old = path.read_text("utf-8") if path.exists() else ""
    if old == text.getvalue():
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.getvalue(), "utf-8")
    return True


def _quoted(text: str) -> str:
    return normalize(text, width=0)


def _messages(path: Path) -> Iterable[str]:
    with path.open("rb") as file:
        for message in read_po(file):
            if message.id:
                yield str(message.id)
