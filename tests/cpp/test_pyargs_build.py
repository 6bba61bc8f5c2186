"""`ptnotes.cpp.pyargs.build`, references, and the module itself."""

import ctypes
import importlib.util
import sys
from importlib.machinery import ModuleSpec

import pytest

pytest.importorskip("ptnotes._pyargs", reason="the native extension is not built")

import ptnotes.cpp.pyargs
from ptnotes import _pyargs
from ptnotes.cpp.pyargs import SAMPLES, build, parse
from tests.support.pyargs_units import BITS, attempt_call, growth, stable


class TestBuild:
    """
    ``Py_BuildValue``.
    """

    @pytest.mark.parametrize(
        ("unit", "value", "expected"),
        [
            ("B", -1, 255),
            ("h", 40000, -25536),
            ("H", -1, 65535),
            ("i", -1, -1),
            ("I", -1, 2**32 - 1),
            ("L", -1, -1),
            ("K", -1, 2**64 - 1),
            ("n", -1, -1),
            ("c", 97, b"a"),
            ("C", 0x4E2D, "中"),
            ("d", 0.1, 0.1),
            ("f", 0.5, 0.5),
            ("D", 1j, 1j),
            ("s", "é", "é"),
            ("s", "a\0b", "a"),
            ("s#", "a\0b", "a\0b"),
            ("z", None, None),
            ("s", None, None),
            ("z#", "é", "é"),
            ("y", "é", b"\xc3\xa9"),
            ("y#", b"\xff\0", b"\xff\0"),
            ("y", None, None),
            ("U", b"a", "a"),
            ("U#", b"a", "a"),
            ("u", "a中", "a中"),
            ("u#", "a\0", "a\0"),
            ("O", 1, 1),
            ("S", 1, 1),
            ("N", 1, 1),
            ("O&", 7, "7 %"),
            ("(O)", 1, (1,)),
        ],
    )
    def test_unit(self, unit: str, value: object, expected: object) -> None:
        """
        Each unit makes the object that it should, of the type that it should.
        """
        result = build(unit, value)

        assert result == expected
        assert type(result) is type(expected)

    @pytest.mark.parametrize("unit", "lk")
    def test_long(self, unit: str) -> None:
        """
        Units l and k differ in what -1 becomes.
        """
        assert build(unit, -1) == (-1 if unit == "l" else 2 ** BITS["k"] - 1)

    def test_how_many(self) -> None:
        """
        No unit gives None, one the bare object, two a tuple; brackets say what is meant.
        """
        assert build("") is None
        assert build("OO", 1, 2) == (1, 2)
        assert build("[OO]", 1, 2) == [1, 2]
        assert build("{O:O}", 1, 2) == {1: 2}

    def test_errors(self) -> None:
        """
        What cannot be decoded, hashed or be a character is refused.
        """
        with pytest.raises(TypeError, match="unhashable"):
            build("{O:O}", [], 1)
        with pytest.raises(UnicodeDecodeError):
            build("s", b"\xff")
        with pytest.raises(ValueError, match="chr"):
            build("C", 0x110000)

    def test_every_unit_is_tried(self) -> None:
        """
        The tests above leave no line of the table out.
        """
        marks = next(m for m in TestBuild.test_unit.pytestmark if m.name == "parametrize")
        tried = {case[0] for case in marks.args[1]}

        assert {u for u, _ in _pyargs.built()} - tried == {
            "b",
            "l",
            "k",
            "p",
            "",
            "OO",
            "[OO]",
            "{O:O}",
        }


