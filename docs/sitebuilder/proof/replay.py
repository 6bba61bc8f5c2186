"""
Show in the gallery and in notes what their cells showed while they were proven.

A script or a note of which anything is not kept is run by the build, as a whole.
"""

from __future__ import annotations

import base64
import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import sphinx_gallery.gen_rst
from jupyter_cache.base import CacheBundleIn, JupyterCacheAbstract
from myst_nb.core.read import read_myst_markdown_notebook
from nbformat import NotebookNode
from nbformat.v4 import new_output
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx_gallery.scrapers import figure_rst, matplotlib_scraper

from ptnotes.verify import displays
from ptnotes.verify.block import Display
from ptnotes.verify.page import read_page
from ptnotes.verify.project import Project, find_project
from ptnotes.verify.reach import Reach

_run = sphinx_gallery.gen_rst._exec_once
# Of each script that the gallery is making, what its next blocks showed; None where it is run.
_waiting: dict[str, list[Display] | None] = {}


def replay_scripts(app: Sphinx, config: Config) -> None:
    """Let sphinx-gallery take the output of a block from its proof, beside `place_figures`."""
    sphinx_gallery.gen_rst._exec_once = run_or_replay


def run_or_replay(code: CodeType, main: ModuleType) -> Callable[[], None]:
    """
    Return what does a piece of a block: print what the block printed, or run it.

    Args:
        code: The piece; a block that ends in an expression has two.
        main: The namespace of its script.
    """
    script = code.co_filename
    if script not in _waiting:
        _waiting[script] = kept(Path(script))
    waiting = _waiting[script]
    return _run(code, main) if waiting is None else functools.partial(_print_once, waiting, main)


def _print_once(waiting: list[Display], main: ModuleType) -> None:
    print(waiting[0].output, end="")
    waiting[0] = replace(waiting[0], output="")
    vars(main)["___"] = None  # where sphinx-gallery looks for the value of a last expression


def place_figures(block: object, block_vars: dict[str, Any], gallery_conf: dict[str, Any]) -> str:
    """
    Write the figures of a block where sphinx-gallery wants them; one of its image scrapers.

    Returns:
        The reStructuredText that shows them.
    """
    script = block_vars["src_file"]
    waiting = _waiting.get(script)
    if waiting is None:
        return str(matplotlib_scraper(block, block_vars, gallery_conf))
    shown = waiting.pop(0)
    paths = [next(block_vars["image_path_iterator"]) for _ in shown.figures]
    for path, figure in zip(paths, shown.figures, strict=True):
        Path(path).write_bytes(figure)
    if not waiting:
        del _waiting[script]
    return str(figure_rst(paths, gallery_conf["src_dir"])) if paths else ""


def replay_notes(root: Path, names: Iterable[str], cache: JupyterCacheAbstract) -> None:
    """
    Put notes, with what their cells showed, where myst-nb looks for executed ones.

    Args:
        root: The project's folder.
        names: The notes.
        cache: What myst-nb asks.
    """
    for path in map(root.joinpath, names):
        if path.is_file() and (shown := kept(path)) is not None:
            book = with_outputs(read_myst_markdown_notebook(path.read_text("utf-8")), shown)
            bundle = CacheBundleIn(book, str(path))
            cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def with_outputs(book: NotebookNode, shown: Sequence[Display]) -> NotebookNode:
    """Give each cell of a notebook what it printed, and its figures; name its language."""
    book.metadata["language_info"] = {"name": "python", "pygments_lexer": "ipython3"}
    cells = [cell for cell in book.cells if cell.cell_type == "code"]
    for cell, display in zip(cells, shown, strict=True):
        printed = [new_output("stream", name="stdout", text=display.output)]
        cell.outputs = [
            *(printed if display.output else ()),
            *(
                new_output("display_data", {"image/png": base64.b64encode(figure).decode()})
                for figure in display.figures
            ),
        ]
    return book


def kept(path: Path) -> list[Display] | None:
    """Return what the cells of a script or note showed, in order; None unless all is kept."""
    project = find_project(path)
    if project is None:
        return None
    return displays.of_page(read_page(path, project), project, _reach(project.root))


@functools.cache
def _reach(root: Path) -> Reach:
    project = find_project(root)
    assert isinstance(project, Project)
    return Reach(project)
