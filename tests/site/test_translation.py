"""What gettext does not reach: gallery cards, fixed text, the way to the other language."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.tiny_project import NAMES, TinyProject

CARDS = """\
Gallery
=======

.. raw:: html

    <div class="sphx-glr-thumbnails">

.. raw:: html

    <div class="sphx-glr-thumbcontainer" tooltip="How weights look">

.. only:: html

  :doc:`/gallery/part/plot_weights`

.. raw:: html

      <div class="sphx-glr-thumbnail-title">Weights in a picture</div>
    </div>

.. toctree::
   :hidden:

   part/index
"""

# Cards of a part stand on the gallery's first page too, which is not the parent of its examples.
PART = """\
Part
====

.. toctree::

   plot_weights
"""

EXAMPLE = """\
.. only:: html

    .. note::
        :class: sphx-glr-download-link-note

        Go to the end to download the full example code.

Weights in a picture
====================

How weights look.
"""

TOLD = """\
Site
====

.. alt::

   Weights pile up at 0,
   where half of them are.
"""

PICTURE = """
.. image-sg:: /w.svg
   :alt: Left axis, Right axis
   :srcset: /w.svg
   :class: sphx-glr-single-img
"""


@pytest.fixture
def gallery(tmp_path: Path) -> TinyProject:
    """A gallery with one card, as sphinx-gallery writes it."""
    project = TinyProject(tmp_path / "p", ("site_words", "untranslated_text", "gallery_pages"))
    project.configure(
        "from sphinx_gallery._doctree_links import CodeLinksTransform\n"
        "def setup(app):\n    app.add_post_transform(CodeLinksTransform)\n"
    )
    project.write("docs/index.md", "# Site\n\n```{toctree}\ngallery/index\n```\n")
    project.write("docs/gallery/index.rst", CARDS)
    project.write("docs/gallery/part/index.rst", PART)
    project.write("docs/gallery/part/plot_weights.rst", EXAMPLE)
    messages = {"Weights in a picture": "图中的权重", "How weights look.": "权重是什么样。"}
    project.translate("gallery/part/plot_weights", messages)
    return project


class TestCards:
    """Cards are raw HTML, which no catalog reaches."""

    def test_a_card_is_chinese_on_the_chinese_page(self, gallery: TinyProject) -> None:
        """Title and tooltip are those of the example's own page."""
        built = gallery.build("zh_CN")
        page = built.page("gallery/index")

        assert built.status == 0, built.problems
        assert '<div class="sphx-glr-thumbnail-title">图中的权重</div>' in page
        assert 'tooltip="权重是什么样。"' in page
        assert "Weights in a picture" not in page

    def test_a_card_follows_its_example(self, gallery: TinyProject) -> None:
        """Though the page of cards did not change."""
        gallery.build()
        gallery.write(
            "docs/gallery/part/plot_weights.rst", EXAMPLE.replace("How weights", "What weights")
        )

        assert 'tooltip="What weights look."' in gallery.build().page("gallery/index")

    def test_fixed_english_sentences_are_gone(self, gallery: TinyProject) -> None:
        """They would be in every catalog."""
        assert "Go to the end" not in gallery.build().page("gallery/part/plot_weights")


class TestAltTexts:
    """What the picture of an example shows is said by the example, and translated with it."""

    @pytest.fixture
    def example(self, tmp_path: Path) -> TinyProject:
        """An example with a picture, as sphinx-gallery writes it."""
        project = TinyProject(tmp_path / "p", ("site_words", "untranslated_text", "alt_texts"))
        project.configure(
            "from sphinx_gallery import directives as gallery\n"
            "def setup(app):\n"
            "    app.add_directive('image-sg', gallery.ImageSg)\n"
            "    html = gallery.visit_imgsg_html, gallery.depart_imgsg_html\n"
            "    app.add_node(gallery.imgsgnode, html=html)\n"
        )
        project.write("docs/w.svg", '<svg xmlns="http://www.w3.org/2000/svg"/>')
        project.write("docs/index.rst", f"{TOLD}{PICTURE}")
        return project

    def test_it_takes_the_place_of_the_titles(self, example: TinyProject) -> None:
        """It is the picture's, and no text of the page."""
        built = example.build()

        assert built.status == 0, built.problems
        assert 'alt="Weights pile up at 0, where half of them are."' in built.page()
        assert built.page().count("Weights pile up") == 1

    def test_it_is_chinese_on_the_chinese_page(self, example: TinyProject) -> None:
        """From the catalog of the page."""
        messages = {"Weights pile up at 0, where half of them are.": "权重堆在 0 处。"}
        example.translate("index", messages)

        assert 'alt="权重堆在 0 处。"' in example.build("zh_CN").page()

    @pytest.mark.parametrize(
        ("text", "problem"),
        [
            (f"Site\n====\n{PICTURE}", "index: a picture has no `.. alt::` beside it"),
            (TOLD, "this alt text has no picture beside it"),
            (TOLD + "\nElsewhere\n----\n", "this alt text has no picture beside it"),
            (f"Site\n====\n\n.. alt::\n{PICTURE}", "Content block expected"),
        ],
    )
    def test_neither_comes_alone(self, example: TinyProject, text: str, problem: str) -> None:
        """A picture untold, and words without their picture, stop the build."""
        example.write("docs/index.rst", text)
        built = example.build()

        assert built.status != 0
        assert problem in built.problems


