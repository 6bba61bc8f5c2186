"""What the build adds to Sphinx: all or nothing, a front door, own assets, no stale page."""

from __future__ import annotations

import doctest
import importlib
import linecache
import pkgutil
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import shibuya
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from nbformat import v4
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers.data import YamlLexer
from pygments.lexers.python import PythonLexer

import sitebuilder
from sitebuilder.build import build_site, lint_assets
from sitebuilder.build.run_sphinx import BuildError, report
from sitebuilder.languages import update_catalogs
from sitebuilder.languages.site_languages import CHINESE, Language
from sitebuilder.outputs.front_door import write_front
from sitebuilder.places import PACKAGE
from sitebuilder.proof.gallery_freshness import (
    NOTEBOOKS,
    drop_stale_gallery,
    renew_notebooks,
)
from sitebuilder.theme import katex_rendering, lean_highlighting, lean_stylesheet
from sitebuilder.theme.kept_file import kept_file
from tests.support.tiny_project import REPOSITORY, TinyProject


class TestPublish:
    """The former site stands until the new one is whole."""

    def test_a_finished_draft_takes_the_place_of_the_site(self, tmp_path: Path) -> None:
        """Nothing of the former site is left."""
        site, draft = tmp_path / "site", tmp_path / "draft"
        for folder, name in ((site, "old.html"), (draft, "new.html")):
            folder.mkdir()
            (folder / name).touch()

        build_site.publish(draft, site, tmp_path / "site.old")

        assert [path.name for path in site.iterdir()] == ["new.html"]
        assert not (tmp_path / "site.old").exists()
        assert not draft.exists()

    def test_a_failure_leaves_the_site_alone(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Sphinx fails in the second language, and the first is not published either."""

        def fail(_root: Path, language: Language, *_rest: object, **_named: object) -> None:
            if language == CHINESE:
                raise BuildError("problems")

        monkeypatch.setattr(build_site, "run_sphinx", fail)
        monkeypatch.setattr(build_site, "prepare", lambda root: None)
        monkeypatch.setattr(build_site, "drop_stale", lambda root: None)
        monkeypatch.setattr(build_site, "hand_over", lambda root, file: None)
        monkeypatch.setattr(build_site, "check_catalogs", lambda root: None)
        (tmp_path / "site").mkdir()
        (tmp_path / "site" / "index.html").write_text("former")

        with pytest.raises(BuildError):
            build_site.build(tmp_path)

        assert (tmp_path / "site" / "index.html").read_text() == "former"
        assert not (tmp_path / "build" / "doctrees").exists()

    def test_an_incomplete_catalog_stops_the_build(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """And the message is named."""
        monkeypatch.setattr(update_catalogs, "check", lambda root: ["a.po: not translated: One."])

        with pytest.raises(BuildError, match="1 messages need a translator"):
            build_site.check_catalogs(REPOSITORY)

        assert "a.po: not translated: One." in capsys.readouterr().err

    def test_a_full_disk_is_one_sentence(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """No traceback."""

        def full(root: Path) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(build_site.inputs, "is_current", lambda root: False)
        monkeypatch.setattr(build_site.inputs, "forget", lambda root: None)
        monkeypatch.setattr(build_site, "build", full)

        assert build_site.main() == 1
        assert "the disk is full; free some space" in capsys.readouterr().err


class TestStaleGallery:
    """Pictures are made by more than the text of their script."""

    SCRIPT = '"""\nTitle\n=====\n"""\n\nimport {}\n'

    @pytest.fixture
    def project(self, tmp_path: Path) -> Path:
        """A project with two scripts, one of which uses a module, and what was made of them."""
        tiny = TinyProject(tmp_path / "p")
        tiny.write("gallery/nn/plot_a.py", self.SCRIPT.format("ptnotes.a"))
        tiny.write("gallery/nn/plot_a_long.py", self.SCRIPT.format("torch"))
        tiny.write("ptnotes/a.py", "one = 1\n")
        drop_stale_gallery(tiny.root)
        for stem in ("plot_a", "plot_a_long"):
            tiny.write(f"docs/gallery/nn/{stem}.rst", "")
            tiny.write(f"docs/gallery/nn/{stem}.py.md5", "")
            tiny.write(f"docs/gallery/nn/images/sphx_glr_{stem}_001.png", "")
            tiny.write(f"docs/gallery/nn/images/thumb/sphx_glr_{stem}_thumb.png", "")
        return tiny.root

    def made(self, project: Path) -> set[str]:
        """Return the names of the scripts of which everything is there."""
        pages = (project / "docs" / "gallery" / "nn").rglob("*")
        names = [path.name.removeprefix("sphx_glr_") for path in pages if path.is_file()]
        stems = [re.sub(r"(_001|_thumb)?\..*", "", name) for name in names]
        return {stem for stem in stems if stems.count(stem) == 4}

    def test_an_unchanged_gallery_is_kept(self, project: Path) -> None:
        """Or every build would draw all pictures again."""
        drop_stale_gallery(project)

        assert self.made(project) == {"plot_a", "plot_a_long"}

    def test_another_library_drops_what_uses_it(self, project: Path) -> None:
        """sphinx-gallery itself compares the scripts only."""
        (project / "ptnotes/a.py").write_text("two = 2\n")
        drop_stale_gallery(project)

        assert self.made(project) == {"plot_a_long"}

    def test_a_script_that_is_gone_leaves_nothing(self, project: Path) -> None:
        """Nor does a chapter."""
        (project / "gallery/nn/plot_a.py").unlink()
        drop_stale_gallery(project)
        assert self.made(project) == {"plot_a_long"}

        (project / "gallery/nn/plot_a_long.py").unlink()
        (project / "gallery/nn").rmdir()
        drop_stale_gallery(project)
        assert not (project / "docs/gallery/nn").exists()


class TestStaleNotebooks:
    """What a cell has shown holds as long as what it can reach is the same."""

    def test_another_library_drops_what_uses_it(self, tmp_path: Path) -> None:
        """And only that."""
        tiny = TinyProject(tmp_path / "p")
        tiny.write("ptnotes/a.py", "one = 1\n")
        cache = get_cache(tiny.root / NOTEBOOKS)
        for name, module in (("x", "ptnotes.a"), ("y", "torch")):
            code = f"import {module}"
            page = f"docs/notes/nn/{name}.md"
            tiny.write(page, f"# T\n\n```{{code-cell}} python\n{code}\n```\n")
            book = v4.new_notebook(cells=[v4.new_code_cell(code)])
            bundle = CacheBundleIn(book, str(tiny.root / page))
            renew_notebooks(tiny.root)
            cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
        tiny.write("ptnotes/a.py", "two = 2\n")
        renew_notebooks(tiny.root)

        kept = get_cache(tiny.root / NOTEBOOKS).list_cache_records()
        assert [Path(record.uri).name for record in kept] == ["y.md"]


class TestIncremental:
    """What Sphinx would leave as it was."""

    @pytest.fixture
    def tiny(self, tmp_path: Path) -> TinyProject:
        """A project whose pages all show the contents."""
        project = TinyProject(tmp_path / "p")
        project.write("docs/index.md", "# Site\n\n```{toctree}\n:glob:\n*\n```\n")
        project.write("docs/a.md", "# First\n")
        project.write("docs/b.md", "# Second\n")
        project.configure('html_sidebars = {"**": ["globaltoc.html"]}\n')
        return project

    def test_a_page_that_is_gone_leaves_the_output(self, tiny: TinyProject) -> None:
        """A reader would still find it."""
        tiny.build()
        (tiny.root / "docs" / "b.md").unlink()

        assert not (tiny.build().folder / "b.html").exists()

    def test_a_new_title_reaches_the_contents_on_every_page(self, tiny: TinyProject) -> None:
        """Also on pages that did not change."""
        tiny.build()
        tiny.write("docs/b.md", "# Another title\n")

        assert "Another title" in tiny.build().page("a")


class TestFrontDoor:
    """The page above both languages."""

    def test_it_works_without_a_script_and_without_an_address(self, tmp_path: Path) -> None:
        """Two relative links, and no tag that needs an address."""
        write_front(tmp_path, "")
        page = (tmp_path / "index.html").read_text("utf-8")

        assert 'href="en/index.html" lang="en"' in page
        assert 'href="zh/index.html" lang="zh-CN"' in page
        assert "{{" not in page
        assert "http" not in page

    def test_an_address_adds_its_tags(self, tmp_path: Path) -> None:
        """Both languages, the default, and the way home from a wrong address."""
        write_front(tmp_path, "https://example.org/notes/")

        page = (tmp_path / "index.html").read_text("utf-8")
        assert 'hreflang="zh-CN" href="https://example.org/notes/zh/"' in page
        assert 'hreflang="x-default" href="https://example.org/notes/"' in page
        assert 'href="/notes/zh/index.html"' in (tmp_path / "404.html").read_text("utf-8")


class TestAssets:
    """Everything a page loads is ours."""

    def test_without_katex_and_network_one_sentence_says_what_to_do(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It names the version and the remedy."""
        answer = subprocess.CompletedProcess([], 1, "", "npm error code ENOTFOUND\nmore")
        monkeypatch.setattr(subprocess, "run", lambda *args, **kwargs: answer)

        with pytest.raises(
            RuntimeError,
            match=r"^katex \d.*ENOTFOUND.*connect to the network once",
        ):
            katex_rendering.install(tmp_path / "katex")

    def test_the_lean_stylesheet_asks_no_other_host(self) -> None:
        """The theme's own loads a font of flags."""
        theme = Path(shibuya.__file__).parent / "theme" / "shibuya" / "static" / "shibuya.css"
        style = theme.read_text("utf-8")
        lean = lean_stylesheet.lean(style, "tomato")

        assert "url(https:" in style
        assert "url(https:" not in lean
        assert len(lean) < len(style) / 2
        assert lean.count("{") == lean.count("}")

    def test_every_colour_in_use_is_declared(self) -> None:
        """Leaving out what nothing refers to leaves nothing dangling that was not before."""
        theme = Path(shibuya.__file__).parent / "theme" / "shibuya" / "static" / "shibuya.css"
        lean = lean_stylesheet.lean(theme.read_text("utf-8"), "tomato")

        for name in ("--sy-c-text", "--gray-12", "--tomato-11", "--accent-9"):
            assert f"{name}:" in lean

    def test_a_formula_in_the_contents_is_closed(self) -> None:
        """A browser reads `<span/>` as open, and all that follows would be set as a formula."""
        broken = '<a><span class="strut" style="height:1em" />d</a>'

        assert lean_stylesheet.close_tags(broken) == (
            '<a><span class="strut" style="height:1em"></span>d</a>'
        )

    def test_words_that_look_like_the_rest_stand_in_no_tag(self) -> None:
        """A quarter of a note's elements would be of this kind; the code stays the same."""
        code = "y = torch.zeros(x)  # an a\n"
        lines = {
            formatter: highlight(code, PythonLexer(), formatter(style="github-light-default"))
            for formatter in (HtmlFormatter, lean_highlighting.LeanFormatter)
        }
        plain, lean = lines[HtmlFormatter], lines[lean_highlighting.LeanFormatter]

        assert '<span class="n">torch</span>' in plain
        assert '</span>zeros(x)  <span class="c1"># an a</span>' in lean
        assert re.sub("<[^>]*>", "", lean) == re.sub("<[^>]*>", "", plain)

    def test_a_word_of_one_language_looks_like_its_kind(self) -> None:
        """Styles do not know the words of every lexer."""
        formatter = lean_highlighting.LeanFormatter(style="github-light-default")
        code = highlight("name: plain", YamlLexer(), formatter)

        assert "plain" in code

    def test_katex_fonts_are_woff2_alone(self) -> None:
        """The other formats double the weight and no browser of today asks for them."""
        style = (
            '@font-face{src:url(fonts/A.woff2) format("woff2"),url(fonts/A.woff) format("woff"),'
        )
        style += 'url(fonts/A.ttf) format("truetype");font-weight:700}.a{color:red}'

        assert katex_rendering.lean_fonts(style) == (
            '@font-face{src:url(fonts/A.woff2) format("woff2");font-weight:700}.a{color:red}'
        )


def test_examples_of_the_builder_hold() -> None:
    """They are documentation too."""
    results = {
        module.name: doctest.testmod(importlib.import_module(module.name))
        for module in pkgutil.walk_packages(sitebuilder.__path__, "sitebuilder.")
        if not module.name.endswith("__main__")
    }

    assert {name for name, result in results.items() if result.failed} == set()
    assert sum(result.attempted for result in results.values()) > 5


class TestKeptFile:
    """The theme's stylesheet is made again when its source changes, or the code that makes it."""

    CODE = "def lean(text):\n    return text.upper()\n"

    @pytest.fixture
    def make(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
        """Write code, import it, and keep what it makes of a text."""
        monkeypatch.syspath_prepend(tmp_path)

        def kept(code: str, text: str) -> Path:
            (tmp_path / "making.py").write_text(code, "utf-8")
            sys.modules.pop("making", None)
            linecache.clearcache()
            importlib.invalidate_caches()
            making = importlib.import_module("making")
            return kept_file(tmp_path / "kept", "a.css", making.lean, text)

        return kept

    def test_it_is_kept(self, make: Callable[[str, str], Path]) -> None:
        """And made once."""
        first = make(self.CODE, "a")
        first.write_text("kept")

        assert make(self.CODE, "a").read_text() == "kept"

    def test_another_source_or_code_makes_another(self, make: Callable[[str, str], Path]) -> None:
        """With the same version of the theme."""
        assert make(self.CODE, "a").read_text() == "A"
        assert make(self.CODE, "ab").read_text() == "AB"
        assert make(self.CODE.replace("upper()", "upper() * 2"), "a").read_text() == "AA"


def test_progress_is_one_line_a_build_while_it_is_quick(capsys: pytest.CaptureFixture[str]) -> None:
    """And says nothing of each page."""
    report(["reading sources... [ 1%] a", "reading sources... [ 2%] b"], "English")

    assert capsys.readouterr().out == "English: building\n"


class TestScriptsAndStyles:
    """Biome reads them, and a finding fails."""

    def test_ours_have_no_finding(self) -> None:
        """Not even a warning."""
        assert lint_assets.check(PACKAGE) == 0

    @pytest.mark.parametrize(
        ("name", "text"), [("a.js", "debugger;\n"), ("a.css", "a { colr: red; }\n")]
    )
    def test_a_mistake_is_found(self, tmp_path: Path, name: str, text: str) -> None:
        """In a script and in a stylesheet, under the same settings."""
        shutil.copy(PACKAGE / "biome.jsonc", tmp_path)
        (tmp_path / name).write_text(text, "utf-8")

        assert lint_assets.check(tmp_path) != 0
