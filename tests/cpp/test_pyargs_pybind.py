"""`csrc/pyargs_pybind.cpp` beside `csrc/pyargs.cpp`: the same functions, written with pybind11."""

from pathlib import Path
from types import ModuleType

import pytest

from tests.support.tensors import refuses

pytest.importorskip("ptnotes._pyargs", reason="the native extension is not built")
pytest.importorskip("ptnotes._pyargs_pybind", reason="the native extension is not built")

from ptnotes import _pyargs, _pyargs_pybind
from ptnotes.cpp.pyargs import SAMPLES, HasIndex, attempt
from tests.support.pyargs_units import attempt_call, growth, stable


class TestPybind:
    """
    The module written with pybind11.
    """

    def test_repeat(self) -> None:
        """
        Both take and give the same.
        """
        for call in (
            lambda m: m.repeat("ab"),
            lambda m: m.repeat("ab", 2),
            lambda m: m.repeat(text="ab", times=3, loud=True),
            lambda m: m.repeat("ß", loud=True),
            lambda m: m.repeat("ab", -1),
            lambda m: m.repeat("ab", HasIndex()),
        ):
            assert call(_pyargs) == call(_pyargs_pybind)

    @pytest.mark.parametrize(
        ("arguments", "keywords"),
        [((), {}), ((b"a",), {}), (("a", 1.0), {}), (("a", 1, True), {}), (("a",), {"speed": 1})],
    )
    def test_refusals(self, arguments: tuple[object, ...], keywords: dict[str, object]) -> None:
        """
        Both refuse the same with a TypeError; pybind11's says which types would do.
        """
        with pytest.raises(TypeError):
            _pyargs.repeat(*arguments, **keywords)
        with pytest.raises(TypeError, match="incompatible function arguments"):
            _pyargs_pybind.repeat(*arguments, **keywords)

    def test_keyword_errors(self) -> None:
        """
        What the raw parser says of a missing argument and of one by position.
        """
        refuses(
            TypeError, "repeat() missing required argument 'text' (pos 1)", lambda: _pyargs.repeat()
        )
        refuses(
            TypeError,
            "repeat() takes at most 2 positional arguments (3 given)",
            lambda: _pyargs.repeat("a", 1, True),
        )

    @pytest.mark.parametrize("unit", ["b", *"hilLnfdD", "U", "S", "Y", "O", "O!"])
    def test_same_values(self, unit: str) -> None:
        """
        Unit and type take the same samples and give the same values; only errors differ in name.
        """
        for make in SAMPLES.values():
            sample = make()
            raw = attempt(unit, sample)
            if raw.message:
                with pytest.raises(TypeError):
                    getattr(_pyargs_pybind, unit)(sample)
            else:
                assert getattr(_pyargs_pybind, unit)(sample) == raw.value

    def test_where_they_differ(self) -> None:
        """
        pybind11 is stricter about range and truth, and laxer about text.
        """
        for sample in (-1, 2**64):
            with pytest.raises(TypeError):
                _pyargs_pybind.k(sample)
        for sample in ([], "", "a"):
            with pytest.raises(TypeError):
                _pyargs_pybind.p(sample)
        assert _pyargs_pybind.p(None) is False
        assert _pyargs_pybind.s("a\0b") == b"a\0b"
        assert _pyargs_pybind.s(b"a") == b"a"
        assert _pyargs_pybind.z(None) is None
        assert _pyargs_pybind.C("é") == "é"

    def test_signature(self) -> None:
        """
        pybind11 writes the signature; a docstring by hand says what it wants.
        """
        assert _pyargs_pybind.repeat.__doc__.startswith("repeat(text: str, times: ")
        assert _pyargs.repeat.__doc__ == "repeat(text, times=1, *, loud=False)"

    @pytest.mark.parametrize("module", [_pyargs, _pyargs_pybind])
    def test_fill(self, module: ModuleType) -> None:
        """
        Both write into the caller's memory, and only where they may.
        """
        memory = bytearray(3)
        module.fill(memoryview(memory)[1:], 7)

        assert memory == b"\0\7\7"
        with pytest.raises((TypeError, BufferError)):
            module.fill(b"abc", 7)
        for step in (2, -1):
            with pytest.raises(TypeError):
                module.fill(memoryview(memory)[::step], 1)
        assert memory == b"\0\7\7"

    def test_references(self) -> None:
        """
        No call keeps or loses a reference, whether it succeeds or fails.
        """
        text, memory = "ab cd", bytearray(8)
        stable(lambda: _pyargs_pybind.repeat(text, 3, loud=True), text)
        stable(lambda: attempt_call(_pyargs_pybind.repeat, text, "x"), text)
        stable(lambda: _pyargs_pybind.fill(memory, 7), memory)
        stable(lambda: attempt_call(_pyargs_pybind.fill, memory, 256), memory)
        memory.append(0)  # no export is left behind

        assert growth(lambda: _pyargs_pybind.repeat("ab" * 500, 3, loud=True)) < 10_000

    def test_raw_interface_is_not_used(self) -> None:
        """
        pybind11 calls neither parser nor builder; the module by hand calls both.
        """
        raw, bound = [Path(m.__file__).read_bytes() for m in (_pyargs, _pyargs_pybind)]

        assert b"PyArg_Parse" in raw
        assert b"Py_BuildValue" in raw
        assert b"PyArg_Parse" not in bound
        assert b"Py_BuildValue" not in bound
