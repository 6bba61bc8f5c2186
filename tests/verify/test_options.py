"""The comment before a block: each option is checked where it is read."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest

from ptnotes.verify.kinds import VERIFIERS
from ptnotes.verify.options import READ_BY, READERS, Options, read_options
from ptnotes.verify.page import Page

SESSION = "```python\n>>> 1\n1\n```\n"
CONSOLE = "```console\n$ true\n```\n"
PROGRAM = "```cpp\nint main() {}\n```\n"


def test_every_option_is_read_into_its_type() -> None:
    """Numbers, a date, a truth, texts."""
    text = (
        "tolerance=1e-3; timeout=60; not-run=two; GPUs=; review=2027-01-31; compiles=no; "
        "exit=127; file=a.cpp; since=2.13; before=2.14.1"
    )
    said = read_options(text.replace(" GPUs=;", ""), 1)

    assert said.wrong == ()
    assert said.options == Options(
        1e-3,
        60.0,
        "two",
        datetime.date(2027, 1, 31),
        compiles=False,
        exit=127,
        file="a.cpp",
        since=(2, 13),
        before=(2, 14, 1),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("timeout=abc", "timeout: expected seconds, a number above 0, given 'abc'"),
        ("timeout=0", "timeout: expected seconds, a number above 0, given '0'"),
        ("timeout=inf", "timeout: expected seconds, a number above 0, given 'inf'"),
        ("tolerance=-1", "tolerance: expected a number above 0, given '-1'"),
        ("tolerance=nan", "tolerance: expected a number above 0, given 'nan'"),
        ("exit=256", "exit: expected a status from 0 to 255, given '256'"),
        ("exit=x", "exit: expected a status from 0 to 255, given 'x'"),
        ("compiles=maybe", "compiles: expected yes or no, given 'maybe'"),
        ("not-run=a; review=soon", "review: expected a date such as 2027-01-31, given 'soon'"),
        ("review=2027-01-01", "review: a review date needs a not-run reason"),
        ("since=2", "since: expected a release of torch such as 2.14, given '2'"),
        ("before=2.x", "before: expected a release of torch such as 2.14, given '2.x'"),
        ("since=2.14; before=2.14", "since: expected a release below that of `before`"),
    ],
)
def test_a_wrong_value_is_named(read: Callable[..., Page], text: str, message: str) -> None:
    """With the line of the comment, and what was expected."""
    (problem,) = read(f"# T\n\n<!-- verify: {text} -->\n{SESSION}").problems[:1]

    assert (problem.line, problem.message) == (3, f"verify: {message}")


@pytest.mark.parametrize("text", ["time=3", "timeout", "timeout="])
def test_an_unknown_option_is_named(read: Callable[..., Page], text: str) -> None:
    """With those that there are."""
    (problem,) = read(f"<!-- verify: {text} -->\n{SESSION}").problems

    assert problem.message.startswith(f"verify: {text!r} is not KEY=VALUE of before, compiles")


@pytest.mark.parametrize(
    ("block", "text", "message"),
    [
        (
            CONSOLE,
            "tolerance=1",
            "tolerance says nothing of a console block, which reads before",
        ),
        (
            PROGRAM,
            "tolerance=1",
            "tolerance says nothing of a cpp block, which reads before",
        ),
        (SESSION, "exit=1", "exit says nothing of a doctest block, which reads before"),
        ("```python\nx = 1\n```\n", "tolerance=1", "tolerance says nothing of a definition block"),
    ],
)
def test_a_useless_option_is_refused(
    read: Callable[..., Page], block: str, text: str, message: str
) -> None:
    """It would change nothing, though its author believes that it does."""
    (problem,) = read(f"# T\n\n<!-- verify: {text} -->\n{block}").problems

    assert problem.line == 3
    assert problem.message.startswith(f"verify: {message}")


def test_every_kind_says_what_it_reads() -> None:
    """And reads only what there is."""
    assert READ_BY.keys() == VERIFIERS.keys() | {"output"}
    assert set().union(*READ_BY.values()) == set(READERS)


@pytest.mark.parametrize(
    ("since", "before", "torch", "fits"),
    [
        ((), (), "2.13.0", True),
        ((2, 14), (), "2.13.1", False),
        ((2, 14), (), "2.14.0", True),
        ((2, 14), (), "2.14.0.dev20270101+cu130", True),
        ((2, 9), (), "2.13.0", True),
        ((), (2, 14), "2.13.9+cpu", True),
        ((), (2, 14), "2.14.0", False),
        ((2, 13), (2, 14), "2.12.1", False),
        ((2, 13), (2, 14), "2.13.0", True),
    ],
)
def test_releases(since: tuple[int, ...], before: tuple[int, ...], torch: str, fits: bool) -> None:
    """Numbers are compared as numbers, and what follows them does not count."""
    assert Options(since=since, before=before).fits(torch) == fits
