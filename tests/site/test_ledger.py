"""The ledger closes on what the reader sees, and every page says what proved it."""

from __future__ import annotations

import contextlib
import shutil
from pathlib import Path

import pytest

from sitebuilder.build.build_site import BuildError, Unfinished
from tests.support.tiny_project import TinyProject

PAGE = """\
# Page

A claim with its proof.

```python
>>> 1 + 1
2
```
"""

NOT_RUN_PAGE = """\
# Page

<!-- verify: not-run=needs two `GPUs` -->

```python
>>> launch()
2
```
"""

CUDA_PAGE = """\
# Page

```cuda
int main() {}
```

```python
>>> id(1)
⟨varies⟩
```
"""


def attempt(project: TinyProject) -> int:
    """Build as the site is built, and return Sphinx's exit status."""
    with contextlib.suppress(BuildError), Unfinished(project.root / "build"):
        status = project.build().status
        if status:
            raise BuildError
    return status


@pytest.fixture
def tiny(tmp_path: Path) -> TinyProject:
    """A project whose one page holds one block."""
    project = TinyProject(tmp_path / "a b 树")
    project.write("docs/index.md", PAGE)
    return project


class TestClosing:
    """No block without a valid receipt is published."""

    def test_an_unproven_block_fails_the_build_and_is_named(self, tiny: TinyProject) -> None:
        """The warning names page, line and first line."""
        built = tiny.build()

        assert built.status == 1
        assert "index.md:5" in built.problems
        assert (
            "docs/index.md: no valid receipt for the block that begins '>>> 1 + 1'"
            in built.problems
        )

    def test_a_proven_block_passes(self, tiny: TinyProject) -> None:
        """With its receipt the same page is built."""
        tiny.prove()

        built = tiny.build()

        assert built.status == 0, built.problems

    def test_a_receipt_of_an_earlier_version_of_the_block_does_not_count(
        self, tiny: TinyProject
    ) -> None:
        """An edit makes the block unproven."""
        tiny.prove()
        tiny.write("docs/index.md", PAGE.replace("1 + 1", "3 - 1"))

        assert "no valid receipt" in tiny.build().problems

    def test_a_preformatted_block_in_raw_html_is_seen(self, tiny: TinyProject) -> None:
        """Code cannot reach the reader as something that is no literal block."""
        tiny.write("docs/index.md", PAGE + "\n<pre>import torch</pre>\n")
        tiny.prove()

        built = tiny.build()

        assert built.status == 1
        assert "the page shows 2 blocks and the ledger has seen 1" in built.problems

    def test_the_preview_marks_an_unproven_block_instead(self, tiny: TinyProject) -> None:
        """While writing, the page is shown and says so."""
        built = tiny.build(PTNOTES_PREVIEW="1")

        assert built.status == 0, built.problems
        assert "proof-mark unproven" in built.page()
        assert "Unproven" in built.page()

    def test_a_blank_line_of_an_output_is_shown_as_one(self, tiny: TinyProject) -> None:
        """`<BLANKLINE>` is looked up as written and shown as an empty line."""
        text = '# Page\n\n```python\n>>> print("a\\n\\nb")\na\n<BLANKLINE>\nb\n```\n'
        tiny.write("docs/index.md", text)
        tiny.prove()

        built = tiny.build()

        assert built.status == 0, built.problems
        assert "BLANKLINE" not in built.page()


class TestSecondTry:
    """`-W` turns green on the second try unless what was read is thrown away."""

    def test_an_unchanged_failed_build_fails_again(self, tiny: TinyProject) -> None:
        """The doctrees of a failure do not outlive it."""
        assert [attempt(tiny), attempt(tiny)] == [1, 1]

    def test_a_warning_while_reading_returns(self, tiny: TinyProject) -> None:
        """Such a warning is said only when the page is read, so it needs the cure most."""
        tiny.write("docs/index.md", "# Page\n\n### Too deep\n")

        assert [attempt(tiny), attempt(tiny)] == [1, 1]

    def test_a_killed_build_leaves_nothing_that_is_trusted(self, tmp_path: Path) -> None:
        """The mark of the killed build stands, so its work goes."""
        (tmp_path / "doctrees").mkdir()
        (tmp_path / "html").mkdir()
        (tmp_path / "unfinished").touch()

        with Unfinished(tmp_path):
            assert not (tmp_path / "doctrees").exists()
            assert not (tmp_path / "html").exists()

        assert not (tmp_path / "unfinished").exists()

    def test_a_finished_build_keeps_what_it_read(self, tmp_path: Path) -> None:
        """Otherwise no build would be incremental."""
        (tmp_path / "doctrees").mkdir()

        with Unfinished(tmp_path):
            pass

        assert (tmp_path / "doctrees").exists()


