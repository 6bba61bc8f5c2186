"""`{architecture}`: the parts of the project and what each imports, drawn from the code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html import escape
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from ptnotes.verify.imports import imports_of
from ptnotes.verify.page import read_page
from ptnotes.verify.project import Project, find_project
from sitebuilder.content.tables import Cell, table
from sitebuilder.languages.site_words import _
from sitebuilder.places import ROOT


class Part(NamedTuple):
    """
    A part of the project.

    Args:
        name: Its folder.
        files: Patterns of the files that belong to it.
        imported: How a module of it begins when it is imported; empty where it is not.
        column: Where its box stands, from the left.
        row: Where its box stands, from above.
    """

    name: str
    files: tuple[str, ...]
    imported: str
    column: int
    row: int


# A file belongs to the first part that it fits, an import to the longest beginning.
PARTS = (
    Part("ptnotes/verify", ("ptnotes/verify/**/*.py",), "ptnotes.verify", 2, 1),
    Part("csrc", ("csrc/**/*.cpp", "csrc/**/*.cu", "csrc/**/*.h"), "ptnotes._C", 0, 1),
    Part("ptnotes", ("ptnotes/**/*.py",), "ptnotes", 1, 1),
    Part("docs/notes", ("docs/notes/**/*.md",), "", 2, 0),
    Part("gallery", ("gallery/**/*.py",), "", 2, 2),
    Part("docs/sitebuilder", ("docs/sitebuilder/**/*.py",), "sitebuilder", 3, 1),
)
TESTS = Part("tests", ("tests/**/*.py",), "tests", 0, 0)  # it imports all, so it has no box
# Pages are not imported: the builder reads them.
READ = ("docs/notes", "gallery")
BUILDER = "docs/sitebuilder"
NATIVE = "ptnotes._"  # modules written in C++, whose sources are in csrc
WIDTH, HEIGHT = 150, 64  # of a box, in units of the drawing
ACROSS, DOWN = 220, 120  # from box to box


class architecture_picture(nodes.General, nodes.Element):  # noqa: N801 - docutils names its nodes so
    """The place of the picture."""


class Architecture(SphinxDirective):
    """The picture and its table."""

    def run(self) -> list[nodes.Node]:
        """Return the place; the code changes while this page does not."""
        self.env.note_reread()
        return [architecture_picture()]


def fill(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put picture and table in their place."""
    for place in list(doctree.findall(architecture_picture)):
        files, arrows = survey(ROOT)
        rows: list[list[Cell]] = [
            [nodes.literal("", part.name), str(files[part.name]), _listed(arrows, part.name)]
            for part in (*PARTS, TESTS)
        ]
        head = [_("Part"), _("Files"), _("What it imports, and in how many files")]
        picture = nodes.raw("", draw(files, arrows), format="html")
        place.replace_self([picture, table(head, rows)])


def survey(root: Path) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """
    Count the files of each part, and the files of one part that import another.

    Args:
        root: The project's folder.
    """
    project = find_project(root)
    assert project is not None, f"{root} is no project"
    files: Counter[str] = Counter()
    arrows: Counter[tuple[str, str]] = Counter()
    seen: set[Path] = set()
    for part in (*PARTS, TESTS):
        found = set(chain.from_iterable(root.glob(pattern) for pattern in part.files)) - seen
        seen |= found
        files[part.name] = len(found)
        for path in found:
            targets = {part_of(name) for name in imports(path, project)} - {None, part.name}
            arrows.update((part.name, target) for target in targets if target)
    return files, arrows


def imports(path: Path, project: Project) -> Iterator[str]:
    """Yield the name of each module that a file, or a snippet of a page, imports."""
    if path.suffix == ".py":
        sources = [path.read_text("utf-8")]
    elif path.suffix == ".md":
        blocks = read_page(path, project).blocks
        sources = ["".join(example.source for example in b.examples) or b.text for b in blocks]
    else:
        return
    for source in sources:
        yield from imports_of(source).names


def part_of(module: str) -> str | None:
    """
    Return the part that a module belongs to, or None for one of another project.

    >>> part_of("ptnotes._C"), part_of("ptnotes._native"), part_of("torch.nn")
    ('csrc', 'ptnotes', None)
    """
    if module.startswith((f"{NATIVE}C", f"{NATIVE}pyargs")):
        return "csrc"
    fitting = [p for p in PARTS if p.imported and f"{module}.".startswith(f"{p.imported}.")]
    return max(fitting, key=lambda part: len(part.imported)).name if fitting else None


def draw(files: Counter[str], arrows: Counter[tuple[str, str]]) -> str:
    """Return the picture as SVG: an arrow leads from what is imported, or read, to its user."""
    places = {part.name: (part.column * ACROSS, part.row * DOWN) for part in PARTS}
    drawn = [(user, source) for user, source in sorted(arrows) if user != TESTS.name]
    shapes = [_arrow(places[source], places[user]) for user, source in drawn]
    shapes += [_arrow(places[page], places[BUILDER], "read") for page in READ]
    shapes += [_box(*places[part.name], part.name, files[part.name]) for part in PARTS]
    width, height = 3 * ACROSS + WIDTH + 2, 2 * DOWN + HEIGHT + 2
    head = (
        '<marker id="tip" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
        'orient="auto"><path d="M0 0 8 4 0 8z" fill="currentColor"/></marker>'
    )
    return (
        f'<svg class="architecture" aria-hidden="true" viewBox="-1 -1 {width} {height}">'
        f"<defs>{head}</defs>{''.join(shapes)}</svg>"
    )


def _box(x: int, y: int, name: str, count: int) -> str:
    middle = x + WIDTH // 2
    return (
        f'<rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="8"/>'
        f'<text x="{middle}" y="{y + 28}">{escape(name)}</text>'
        f'<text class="count" x="{middle}" y="{y + 48}">{count}</text>'
    )


def _arrow(start: tuple[int, int], end: tuple[int, int], kind: str = "imported") -> str:
    """Lead from the side of one box that faces the other to the side that faces back."""
    (x1, y1), (x2, y2) = start, end
    if x1 == x2:
        x1, x2 = x1 + WIDTH // 2, x2 + WIDTH // 2
        y1, y2 = (y1 + HEIGHT, y2) if y1 < y2 else (y1, y2 + HEIGHT)
    else:
        y1, y2 = y1 + HEIGHT // 2, y2 + HEIGHT // 2
        x1, x2 = (x1 + WIDTH, x2) if x1 < x2 else (x1, x2 + WIDTH)
    return f'<path class="{kind}" marker-end="url(#tip)" d="M{x1} {y1} {x2} {y2}"/>'


def _listed(arrows: Counter[tuple[str, str]], user: str) -> str:
    found = {source: count for (name, source), count in arrows.items() if name == user}
    return ", ".join(f"{source} ({count})" for source, count in sorted(found.items())) or "–"
