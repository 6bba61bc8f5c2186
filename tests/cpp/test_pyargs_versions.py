"""Format units that came and went, and the length behind `#`."""

import ctypes
import sys

import pytest

from tests.support.tensors import refuses

pytest.importorskip("ptnotes._pyargs", reason="the native extension is not built")

from ptnotes import _pyargs
from ptnotes.cpp.pyargs import SAMPLES, attempt, build, parse, table
from tests.support.pyargs_units import BEFORE_3_12, BEFORE_3_13, BEFORE_3_14, OLD, WIDE


class TestVersions:
    """
    Units that came and went, on the running Python.
    """

    @pytest.mark.parametrize("unit", sorted(WIDE))
    def test_wide(self, unit: str) -> None:
        """
        The units of wchar_t warn up to 3.11 and are gone from 3.12.
        """
        if BEFORE_3_12:
            with pytest.warns(DeprecationWarning, match=f"'{unit[0]}' format is deprecated"):
                assert parse(unit, "aé") == (("aé", 2) if "#" in unit else "aé")
        else:
            with pytest.raises(SystemError, match="bad format char"):
                parse(unit, "a")

    @pytest.mark.parametrize("unit", sorted(OLD))
    def test_old(self, unit: str) -> None:
        """
        t#, w and w# of Python 2 raise SystemError whatever they get.
        """
        assert {attempt(unit, make()).verdict for make in SAMPLES.values()} == {"SystemError"}

    def test_question_mark(self) -> None:
        """
        The ? behind a unit, for None, is of Python 3.14.
        """
        assert attempt("i?", 1).verdict == ("SystemError" if BEFORE_3_14 else "kept")
        assert attempt("i?", None).verdict == ("TypeError" if BEFORE_3_14 else "changed")

    def test_missing_units(self) -> None:
        """
        The table shows as empty exactly the units that this Python lacks.
        """
        lacks = OLD | (set() if BEFORE_3_12 else WIDE) | ({"i?"} if BEFORE_3_14 else set())

        assert {row.unit for row in table() if not row.accepts} == lacks

    def test_wchar_is_not_utf16_here(self) -> None:
        """
        A wchar_t has four bytes on Linux and macOS, two on Windows.
        """
        assert ctypes.sizeof(ctypes.c_wchar) == (2 if sys.platform == "win32" else 4)

    def test_clean(self) -> None:
        """
        Without PY_SSIZE_T_CLEAN a # unit raises SystemError up to 3.12 and works from 3.13.
        """
        if BEFORE_3_13:
            refuses(
                SystemError,
                "PY_SSIZE_T_CLEAN macro must be defined for '#' formats",
                lambda: _pyargs.unclean("hello"),
            )
        else:
            assert _pyargs.unclean("hello") == 5

    def test_bool_can_be_built(self) -> None:
        """
        Py_BuildValue knows p since 3.14.
        """
        if BEFORE_3_14:
            refuses(SystemError, "bad format char passed to Py_BuildValue", lambda: build("p", 2))
        else:
            assert build("p", 2) is True


class TestLength:
    """
    What s# writes where a length is expected.
    """

    def test_bytes(self) -> None:
        """
        It writes a whole Py_ssize_t, nothing before it and nothing behind.
        """
        size = ctypes.sizeof(ctypes.c_ssize_t)
        memory = _pyargs.length_bytes("hello")

        assert memory[:size] == memory[2 * size :] == b"\xee" * size
        assert int.from_bytes(memory[size : 2 * size], sys.byteorder) == 5

    def test_wider_than_int(self) -> None:
        """
        That is more than an int holds, wherever pointers have 64 bits.
        """
        assert ctypes.sizeof(ctypes.c_ssize_t) == ctypes.sizeof(ctypes.c_void_p)
        assert ctypes.sizeof(ctypes.c_int) == 4
