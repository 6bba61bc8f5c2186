"""Pages show what their cells showed when they were proven: they run once, not twice."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pytest

from ptnotes.verify import displays
from ptnotes.verify.page import read_page
from ptnotes.verify.project import find_project
from ptnotes.verify.prove import prove
from ptnotes.verify.reach import Reach
from tests.support.tiny_project import Built, TinyProject

DRAW = "import os\nimport matplotlib.pyplot as plt\nfigure = plt.figure()\n"
SAY = 'print(f"process {os.getpid()}")'
SCRIPT = f'"""\nTitle\n=====\n\nWords.\n"""\n\n{DRAW}\n# %%\n# More.\n{SAY}\n'
TOP = "---\nfile_format: mystnb\nkernelspec: {name: python3}\n---\n"
NOTE = f"{TOP}# Note\n\n```{{code-cell}} python\n{DRAW}{SAY}\n```\n"
HEADER = "Gallery\n=======\n"
SETTINGS = """
from pathlib import Path
extensions[:1] = ["myst_nb", "sphinx_gallery.gen_gallery"]
nb_execution_mode = "cache"
nb_execution_cache_path = str(Path(__file__).parents[1] / ".cache" / "notebooks")
exclude_patterns += ["gallery/**/*.ipynb", "gallery/**/*.py", "gallery/**/*.zip"]
sphinx_gallery_conf = {
    "examples_dirs": ["../gallery"],
    "gallery_dirs": ["gallery"],
    "image_scrapers": ("sitebuilder.proof.replay.place_figures",),
    "write_computation_times": False,
}
nitpicky = False
"""
NAMES = ("site_words", "gallery_freshness", "replay")


@pytest.fixture
def tiny(tmp_path: Path) -> TinyProject:
    """A project with a script and a note, each of which draws a figure and names its process."""
    project = TinyProject(tmp_path / "p", NAMES)
    project.configure(SETTINGS)
    pyproject = project.root / "pyproject.toml"
    pyproject.write_text(pyproject.read_text().replace('["torch"]', '["matplotlib"]'))
    project.write("gallery/GALLERY_HEADER.rst", HEADER)
    project.write("gallery/nn/GALLERY_HEADER.rst", HEADER)
    project.write("gallery/nn/plot_a.py", SCRIPT)
    project.write("docs/notes/nn/a.md", NOTE)
    project.write("docs/index.md", "# Site\n\n```{toctree}\nnotes/nn/a\ngallery/index\n```\n")
    return project


def proven(project: TinyProject) -> dict[str, list[displays.Display]]:
    """Prove the two pages, and return what their cells showed."""
    found = find_project(project.root)
    assert found is not None
    reach = Reach(found)
    shown = {}
    for name in ("gallery/nn/plot_a.py", "docs/notes/nn/a.md"):
        page = read_page(project.root / name, found)
        assert [outcome.state for outcome in prove(page, found, reach)] == ["passed"] * len(
            page.blocks
        )
        shown[name] = displays.of_page(page, found, reach) or []
    return shown


def process(built: Built, name: str) -> str:
    """Return the process that a page names."""
    assert built.status == 0, built.problems
    return re.search(r"process \d+", built.page(name))[0]


def test_what_was_proven_is_shown(tiny: TinyProject) -> None:
    """The process and the picture are those of the proof."""
    shown = proven(tiny)
    first, second = shown["gallery/nn/plot_a.py"]
    (cell,) = shown["docs/notes/nn/a.md"]

    built = tiny.build()

    assert f"{process(built, 'gallery/nn/plot_a')}\n" == second.output
    assert f"{process(built, 'notes/nn/a')}\n" == cell.output
    pictures = {path.read_bytes() for path in (built.folder / "_images").glob("*.png")}
    assert {*first.figures, *cell.figures} <= pictures
    assert len(first.figures) == len(cell.figures) == 1


def test_what_is_not_kept_is_run(tiny: TinyProject) -> None:
    """Then the process is another, and the picture is there all the same."""
    shown = proven(tiny)
    for path in (tiny.root / ".cache" / "displays").rglob("*.json"):
        path.unlink()

    built = tiny.build()

    assert f"{process(built, 'gallery/nn/plot_a')}\n" != shown["gallery/nn/plot_a.py"][1].output
    assert f"{process(built, 'notes/nn/a')}\n" != shown["docs/notes/nn/a.md"][0].output
    assert "sphx_glr_plot_a_001.png" in built.page("gallery/nn/plot_a")


def test_a_damaged_file_counts_as_none(tiny: TinyProject) -> None:
    """Nothing crashes, and the script is run."""
    proven(tiny)
    (kept,) = (tiny.root / ".cache" / "displays").rglob("plot_a.py.json")
    whole = kept.read_text()
    first = next(iter(base64.b64encode(b"\x89PNG").decode()))
    for damaged in ("[", "[]", '{"a": {}}', whole.replace(f'"{first}', '"?')):
        kept.write_text(damaged)

        found = find_project(tiny.root)
        page = read_page(tiny.root / "gallery/nn/plot_a.py", found)
        assert displays.of_page(page, found, Reach(found)) is None
