"""Exercises, and the solutions folded under them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.tiny_project import NAMES, TinyProject

TASK = """\
:::{exercise} What does `1 + 1` print?
Say it before you run it.
:::
"""
ANSWER = """\
:::{solution}
It prints the sum.

```python
>>> 1 + 1
2
```
:::
"""
CHINESE = {
    "What does `1 + 1` print?": "`1 + 1` 会打印什么？",
    "Say it before you run it.": "先说出答案再运行。",
    "It prints the sum.": "它打印两数之和。",
}


@pytest.fixture
def tiny(tmp_path: Path) -> TinyProject:
    """A project with a note that has one exercise."""
    project = TinyProject(tmp_path / "p", (*NAMES, "exercises", "downloads", "markdown_twin"))
    project.configure('extensions += ["sphinx_markdown_builder"]\n')
    project.write("docs/index.md", "# Site\n\n```{toctree}\nnotes/note\n```\n")
    project.write("docs/notes/note.md", f"# Note\n\n{TASK}\n{ANSWER}")
    project.translate("notes/note", CHINESE)
    project.prove()
    return project


class TestExercises:
    """The reader sees the task first, and the solution when asked for."""

    def test_tasks_are_numbered_and_solutions_folded(self, tiny: TinyProject) -> None:
        """No script folds: the page works without any."""
        page = tiny.build().page("notes/note")

        assert '<span class="box-label">Exercise 1: </span>' in page
        assert '<details class="solution"><summary>Solution</summary>' in page
        assert page.index("box-label") < page.index("<details") < page.index("It prints the sum.")

    def test_both_are_chinese_on_the_chinese_page(self, tiny: TinyProject) -> None:
        """The words of ours as well as the author's."""
        page = tiny.build("zh_CN").page("notes/note")

        assert '<span class="box-label">练习 1：</span>' in page
        assert "<summary>答案</summary>" in page
        assert "它打印两数之和。" in page

    def test_twin_and_notebook_hold_the_solution(self, tiny: TinyProject) -> None:
        """What is taken along has the code of the solution as code."""
        site = tiny.build()
        twin = (site.folder / "notes/note.md").read_text()
        notebook = json.loads((site.folder / "notes/note.ipynb").read_text())

        assert "**Solution**\n\nIt prints the sum." in twin
        assert any("1 + 1" in "".join(cell["source"]) for cell in notebook["cells"][1:])

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            (TASK, "exercise 1 has no solution right after it"),
            (f"{TASK}\nBetween.\n\n{ANSWER}", "exercise 1 has no solution right after it"),
            (ANSWER, "a solution has no exercise right before it"),
        ],
    )
    def test_one_without_the_other_is_refused(
        self, tiny: TinyProject, text: str, says: str
    ) -> None:
        """A page with half of a pair is not published."""
        tiny.write("docs/notes/note.md", f"# Note\n\n{text}")
        tiny.prove()

        built = tiny.build()

        assert built.status != 0
        assert says in built.problems
