"""`ptnotes.verify.source`: docstrings and gallery scripts."""

from __future__ import annotations

from collections.abc import Callable

from ptnotes.verify.block import FAILED, PASSED, Outcome
from ptnotes.verify.page import Page

MODULE = '''\
"""
A module.

>>> 1 + 1
2
"""

SECRET = 1


class A:
    """
    A class.

        >>> x = 1
        >>> x
        1

    And again, in the same namespace:

        >>> x + 1
        2
    """

    def f(self):
        """
        >>> SECRET
        1
        """
'''


def test_docstrings(outcomes: Callable[..., list[Outcome]]) -> None:
    """Each docstring is a namespace of its own that knows nothing of its module."""
    found = outcomes(MODULE, "ptnotes/m.py")

    assert [(o.block.line, o.state) for o in found] == [
        (4, PASSED),
        (15, PASSED),
        (21, PASSED),
        (27, FAILED),
    ]
    assert "NameError: name 'SECRET' is not defined" in found[3].detail


def test_gallery_script(outcomes: Callable[..., list[Outcome]]) -> None:
    """The cells of a script share a namespace and keep their lines; a failing assertion is red."""
    script = '"""\nTitle\n=====\n"""\n\nx = 1\n\n# %%\n# Text.\n\nassert x == 2\n'
    found = outcomes(script, "gallery/a/plot_a.py")

    assert [(o.block.line, o.line, o.state) for o in found] == [(6, 6, PASSED), (11, 11, FAILED)]
    assert "AssertionError" in found[1].detail


def test_python_that_does_not_parse(read: Callable[..., Page]) -> None:
    """A module with a syntax error is named with its line."""
    (problem,) = read("x = 1\ndef f(:\n", "ptnotes/m.py").problems

    assert problem.line == 2
