"""The pages of the reference are made from the package, whatever packages are in it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sitebuilder.content.reference_pages import contents, modules
from tests.support.tiny_project import REPOSITORY, Built, TinyProject

NAMES = ("site_words", "untranslated_text", "chinese_spaces", "reference_pages", "incremental")
MODULE = '''\
"""About {name}."""

__all__ = ["shown"]


def shown():
    """Return what is shown."""


def hidden():
    """Return what is not."""
'''
SETTINGS = """
extensions[:0] = ["sphinx.ext.autodoc", "sphinx.ext.autosummary"]
reference_package = "tiny_package"
chapters = ["sequence", "cpp"]
exclude_patterns += ["api/_*"]
"""


@pytest.fixture
def tiny(tmp_path: Path) -> TinyProject:
    """A package with modules of its own, two chapters, and what is not to be shown."""
    project = TinyProject(tmp_path / "p", NAMES)
    project.configure(SETTINGS)
    for name in ("top", "sequence/attention", "cpp/boxes", "_private", "cpp/_own", "verify/engine"):
        project.write(f"tiny_package/{name}.py", MODULE.format(name=name))
    for name in ("", "sequence/", "cpp/", "verify/"):
        project.write(f"tiny_package/{name}__init__.py", '"""A package."""\n')
    project.write("docs/index.md", "# Site\n\n```{toctree}\napi/index\nnotes/index\n```\n")
    project.write("docs/notes/index.md", "# Notes\n\n```{toctree}\n:glob:\n*/index\n```\n")
    project.write("docs/notes/sequence/index.md", "# Sequence models\n")
    project.write("docs/notes/cpp/index.md", "# Extending it\n")
    project.write("docs/api/index.md", "# Reference\n\n```{include} _modules.txt\n```\n")
    return project


def build(tiny: TinyProject, language: str = "en") -> Built:
    """Build with the package at hand."""
    paths = [str(tiny.root), str(REPOSITORY), str(REPOSITORY / "docs")]
    return tiny.build(language, PYTHONPATH=os.pathsep.join(paths))


def pages(built: Built) -> set[str]:
    """Return the pages of the reference."""
    found = (built.folder / "api").rglob("*.html")
    return {path.relative_to(built.folder / "api").with_suffix("").as_posix() for path in found}


def test_each_module_has_its_page(tiny: TinyProject) -> None:
    """In packages of the package too; what is private or the engine's has none."""
    built = build(tiny)

    assert built.status == 0, built.problems
    assert pages(built) == {"index", "top", "sequence/attention", "cpp/boxes"}
    assert "tiny_package.sequence.attention.shown" in built.page("api/sequence/attention")


def test_a_page_shows_what_all_names(tiny: TinyProject) -> None:
    """And nothing else."""
    assert "hidden" not in build(tiny).page("api/top")


def test_the_first_page_lists_modules_by_chapter(tiny: TinyProject) -> None:
    """In reading order, below the chapter's title in the language of the page."""
    tiny.translate("notes/sequence/index", {"Sequence models": "序列模型"})
    for language, title in (("en", "Sequence models"), ("zh_CN", "序列模型")):
        built = build(tiny, language)
        page = built.page("api/index").split("<section")[1]
        places = [
            page.index(words)
            for words in ('"top.html"', title, '"sequence/attention.html"', '"cpp/boxes.html"')
        ]
        assert places == sorted(places), language


def test_an_unchanged_rebuild_reads_nothing(tiny: TinyProject) -> None:
    """Generated pages keep their date."""
    build(tiny)
    kept = {
        path: path.stat().st_mtime_ns for path in (tiny.root / "build").rglob("api/**/*.doctree")
    }
    build(tiny)

    assert len(kept) == 4
    assert {path: path.stat().st_mtime_ns for path in kept} == kept


def test_a_module_that_comes_or_goes(tiny: TinyProject) -> None:
    """Its page does too, and the list follows."""
    build(tiny)
    (tiny.root / "tiny_package" / "cpp" / "boxes.py").unlink()
    tiny.write("tiny_package/cpp/kernels.py", MODULE.format(name="kernels"))
    built = build(tiny)

    assert built.status == 0, built.problems
    assert pages(built) == {"index", "top", "sequence/attention", "cpp/kernels"}
    assert "kernels" in built.page("api/index")


def test_the_site_shows_each_module_of_the_package() -> None:
    """By its path in the package, as the ledger finds it."""
    root = REPOSITORY / "ptnotes"
    found = modules("ptnotes")

    assert found
    assert all((root / f"{name}.py").is_file() for name in found)
    assert not [name for name in found if name.startswith(("verify", "_"))]


def test_modules_without_a_chapter_come_first() -> None:
    """Under no title."""
    text = contents(["a", "cpp/b"], ["cpp"], ["cpp"])

    assert text.startswith("```{toctree}\n:maxdepth: 1\n\na\n```")


def test_an_unknown_package_is_named() -> None:
    """Rather than shown as an empty reference."""
    with pytest.raises(ValueError, match="package: 'no_such_package' is no package"):
        modules("no_such_package")
