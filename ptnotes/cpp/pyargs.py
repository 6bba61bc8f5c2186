"""
What the format units of ``PyArg_ParseTuple`` and ``Py_BuildValue`` do on this very Python.

Nothing here is copied from a manual: ``csrc/pyargs.cpp`` parses with each unit and says what C
received, and this module tries each on a fixed list of objects.
"""

import operator
import warnings
from collections.abc import Callable
from dataclasses import dataclass

__all__ = [
    "AROUND",
    "SAMPLES",
    "HasFloat",
    "HasIndex",
    "Outcome",
    "Row",
    "attempt",
    "build",
    "grid",
    "parse",
    "table",
    "units",
]

try:
    from ptnotes import _pyargs  # type: ignore[attr-defined]
except ImportError as error:
    msg = (
        "ptnotes._pyargs is not built; with a C++ compiler, `PTNOTES_NATIVE=require "
        "pip install --no-build-isolation -e .` builds it, or says what is missing"
    )
    raise ImportError(msg) from error

AROUND = frozenset("|$:;()")  # what stands around units and is none itself


class HasIndex:
    """
    No int, but gives one: 7.
    """

    def __index__(self) -> int:
        return 7


class HasFloat:
    """
    No float, but gives one: 2.5.
    """

    def __float__(self) -> float:
        return 2.5


SAMPLES: dict[str, Callable[[], object]] = {
    "0": lambda: 0,
    "-1": lambda: -1,
    "2**7": lambda: 2**7,
    "2**8": lambda: 2**8,
    "2**31": lambda: 2**31,
    "2**63": lambda: 2**63,
    "2**64": lambda: 2**64,
    "True": lambda: True,
    "1.5": lambda: 1.5,
    "0.1": lambda: 0.1,
    "1e300": lambda: 1e300,
    "1j": lambda: 1j,
    "'a'": lambda: "a",
    "'ab'": lambda: "ab",
    "''": lambda: "",
    "'é'": lambda: "é",
    r"'a\0b'": lambda: "a\0b",
    "b'a'": lambda: b"a",
    r"b'a\0b'": lambda: b"a\0b",
    "bytearray": lambda: bytearray(b"a"),
    "memoryview": lambda: memoryview(b"a"),
    "None": lambda: None,
    "[]": lambda: [],
    "__index__": HasIndex,
    "__float__": HasFloat,
}


@dataclass(frozen=True)
class Outcome:
    """
    What became of one object under one unit.

    Args:
        verdict: ``"kept"``, ``"changed"``, or the name of the error that refused it.
        value: What C received; None where it was refused.
        message: Of the error, else empty.
    """

    verdict: str
    value: object
    message: str = ""


@dataclass(frozen=True)
class Row:
    """
    What one unit does.

    Args:
        unit: As written in a format.
        c_type: Of the C variables whose addresses are passed.
        accepts: Types of the samples that it takes, None as itself; none of them where this
            Python lacks the unit.
        low: The least int that arrives unchanged; None for a unit not of integers.
        high: The greatest.
        overflow: What becomes of ``high + 1``: ``"wraps"``, or the name of an error.
        error: What it says to the first sample of a type it does not take.
    """

    unit: str
    c_type: str
    accepts: tuple[str, ...]
    low: int | None
    high: int | None
    overflow: str
    error: str

    @property
    def range(self) -> str:
        """``low`` and ``high`` in powers of two."""
        if self.low is None or self.high is None:
            return ""
        least = f"-2**{(-self.low).bit_length() - 1}" if self.low else "0"
        return f"{least}..2**{self.high.bit_length()}-1"


def parse(unit: str, *objects: object) -> object:
    r"""
    Parse *objects* with the format *unit* and return what C received.

    Text and bytes come back as the bytes that C saw, with the length where C was told one.

    Args:
        unit: One of the table in ``csrc/pyargs.cpp``.
        objects: The arguments, usually one.

    Returns:
        The value, or a tuple of a value and its length.

    Raises:
        ValueError: If the table has no such unit, besides whatever the unit itself raises.

    Source: https://docs.python.org/3/c-api/arg.html#parsing-arguments

    >>> from ptnotes.cpp.pyargs import parse
    >>> parse("B", 257), parse("s", "é"), parse("s#", "é")
    (1, b'\xc3\xa9', (b'\xc3\xa9', 2))
    """
    return _pyargs.parse(unit, objects)


