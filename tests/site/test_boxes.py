"""Myth and Changed boxes, and the pages that collect them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.tiny_project import TinyProject

NOTE = """\
# Note

:::{myth} `softmax` makes every weight positive
Not after a mask, see {doc}`other`, [that note](other.md) and [its end](#end).

```python
>>> 1 - 1
0
```
:::

:::{changed} 2.6 torch.load reads weights only
The old call read anything.
:::
"""

INDEX = """\
# Site

```{toctree}
notes/note
notes/other
myths
changes
```
"""

CHINESE = {
    "`softmax` makes every weight positive": "`softmax` 让每个权重都为正",
    "torch.load reads weights only": "torch.load 只读权重",
}


@pytest.fixture
def tiny(tmp_path: Path) -> TinyProject:
    """A project with a note and both lists."""
    project = TinyProject(tmp_path / "p")
    project.write("docs/index.md", INDEX)
    project.write("docs/notes/note.md", NOTE)
    project.write("docs/notes/other.md", "# Other\n\n(end)=\n## End\n")
    project.write("docs/myths.md", "# Myths\n\n```{myths}\n```\n")
    project.write("docs/changes.md", "# Changes\n\n```{changes}\n```\n")
    project.translate("notes/note", CHINESE)
    project.prove()
    return project


def ids(page: str) -> list[str]:
    """Return the ids of a page's boxes."""
    return re.findall(r'<div class="(?=[^"]*\bbox\b)[^"]*" id="([^"]+)"', page)


class TestBoxes:
    """A box says what it is in words."""

    def test_a_label_opens_the_title(self, tiny: TinyProject) -> None:
        """Colour alone would not tell the kinds apart."""
        page = tiny.build().page("notes/note")

        assert '<span class="box-label">Myth: </span>' in page
        assert '<span class="box-label">Changed in PyTorch 2.6: </span>torch.load' in page

    def test_title_and_label_are_chinese_on_the_chinese_page(self, tiny: TinyProject) -> None:
        """The title is a message of the page, the label one of our own catalog."""
        page = tiny.build("zh_CN").page("notes/note")

        assert '<span class="box-label">误区：</span>' in page
        assert "让每个权重都为正" in page
        assert "PyTorch 2.6 起变更：" in page

    def test_both_languages_have_the_same_ids(self, tiny: TinyProject) -> None:
        """A link to a box holds in the other language."""
        english, chinese = (tiny.build(name).page("notes/note") for name in ("en", "zh_CN"))

        assert len(ids(english)) == 2
        assert ids(english) == ids(chinese)

    def test_the_block_of_a_box_needs_its_receipt(self, tiny: TinyProject) -> None:
        """A myth is answered by a proof."""
        tiny.write("docs/notes/note.md", NOTE.replace("1 - 1", "2 - 2"))

        assert "no valid receipt for the block that begins '>>> 2 - 2'" in tiny.build().problems


class TestLists:
    """Each kind is collected on one page, from the same source."""

    def test_a_list_shows_the_boxes_of_its_kind(self, tiny: TinyProject) -> None:
        """With the way back to their own place."""
        built = tiny.build()
        myths, changes = built.page("myths"), built.page("changes")

        assert built.status == 0, built.problems
        assert "makes every weight positive" in myths
        assert "reads weights only" not in myths
        assert "reads weights only" in changes
        (origin,) = ids(myths)
        assert f'href="notes/note.html#{origin}"' in myths

    def test_the_list_of_myths_leaves_the_proofs_where_they_are(self, tiny: TinyProject) -> None:
        """One page could not hold them all."""
        built = tiny.build()

        assert ">>>" not in built.page("myths")
        assert "Not after a mask" in built.page("myths")
        assert "Proof: " in built.page("myths")
        assert "&gt;&gt;&gt;" in built.page("notes/note")

    def test_links_in_a_copied_box_lead_to_the_right_page(self, tiny: TinyProject) -> None:
        """They count from the note and are written for the list."""
        box = tiny.build().page("myths").split("box-label")[1].split("Proof: ")[0]

        assert box.count('href="notes/other.html"') == 2
        assert 'href="notes/other.html#end"' in box

    def test_a_list_is_translated(self, tiny: TinyProject) -> None:
        """It copies the translated boxes."""
        myths = tiny.build("zh_CN").page("myths")

        assert "让每个权重都为正" in myths
        assert "makes every weight positive" not in myths

    def test_a_list_follows_a_changed_note(self, tiny: TinyProject) -> None:
        """Though its own source did not change."""
        tiny.build()
        tiny.write("docs/notes/note.md", NOTE.replace("every weight", "each weight"))
        tiny.prove()

        assert "makes each weight positive" in tiny.build().page("myths")
