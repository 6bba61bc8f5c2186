"""What leads from page to page: chapters on the first page, and what to know before a note."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.tiny_project import TinyProject

INDEX = """\
# Site

Where all begins.

```{chapters}
```

```{toctree}
notes/index
```
"""
NOTES = "# Notes\n\n```{toctree}\none/index\n```\n"
CHAPTER = "# One\n\nAbout one thing. And more.\n\n```{toctree}\nfirst\nsecond\n```\n"
SECOND = "---\nknow-first: one/first\n---\n\n# The *second*\n\nText.\n"


@pytest.fixture
def tiny(tmp_path: Path) -> TinyProject:
    """A chapter of two notes, of which the second builds on the first."""
    project = TinyProject(
        tmp_path / "p", ("site_words", "page_summaries", "chapter_cards", "prerequisites")
    )
    project.write("docs/index.md", INDEX)
    project.write("docs/notes/index.md", NOTES)
    project.write("docs/notes/one/index.md", CHAPTER)
    project.write("docs/notes/one/first.md", "# The first\n\nText.\n")
    project.write("docs/notes/one/second.md", SECOND)
    return project


class TestChapters:
    """Cards made of the pages themselves."""

    def test_a_card_has_its_words_and_notes(self, tiny: TinyProject) -> None:
        """Title, first paragraph, and a link to each note in order."""
        built = tiny.build()
        card = built.page().split('class="card ')[1].split("toctree-wrapper")[0]

        assert built.status == 0, built.problems
        assert "About one thing. And more." in card
        assert card.index("notes/one/index.html") < card.index("notes/one/first.html")
        assert "The <em>second</em>" in card

    def test_a_new_note_joins_its_card(self, tiny: TinyProject) -> None:
        """Though the first page did not change."""
        tiny.build()
        tiny.write("docs/notes/one/third.md", "# The third\n\nText.\n")
        tiny.write("docs/notes/one/index.md", CHAPTER.replace("second\n", "second\nthird\n"))

        assert "The third" in tiny.build().page().split("toctree-wrapper")[0]


class TestPrerequisites:
    """What to know first stands below the title."""

    def test_it_is_a_link(self, tiny: TinyProject) -> None:
        """With the title of the note."""
        page = tiny.build().page("notes/one/second")

        assert page.index("Know first") < page.index(">The first</a>") < page.index("Text.")

    def test_a_note_that_is_not_there_fails_the_build(self, tiny: TinyProject) -> None:
        """By its name."""
        tiny.write("docs/notes/one/second.md", SECOND.replace("one/first", "one/gone"))
        built = tiny.build()

        assert built.status != 0
        assert "there is no note notes/one/gone" in built.problems
