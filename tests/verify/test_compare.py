"""`ptnotes.verify.compare`: exact text, numbers within half a unit of the last printed digit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ptnotes.verify.compare import difference

SAME = [
    ("tensor([0.3333])", "tensor([0.33333])", "rounded to the printed digits"),
    ("0.12", "0.1249", "half a unit of the last digit"),
    ("1.0e-05", "1.04e-05", "an exponent counts in its own last digit"),
    ("tensor(2.)", "tensor(2.)", "a whole number"),
    ("loss ⟨varies⟩ after 3 steps", "loss 0.91 after 3 steps", "what truly varies is marked"),
    ("a\n<BLANKLINE>\nb", "a\n\nb", "a blank line is written out"),
    ("x  \n", "x\n\n", "trailing blanks do not count"),
    ("inf nan", "inf nan", "words"),
]
DIFFERENT = [
    ("tensor([0.3333])", "tensor([0.3334])", "the last digit"),
    ("2", "3", "an integer is exact"),
    ("2", "2.", "the decimal point"),
    ("tensor(2.)", "tensor(2.4)", "a whole number claims to be whole"),
    ("tensor(-0.)", "tensor(0.)", "the sign"),
    ("1.0e-05", "0.000010", "the notation"),
    ("torch.float32", "torch.float64", "the dtype"),
    ("torch.Size([2, 3])", "torch.Size([3, 2])", "the shape"),
    ("device='cuda:0'", "device='cuda:1'", "the device"),
    ("0x7f", "0x8f", "an address is text"),
    ("1.5j", "1.6j", "a number glued to a letter is text"),
    ("a b", "a  b", "blanks within a line"),
    ("yes", "", "nothing"),
    ("", "surprise", "something"),
    ("⟨varies⟩", "two\nlines", "a mark stands for one line"),
]


@pytest.mark.parametrize(("expected", "got", "why"), SAME, ids=[s[2] for s in SAME])
def test_same(expected: str, got: str, why: str) -> None:
    """Text and numbers that say the same pass."""
    assert difference(expected, got) is None, why


@pytest.mark.parametrize(("expected", "got", "why"), DIFFERENT, ids=[d[2] for d in DIFFERENT])
def test_different(expected: str, got: str, why: str) -> None:
    """Anything else is red, and the message shows both sides."""
    message = difference(expected, got)

    assert message is not None, why
    assert "expected" in message


def test_stated_tolerance() -> None:
    """A tolerance stated at the block widens numbers and nothing else."""
    assert difference("0.50", "0.52", 0.05) is None
    assert difference("100.", "104.", 0.05) is None
    assert difference("0.50", "0.56", 0.05) is not None
    assert difference("torch.float32", "torch.float64", 0.9) is not None


@given(st.floats(-1e6, 1e6), st.integers(1, 6))
def test_rounding_is_never_a_difference(value: float, digits: int) -> None:
    """Whatever a page prints with fewer digits, in fixed notation, is true of the full value."""
    shown = f"{value:.{digits}f}"
    full = f"{value:.{digits + 9}f}"
    assert difference(shown, full) is None or shown.startswith("-") != full.startswith("-")


@given(st.integers(0, 10**6), st.integers(1, 9))
def test_another_integer_is_always_a_difference(value: int, step: int) -> None:
    """No two integers are taken for the same."""
    assert difference(str(value), str(value + step)) is not None
