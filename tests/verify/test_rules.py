"""`ptnotes.verify.rules`: what a block of ours must be before it is run."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ptnotes.verify.page import Page
from ptnotes.verify.project import Project
from ptnotes.verify.rules import complaints

SESSION = "```python\n>>> {}\n```\n"


@pytest.fixture
def messages(project: Project, read: Callable[..., Page]) -> Callable[[str], list[str]]:
    """What is wrong with a page."""
    return lambda text: [message for _, message in complaints(read(text), project)]


def test_imports(messages: Callable[[str], list[str]]) -> None:
    """A module off the list is refused unless the page is about it."""
    page = SESSION.format("import os, torch.nn, pandas as pd")

    assert messages(page) == [
        "imports pandas, which is neither on the list nor in the page's front matter"
    ]
    assert messages("---\nverify:\n  imports: [pandas]\n---\n" + page) == []


def test_summarised_output(messages: Callable[[str], list[str]]) -> None:
    """Output cut short with dots is refused; the dots of a traceback are not meant."""
    assert messages(SESSION.format("x\ntensor([0, ..., 9])")) == [
        "expected output is summarised with `...`: x"
    ]
    assert messages(SESSION.format("x\nTraceback (most recent call last):\n  ...\nE: m")) == []


def test_doctest_flags(messages: Callable[[str], list[str]]) -> None:
    """A flag could switch the comparison off."""
    assert len(messages(SESSION.format("x  # doctest: +SKIP"))) == 1


def test_definitions_are_used(messages: Callable[[str], list[str]]) -> None:
    """A definition that nothing later uses is red; using it before does not help."""
    definition = "```python\ndef f(): pass\n```\n"
    wrong = ["nothing on the page uses what this block defines: it proves nothing"]

    assert messages(definition) == wrong
    assert messages(SESSION.format("f") + definition) == wrong
    assert messages(definition + "```{code-cell} python\nf()\n```\n") == wrong
    assert messages(definition + SESSION.format("f()")) == []


def test_included_source_is_used(
    messages: Callable[[str], list[str]], write: Callable[..., object]
) -> None:
    """Source shown from the package is red unless a block of the page calls it."""
    write("def f(): pass\n", "ptnotes/m.py")
    include = "```{literalinclude} ../ptnotes/m.py\n:pyobject: f\n```\n"

    assert len(messages(include)) == 1
    assert messages(SESSION.format("f()") + include) == []


def test_included_method_is_used_through_its_class(
    messages: Callable[[str], list[str]], write: Callable[..., object]
) -> None:
    """A method has no name of its own on the page; its class has."""
    write("class C:\n    def f(self): pass\n", "ptnotes/m.py")
    include = "```{literalinclude} ../ptnotes/m.py\n:pyobject: C.f\n```\n"

    assert len(messages(SESSION.format("f()") + include)) == 1
    assert messages(SESSION.format("C()") + include) == []


def test_included_source_claims_no_shape(
    messages: Callable[[str], list[str]], write: Callable[..., object]
) -> None:
    """A comment in another file is not watched while the page runs."""
    write("def f(x):\n    return x  # (B, T)\n", "ptnotes/m.py")
    include = "```{literalinclude} ../ptnotes/m.py\n:pyobject: f\n```\n"

    assert messages(SESSION.format("f(1)") + include) == [
        "claims `(B, T)` in a comment, where nothing checks it: say it in words"
    ]
