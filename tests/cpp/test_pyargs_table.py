"""The measured table and grid of `ptnotes.cpp.pyargs`."""

import pytest

from tests.support.tensors import refuses

pytest.importorskip("ptnotes._pyargs", reason="the native extension is not built")

from ptnotes.cpp.pyargs import SAMPLES, HasIndex, attempt, build, grid, parse, table, units
from tests.support.pyargs_units import BITS, CHECKED, MASKED, TAKES


class TestTable:
    """
    The measured table.
    """

    def test_accepts(self) -> None:
        """
        Each unit takes exactly the types that are written down here.
        """
        everything = tuple(dict.fromkeys(type(make()).__name__ for make in SAMPLES.values()))
        everything = tuple("None" if name == "NoneType" else name for name in everything)
        expected = {unit: tuple(names.split()) for unit, names in TAKES.items()}

        assert {row.unit: row.accepts for row in table()} == {
            **expected,
            "O": everything,
            "p": everything,
        }

    def test_ranges(self) -> None:
        """
        Range and overflow of the integer units, and no range for any other.
        """
        rows = {row.unit: row for row in table() if row.range and row.unit != "i?"}

        assert set(rows) == {*CHECKED, *MASKED}
        for unit, row in rows.items():
            signed = unit in "hilLn"
            assert row.low == (-(2 ** (BITS[unit] - 1)) if signed else 0)
            assert row.high == 2 ** (BITS[unit] - signed) - 1
            assert row.overflow == ("wraps" if unit in MASKED else "OverflowError")
        assert rows["b"].range == "0..2**8-1"
        assert rows["h"].range == "-2**15..2**15-1"

    def test_errors(self) -> None:
        """
        Only what takes everything has no error to show.
        """
        assert {row.unit for row in table() if not row.error} == {"O", "p"}

    def test_grid(self) -> None:
        """
        Verdicts are kept, changed, or an error with its message; every sample has one.
        """
        for outcomes in grid().values():
            assert list(outcomes) == list(SAMPLES)
            for outcome in outcomes.values():
                refused = outcome.verdict not in ("kept", "changed")
                assert bool(outcome.message) == refused
        assert {outcome.verdict for outcome in grid()["O"].values()} == {"kept"}

    def test_verdicts(self) -> None:
        """
        Kept means equal in meaning: text its UTF-8, a character its number.
        """
        kept = [
            ("h", 5),
            ("s", "é"),
            ("C", "é"),
            ("c", b"a"),
            ("y*", b"a"),
            ("z", None),
            ("i", HasIndex()),
        ]
        changed = [("B", 256), ("es", "é"), ("p", []), ("f", 0.1), ("d", 2**53 + 1), ("p", None)]

        assert {attempt(unit, sample).verdict for unit, sample in kept} == {"kept"}
        assert {attempt(unit, sample).verdict for unit, sample in changed} == {"changed"}

    def test_unknown_unit(self) -> None:
        """
        A unit that is not in the table never reaches the parser.
        """
        refuses(ValueError, "no unit q in the table", lambda: parse("q", 1))
        refuses(ValueError, "no unit q in the table", lambda: build("q", 1))

    def test_no_c_type_is_missing(self) -> None:
        """
        Every unit names its C type.
        """
        assert all(units().values())