class TestFixedText:
    """What is the same in both languages is no message."""

    def messages(self, tmp_path: Path, text: str, name: str = "index") -> str:
        """Return the messages of a page."""
        project = TinyProject(tmp_path / "p", ("site_words", "untranslated_text"))
        project.write("docs/index.md", "# Site\n\n```{toctree}\n:glob:\n*\n```\n")
        project.write(f"docs/{name}.md", text)
        built = project.build(builder="gettext")
        assert built.status == 0, built.problems
        return (built.folder / f"{name}.pot").read_text("utf-8")

    def test_display_maths_and_cells_of_code_are_none(self, tmp_path: Path) -> None:
        """Words beside them are."""
        text = "# T\n\n$$\na^2\n$$\n\n| h | k |\n| --- | --- |\n| `x`, $y$ | is `x` |\n"

        found = self.messages(tmp_path, text)

        assert "a^2" not in found
        assert 'msgid "`x`' not in found
        assert 'msgid "is `x`"' in found

    def test_the_terms_of_the_glossary_are_none(self, tmp_path: Path) -> None:
        """Its notes are."""
        text = "# G\n\n| English | 中文 | Note |\n| --- | --- | --- |\n| mask | 掩码 | hides |\n"

        found = self.messages(tmp_path, text, "glossary")

        assert "掩码" not in found
        assert '"mask"' not in found
        assert '"hides"' in found


class TestSpaces:
    """Between Chinese and Latin, and nowhere else."""

    PAGE = "# Site\n\n{doc}`a`, {doc}`b`, *all*.\n\n```{toctree}\n:glob:\n*\n```\n"

    def test_a_link_has_none_beside_its_chinese_title(self, tmp_path: Path) -> None:
        """What the role needs is gone, what a Latin title needs is there."""
        project = TinyProject(tmp_path / "p", ("site_words", "chinese_spaces"))
        project.write("docs/index.md", self.PAGE)
        project.write("docs/a.md", "# Attention\n")
        project.write("docs/b.md", "# Transformer\n")
        sentence = {"{doc}`a`, {doc}`b`, *all*.": "详见 {doc}`a` 与 {doc}`b`，*全部* 在此。"}
        project.translate("index", sentence)
        project.translate("a", {"Attention": "注意力"})

        pages = [project.build(language).page() for language in ("en", "zh_CN")]
        english, chinese = (re.sub(r"<[^>]+>", "", page) for page in pages)

        assert "Attention, Transformer, all." in english
        assert "详见注意力与 Transformer，全部在此。" in chinese


class TestLanguages:
    """Every page knows itself in the other language."""

    @pytest.fixture
    def tiny(self, tmp_path: Path) -> TinyProject:
        """A project whose template shows what `language_links` gives it."""
        project = TinyProject(tmp_path / "p", (*NAMES, "language_links"))
        template = (
            '{% extends "!layout.html" %}{% block extrahead %}'
            '<a id="switch" href="{{ other_language.href }}" lang="{{ other_language.tag }}"></a>'
            "{% for tag, href in alternates %}"
            '<link hreflang="{{ tag }}" href="{{ href }}">{% endfor %}'
            "{% endblock %}"
        )
        project.write("docs/_templates/layout.html", template)
        project.configure('templates_path = ["_templates"]\n')
        project.write("docs/index.md", "# Site\n\n```{toctree}\nnotes/note\n```\n")
        project.write("docs/notes/note.md", "# Note\n\n## Why it is\n")
        return project

    def test_the_switch_is_relative_and_leads_to_the_same_page(self, tiny: TinyProject) -> None:
        """So it works below a sub-path and from a disk."""
        english, chinese = tiny.build("en"), tiny.build("zh_CN")

        assert 'href="../../zh/notes/note.html" lang="zh-CN"' in english.page("notes/note")
        assert 'href="../../en/notes/note.html" lang="en"' in chinese.page("notes/note")
        assert 'href="./../zh/index.html"' in english.page("index")

    def test_the_language_tag_is_the_browsers(self, tiny: TinyProject) -> None:
        """`zh-CN`, not `zh_CN`."""
        assert '<html lang="zh-CN"' in tiny.build("zh_CN").page()

    def test_addresses_need_a_base(self, tiny: TinyProject) -> None:
        """Without one there are no tags that need one; with it, both ways and a default."""
        assert "hreflang=" not in tiny.build().page("notes/note")

        page = tiny.build(PTNOTES_BASE_URL="https://example.org/pt").page("notes/note")

        assert 'hreflang="zh-CN" href="https://example.org/pt/zh/notes/note.html"' in page
        assert 'hreflang="x-default" href="https://example.org/pt/en/notes/note.html"' in page

    def test_section_ids_are_equal(self, tiny: TinyProject) -> None:
        """Though the Chinese heading is another."""
        tiny.translate("notes/note", {"Why it is": "为什么"})

        pages = [tiny.build(name).page("notes/note") for name in ("en", "zh_CN")]
        found = [re.findall(r'<section[^>]* id="([^"]+)"', page) for page in pages]

        assert "为什么" in pages[1]
        assert found[0] == found[1] == ["note", "why-it-is"]
