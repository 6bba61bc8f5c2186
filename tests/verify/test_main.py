"""`python -m ptnotes.verify`: a table for any Markdown file; `mutate`: the check can fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ptnotes.verify import mutate
from ptnotes.verify.__main__ import main
from ptnotes.verify.page import Page

FOREIGN = """\
# Notes

``` python
print("hi")
```

    indented

```python]
x = 1
```

```bash
ls
```

```python
y
```

```python
>>> 1
2
"""


def test_foreign_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A page that is not ours is digested whole: no house rules, every block in the table."""
    page = tmp_path / "notes.txt"
    page.write_text(FOREIGN, "utf-8")

    assert main([str(page)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[:3] for line in lines[1:-1]] == [
        ["4", "definition", "passed"],
        ["7", "unlabelled", "failed"],
        ["10", "python]", "failed"],
        ["14", "bash", "failed"],
        ["18", "definition", "failed"],
        ["21", "page", "failed"],
    ]
    assert "NameError: name 'y' is not defined" in lines[5]
    assert lines[-1].strip().startswith("bash 0/1, definition 1/2")


def test_no_markdown_at_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Binary rubbish, an empty file and a file that is not there are each one clear line."""
    (tmp_path / "empty.md").write_text("")
    (tmp_path / "rubbish.md").write_bytes(bytes(range(256)))

    assert main([str(tmp_path / "empty.md")]) == 0
    assert main([str(tmp_path / "rubbish.md")]) == 1
    assert main([str(tmp_path / "gone.md")]) == 2
    printed = capsys.readouterr()
    assert "no blocks" in printed.out
    assert "not UTF-8: byte 0x80" in printed.out
    assert "gone.md: No such file or directory" in printed.err


def test_own_page(write: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    """A page of ours is held to the house rules."""
    page = write("```python\nx = 1\n```\n", "docs/page.md")

    assert main([str(page)]) == 1
    assert "it proves nothing" in capsys.readouterr().out


class TestMutate:
    """Changes of what a page claims."""

    def test_every_class(self, read: Callable[..., Page]) -> None:
        """Each class of change is found in a page that claims of that class."""
        page = read(
            """\
            ```python
            >>> a = 1
            >>> for i in range(2):
            ...     print(i + a)
            1
            2
            >>> parse("i", 1)
            1
            >>> x.dtype
            torch.float32
            >>> y
            Traceback (most recent call last):
              ...
            NameError: name 'y' is not defined
            ```
            ```json
            {}
            ```
            ```cmake
            project(a)
            ```
            ```console
            $ echo 1
            1
            ```
            <!-- verify: not-run=net -->
            ```console
            $ pip install --quiet x
            ```
            """
        )
        found = [m for group in page.groups() for m in mutate.mutations(group)]

        assert {m.what for m in found} == {
            "CMake line",
            "option",
            "digit",
            "dtype",
            "exception message",
            "exception type",
            "format unit",
            "operator",
            "syntax",
        }
        texts = {m.what: m.text for m in found}
        assert "...     print(i - a)" in texts["operator"]
        assert "\nOSError: name 'y'" in texts["exception type"]
        assert "not define\n" in texts["exception message"] + "\n"

    def test_what_a_command_is_given_is_no_claim(self, read: Callable[..., Page]) -> None:
        """Only what it prints is, also where the command takes several lines."""
        (group,) = read("```console\n$ echo 1 \\\n> float32\n> 2 float64\n```\n").groups()

        assert [m.shown.split(": ", 2)[2] for m in mutate.mutations(group)] == [
            "'2' -> '5'",
            "'6' -> '9'",
            "'4' -> '7'",
            "'float64' -> 'float32'",
        ]

    def test_a_blind_check_is_seen(
        self, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A page whose claim holds whatever the operator does misses the bar."""
        write("```python\n>>> 0 + 0 * 1\n0\n```\n", "docs/page.md")
        monkeypatch.chdir(write("", "docs/empty.md").parent)

        assert mutate.main(["--n", "10"]) == 1