class TestReferences:
    """
    No call keeps or loses a reference, whether it succeeds or fails.
    """

    @pytest.mark.filterwarnings("ignore::DeprecationWarning")
    @pytest.mark.parametrize("unit", [unit for unit, _ in _pyargs.parsed()])
    def test_parse(self, unit: str) -> None:
        """
        Each unit on each sample.
        """
        samples = [make() for make in SAMPLES.values()]
        for sample in samples:
            arguments = (sample,)
            stable(
                lambda u=unit, a=arguments: attempt_call(_pyargs.parse, u, a),
                sample,
                arguments,
                None,
            )

    @pytest.mark.parametrize("unit", [unit for unit, _ in _pyargs.built()])
    def test_build(self, unit: str) -> None:
        """
        Each unit on objects that no cache shares.
        """
        for sample in (10**6, 1.25, 2j, "text of its own", b"bytes of its own", [], None):
            for arguments in ((sample,), (sample, sample)):  # one of them fits the unit
                stable(
                    lambda u=unit, a=arguments: attempt_call(_pyargs.build, u, a), sample, arguments
                )

    @pytest.mark.parametrize("unit", ["es", "es#", "et", "et#", "O&"])
    def test_copies_are_freed(self, unit: str) -> None:
        """
        What the e units and converters allocate does not stay behind, after failures neither.
        """
        for sample in ("é" * 1000, "中" * 1000, b"a" * 1000):
            assert growth(lambda u=unit, x=sample: attempt_call(parse, u, x)) < 10_000

    @pytest.mark.parametrize("unit", ["u", "u#", "s", "y#", "O&"])
    def test_built_copies_are_freed(self, unit: str) -> None:
        """
        Nor does what is made on the way to a built object.
        """
        sample = 7 if unit == "O&" else "é" * 1000

        assert growth(lambda: build(unit, sample)) < 10_000

    def test_functions(self) -> None:
        """
        The functions that a user calls.
        """
        text, memory = "ab cd", bytearray(8)
        stable(lambda: _pyargs.repeat(text, 3, loud=True), text)
        stable(lambda: attempt_call(_pyargs.repeat, text, "x"), text)
        stable(lambda: _pyargs.fill(memory, 7), memory)
        stable(lambda: attempt_call(_pyargs.fill, memory, 256), memory)
        memory.append(0)  # no export is left behind

        assert growth(lambda: _pyargs.repeat("ab" * 500, 3, loud=True)) < 10_000

        stable(lambda: attempt_call(_pyargs.fill, b"fixed", 7), None)

    def test_new_reference(self) -> None:
        """
        O and N both answer with one new reference to the object that they were given.
        """
        for unit in "ON":
            sample = object()
            before = sys.getrefcount(sample)
            result = build(unit, sample)

            assert result is sample
            assert sys.getrefcount(sample) == before + 1


class TestModule:
    """
    Loading an extension module.
    """

    def test_not_built(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        Without the extension the import says how to build it.
        """
        monkeypatch.setitem(sys.modules, "ptnotes._pyargs", None)
        monkeypatch.delattr("ptnotes._pyargs")
        spec = importlib.util.spec_from_file_location("again", ptnotes.cpp.pyargs.__file__)
        assert spec
        assert spec.loader
        with pytest.raises(ImportError, match="PTNOTES_NATIVE=require"):
            spec.loader.exec_module(importlib.util.module_from_spec(spec))

    def test_init_function(self) -> None:
        """
        The library exports PyInit_ and the name, and no initModule of Python 2.
        """
        library = ctypes.PyDLL(_pyargs.__file__)

        assert library.PyInit__pyargs
        for name in ("init_pyargs", "initModule"):
            with pytest.raises(AttributeError):
                getattr(library, name)

    def test_other_name(self) -> None:
        """
        Under another name the import looks for another function, and says so.
        """
        with pytest.raises(ImportError, match=r"PyInit_other"):
            importlib.util.module_from_spec(_spec("other"))

    def test_sentinel(self) -> None:
        """
        The module holds the functions of the method table up to the sentinel.
        """
        functions = {name for name in dir(_pyargs) if callable(getattr(_pyargs, name))}

        assert {name for name in functions if name[0] != "_"} == {
            *("parse", "build", "parsed", "built", "repeat", "fill", "length_bytes", "unclean")
        }


def _spec(name: str) -> ModuleSpec:
    spec = importlib.util.spec_from_file_location(name, _pyargs.__file__)
    assert spec
    return spec
