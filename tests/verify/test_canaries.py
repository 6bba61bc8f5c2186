"""One broken block for each kind of proof: each must be red, and its mended twin green."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ptnotes.verify.block import FAILED, PASSED, Outcome
from ptnotes.verify.cuda import nvcc
from ptnotes.verify.kinds import VERIFIERS

USE = "```python\n>>> f()\n1\n```\n"
GALLERY = '"""\nT\n=\n"""\n\nx = {}\nassert x == 1\n'

# kind: (the page's name, a green page, what breaks it)
CANARIES = {
    "doctest": ("docs/a.md", "```python\n>>> 1 + 1\n2\n```\n", ("2\n", "3\n")),
    "definition": ("docs/a.md", "```python\ndef f(): return 1\n```\n" + USE, ("def f", "1 / 0 #")),
    "cell": ("docs/a.md", "```{code-cell} python\nassert 1 == 1\n```\n", ("== 1", "== 2")),
    "docstring": ("ptnotes/m.py", '"""\n>>> 1 + 1\n2\n"""\n', ("2\n", "3\n")),
    "gallery": ("gallery/a/plot_a.py", GALLERY.format(1), ("x = 1", "x = 2")),
    "include": (
        "docs/a.md",
        "```{literalinclude} ../ptnotes/kept.py\n:pyobject: f\n```\n"
        "```python\n>>> f = lambda: 1\n>>> f()\n1\n```\n",
        ("f()", "1"),
    ),
    "data": ("docs/a.md", "```json\n[1, 2]\n```\n", ("2]", "2")),
    "cpp": ("docs/a.md", "```cpp\nint main() {}\n```\n", ("int main", "main")),
    "cuda": ("docs/a.md", "```cuda\nint main() {}\n```\n", ("int main", "main")),
    "cmake": (
        "docs/a.md",
        "<!-- verify: file=a.cpp -->\n```cpp\nint main() {}\n```\n"
        "```cmake\ncmake_minimum_required(VERSION 3.20)\nproject(a CXX)\n"
        "add_executable(a a.cpp)\n```\n",
        ("a.cpp)", "b.cpp)"),
    ),
    "console": ("docs/a.md", "```console\n$ echo 1\n1\n```\n", ("1\n1", "1\n2")),
    "unknown": (
        "docs/a.md",
        "<!-- verify: not-run=needs a compiler -->\n```rust\nfn main() {}\n```\n",
        ("not-run=needs a compiler", "timeout=1"),
    ),
}


@pytest.mark.parametrize("kind", VERIFIERS)
def test_canary(
    kind: str,
    outcomes: Callable[..., list[Outcome]],
    write: Callable[..., object],
) -> None:
    """A kind without a canary, or whose canary is not red, proves nothing."""
    if kind == "cuda" and nvcc() is None:
        pytest.skip("no nvcc here")
    name, green, (old, new) = CANARIES[kind]
    write("def f(): return 1\n", "ptnotes/kept.py")
    kept = [o for o in outcomes(green, name) if o.block.kind == kind]
    broken = [o for o in outcomes(green.replace(old, new), name) if o.block.kind == kind]

    assert kept
    assert all(o.state != FAILED for o in kept), kept
    assert any(o.state == FAILED for o in broken), broken
    assert kind in ("unknown", "cuda") or kept[0].state == PASSED


BRANCH = """```python
def f(x):
    return 1 if x else 2
```
```python
>>> f(1)
1
>>> f(0)
2
```
"""
COMMENTS = """```python
>>> import torch
>>> x = torch.ones(2, 3)  # (B, 3)
>>> y = x.sum()  # tensor(6.)
```
"""


@pytest.mark.parametrize(
    ("what", "page", "old", "new"),
    [
        ("a branch that nothing takes", BRANCH, ">>> f(0)\n2\n", ""),
        ("a shape", COMMENTS, "(B, 3)", "(B, 4)"),
        ("a value in a comment", COMMENTS, "tensor(6.)", "tensor(7.)"),
    ],
)
def test_canary_of_a_claim(
    what: str, page: str, old: str, new: str, outcomes: Callable[..., list[Outcome]]
) -> None:
    """What a block says beside its output is proven too."""
    assert {o.state for o in outcomes(page)} == {PASSED}
    assert FAILED in {o.state for o in outcomes(page.replace(old, new))}
