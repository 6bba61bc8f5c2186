"""`ptnotes.verify.plugin`: every block is a pytest item with a file and a line."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ptnotes.verify.project import Project

PAGE = """\
# T

```python
>>> 1
1
```

```python
>>> 2
3
```

<!-- verify: not-run=needs two GPUs -->
```rust
x
```
"""


@pytest.fixture
def run_pytest(project: Project) -> Callable[..., str]:
    """Run pytest in the project, as a user does, and return what it prints."""

    def run(*arguments: str) -> str:
        command = [sys.executable, "-m", "pytest", "-rfs", "-p", "ptnotes.verify.plugin"]
        environment = {"PATH": "", "PYTHONPATH": str(Path(__file__).parents[2])}
        done = subprocess.run(
            command + list(arguments),
            cwd=project.root,
            capture_output=True,
            text=True,
            env=environment,
            check=False,
        )
        return done.stdout + done.stderr

    return run


def test_items(run_pytest: Callable[..., str], write: Callable[..., Path]) -> None:
    """A green, a red and a skipped block, each named by its line; the skip gives its reason."""
    write(PAGE, "docs/page.md")
    printed = run_pytest("docs")

    assert "1 failed, 1 passed, 1 skipped" in printed
    assert "FAILED docs/page.md::line:9" in printed
    assert "docs/page.md:9: >>> 2" in printed
    assert "needs two GPUs" in printed


def test_one_item(run_pytest: Callable[..., str], write: Callable[..., Path]) -> None:
    """A block asked for alone still has all that came before it."""
    write("```python\n>>> x = 1\n```\n\n```python\n>>> x\n1\n```\n", "docs/page.md")

    assert "1 passed" in run_pytest("docs/page.md::line:6")


def test_unreadable_page(run_pytest: Callable[..., str], write: Callable[..., Path]) -> None:
    """A page that cannot be read is one red item with its line, and the next page is run."""
    write("", "docs/a.md").write_bytes(b"one\n\xff\n")
    write("# T\n\n```python\nx\n", "docs/b.md")
    write("```python\n>>> 1\n1\n```\n", "docs/c.md")
    printed = run_pytest("docs")

    assert "2 failed, 1 passed" in printed
    assert "docs/a.md::line:2" in printed
    assert "docs/b.md::line:3" in printed


def test_full_disk(
    run_pytest: Callable[..., str], write: Callable[..., Path], project: Project
) -> None:
    """A full disk ends the run with one sentence that says what to do."""
    write("```python\n>>> 1\n1\n```\n", "docs/a.md")
    write(
        """
        import errno
        from ptnotes.verify import receipts
        def full(*arguments):
            raise OSError(errno.ENOSPC, "No space left on device")
        receipts.save = full
        """,
        "conftest.py",
    )

    assert "the disk is full; free some space and run the same" in run_pytest("docs")


def test_in_parallel(run_pytest: Callable[..., str], write: Callable[..., Path]) -> None:
    """Two workers prove two pages and each keeps its receipts."""
    for name in "ab":
        write("```python\n>>> 1\n1\n```\n", f"docs/{name}.md")

    assert "2 passed" in run_pytest("-n", "2", "--dist", "loadfile", "docs")


def test_wrong_settings_are_one_line(run_pytest: Callable[..., str], project: Project) -> None:
    """Pytest says which key is wrong, and shows no traceback."""
    (project.root / "pyproject.toml").write_text("[tool.ptnotes.verify]\npages = 3\n", "utf-8")
    printed = run_pytest("docs")

    assert "pages: expected a list of texts, given 3" in printed
    assert "Traceback" not in printed
