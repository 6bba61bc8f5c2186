"""The Chinese catalogs: nothing missing, nothing stale, nothing lost in translation."""

from __future__ import annotations

from pathlib import Path

import pytest

from sitebuilder.languages import catalogs, translation_rules, update_catalogs
from sitebuilder.languages.catalogs import Translation
from tests.support.tiny_project import REPOSITORY

GLOSSARY = {"attention": "注意力", "attention weight": "注意力权重", "mask": "掩码"}


def said(english: str, chinese: str, page: str = "notes/a") -> str:
    """Return the complaints about a translation as one text."""
    return "\n".join(translation_rules.complaints(page, english, chinese, GLOSSARY))


class TestParity:
    """What a translation must keep."""

    @pytest.mark.parametrize(
        ("english", "chinese", "complaint"),
        [
            ("The size is $d_k$.", "大小如此。", "maths 'd_k' is lost"),
            ("The size is $d_k$.", "大小是 $d_v$。", "maths 'd_v' is not in the English"),
            ("Call `f(x)` twice.", "调用 `f(y)` 两次。", "code 'f(x)' is lost"),
            ("See [it](https://a.b/c).", "见[它](https://a.b/d)。", "link 'https://a.b/c' is lost"),
            ("See {ref}`why <why>`.", "见 {ref}`原因 <how>`。", "link 'ref why' is lost"),
            ("See {doc}`notes/x`.", "见那里。", "link 'doc notes/x' is lost"),
            ("It takes 20 s.", "要花 30 秒。", "number '20' is lost"),
            ("Since 2.6.", "从 2.5 起。", "number '2.6' is lost"),
            ("not run: %s", "未运行", "placeholder '%s' is lost"),
            ("The mask.", "蒙版。", "the term 'mask' is '掩码'"),
            ("Attention weights sum.", "注意力的权值求和。", "the term 'attention weight'"),
            ("Read it.", "读它,好。", "half-width punctuation in '它,'"),
            ("Read it.", "读它.", "half-width punctuation in '它.'"),
            ("Read it.", "读(它)吧。", "half-width punctuation in '读('"),
            ("Use torch.", "用torch。", "no space in '用t'"),
            ("Use `f`.", "用`f`。", "no space"),
            ("Read it.", "读它 。", "a space beside full-width punctuation"),
            ("It is **so**.", "就是**如此。**对。", "emphasis does not close"),
            ("It is *so*.", "就是如此。", "emphasis does not close"),
        ],
    )
    def test_a_loss_is_found(self, english: str, chinese: str, complaint: str) -> None:
        """Each of these passes gettext without a word."""
        assert complaint in said(english, chinese)

    @pytest.mark.parametrize(
        ("english", "chinese"),
        [
            ("The size is $d_k$, so $d_k$ grows.", "大小是 $d_k$，所以 $d_k$ 会增长。"),
            ("Attention weights and a mask.", "注意力权重和掩码。"),
            ("See {ref}`why <why>` and `f`.", "见 {ref}`原因 <why>` 和 `f`。"),
            ("It is **so**.", "就是 **如此**。"),
            ("A ratio of 1.5 in 2 steps.", "两步之比：分 2 步，比值 1.5。"),
            ('Say "no".', "说“不”。"),
            ("Masked and unmasked.", "遮与不遮。"),
        ],
    )
    def test_a_good_translation_passes(self, english: str, chinese: str) -> None:
        """No false alarm, or the check would be switched off."""
        assert said(english, chinese) == ""

    def test_the_gallery_is_restructured_text(self) -> None:
        """Its code, maths and links are written in another way."""
        english = "See ``f`` and :math:`x` and :func:`g` and `text <https://a.b>`_."

        assert (
            said(english, "见 ``f``、:math:`x`、:func:`g` 与 `文字 <https://a.b>`_。", "gallery/a")
            == ""
        )
        assert "maths 'x' is lost" in said(english, "见 ``f``。", "gallery/a")


