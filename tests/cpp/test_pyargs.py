"""`ptnotes.cpp.pyargs.parse` and `csrc/pyargs.cpp`: what each format unit takes and gives."""

import ctypes

import pytest

from tests.support.tensors import refuses

pytest.importorskip("ptnotes._pyargs", reason="the native extension is not built")

from ptnotes.cpp.pyargs import HasFloat, HasIndex, attempt, parse
from tests.support.pyargs_units import BEFORE_3_14, BITS, CHECKED, MASKED


class TestIntegers:
    """
    Units of whole numbers.
    """

    @pytest.mark.parametrize("unit", CHECKED)
    def test_checked(self, unit: str) -> None:
        """
        All that fits arrives as it is; the next one on either side raises OverflowError.
        """
        low, high = (
            (0, 255) if unit == "b" else (-(2 ** (BITS[unit] - 1)), 2 ** (BITS[unit] - 1) - 1)
        )

        assert [parse(unit, n) for n in (low, high, True)] == [low, high, 1]
        for beyond in (low - 1, high + 1, 2**200):
            with pytest.raises(OverflowError):
                parse(unit, beyond)

    @pytest.mark.parametrize("unit", MASKED)
    def test_masked(self, unit: str) -> None:
        """
        Any int is taken modulo the size, silently.
        """
        modulus = 2 ** BITS[unit]

        for n in (0, -1, modulus - 1, modulus, 3 * modulus + 5, -(2**200) + 7):
            assert parse(unit, n) == n % modulus

    @pytest.mark.parametrize("unit", [*CHECKED, *MASKED])
    def test_no_float(self, unit: str) -> None:
        """
        A float is no integer, not even 1.0.
        """
        with pytest.raises(TypeError):
            parse(unit, 1.0)

    def test_index(self) -> None:
        """
        An object with ``__index__`` will do; for k and K only since Python 3.14.
        """
        for unit in [*CHECKED, *"BHI"]:
            assert parse(unit, HasIndex()) == 7
        for unit in "kK":
            assert attempt(unit, HasIndex()).verdict == ("TypeError" if BEFORE_3_14 else "kept")


class TestNumbers:
    """
    Real and complex numbers and truth.
    """

    def test_float(self) -> None:
        """
        Unit f rounds to single precision, and past its range gives infinity without an error.
        """
        assert parse("f", 0.1) == ctypes.c_float(0.1).value != 0.1
        assert parse("f", 1e300) == float("inf")
        assert parse("f", -1e39) == float("-inf")

    def test_double(self) -> None:
        """
        Unit d keeps a float, rounds an int, and refuses an int past the range of a double.
        """
        assert parse("d", 0.1) == 0.1
        assert parse("d", 2**53 + 1) == 2**53
        refuses(OverflowError, "int too large to convert to float", lambda: parse("d", 2**1024))

    def test_no_text(self) -> None:
        """
        Text is not read as a number.
        """
        refuses(TypeError, "must be real number, not str", lambda: parse("d", "1.5"))

    def test_complex(self) -> None:
        """
        D takes every number.
        """
        assert [parse("D", n) for n in (1 - 2j, 1.5, 3, HasFloat())] == [1 - 2j, 1.5, 3, 2.5]

    def test_truth(self) -> None:
        """
        Unit p takes anything and asks whether it is true, and passes on what the object raises.
        """
        assert [parse("p", x) for x in ([], [0], None, "", "0", 0.0)] == [0, 1, 0, 0, 1, 0]

        class Unsure:
            """
            Neither true nor false.
            """

            def __bool__(self) -> bool:
                msg = "unsure"
                raise RuntimeError(msg)

        refuses(RuntimeError, "unsure", lambda: parse("p", Unsure()))

    def test_characters(self) -> None:
        """
        Unit c takes one byte, C one character, and neither takes two.
        """
        assert parse("c", b"a") == parse("c", bytearray(b"a")) == parse("C", "a") == 97
        assert parse("C", "\U0001f600") == 0x1F600
        for unit, sample in (("c", b"ab"), ("c", "a"), ("C", "ab"), ("C", b"a"), ("C", 97)):
            assert attempt(unit, sample).verdict == "TypeError"


