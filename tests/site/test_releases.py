"""What differs between releases of torch is marked on its page and listed on Verification."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from ptnotes.verify.ledger import open_ledger
from tests.support.tiny_project import TinyProject

PAGE = """\
# Page

<!-- verify: before=99.0 -->
```python
>>> 1
1
```

<!-- verify: since=99.0 -->
```python
>>> 1
2
```

```{toctree}
verification
```
"""
PARTS = ("torches", "versions")
VERIFICATION = "# Verification\n\n" + "".join(f"```{{verification}} {p}\n```\n\n" for p in PARTS)
HERE = f"torch before 99.0: run with torch {version('torch')}"


@pytest.fixture
def tiny(tmp_path: Path) -> TinyProject:
    """A proven project with a block for this torch and one for another."""
    project = TinyProject(tmp_path / "p")
    project.write("docs/index.md", PAGE)
    project.write("docs/verification.md", VERIFICATION)
    project.prove()
    return project


def keep_another_torch(project: TinyProject) -> None:
    """Write the record of a torch that ran the second block."""
    first, second = open_ledger(project.root).entries
    states = {first.content: "for another torch", second.content: "passed"}
    facts = {"torch": "99.1.0", "python": "3.99", "system": "Linux", "device": "a GPU"}
    record = facts | {"date": "2099-01-02", "states": states}
    project.write("docs/_proofs/torch-99.1.0.json", json.dumps(record))


def marks(html: str) -> list[str]:
    """Return the marks of a page, in words."""
    found = BeautifulSoup(html, "lxml").select(".proof-mark")
    return [mark.get_text().strip() for mark in found]


def rows(html: str, number: int) -> list[list[str]]:
    """Return a table of a page."""
    (*tables,) = BeautifulSoup(html, "lxml").select("table")
    return [
        [cell.get_text(" ").strip() for cell in row.select("th, td")]
        for row in tables[number].select("tr")
    ]


def test_without_another_torch(tiny: TinyProject) -> None:
    """What nothing has run says so; the build does not fail for it."""
    built = tiny.build()

    assert built.status == 0, built.problems
    assert marks(built.page()) == [HERE, "torch 99.0 and later: not run: no such torch here"]
    verification = built.page("verification")
    assert rows(verification, 0)[:2] == [["", f"torch {version('torch')}"], ["proven", "1"]]
    assert rows(verification, 1)[2][2:] == ["torch 99.0 and later", "not run"]


def test_with_the_record_of_another_torch(tiny: TinyProject) -> None:
    """Each block names the torch that ran it, also on a page that was built before."""
    tiny.build()
    keep_another_torch(tiny)
    built = tiny.build()

    assert built.status == 0, built.problems
    assert marks(built.page()) == [HERE, "torch 99.0 and later: run with torch 99.1.0"]
    assert "blocks proven: 2" in built.page()
    assert rows(built.page("verification"), 0) == [
        ["", f"torch {version('torch')}", "torch 99.1.0"],
        ["proven", "1", "1"],
        ["not run", "0", "0"],
        ["unproven", "0", "0"],
        ["for other releases", "1", "1"],
        *(row for row in rows(built.page("verification"), 0)[5:8]),
        ["Newest proof", "2026-01-02", "2099-01-02"],
    ]
    assert rows(built.page("verification"), 1)[2][2:] == ["torch 99.0 and later", "torch 99.1.0"]


def test_a_record_of_another_block_is_none(tiny: TinyProject) -> None:
    """An edit takes the proof back until that torch has run the page again."""
    keep_another_torch(tiny)
    tiny.write("docs/index.md", PAGE.replace(">>> 1\n2", ">>> 1\n3"))
    tiny.prove()

    assert marks(tiny.build().page())[1] == "torch 99.0 and later: not run: no such torch here"