class TestCompleteness:
    """The messages of today decide, not the flags of the catalogs."""

    def compare(self, folder: Path, messages: list[str]) -> str:
        """Return what is wrong with the catalog `a` of a folder."""
        return "\n".join(update_catalogs.compare(folder, {"a": messages}, {}))

    def test_a_complete_catalog_passes(self, tmp_path: Path) -> None:
        """Every message has a translation."""
        catalogs.write(tmp_path / "a.po", [Translation("Good day.", "你好。")])

        assert self.compare(tmp_path, ["Good day."]) == ""

    def test_a_changed_sentence_is_found(self, tmp_path: Path) -> None:
        """The catalog says 100 %, and the page would silently be English."""
        catalogs.write(tmp_path / "a.po", [Translation("Good day.", "你好。")])

        found = self.compare(tmp_path, ["Good evening."])

        assert "not translated: Good evening." in found
        assert "no longer on the page: Good day." in found

    def test_a_guess_and_an_empty_translation_are_found(self, tmp_path: Path) -> None:
        """Neither reaches the page."""
        entries = [Translation("One.", "一。", guess=True), Translation("Two.")]
        catalogs.write(tmp_path / "a.po", entries)

        found = self.compare(tmp_path, ["One.", "Two."])

        assert "a guess, to be looked at: One." in found
        assert "not translated: Two." in found

    def test_a_missing_and_a_stray_catalog_are_found(self, tmp_path: Path) -> None:
        """A page without a catalog, a catalog without a page."""
        catalogs.write(tmp_path / "gone.po", [Translation("Old.", "旧。")])

        found = self.compare(tmp_path, ["New."])

        assert "gone.po: its page is gone" in found
        assert "a.po: not translated: New." in found

    def test_obsolete_messages_are_found(self, tmp_path: Path) -> None:
        """They are kept by other tools as comments."""
        catalogs.write(tmp_path / "a.po", [Translation("One.", "一。")])
        with (tmp_path / "a.po").open("a", encoding="utf-8") as file:
            file.write('\n#~ msgid "Two."\n#~ msgstr "二。"\n')

        assert "no longer on the page: Two." in self.compare(tmp_path, ["One."])


class TestMerge:
    """Updating keeps what is true and marks what is not sure."""

    def test_a_similar_message_gets_a_guess_that_counts_as_missing(self) -> None:
        """The translator sees the old text and its English."""
        known = {
            "The mask hides later words.": Translation(
                "The mask hides later words.", "掩码遮住后面的词。"
            )
        }

        (entry,) = catalogs.merge(["The mask hides all later words."], known)

        assert entry.guess
        assert entry.chinese == "掩码遮住后面的词。"
        assert entry.old_english == "The mask hides later words."

    def test_order_is_that_of_the_page_and_nothing_obsolete_stays(self) -> None:
        """So that a diff shows what changed."""
        known = {name: Translation(name, "好") for name in ("z", "gone entirely", "a")}

        assert [entry.english for entry in catalogs.merge(["a", "z"], known)] == ["a", "z"]

    def test_writing_twice_changes_nothing(self, tmp_path: Path) -> None:
        """No dates, no places."""
        entries = [Translation('A "quoted" line\nand another', "一", guess=True, old_english="B")]
        path = tmp_path / "a.po"

        assert catalogs.write(path, entries)
        assert not catalogs.write(path, entries)
        assert catalogs.read(path) == {entries[0].english: entries[0]}
        assert "Date" not in path.read_text("utf-8")


class TestOurs:
    """The catalogs of this site."""

    def test_the_words_of_our_extensions_are_complete(self) -> None:
        """They are extracted from the source of today."""
        messages = {catalogs.WORDS: catalogs.words(REPOSITORY / "docs")}
        folder = catalogs.catalog_folder(REPOSITORY)
        found = update_catalogs.compare(folder, messages, {})

        assert [line for line in found if not line.endswith("its page is gone")] == []

    def test_every_translation_keeps_what_it_must(self) -> None:
        """All catalogs there are, with the glossary of the site."""
        folder = catalogs.catalog_folder(REPOSITORY)
        messages = {
            path.relative_to(folder).with_suffix("").as_posix(): list(catalogs.read(path))
            for path in folder.rglob("*.po")
        }

        assert (
            update_catalogs.compare(folder, messages, update_catalogs.glossary_of(REPOSITORY)) == []
        )

    def test_of_the_reference_the_first_page_alone_has_a_catalog(self) -> None:
        """The others are docstrings, English in both languages."""
        found = (catalogs.catalog_folder(REPOSITORY) / "api").glob("*.po")

        assert [path.name for path in found] == ["index.po"]

    def test_the_glossary_names_each_term_once(self, tmp_path: Path) -> None:
        """A second Chinese word for a term is refused."""
        path = tmp_path / "glossary.md"
        path.write_text(
            "| English | 中文 | Note |\n|--|--|--|\n| mask | 掩码 | |\n| mask | 蒙版 | |\n"
        )

        assert len(update_catalogs.glossary_of(REPOSITORY)) > 50
        with pytest.raises(ValueError, match="'mask' stands twice"):
            translation_rules.read_glossary(path)