class TestText:
    """
    Units that hand out text, bytes and buffers.
    """

    def test_utf8(self) -> None:
        """
        Text arrives as UTF-8, whose length is in bytes.
        """
        assert parse("s", "é") == b"\xc3\xa9"
        assert parse("s#", "é") == parse("s*", "é") == (b"\xc3\xa9", 2)

    @pytest.mark.parametrize("unit", ["s", "z", "y", "es", "et"])
    def test_no_null(self, unit: str) -> None:
        """
        Without a length there can be no NUL inside, and it is refused, not cut.
        """
        sample = b"a\0b" if unit == "y" else "a\0b"

        assert attempt(unit, sample).verdict == ("TypeError" if unit[0] == "e" else "ValueError")

    @pytest.mark.parametrize("unit", ["s#", "z#", "s*", "z*", "es#", "et#"])
    def test_null_with_length(self, unit: str) -> None:
        """
        With a length a NUL is a byte as any other.
        """
        assert parse(unit, "a\0b") == (b"a\0b", 3)

    @pytest.mark.parametrize("unit", ["z", "z#", "z*"])
    def test_none(self, unit: str) -> None:
        """
        The z units make NULL of None, of length 0.
        """
        assert parse(unit, None) == (None if unit == "z" else (None, 0))

    def test_read_only(self) -> None:
        """
        Pointers are given out only into what cannot move: a memoryview is refused even of bytes.
        """
        for unit in ("s#", "z#", "y#", "y"):
            for sample in (bytearray(b"a"), memoryview(b"a")):
                assert "read-only bytes-like object" in attempt(unit, sample).message
                assert parse("y*", sample) == (b"a", 1)

    def test_writable(self) -> None:
        """
        w* wants memory that may be written, in one piece.
        """
        assert parse("w*", bytearray(b"ab")) == parse("w*", memoryview(bytearray(b"ab")))
        for sample in (b"ab", memoryview(b"ab"), "ab", None):
            assert "must be read-write bytes-like object" in attempt("w*", sample).message
        assert attempt("w*", memoryview(bytearray(4))[::2]).verdict == "TypeError"

    def test_encoded(self) -> None:
        """
        The e units encode, here to Latin-1; et lets bytes through as they are.
        """
        assert parse("es", "é") == parse("et", "é") == b"\xe9"
        assert parse("et#", b"\xff\0") == (b"\xff\0", 2)
        assert attempt("es", "中").verdict == "UnicodeEncodeError"
        assert attempt("es", b"a").verdict == "TypeError"

    def test_surrogate(self) -> None:
        """
        A lone surrogate has no UTF-8, though U, which converts nothing, takes it.
        """
        assert attempt("s", "\ud800").verdict == "UnicodeEncodeError"
        assert attempt("U", "\ud800").verdict == "kept"

    @pytest.mark.parametrize("unit", ["s*", "y*", "z*", "w*"])
    def test_buffer_is_released(self, unit: str) -> None:
        """
        Afterwards the owner can be resized again.
        """
        owner = bytearray(b"ab")
        parse(unit, owner)
        owner.append(0)

        assert len(owner) == 3


class TestObjects:
    """
    Units that hand out the object itself, and converters.
    """

    @pytest.mark.parametrize(
        ("unit", "sample"),
        [("O", object()), ("U", "a"), ("S", b"a"), ("Y", bytearray()), ("O!", [])],
    )
    def test_same_object(self, unit: str, sample: object) -> None:
        """
        It is the very object.
        """
        assert parse(unit, sample) is sample

    def test_subclass(self) -> None:
        """
        O! and U take subclasses too.
        """
        text, items = type("Text", (str,), {})("a"), type("Items", (list,), {})()

        assert parse("U", text) is text
        assert parse("O!", items) is items

    def test_converter(self) -> None:
        """
        O& stores what the converter makes, and its error is the caller's.
        """
        assert parse("O&", 0.25) == 0.25
        assert parse("O&", True) == 1.0
        for sample in (1.5, -1, float("nan")):
            refuses(ValueError, f"expected 0 to 1, given {sample}", lambda x=sample: parse("O&", x))
        refuses(TypeError, "must be real number, not str", lambda: parse("O&", "1"))


class TestAround:
    """
    What stands around units.
    """

    def test_optional(self) -> None:
        """
        Behind | nothing is touched that is not given.
        """
        assert parse("i|i", 1) == (1, 0)
        assert parse("i|i", 1, 2) == (1, 2)
        refuses(
            TypeError, "function takes at most 2 arguments (3 given)", lambda: parse("i|i", 1, 2, 3)
        )

    def test_name(self) -> None:
        """
        The name behind : appears in messages of the parser, not in those of a conversion.
        """
        refuses(TypeError, "rows() takes exactly 1 argument (0 given)", lambda: parse("i:rows"))
        refuses(TypeError, "name() argument 1 must be str, not int", lambda: parse("U:name", 1))
        assert "rows" not in attempt("i:rows", "a").message

    def test_message(self) -> None:
        """
        The text behind ; replaces messages of the parser, not those of a conversion.
        """
        refuses(TypeError, "name is text", lambda: parse("U;name is text", 1))
        refuses(TypeError, "rows is a number", lambda: parse("i;rows is a number"))
        for sample in ("a", 2**31):
            assert attempt("i;rows is a number", sample) == attempt("i", sample)

    def test_keyword_only(self) -> None:
        """
        $ is of PyArg_ParseTupleAndKeywords alone.
        """
        refuses(
            SystemError, "argument 2 (impossible<bad format char>)", lambda: parse("i|$i", 1, 2)
        )

    def test_nested(self) -> None:
        """
        Parentheses take a sequence of just so many items.
        """
        assert parse("(ii)", (1, 2)) == parse("(ii)", [1, 2]) == (1, 2)
        for sample in ((1, 2, 3), (1,), b"ab", 1, None):
            assert attempt("(ii)", sample).verdict == "TypeError"
