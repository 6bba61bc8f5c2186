"""A condition in a recipe is seen both ways, or its block is red."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ptnotes.verify.block import FAILED, PASSED, Outcome

Outcomes = Callable[..., list[Outcome]]


def page(definition: str, *uses: str) -> str:
    """Return a page with a definition and a session that uses it."""
    session = "".join(f">>> _ = {use}\n" for use in uses)
    return f"```python\n{definition}\n```\n\n```python\n{session}```\n"


@pytest.mark.parametrize(
    ("body", "uses", "message"),
    [
        ("    if x > 0:\n        return 1", ["f(1)"], "`x > 0` was never False"),
        ("    if x > 0:\n        return 1", ["f(0)"], "`x > 0` was never True"),
        ("    return 1 if x > 0 else 2", ["f(1)"], "`x > 0` was never False"),
        ("    return [y for y in (1, 2) if y > x]", ["f(0)"], "`y > x` was never False"),
        ("    return dict(on=x == 1)", ["f(1)"], "`x == 1` was never False"),
        ("    while x:\n        break", ["f(1)"], "`x` was never False"),
        ("    if x:\n        if x > 5:\n            x", ["f(0)", "f(1)"], "`x > 5` was never True"),
        ("    def g():\n        return 1 if x else 2\n    return g()", ["f(1)"], "`x` was never"),
    ],
)
def test_a_condition_tried_one_way(
    outcomes: Outcomes, body: str, uses: list[str], message: str
) -> None:
    """It is named, with the value that it never had."""
    found = outcomes(page(f"def f(x):\n{body}", *uses))[0]

    assert found.state == FAILED
    assert message in found.detail


@pytest.mark.parametrize(
    ("body", "uses"),
    [
        ("    if x > 0:\n        return 1", ["f(0)", "f(1)"]),
        ("    return dict(on=x == 1)", ["f(0)", "f(1)"]),
        ("    while x:\n        x -= 1", ["f(1)"]),
        ("    while True:\n        break", ["f(1)"]),
        ("    assert x == 1", ["f(1)"]),
        ("    import torch\n    return torch.ones(2) == x", ["f(1)"]),
        ("    return x and 1", ["f(1)"]),
    ],
)
def test_both_ways_or_no_condition(outcomes: Outcomes, body: str, uses: list[str]) -> None:
    """A loop ends, an assertion is to hold, a tensor of truths is no truth."""
    assert [o.state for o in outcomes(page(f"def f(x):\n{body}", *uses))] == [PASSED, PASSED]


def test_the_line_is_that_of_the_condition(outcomes: Outcomes) -> None:
    """So that an editor leads there."""
    found = outcomes(page("def f(x):\n    y = x\n    return 1 if y else 2", "f(1)"))[0]

    assert found.line == 4


def test_code_outside_functions_may_branch(outcomes: Outcomes) -> None:
    """It runs once, as the page shows it."""
    assert outcomes(page("x = 1 if True == 1 else 2", "x"))[0].state == PASSED


def test_functions_stay_what_they_were(outcomes: Outcomes) -> None:
    """Their source, their compiled and their scripted form."""
    definition = (
        "import inspect, torch\n\ndef f(x, up: bool):\n    if up:\n        return x + 1\n"
        "    return x - 1"
    )
    session = """
>>> x = torch.zeros(1)
>>> print(inspect.getsource(f).splitlines()[1].strip())
if up:
>>> g = torch.compile(f, backend="eager", fullgraph=True)
>>> g(x, True), g(x, False)
(tensor([1.]), tensor([-1.]))
>>> f(x, True), f(x, False)
(tensor([1.]), tensor([-1.]))
"""
    found = outcomes(f"```python\n{definition}\n```\n\n```python{session}```\n")

    assert [(o.state, o.detail) for o in found] == [(PASSED, ""), (PASSED, "")]


def test_a_page_that_is_not_ours_may_leave_a_branch() -> None:
    """The rule is the house's; other people's pages are only run."""
    from ptnotes.verify.block import Block
    from ptnotes.verify.page import Page
    from ptnotes.verify.prove import prove_foreign

    code = "def f(x):\n    return 1 if x else 2\nf(1)"
    block = Block("a.md", 1, "definition", code, "fences")

    assert [o.state for o in prove_foreign(Page("a.md", code, (block,)))] == [PASSED]
