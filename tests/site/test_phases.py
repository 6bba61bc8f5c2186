"""The builder is one package: one table of phases, and one place for what many files name."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sitebuilder import class_names, places
from sitebuilder.content import special_pages
from sitebuilder.languages.site_languages import LANGUAGES, language_of
from sitebuilder.phases import FIRST, PHASES, STAGES, TRANSFORMS, module_of, register
from tests.support.tiny_project import REPOSITORY, TinyProject

REGISTERING = {
    f"app.{name}"
    for name in (
        *("connect", "add_transform", "add_post_transform", "add_env_collector"),
        *("add_directive", "add_node", "add_config_value"),
    )
}
SOURCES = sorted(places.PACKAGE.rglob("*.py"))


class Recorder:
    """An application that notes what is registered with it."""

    def __init__(self) -> None:
        self.said: list[tuple[str, Any]] = []
        self.priorities: dict[str, list[int]] = {}

    def connect(self, event: str, function: object, priority: int) -> None:
        """Note a listener."""
        self.said.append((event, function))
        self.priorities.setdefault(event, []).append(priority)

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments, **_options: self.said.append((name, arguments[-1]))


def constants(path: Path) -> Iterator[str]:
    """Yield every string of a module that is no docstring."""
    tree = ast.parse(path.read_text("utf-8"))
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node.value


class TestTable:
    """What the table says is what happens."""

    def test_it_is_in_the_order_in_which_sphinx_comes_to_the_stages(self) -> None:
        """So that it reads from the first thing that happens to the last."""
        found = [STAGES.index(phase.stage) for phase in PHASES]

        assert found == sorted(found)

    def test_priorities_follow_the_order_of_lines(self) -> None:
        """To move a phase is to move its line."""
        app: Any = Recorder()
        register(app)

        assert all(found == sorted(set(found)) for found in app.priorities.values())
        assert min(map(min, app.priorities.values())) == FIRST
        transforms = [phase.does for phase in PHASES if phase.stage in TRANSFORMS]
        noted = [what for how, what in app.said if how in ("add_transform", "add_post_transform")]
        assert noted == transforms

    def test_every_phase_says_why_it_stands_there(self) -> None:
        """And none stands there twice."""
        assert all(len(phase.why) > 10 for phase in PHASES)
        assert len({phase.does for phase in PHASES}) == len(PHASES)

    def test_nothing_is_registered_elsewhere(self) -> None:
        """No module has a `setup` of its own or connects by itself."""
        own = {places.PACKAGE / "__init__.py", places.PACKAGE / "phases.py"}
        for path in set(SOURCES) - own:
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.FunctionDef):
                    assert node.name != "setup", path
                if isinstance(node, ast.Attribute):
                    assert f"{ast.unparse(node.value)}.{node.attr}" not in REGISTERING, path

    def test_some_modules_can_be_taken_alone(self) -> None:
        """As small projects of the tests do."""
        app: Any = Recorder()
        register(app, frozenset({"marks", "chapter_cards"}))

        taken = {module_of(what) for how, what in app.said if how in STAGES}
        assert taken == {"marks", "chapter_cards"}

    def test_an_unknown_module_is_named(self, tmp_path: Path) -> None:
        """Rather than silently left out."""
        project = TinyProject(tmp_path / "p", ("site_words", "proof_marks"))
        project.write("docs/index.md", "# Site\n")

        assert "modules: no phase is written in proof_marks" in project.build().problems


class TestOnePlace:
    """What many files name is written down once."""

    def test_languages(self) -> None:
        """Their codes, folders and tags."""
        names = {name for language in LANGUAGES for name in language} - {"en", "English"}
        home = places.PACKAGE / "languages" / "site_languages.py"
        for path in {*SOURCES, places.DOCS / "conf.py"} - {home}:
            assert names.isdisjoint(constants(path)), path

    def test_the_front_pages_know_each_language(self) -> None:
        """They are written by hand."""
        text = (places.PACKAGE / "outputs" / "front_pages" / "index.html").read_text("utf-8")

        for language in LANGUAGES:
            assert f'href="{language.folder}/index.html" lang="{language.tag}"' in text

    @pytest.mark.parametrize("home", [class_names, special_pages])
    def test_classes_and_pages(self, home: Any) -> None:
        """A name that one file spells and another imports would part unseen."""
        names = {v for k, v in vars(home).items() if k.isupper() and isinstance(v, str)}
        # A directive, or an option of a block, may be called as the page or the class is.
        names -= {"myths", "changes", "verification", "benchmarks", "not-run", "box"}
        names -= {"exercise", "solution"}
        for path in set(SOURCES) - {Path(str(home.__file__))}:
            assert names.isdisjoint(constants(path)), path

    def test_every_class_of_ours_has_a_style(self) -> None:
        """One that has none was renamed on one side."""
        style = next(places.DOCS.rglob("site.css")).read_text("utf-8")
        ours = ("BOX", "BOX_ORIGIN", "PROOF_MARK", "RECEIPTS")

        for name in ours:
            assert f".{getattr(class_names, name)}" in style, name

    def test_special_pages_exist(self) -> None:
        """Each is a page of the site, or is written by the gallery."""
        for name, page in vars(special_pages).items():
            if name.isupper() and isinstance(page, str) and page != special_pages.GALLERY:
                assert (REPOSITORY / "docs" / f"{page}.md").is_file(), page

    def test_an_unknown_language_is_refused(self) -> None:
        """With those that there are."""
        with pytest.raises(ValueError, match="no language 'fr', it has en, zh_CN"):
            language_of("fr")


def test_the_path_of_modules_is_changed_in_one_place() -> None:
    """In `conf.py`, which Sphinx starts by itself; commands and tests are told from outside."""
    mine = Path(__file__)
    tests = [path for path in REPOSITORY.glob("tests/**/*.py") if path != mine]
    changing = {
        path.relative_to(REPOSITORY).as_posix()
        for path in [*places.DOCS.rglob("*.py"), *tests, REPOSITORY / "noxfile.py"]
        if "sys.path" in path.read_text("utf-8")
    }

    assert changing == {"docs/conf.py"}