class TestReceipts:
    """Each page ends with what proved it, as it is now."""

    def test_a_page_ends_with_its_receipts(self, tiny: TinyProject) -> None:
        """Count, versions and day are there."""
        tiny.prove("2026-03-04")

        page = tiny.build().page()

        assert "What proved this page" in page
        assert "blocks proven: 1" in page
        assert "newest proof: 2026-03-04" in page

    def test_new_receipts_reach_an_unchanged_page(self, tiny: TinyProject) -> None:
        """A page is read again when its receipts changed, though its text did not."""
        tiny.prove("2026-03-04")
        tiny.build()
        tiny.prove("2026-05-06")

        assert "newest proof: 2026-05-06" in tiny.build().page()

    def test_lost_receipts_fail_an_unchanged_page(self, tiny: TinyProject) -> None:
        """What was proven once is not proven for ever."""
        tiny.prove()
        assert tiny.build().status == 0
        shutil.rmtree(tiny.root / ".cache")

        assert "no valid receipt" in tiny.build().problems


class TestNotRun:
    """A block that was not run says so where the reader meets it."""

    def test_the_reason_stands_before_the_block(self, tiny: TinyProject) -> None:
        """As text, which a screen reader reads, and not in a comment."""
        tiny.write("docs/index.md", NOT_RUN_PAGE)
        tiny.prove()

        page = tiny.build().page()

        assert page.index("Not run here") < page.index("needs two") < page.index("launch")
        assert "blocks proven: 0" in page
        assert "not run: 1" in page

    def test_no_comment_reaches_the_page(self, tiny: TinyProject) -> None:
        """The proof's options are for the engine."""
        tiny.write("docs/index.md", NOT_RUN_PAGE)
        tiny.prove()

        assert "verify:" not in tiny.build().page()
        assert "<!--" not in tiny.build().page().split("<body")[1]

    def test_the_reason_is_translated(self, tiny: TinyProject) -> None:
        """It is a message of the page like any other."""
        tiny.write("docs/index.md", NOT_RUN_PAGE)
        tiny.translate("index", {"needs two `GPUs`": "需要两块 `GPUs`"})
        tiny.prove()

        page = tiny.build("zh_CN").page()

        assert "未在此运行" in page
        assert "需要两块" in page
        assert "needs two" not in page


class TestVerificationPage:
    """One page counts everything."""

    PAGE = "# Verification\n\n" + "".join(
        f"```{{verification}} {part}\n```\n\n"
        for part in ("kinds", "pages", "not-run", "environment")
    )

    def test_it_counts_and_lists(self, tiny: TinyProject) -> None:
        """Kinds, pages, reasons and the review dates that are past."""
        late = NOT_RUN_PAGE.replace("`GPUs` -->", "`GPUs`; review=2020-01-01 -->")
        tiny.write("docs/index.md", late + "\n```{toctree}\nverification\n```\n")
        tiny.write("docs/verification.md", self.PAGE)
        tiny.prove()

        built = tiny.build()
        page = built.page("verification")

        assert built.status == 0, built.problems
        assert "session with its output" in page
        assert "2020-01-01, past" in page
        assert "needs two GPUs" in page

    def test_the_readme_gives_its_reasons_in_the_language_of_the_site(
        self, tiny: TinyProject
    ) -> None:
        """It is written in both languages, and its blocks are the same."""
        tiny.write("docs/index.md", PAGE + "\n```{toctree}\nverification\n```\n")
        tiny.write("docs/verification.md", self.PAGE)
        for name, reason in (("README.md", "needs two"), ("README.zh-CN.md", "需要两块")):
            tiny.write(name, NOT_RUN_PAGE.replace("needs two", reason))
        tiny.prove()

        for language, reason, other in (
            ("en", "needs two", "需要两块"),
            ("zh_CN", "需要两块", "needs two"),
        ):
            page = tiny.build(language).page("verification")
            assert page.count(reason) == 2
            assert other not in page

    def test_it_follows_new_receipts(self, tiny: TinyProject) -> None:
        """It is read again on every build."""
        tiny.write("docs/index.md", PAGE + "\n```{toctree}\nverification\n```\n")
        tiny.write("docs/verification.md", self.PAGE)
        tiny.prove("2026-03-04")
        tiny.build()
        tiny.prove("2026-05-06")

        assert "2026-05-06" in tiny.build().page("verification")


class TestMarksOfTheResult:
    """What the result leaves open is said beside the block, in the site's own words."""

    def test_a_cuda_block_awaits_a_gpu(self, tiny: TinyProject) -> None:
        """Its page gives no reason; the machine does."""
        tiny.write("docs/index.md", CUDA_PAGE)
        tiny.prove()

        page = tiny.build().page()

        assert page.index("Awaits a GPU") < page.index(">int<")
        assert page.count("Awaits a GPU") == 1

    def test_what_varies_is_marked(self, tiny: TinyProject) -> None:
        """The sign in the output is explained."""
        tiny.write("docs/index.md", CUDA_PAGE)
        tiny.prove()

        assert "differs from run to run" in tiny.build().page()
        assert "proof-mark varies" not in tiny.build().page("index").split("Awaits")[0]
