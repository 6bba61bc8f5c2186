"""
The pages of the reference: one a module, made from the package and listed by chapter.

`sphinx.ext.autosummary` writes the pages. It is told here of which modules, and under which
address: `ptnotes/sequence/attention.py` is shown on `api/sequence/attention.html`.
"""

from __future__ import annotations

from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

from sitebuilder.content.special_pages import REFERENCE

LEFT_OUT = frozenset({"verify"})  # a tool of its own, not explained by any note
TEMPLATES = Path(__file__).parent / "templates"
STUBS = "_stubs.rst"  # read by autosummary
LIST = "_modules.txt"  # Markdown, included by the first page of the reference


def prepare_reference(app: Sphinx, config: Config) -> None:
    """Tell autosummary of each module, write the list of modules, and drop pages of others."""
    if not config.reference_package:
        return
    folder = Path(app.srcdir, REFERENCE).parent
    pages = modules(config.reference_package)
    config.autosummary_filename_map = {
        f"{config.reference_package}.{p.replace('/', '.')}": p for p in pages
    }
    config.autosummary_generate = [f"{folder.name}/{STUBS}"]
    config.templates_path.append(str(TEMPLATES))
    for page in pages:
        (folder / page).parent.mkdir(parents=True, exist_ok=True)
    names = "".join(f"   {name}\n" for name in config.autosummary_filename_map)
    _write(folder / STUBS, f".. autosummary::\n   :toctree: .\n\n{names}")
    noted = [name for name in config.chapters if Path(app.srcdir, "notes", name).is_dir()]
    _write(folder / LIST, contents(pages, config.chapters, noted))
    wanted = {folder / f"{page}.rst" for page in pages} | {folder / STUBS}
    for path in set(folder.rglob("*.rst")) - wanted:
        path.unlink()


def modules(package: str) -> list[str]:
    """
    Return each public module of a package by its path in it, such as `sequence/attention`.

    Raises:
        ValueError: if there is no such package.
    """
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ValueError(f"package: {package!r} is no package that can be imported")
    root = Path(next(iter(spec.submodule_search_locations)))
    names = (path.relative_to(root).with_suffix("") for path in root.rglob("*.py"))
    return sorted(
        name.as_posix()
        for name in names
        if name.parts[0] not in LEFT_OUT and not any(part.startswith("_") for part in name.parts)
    )


def contents(pages: list[str], chapters: list[str], noted: list[str]) -> str:
    """
    Return the list of the first page: each chapter, in reading order, with its modules.

    Args:
        pages: The modules, such as `sequence/attention`.
        chapters: All chapters, in reading order.
        noted: Those that have notes, to which their names lead.
    """
    order = {chapter: number for number, chapter in enumerate(chapters)}

    def chapter_of(page: str) -> str:
        return page.rpartition("/")[0]

    text = ""
    ordered = sorted(pages, key=lambda page: (order.get(chapter_of(page), -1), page))
    for chapter, group in groupby(ordered, key=chapter_of):
        link = f"{{doc}}`/notes/{chapter}/index`" if chapter in noted else f"`{chapter}`"
        heading = f"{link}\n\n" if chapter else ""
        names = "\n".join(group)
        text += f"{heading}```{{toctree}}\n:maxdepth: 1\n\n{names}\n```\n\n"
    return text


def _write(path: Path, text: str) -> None:
    """Write a file where it is not as it should be; else it keeps its date, and is not read."""
    if not path.exists() or path.read_text("utf-8") != text:
        path.write_text(text, "utf-8")
