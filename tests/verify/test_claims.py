"""A shape or a value in a comment is a claim."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ptnotes.verify.block import FAILED, PASSED, Outcome
from ptnotes.verify.claims import claims_of

Outcomes = Callable[..., list[Outcome]]
IMPORT = "```python\n>>> import torch\n>>> from torch import nn\n```\n\n"


def session(*lines: str) -> str:
    """Return a page with a session that prints nothing."""
    prompted = "".join(f"{'' if line.startswith('...') else '>>> '}{line}\n" for line in lines)
    return f"{IMPORT}```python\n{prompted}```\n"


def ok(outcomes: Outcomes, page: str) -> bool:
    """Prove a page; whether all of it passed."""
    return all(outcome.state == PASSED for outcome in outcomes(page))


@pytest.mark.parametrize(
    ("text", "shapes"),
    [
        ("x = 1  # (B, T)", [(("B", "T"),)]),
        ("x = 1  # (T,)", [(("T",),)]),
        ("x = 1  # ()", [((),)]),
        ("x = 1  # (20_000, d_h)", [((20000, "d_h"),)]),
        ("x = 1  # (2 * d, T - 1)", [(("2 * d", "T - 1"),)]),
        ("x = 1  # (…, T), (..., S)", [(("…", "T"), ("…", "S"))]),
        ("x = 1  # a: (B, T): the batch", [(("B", "T"),)]),
        ("x = 1  # (d, k) each", [(("d", "k"),)]),
        ("x = 1  # (B, T) = (2, 3)", [(("B", "T"),)]),
        ("x = 1  # (one) of many", []),
        ("x = 1  # (the first, the last)", []),
        ("x = 1  # (a, b) are swapped", []),
        ("x = '# (B, T)'", []),
        ("# (B, T)", []),
        ("x = 1  # True is left out", []),
    ],
)
def test_what_is_a_shape(text: str, shapes: list[object]) -> None:
    """And what only looks like one."""
    assert [claim.shapes for claim in claims_of(text)] == shapes


@pytest.mark.parametrize(
    "lines",
    [
        ("x = torch.zeros(2, 5)  # (2, 5)",),
        ("x = torch.zeros(2, 5)  # (B, T)", "y = x.T  # (T, B)"),
        ("x = torch.tensor(1.0)  # ()",),
        ("x = torch.zeros(2, 5, 3)  # (…, 3)",),
        ("x, y = torch.zeros(2), torch.zeros(3)  # (2,), (3,)",),
        ("x, y = torch.zeros(2, 3)  # (3,) each",),
        ("x, h = nn.GRU(3, 4)(torch.zeros(5, 3))  # x: (5, 4)",),
        ("T = 5", "x = torch.zeros(T)  # (T,)", "T = 6", "x = torch.zeros(T)  # (T,)"),
        ("x = torch.zeros(3)  # (T,)", "x = torch.zeros(4)  # (T,) = (4,)"),
        ("x = torch.zeros(6)  # (2 * 3,)",),
        ("H, d = 2, 3", "x = torch.zeros(6)  # (H * d,)"),
        ("for T in (2, 3):", "...     x = torch.zeros(T)  # (T,)"),
        ("x = torch.zeros(2,", "...                 3)  # (2, 3)"),
        ("import numpy", "x = numpy.zeros((2, 3))  # (2, 3)"),
        ("B, T = torch.zeros(2, 3).shape  # (2, 3)",),
        ("x = 3 > 2  # True",),
        ("x = torch.ones(1)[0]  # tensor(1.)",),
        ("x = torch.ones(1).dtype  # torch.float32",),
    ],
)
def test_true_claims(outcomes: Outcomes, lines: tuple[str, ...]) -> None:
    """Each form that pages use."""
    assert ok(outcomes, session(*lines))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (("x = torch.zeros(2, 5)  # (2, 8)",), "`(2, 8)`: the value has the shape (2, 5)"),
        (("x = torch.zeros(2, 5)  # (2, 5, 1)",), "the value has the shape (2, 5)"),
        (("x = torch.zeros(2)  # ()",), "the value has the shape (2,)"),
        (("x = torch.zeros(5)  # (…, 5, 1)",), "the value has the shape (5,)"),
        (
            ("x = torch.zeros(2, 5)  # (B, T)", "y = torch.zeros(5)  # (B,)"),
            "the value has the shape (5,), and B = 2",
        ),
        (("x = torch.zeros(2, 5)  # (T, T)",), "the value has the shape (2, 5)"),
        (("T = 4", "x = torch.zeros(5)  # (T,)"), "(5,), and T = 4"),
        (("x = torch.zeros(3)  # (T,) = (4,)",), "the value has the shape (3,)"),
        (("x = torch.zeros(5, 5)  # (T, T) = (9, 5)",), "the value has the shape (5, 5)"),
        (("x = [torch.zeros(2)]  # (2,)",), "the value is a list, which has no shape"),
        (("x, y = torch.zeros(2, 3)  # (3,), (4,)",), "the value has the shape (3,)"),
        (("x, y = torch.zeros(2, 3)  # (3,), (3,), (3,)",), "it has 3 shapes for 2 values"),
        (("for n in (2, 3):", "...     x = torch.zeros(n)  # (2,)"), "the shape (3,)"),
        (("for x in torch.zeros(2, 3):  # (3,)", "...     y = x"), "no value is bound or shown"),
        (("x = torch.zeros(2)  # y: (2,)",), "no value of this name is bound or shown"),
        (("if False:", "...     x = torch.zeros(n)  # (2,)"), "nothing on the page runs it"),
        (("x = 3 > 2  # False",), "expected: False got: True"),
        (("x = torch.ones(1)[0]  # tensor(2.)",), "expected: tensor(2.) got: tensor(1.)"),
    ],
)
def test_false_claims(outcomes: Outcomes, lines: tuple[str, ...], message: str) -> None:
    """The claim, what the value has, and what its symbols meant."""
    found = outcomes(session(*lines))[-1]

    assert found.state == FAILED
    assert message in found.detail


def test_the_line_is_that_of_the_claim(outcomes: Outcomes) -> None:
    """So that an editor leads there."""
    found = outcomes(session("x = 1", "y = torch.zeros(2)  # (3,)"))[-1]

    assert found.line == 8


def test_a_shown_value_is_checked_and_shown(outcomes: Outcomes) -> None:
    """A prompt prints what it would without the comment."""
    good = f"{IMPORT}```python\n>>> torch.zeros(2)  # (2,)\ntensor([0., 0.])\n```\n"

    assert ok(outcomes, good)
    assert not ok(outcomes, good.replace("# (2,)", "# (3,)"))


FUNCTION = """```python
def f(x):
    y = x + 1  # (B, T)
    return y.T  # (T, B)
```
"""


class TestFunctions:
    """Claims in the functions that a page defines."""

    def test_a_symbol_means_one_number_a_call(self, outcomes: Outcomes) -> None:
        """And another in the next."""
        uses = session("_ = f(torch.zeros(2, 3))", "_ = f(torch.zeros(4, 5))")

        assert ok(outcomes, f"{FUNCTION}\n{uses}")

    def test_a_false_one_is_found_where_it_runs(self, outcomes: Outcomes) -> None:
        """Its block is red, not that of the call."""
        wrong = FUNCTION.replace("(T, B)", "(B, T)")
        found = outcomes(f"{wrong}\n{session('_ = f(torch.zeros(2, 3))')}")

        assert [o.state for o in found] == [FAILED, PASSED, PASSED]
        assert (
            "claims `(B, T)`: the value has the shape (3, 2), and B = 2, T = 3" in found[0].detail
        )
        assert found[0].line == 4

    def test_one_that_never_runs_proves_nothing(self, outcomes: Outcomes) -> None:
        """A name that is used is not a call."""
        found = outcomes(f"{FUNCTION}\n{session('_ = f')}")[0]

        assert "nothing on the page runs it" in found.detail

    def test_parameters_bind_symbols(self, outcomes: Outcomes) -> None:
        """A number by that name is what the symbol means."""
        definition = FUNCTION.replace("f(x)", "f(x, T)")

        assert ok(outcomes, f"{definition}\n{session('_ = f(torch.zeros(2, 3), 3)')}")
        assert not ok(outcomes, f"{definition}\n{session('_ = f(torch.zeros(2, 3), 4)')}")

    def test_recursion_and_generators(self, outcomes: Outcomes) -> None:
        """Each call has sizes of its own."""
        definition = """```python
def halves(x):
    y = x[::2]  # (T,)
    yield y
    if len(y) > 1:
        yield from halves(y)
```
"""
        uses = session("_ = list(halves(torch.zeros(8)))")

        assert ok(outcomes, f"{definition}\n{uses}")

    def test_compiled_functions(self, outcomes: Outcomes) -> None:
        """What is traced checks nothing and works; an eager call checks."""
        uses = session(
            "g = torch.compile(f, backend='eager', fullgraph=True)",
            "_ = g(torch.zeros(2, 3)), f(torch.zeros(2, 3))",
        )

        assert ok(outcomes, f"{FUNCTION}\n{uses}")
