"""`ptnotes.verify.markdown`: every block a reader sees, and what cannot be read, with its line."""

from __future__ import annotations

from collections.abc import Callable

from ptnotes.verify.options import Options
from ptnotes.verify.page import Page

Read = Callable[..., Page]


class TestBlocks:
    """What is a block, of which kind, and where."""

    def test_fence_kinds(self, read: Read) -> None:
        """The language and the prompts decide the kind, also for unusual spellings."""
        page = read(
            """\
            ```python
            >>> 1
            1
            ```
            ```py
            x = 1
            ```
            ```{code-cell} python
            :tags: [hide-input]
            y = 1
            ```
            ```yml
            a: 1
            ```
            ```rust
            fn main() {}
            ```
            """
        )

        assert [(b.kind, b.line, b.text.splitlines()[0]) for b in page.blocks] == [
            ("doctest", 2, ">>> 1"),
            ("definition", 6, "x = 1"),
            ("cell", 10, "y = 1"),
            ("data", 13, "a: 1"),
            ("unknown", 16, "fn main() {}"),
        ]

    def test_fences_in_directives_lists_and_quotes(self, read: Read) -> None:
        """A fence is found wherever Markdown may stand, on its true line and without its indent."""
        page = read(
            """\
            :::{myth} A claim with `code`
            Text.

            ```python
            >>> 1
            1
            ```
            :::

            - item

              ```python
              >>> 2
              2
              ```

            > ```python
            > >>> 3
            > 3
            > ```

            ````{note}
            :class: wide

            ```{tip}
            ~~~python
            >>> 4
            4
            ~~~
            ```
            ````
            """
        )

        assert [(b.line, b.text) for b in page.blocks] == [
            (5, ">>> 1\n1"),
            (13, ">>> 2\n2"),
            (18, ">>> 3\n3"),
            (27, ">>> 4\n4"),
        ]
        assert page.problems == ()

    def test_unlabelled_and_indented_code_is_not_overlooked(self, read: Read) -> None:
        """Code without a language is a block that nothing proves, not one that nobody sees."""
        page = read("```\nx\n```\n\ntext\n\n    indented code\n")

        assert [(b.kind, b.line) for b in page.blocks] == [("unknown", 2), ("unknown", 7)]

    def test_options_belong_to_the_next_block_only(self, read: Read) -> None:
        """A proof comment binds to the block right after it."""
        page = read(
            """\
            <!-- verify: tolerance=0.1; timeout=3 -->
            ```python
            >>> 1
            1
            ```
            ```python
            >>> 2
            2
            ```
            <!-- verify: tolerance=0.1 -->

            A paragraph.

            ```python
            >>> 3
            3
            ```
            """
        )

        first, *others = (block.options for block in page.blocks)
        assert first == Options(tolerance=0.1, timeout=3.0)
        assert others == [Options(), Options()]

    def test_included_source(self, read: Read, write: Callable[..., object]) -> None:
        """Included source is read from its file, with its decorators."""
        write("import functools\n\n@functools.cache\ndef f():\n    return 1\n", "ptnotes/m.py")
        page = read("```{literalinclude} ../ptnotes/m.py\n:pyobject: f\n```\n")

        assert [b.text for b in page.blocks] == ["@functools.cache\ndef f():\n    return 1"]

    def test_included_data(self, read: Read, write: Callable[..., object]) -> None:
        """A file that is no code may be shown whole, and is parsed like a fence."""
        write("a: 1\n", "CITATION.cff")
        page = read("```{literalinclude} ../CITATION.cff\n:language: yaml\n```\n")

        assert [(b.kind, b.text) for b in page.blocks] == [("data", "a: 1")]


class TestProblems:
    """What keeps a page from being read is named with its line."""

    def test_not_utf8(self, read: Read, write: Callable[..., object]) -> None:
        """A page in another encoding names the line of the first wrong byte."""
        path = write("", "docs/page.md")
        path.write_bytes("# 标题\n\n".encode() + b"caf\xe9\n")  # type: ignore[attr-defined]
        from ptnotes.verify.page import read_page

        (problem,) = read_page(path).problems  # type: ignore[arg-type]
        assert (problem.line, problem.message.split(";")[0]) == (3, "not UTF-8: byte 0xe9")

    def test_unclosed_fence(self, read: Read) -> None:
        """A fence that runs to the end of the page names the line on which it opens."""
        (problem,) = read("text\n\n```python\nx = 1\n").problems

        assert (problem.line, problem.message) == (3, "the fence ``` is never closed")

    def test_unclosed_fence_within_a_directive(self, read: Read) -> None:
        """A fence that its directive cuts off is found too."""
        (problem,) = read(":::{note}\n```python\nx = 1\n:::\n").problems

        assert problem.line == 2

    def test_unknown_directive(self, read: Read) -> None:
        """A directive that nobody has heard of could hide a block, so it is named."""
        (problem,) = read("a\n\n:::{mystery}\n:::\n").problems

        assert (problem.line, problem.message) == (3, "unknown directive {mystery}")

    def test_code_cell_that_the_site_does_not_run(self, read: Read) -> None:
        """A cell within a box, or one whose code is elsewhere, would pass without being run."""
        boxed = read(":::{note}\n```{code-cell}\nx\n```\n:::\n")
        loaded = read("```{code-cell}\n:load: other.py\n```\n")

        assert [(p.line, p.message.split(";")[0]) for p in boxed.problems + loaded.problems] == [
            (2, "the site does not run a {code-cell} within a directive"),
            (2, "an empty {code-cell}"),
        ]

    def test_unknown_option(self, read: Read) -> None:
        """A misspelt option is not silently without effect."""
        (problem,) = read("<!-- verify: tolerence=1 -->\n```python\n>>> 1\n1\n```\n").problems

        assert problem.line == 1
        assert "tolerence=1" in problem.message

    def test_missing_include(self, read: Read) -> None:
        """Source that is not there is named with the line of the directive."""
        (problem,) = read("\n```{literalinclude} gone.py\n:pyobject: f\n```\n").problems

        assert problem.line == 2
        assert "gone.py" in problem.message
