"""`setup.py` decides what is built, in which mode and on which machine; `_native` loads it."""

import importlib.util
import os
import re
import sys
import sysconfig
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import torch

from ptnotes import _native

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def recipe(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """
    The functions of setup.py, for a tree in which all three modules have their sources.
    """
    spec = importlib.util.spec_from_file_location("recipe", ROOT / "setup.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "ROOT", tmp_path)
    for name in ("module.cpp", "ops/a/cpu.cpp", "ops/a/kernel.cu", "ops/a/cuda.cpp"):
        write(tmp_path / "csrc" / name)
    for name in ("pyargs", "pyargs_pybind"):
        write(tmp_path / "csrc" / f"{name}.cpp")
    monkeypatch.setitem(sys.modules, "pybind11", SimpleNamespace(get_include=str, __spec__=spec))
    write(tmp_path / "bin" / "g++").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.delenv("CXX", raising=False)
    return module


def write(path: Path, text: str = "") -> Path:
    """
    Write a file, with its folders, and return its path.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def names(extensions: list[object]) -> list[str]:
    """
    The names of modules, without their package.
    """
    return [str(extension.name).removeprefix("ptnotes.") for extension in extensions]


class TestPlan:
    """
    ``plan``: mode and machine decide what is built.
    """

    def test_all(self, recipe: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
        """
        Where everything is there, everything is built, in both modes.
        """
        for mode in ("auto", "require"):
            assert names(recipe.plan(mode)) == ["_C", "_pyargs", "_pyargs_pybind"]
            if torch.version.cuda is None:
                assert capsys.readouterr().out == (
                    "ptnotes: ptnotes._C is built without its CUDA kernels: "
                    "this torch is a build without CUDA.\n"
                )

    def test_off(self, recipe: ModuleType, tmp_path: Path) -> None:
        """
        Off builds nothing and removes what was built before.
        """
        old = write(tmp_path / "ptnotes" / "_C.cpython-311.so")

        assert recipe.plan("off") == []
        assert not old.exists()

    @pytest.mark.parametrize("cxx", [None, "/nowhere/g++ -m64"])
    def test_no_compiler(
        self,
        recipe: ModuleType,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
        cxx: str | None,
    ) -> None:
        """
        No compiler on PATH, or CXX pointing nowhere: said for each module, or fatal.
        """
        wanted = "c++"
        if cxx is None:
            monkeypatch.setenv("PATH", "/nowhere")
        else:
            monkeypatch.setenv("CXX", cxx)
            wanted = "/nowhere/g++"
        reason = f"no C++ compiler {wanted!r} is on PATH (Debian: apt-get install g++)."

        assert recipe.plan("auto") == []
        assert capsys.readouterr().out.splitlines() == [
            f"ptnotes: ptnotes.{name} is left out: {reason}"
            for name in ("_C", "_pyargs", "_pyargs_pybind")
        ]
        message = f"ptnotes: PTNOTES_NATIVE=require, but ptnotes._C cannot be built: {reason}"
        with pytest.raises(SystemExit, match=f"^{re.escape(message)}$"):
            recipe.plan("require")

    def test_no_headers(
        self, recipe: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """
        Without Python.h nothing is built.
        """
        monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))

        assert recipe.plan("auto") == []
        with pytest.raises(SystemExit, match="Python's headers are not installed"):
            recipe.plan("require")

    def test_no_torch(
        self,
        recipe: ModuleType,
        capsys: pytest.CaptureFixture[str],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        """
        Without torch its module alone is left out, and what to do is said.
        """
        monkeypatch.setitem(sys.modules, "torch.utils.cpp_extension", None)
        monkeypatch.delattr(torch.utils, "cpp_extension", raising=False)

        assert names(recipe.plan("auto")) == ["_pyargs", "_pyargs_pybind"]
        assert capsys.readouterr().out == (
            "ptnotes: ptnotes._C is left out: torch cannot be imported here: install torch first, "
            "then use `pip install --no-build-isolation`.\n"
        )

    def test_no_pybind(self, recipe: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        Without pybind11 its module alone is left out.
        """
        monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

        assert names(recipe.plan("auto")) == ["_C", "_pyargs"]
        with pytest.raises(SystemExit, match="_pyargs_pybind cannot be built: pybind11 is not"):
            recipe.plan("require")

    def test_only_what_is_there(self, recipe: ModuleType, tmp_path: Path) -> None:
        """
        A module without sources is not spoken of.
        """
        (tmp_path / "csrc" / "pyargs_pybind.cpp").unlink()

        assert names(recipe.plan("require")) == ["_C", "_pyargs"]

    def test_sources_are_listed(self, recipe: ModuleType, tmp_path: Path) -> None:
        """
        The sources of the operators are what the folder holds.
        """
        write(tmp_path / "csrc" / "ops" / "b" / "cpu.cpp")
        expected = ["csrc/module.cpp", "csrc/ops/a/cpu.cpp", "csrc/ops/b/cpu.cpp"]

        assert recipe.sources("ptnotes._C") == expected


class TestCuda:
    """
    ``toolkit`` and ``torch_extension``: kernels only for a torch and a toolkit that fit.
    """

    @pytest.fixture(autouse=True)
    def home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """
        A toolkit whose nvcc is of CUDA 13, and a torch of CUDA 13.
        """
        monkeypatch.setattr(torch.version, "cuda", "13.0")
        for name in ("CUDA_HOME", "CUDA_PATH", "TORCH_CUDA_ARCH_LIST"):
            monkeypatch.delenv(name, raising=False)
        home = tmp_path / "toolkit"
        says = f"#!/bin/sh\necho release 13.2, V13.2\necho '#$ TOP={home}/bin/..' >&2\n"
        write(home / "bin/nvcc", says).chmod(0o755)
        write(home / "include/cuda_runtime.h")
        return home

    def test_fits(self, recipe: ModuleType, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        Kernels and their ATen side join the sources, and no GPU is asked what to compile for.
        """
        extension = SimpleNamespace(
            CUDA_HOME=str(home), CUDAExtension=recipe.Extension, include_paths=lambda: ["torch"]
        )
        monkeypatch.setattr(recipe, "torch_builder", lambda: extension)

        assert recipe.torch_extension("ptnotes._C", ["csrc/ops/a/cpu.cpp"]).sources == [
            "csrc/ops/a/cpu.cpp",
            "csrc/ops/a/cuda.cpp",
            "csrc/ops/a/kernel.cu",
        ]
        assert os.environ["TORCH_CUDA_ARCH_LIST"] == "8.0;9.0+PTX"

    def test_architectures_of_the_user(
        self, recipe: ModuleType, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        What the user names is built.
        """
        monkeypatch.setenv("TORCH_CUDA_ARCH_LIST", "12.0")
        extension = SimpleNamespace(
            CUDA_HOME=str(home), CUDAExtension=recipe.Extension, include_paths=lambda: ["torch"]
        )
        monkeypatch.setattr(recipe, "torch_builder", lambda: extension)
        recipe.torch_extension("ptnotes._C", [])

        assert os.environ["TORCH_CUDA_ARCH_LIST"] == "12.0"

    @pytest.mark.parametrize("guess", ["bin", None])
    def test_wrapper(
        self,
        recipe: ModuleType,
        home: Path,
        monkeypatch: pytest.MonkeyPatch,
        tmp_path: Path,
        guess: str | None,
    ) -> None:
        """
        Behind an nvcc on PATH that lies elsewhere, the toolkit that it works in is found.
        """
        wrapper = write(tmp_path / "usr/bin/nvcc", f'#!/bin/sh\nexec {home}/bin/nvcc "$@"\n')
        wrapper.chmod(0o755)
        monkeypatch.setenv("PATH", f"{wrapper.parent}:/usr/bin:/bin")
        builder = SimpleNamespace(CUDA_HOME=guess and str(wrapper.parents[1]))

        assert recipe.toolkit(builder) == (home, "")

    @pytest.mark.parametrize("lacking", ["bin/nvcc", "include/cuda_runtime.h"])
    @pytest.mark.parametrize("named", ["CUDA_HOME", "CUDA_PATH"])
    def test_no_toolkit(
        self,
        recipe: ModuleType,
        home: Path,
        monkeypatch: pytest.MonkeyPatch,
        named: str,
        lacking: str,
    ) -> None:
        """
        A folder that the user names is not given up for another: what it lacks is said.
        """
        monkeypatch.setenv(named, str(home))
        assert recipe.toolkit(SimpleNamespace(CUDA_HOME=None)) == (home, "")
        (home / lacking).unlink()

        assert recipe.toolkit(SimpleNamespace(CUDA_HOME=None)) == (
            None,
            f"there is no {home / lacking}; name the CUDA toolkit in CUDA_HOME",
        )

    def test_another_version(self, recipe: ModuleType, home: Path) -> None:
        """
        An nvcc of another major version is named, not tried.
        """
        write(home / "bin" / "nvcc", "#!/bin/sh\necho release 12.4, V12.4\n")

        assert recipe.unfit(home, "13.0") == (
            f"torch is built with CUDA 13.0, {home}/bin/nvcc is of 12"
        )

    def test_torch_without_cuda(
        self, recipe: ModuleType, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """
        With a CPU build of torch nvcc is not looked for.
        """
        monkeypatch.setattr(torch.version, "cuda", None)

        assert recipe.toolkit(SimpleNamespace(CUDA_HOME=str(home))) == (
            None,
            "this torch is a build without CUDA",
        )


class TestLoading:
    """
    ``ptnotes._native``.
    """

    def test_absent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        An extension that is not there is a reason, no error.
        """
        monkeypatch.setitem(sys.modules, "ptnotes._C", None)

        assert _native.load().startswith("the native extension is not there (")

    def test_built_for_another_torch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        An extension of another torch is not used, and both versions are named.
        """
        monkeypatch.setitem(sys.modules, "ptnotes._C", SimpleNamespace(built_for_torch="1.0.0"))

        assert _native.load() == f"it was built for torch 1.0.0, this is {torch.__version__}"

    @pytest.mark.parametrize(
        ("given", "loaded"),
        [
            ("2.13.0", True),
            ("2.13.0+cpu", True),
            ("2.13.0.dev20270101+cu130", True),
            ("2.13.0a0+git", True),
            ("2.13.01", False),
            ("2.13.1", False),
        ],
    )
    def test_versions(self, monkeypatch: pytest.MonkeyPatch, given: str, loaded: bool) -> None:
        """
        What follows the number in the version of a torch does not make it another one.
        """
        monkeypatch.setitem(sys.modules, "ptnotes._C", SimpleNamespace(built_for_torch="2.13.0"))
        monkeypatch.setattr(torch, "__version__", given)

        assert (not _native.load()) == loaded
