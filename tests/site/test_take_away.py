"""What a reader takes along: notebooks, scripts and Markdown twins, in both languages."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

import nbformat
import pytest
from markdown_it import MarkdownIt
from nbclient import NotebookClient
from playwright.sync_api import Browser

from ptnotes.verify.block import FAILED, PYTHON_KINDS, Block, State
from ptnotes.verify.ledger import Ledger, open_ledger
from sitebuilder.outputs.downloads import cells_of, script
from tests.support.server import SITE
from tests.support.tiny_project import REPOSITORY, TinyProject

NOTES = sorted(
    path.relative_to(SITE / "en").with_suffix("").as_posix()
    for path in (SITE / "en" / "notes").rglob("*.ipynb")
)
EXAMPLES = sorted(
    path.relative_to(REPOSITORY).with_suffix("").as_posix()
    for path in (REPOSITORY / "gallery").rglob("plot_*.py")
)
# One with a figure, one with errors that are to come, one with an operator in C++.
RUN = ("notes/sequence/attention", "notes/training/optimizers", "notes/cpp/operators")
PRINTS_THE_ERROR = "except Exception as error:\n    print(f'{type(error).__name__}: {error}')"
SECONDS = 300
QUIET = "ignore:.*TCP without encryption:UserWarning"


def session(text: str) -> Block:
    """Return a block of a note."""
    return Block("docs/note.md", 1, "doctest", text, "fences")


def code(path: Path) -> list[str]:
    """Return the code cells of a notebook."""
    cells = nbformat.read(path, as_version=4).cells
    return [cell.source for cell in cells if cell.cell_type == "code"]


def run(path: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a script in a folder where nothing else is."""
    return subprocess.run(
        [sys.executable, str(path)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
        env={"MPLBACKEND": "Agg", "PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": str(folder)},
    )


def execute(path: Path, folder: Path) -> None:
    """Run a notebook in a folder where nothing else is; a cell that fails raises."""
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", resources=resources).execute()


class TestPieces:
    """How a session becomes code that shows what the session shows."""

    def test_a_session_is_cut_after_each_output(self) -> None:
        """A cell shows its last value only."""
        cells = cells_of(session(">>> x = 1\n>>> x\n1\n>>> x + 1\n2\n>>> y = 3"))

        assert [cell.source for cell in cells] == ["x = 1\nx", "x + 1", "y = 3"]

    def test_a_cell_that_is_to_fail_says_so(self) -> None:
        """And stands alone, so that nothing else may fail with it."""
        text = (
            ">>> x = 0\n>>> 1 / x\nTraceback (most recent call last):\n  ...\nZeroDivisionError: no"
        )
        first, second = cells_of(session(text))

        assert first.metadata == {}
        assert second.metadata == {"tags": ["raises-exception"]}

    @pytest.mark.parametrize(
        ("text", "printed"),
        [
            (">>> 'a'\n'a'", "'a'"),
            (">>> 1, 2\n(1, 2)", "(1, 2)"),
            (">>> (1,  # one\n... 2)\n(1, 2)", "(1, 2)"),
            (">>> 1, 2  # both\n(1, 2)", "(1, 2)"),
            (">>> def show(x):\n...     return x + 1\n>>> show(5)\n6", "6"),
            (">>> print(3)\n3", "3"),
            (">>> x = 4\n>>> x  # four\n4", "4"),
            (">>> for i in range(2):\n...     print(i)\n0\n1", "0\n1"),
            (
                ">>> int('a')\nTraceback (most recent call last):\nValueError: no",
                "ValueError: invalid literal for int() with base 10: 'a'",
            ),
        ],
    )
    def test_a_script_prints_what_the_session_shows(
        self, text: str, printed: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Values as a prompt shows them, errors by name."""
        exec(script([""], [session(text)]), {})

        assert capsys.readouterr().out == f"{printed}\n"


@pytest.mark.site
class TestBoth:
    """What every page brings along."""

    def test_there_is_one_of_each(self) -> None:
        """In both languages, for each note and example."""
        assert NOTES
        for folder in ("en", "zh"):
            for name in [*NOTES, *EXAMPLES]:
                for form in (".ipynb", ".py", ".md"):
                    assert (SITE / folder / f"{name}{form}").is_file(), (folder, name, form)

    def test_the_code_is_the_same_in_both_languages(self) -> None:
        """Only the words differ."""
        for name in [*NOTES, *EXAMPLES]:
            english, chinese = (SITE / folder / f"{name}.ipynb" for folder in ("en", "zh"))
            assert code(english) == code(chinese), name
            assert english.read_bytes() != chinese.read_bytes(), name

    @pytest.mark.parametrize("name", EXAMPLES)
    def test_an_example_is_its_source(self, name: str) -> None:
        """Which the gallery has run; the words around the code are comments."""
        source = ast.parse((REPOSITORY / f"{name}.py").read_text("utf-8")).body[1:]
        whole = ast.dump(ast.Module(source, []))
        script = (SITE / "en" / f"{name}.py").read_text("utf-8")
        cells = "\n".join(code(SITE / "en" / f"{name}.ipynb"))

        assert ast.dump(ast.parse(script)) == whole
        assert ast.dump(ast.parse(cells)) == whole

    def test_twins_hold_the_same_code(self) -> None:
        """Every fence of the Markdown, in both languages."""
        for path in sorted((SITE / "en").rglob("*.md")):
            texts = [
                (SITE / folder / path.relative_to(SITE / "en")).read_text("utf-8")
                for folder in ("en", "zh")
            ]
            fences = [
                [token.content for token in MarkdownIt().parse(text) if token.type == "fence"]
                for text in texts
            ]
            assert fences[0] == fences[1], path

    def test_llms_lists_every_page(self) -> None:
        """With a link that leads somewhere, in both languages."""
        for folder in ("en", "zh"):
            text = (SITE / folder / "llms.txt").read_text("utf-8")
            for page in (SITE / folder).rglob("*.html"):
                name = page.relative_to(SITE / folder).with_suffix("").as_posix()
                assert f"]({name}.md)" in text or name == "index", name
                assert page.with_suffix(".md").is_file(), name


class Unwrap(ast.NodeTransformer):
    """
    Give back the statements of a session from those of a script.

    Args:
        show: The name by which the script shows a value.
    """

    def __init__(self, show: str) -> None:
        self.show = show

    def visit_Expr(self, node: ast.Expr) -> ast.AST:
        """Take a value out of the call that shows it."""
        call = node.value
        if isinstance(call, ast.Call) and ast.unparse(call.func) == self.show:
            return ast.Expr(call.args[0])
        return node

    def visit_Try(self, node: ast.Try) -> ast.AST | list[ast.stmt]:
        """Take a statement that is to fail out of what prints its error."""
        said = [ast.unparse(handler) for handler in node.handlers]
        return node.body if said == [PRINTS_THE_ERROR] else node


@cache
def ledger() -> Ledger:
    """Return the ledger of the project."""
    return open_ledger(REPOSITORY)


def proven(name: str) -> list[ast.stmt]:
    """Return the statements of a note's Python blocks, each of which has passed."""
    page = ledger().of_page(f"docs/{name}.md")
    # What holds for another torch is text there: the reader has the torch of the build.
    entries = [e for e in page if e.block.kind in PYTHON_KINDS and e.state != State.OTHER_TORCH]
    ran = [entry.block for entry in entries if not entry.block.excuse]
    assert [entry.block.line for entry in entries if entry.state == FAILED] == []
    sources = ["".join(e.source for e in block.examples) or block.text for block in ran]
    return ast.parse("\n".join(sources)).body


def dump(statements: list[ast.stmt]) -> str:
    """Return what statements do, whatever their lines and comments."""
    return ast.dump(ast.Module(statements, []))


@pytest.mark.site
@pytest.mark.parametrize("name", NOTES)
class TestCode:
    """A download is made of blocks that have passed, all of them and in their order."""

    def test_a_notebook_is_its_proven_blocks(self, name: str) -> None:
        """Cut into cells."""
        cells = "\n".join(code(SITE / "en" / f"{name}.ipynb"))

        assert dump(ast.parse(cells).body) == dump(proven(name))

    def test_a_script_is_its_proven_blocks(self, name: str) -> None:
        """With calls that show what a prompt would show."""
        first, *rest = ast.parse((SITE / "en" / f"{name}.py").read_text("utf-8")).body
        shows = isinstance(first, ast.ImportFrom) and first.names[0].name == "displayhook"
        statements = rest if shows else [first, *rest]
        unwrap = Unwrap(first.names[0].asname or "" if shows else "")
        found = unwrap.visit(ast.Module(statements, []))

        assert dump(found.body) == dump(proven(name))


@pytest.mark.site
@pytest.mark.parametrize("name", RUN)
class TestRuns:
    """In a clean folder, from beginning to end; the code of all others is that of the ledger."""

    def test_the_script_runs(self, name: str, tmp_path: Path) -> None:
        """And prints."""
        done = run(SITE / "en" / f"{name}.py", tmp_path)

        assert done.returncode == 0, done.stderr
        assert done.stdout

    @pytest.mark.filterwarnings(QUIET)
    def test_the_notebook_runs(self, name: str, tmp_path: Path) -> None:
        """Every cell; one that is to fail is allowed to."""
        execute(SITE / "en" / f"{name}.ipynb", tmp_path)


@pytest.mark.site
@pytest.mark.browser
@pytest.mark.filterwarnings(QUIET)
def test_a_downloaded_notebook_runs(browser: Browser, address: str, tmp_path: Path) -> None:
    """By the link of the Chinese page, as a reader gets it."""
    page = browser.new_context(accept_downloads=True).new_page()
    page.goto(f"{address}/zh/notes/sequence/attention.html")
    with page.expect_download() as waiting:
        page.locator(".take-away a").first.click()
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    page.context.close()

    assert path.name == "attention.ipynb"
    assert "注意力" in path.read_text("utf-8")
    execute(path, tmp_path)


class TestRepository:
    """Links to the repository, where its address is known."""

    @pytest.fixture
    def tiny(self, tmp_path: Path) -> TinyProject:
        """A page with two blocks."""
        project = TinyProject(
            tmp_path / "p", ("site_words", "marks", "close_ledger", "repository_links")
        )
        project.write(
            "docs/index.md", "# Page\n\n```python\n>>> 1\n1\n```\n\n```python\n>>> 'é'\n'é'\n```\n"
        )
        project.write("docs/locale/zh_CN/LC_MESSAGES/index.po", 'msgid ""\nmsgstr ""\n')
        project.prove()
        return project

    def test_each_block_has_its_own_report(self, tiny: TinyProject) -> None:
        """Page and block are in the address."""
        page = tiny.build(PTNOTES_REPOSITORY="https://example.org/o/n").page()

        assert "https://example.org/o/n/issues/new?title=docs%2Findex.md%3A+block+1&amp;" in page
        assert page.count("Report an error in block") == 4  # text and title of each

    def test_without_an_address_there_is_none(self, tiny: TinyProject) -> None:
        """Rather than one that leads nowhere."""
        assert "Report an error" not in tiny.build().page()