def build(unit: str, *objects: object) -> object:
    """
    Turn *objects* into C values of the type that *unit* takes, and build a Python object of them.

    Args:
        unit: One of the second table in ``csrc/pyargs.cpp``.
        objects: What the C values are made of, usually one object.

    Returns:
        What ``Py_BuildValue`` made.

    Raises:
        ValueError: If the table has no such unit, besides whatever the unit itself raises.

    Source: https://docs.python.org/3/c-api/arg.html#building-values

    >>> from ptnotes.cpp.pyargs import build
    >>> build("h", 40_000), build("[OO]", 1, 2), build("")
    (-25536, [1, 2], None)
    """
    return _pyargs.build(unit, objects)


def attempt(unit: str, sample: object) -> Outcome:
    """
    Try one object on one unit; an error is an outcome like any other, a warning is ignored.

    Args:
        unit: One of the table in ``csrc/pyargs.cpp``.
        sample: Any object.

    Returns:
        What became of it.

    >>> from ptnotes.cpp.pyargs import attempt
    >>> attempt("b", 255).verdict, attempt("B", 256).verdict, attempt("b", 256).verdict
    ('kept', 'changed', 'OverflowError')
    >>> attempt("b", "1").message
    "'str' object cannot be interpreted as an integer"
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python 3.11 warns that `u` is about to go
            value = parse(unit, sample)
    except Exception as error:  # refusing is what is measured
        return Outcome(type(error).__name__, None, str(error))
    return Outcome("kept" if _same(value, sample) else "changed", value)


def _same(value: object, sample: object) -> bool:
    """Whether C received what the object means: text as UTF-8, a character as its number."""
    meanings = [sample]
    if isinstance(sample, str):
        meanings.append(sample.encode("utf-8", "surrogatepass"))
    elif isinstance(sample, bytes | bytearray | memoryview):
        meanings.append(bytes(sample))
    elif isinstance(sample, HasIndex):
        meanings.append(operator.index(sample))
    elif isinstance(sample, HasFloat):
        meanings.append(float(sample))
    if isinstance(sample, str | bytes | bytearray) and len(sample) == 1:
        meanings.append(ord(sample))
    return (value[0] if isinstance(value, tuple) else value) in meanings


def units() -> dict[str, str]:
    """
    List the format units with the C types of their variables.

    Returns:
        C types by unit, in the order of the table.

    >>> from ptnotes.cpp.pyargs import units
    >>> units()["h"], units()["s#"]
    ('short', 'const char *, Py_ssize_t')
    """
    return {unit: c_type for unit, c_type in _pyargs.parsed() if not AROUND & set(unit)}


def grid() -> dict[str, dict[str, Outcome]]:
    """
    Try every sample on every unit.

    Returns:
        Outcomes by unit and by sample.

    >>> from ptnotes.cpp.pyargs import grid
    >>> grid()["p"]["[]"]
    Outcome(verdict='changed', value=0, message='')
    """
    # Samples are made anew for each unit, so that none can spoil one for the next.
    return {u: {name: attempt(u, make()) for name, make in SAMPLES.items()} for u in units()}


def table() -> list[Row]:
    """
    Measure every unit: accepted types, range, what happens beyond it, and the error text.

    Returns:
        One row a unit, in the order of ``csrc/pyargs.cpp``.

    >>> from ptnotes.cpp.pyargs import table
    >>> rows = {row.unit: row for row in table()}
    >>> rows["h"].range, rows["h"].overflow
    ('-2**15..2**15-1', 'OverflowError')
    >>> rows["y"].accepts, rows["y"].error
    (('bytes',), "a bytes-like object is required, not 'int'")
    """
    outcomes, c_types = grid(), units()
    return [_row(unit, c_types[unit], outcomes[unit]) for unit in c_types]


def _row(unit: str, c_type: str, outcomes: dict[str, Outcome]) -> Row:
    types = {name: type(make()).__name__ for name, make in SAMPLES.items()} | {"None": "None"}
    taken = [types[name] for name, out in outcomes.items() if out.verdict in ("kept", "changed")]
    errors = [out.message for name, out in outcomes.items() if types[name] not in taken]
    low, high = _range(unit)
    beyond = attempt(unit, high + 1).verdict if high is not None else ""
    return Row(
        unit=unit,
        c_type=c_type,
        accepts=tuple(dict.fromkeys(taken)),
        low=low,
        high=high,
        overflow="wraps" if beyond == "changed" else beyond,
        error=errors[0] if errors else "",
    )


def _range(unit: str) -> tuple[int | None, int | None]:
    """Find the ints that arrive unchanged, from 0 or ``-2**m`` to ``2**n - 1``."""
    whole = type(attempt(unit, True).value) is int and attempt(unit, 1.5).verdict == "TypeError"
    if not whole:
        return None, None
    powers = [-(2**n) for n in range(99)]
    low = min((n for n in powers if attempt(unit, n).verdict == "kept"), default=0)
    high = max(2**n - 1 for n in range(99) if attempt(unit, 2**n - 1).verdict == "kept")
    return low, high
