"""A CUDA build of torch: its toolkit is found, and what needs one that is not there says so."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ptnotes.verify import cuda, needs
from ptnotes.verify.block import EXCUSED, FAILED, PASSED, Outcome
from ptnotes.verify.process import tool_path

Outcomes = Callable[..., list[Outcome]]

NEEDS = "<!-- verify: needs=cuda-toolkit -->\n```console\n$ echo built\nbuilt\n```\n"
WANTS = "needs the CUDA toolkit, because this torch is a CUDA build"


@pytest.fixture(autouse=True)
def forget() -> Iterator[None]:
    """Ask the machine anew in each test, and after the last."""
    asked = (cuda.nvcc, cuda.gpu, cuda.is_cuda_build)
    for function in asked:
        function.cache_clear()
    yield
    for function in asked:
        function.cache_clear()


@pytest.fixture
def toolkit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A toolkit with a wrapper of its compiler on PATH, and no other."""
    home = tmp_path / "toolkit"
    compiler, wrapper = home / "bin" / "nvcc", tmp_path / "usr" / "bin" / "nvcc"
    for path, text in (
        (compiler, f"#!/bin/sh\necho '#$ TOP={home}/bin/..' >&2\n"),
        (wrapper, f'#!/bin/sh\nexec {compiler} "$@"\n'),
    ):
        path.parent.mkdir(parents=True)
        path.write_text(text)
        path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{wrapper.parent}:/usr/bin:/bin")
    for name in ("CUDA_HOME", "CUDA_PATH"):
        monkeypatch.delenv(name, raising=False)
    return home


class TestToolkit:
    """`nvcc`, `has_toolkit` and the PATH of commands."""

    def test_behind_a_wrapper(self, toolkit: Path) -> None:
        """The compiler is the one in the toolkit, and commands find it first."""
        assert cuda.nvcc() == toolkit / "bin" / "nvcc"
        assert str(toolkit / "bin") in tool_path().split(os.pathsep)[:2]

    def test_headers_make_a_toolkit(self, toolkit: Path) -> None:
        """A compiler alone is none."""
        assert not cuda.has_toolkit()
        (toolkit / "include").mkdir()
        (toolkit / "include" / "cuda_runtime.h").touch()
        assert cuda.has_toolkit()

    def test_what_is_named_comes_first(
        self, toolkit: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """CUDA_HOME decides."""
        other = tmp_path / "other" / "bin" / "nvcc"
        other.parent.mkdir(parents=True)
        other.touch(0o755)
        monkeypatch.setenv("CUDA_HOME", str(tmp_path / "other"))

        assert cuda.nvcc() == other


class TestLibraries:
    """`for_cmake`: what a toolkit lacks and torch's wheel has."""

    @pytest.fixture
    def wheel(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """An installed CUDA build whose wheel brings a library."""
        library = tmp_path / "site" / "nvidia" / "cu13" / "lib" / "libnvrtc.so.13"
        library.parent.mkdir(parents=True)
        library.write_text("library")
        monkeypatch.setattr(cuda, "torch_folder", lambda: tmp_path / "site" / "torch")
        monkeypatch.setattr(cuda, "is_cuda_build", lambda: True)
        return library

    def test_a_library_of_the_wheel_is_found(self, wheel: Path, tmp_path: Path) -> None:
        """Under the name that CMake looks for; asked twice, it stays."""
        for _ in range(2):
            folder = Path(cuda.for_cmake(tmp_path / "cache")["CMAKE_LIBRARY_PATH"])
            assert (folder / "libnvrtc.so").read_text() == "library"

    def test_another_torch_replaces_it(self, wheel: Path, tmp_path: Path) -> None:
        """A link to the library of an environment that is gone would lead nowhere."""
        cuda.for_cmake(tmp_path / "cache")
        wheel.rename(wheel.with_suffix(".14"))

        folder = Path(cuda.for_cmake(tmp_path / "cache")["CMAKE_LIBRARY_PATH"])
        assert (folder / "libnvrtc.so").read_text() == "library"

    def test_a_cpu_build_needs_none(
        self, wheel: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nothing is set."""
        monkeypatch.setattr(cuda, "is_cuda_build", lambda: False)

        assert cuda.for_cmake(tmp_path / "cache") == {}


class TestNeeds:
    """`needs=cuda-toolkit`."""

    def machine(self, monkeypatch: pytest.MonkeyPatch, build: bool, toolkit: bool) -> None:
        """Pretend."""
        monkeypatch.setattr(needs, "is_cuda_build", lambda: build)
        monkeypatch.setattr(needs, "has_toolkit", lambda: toolkit)

    @pytest.mark.parametrize(
        ("build", "toolkit", "state"),
        [
            (False, False, PASSED),
            (True, True, PASSED),
            (True, False, EXCUSED),
        ],
    )
    def test_only_a_cuda_build_without_toolkit_lacks_it(
        self,
        outcomes: Outcomes,
        monkeypatch: pytest.MonkeyPatch,
        build: bool,
        toolkit: bool,
        state: str,
    ) -> None:
        """Then the block is not run, and the reason is said; elsewhere it is, and can be red."""
        self.machine(monkeypatch, build, toolkit)
        (found,) = outcomes(NEEDS)

        assert found.state == state
        assert found.detail == (WANTS if state == EXCUSED else "")
        broken = outcomes(NEEDS.replace("\nbuilt", "\nbroken"))[0].state
        assert broken == (EXCUSED if state == EXCUSED else FAILED)

    def test_it_is_run_once_it_can_be(
        self, outcomes: Outcomes, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The receipt of what was lacking does not stand in the way."""
        self.machine(monkeypatch, build=True, toolkit=False)
        assert outcomes(NEEDS)[0].state == EXCUSED

        self.machine(monkeypatch, build=True, toolkit=True)
        assert outcomes(NEEDS)[0].state == PASSED


class TestQuiet:
    """A CUDA build on a machine without a GPU logs so: no output of the reader's code."""

    LOG = "logging.getLogger('torch.utils.cpp_extension').warning('No CUDA runtime is found')"

    def test_in_python(self, outcomes: Outcomes) -> None:
        """Other loggers are heard."""
        page = f"```python\n>>> import logging, torch\n>>> {self.LOG}\n```\n"

        assert outcomes(page)[0].state == PASSED
        assert outcomes(page.replace("cpp_extension", "other"))[0].state == FAILED

    def test_in_commands(self, outcomes: Outcomes) -> None:
        """They load torch themselves."""
        page = f'```console\n$ python -c "import logging, torch; {self.LOG}"\n```\n'

        assert outcomes(page)[0].state == PASSED
        assert outcomes(page.replace("cpp_extension", "other"))[0].state == FAILED
