"""`setup.py` run as pip runs it, and the sources compiled: no warning, no torch in the kernels."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.native.test_setup import ROOT, write

KERNELS = sorted((ROOT / "csrc" / "ops").glob("*/kernel.cu"))
PYPROJECT = (
    '[project]\nname = "ptnotes"\nversion = "0"\n[tool.setuptools]\npackages = ["ptnotes"]\n'
)
MODULE = (
    "#include <Python.h>\nPyMODINIT_FUNC PyInit__pyargs() {\n"
    '  static PyModuleDef definition{PyModuleDef_HEAD_INIT, "_pyargs", nullptr, -1, nullptr,\n'
    "    nullptr, nullptr, nullptr, nullptr};\n"
    "  return PyModule_Create(&definition);\n}\n"
)
# A compiler for CUDA that knows its version and compiles nothing.
BROKEN_NVCC = (
    "#!/bin/sh\n"
    'case "$*" in *--version*) echo release 13.0, V13.0.1;;\n'
    "*) echo 'kernel.cu(3): error: no such thing'; exit 2;; esac\n"
)
AS_IF_WITH_CUDA = (
    "import runpy, sys, torch; torch.version.cuda = '13.0'\n"
    "sys.argv = ['setup.py', 'build_ext', '--inplace']\n"
    "runpy.run_path('setup.py', run_name='__main__')\n"
)
CUDA_HEADER = Path("c10", "cuda", "impl", "cuda_cmake_macros.h")

nvcc = pytest.mark.skipif(shutil.which("nvcc") is None, reason="needs nvcc")
compiler = pytest.mark.skipif(shutil.which("c++") is None, reason="needs a C++ compiler")


class TestInstall:
    """
    setup.py as pip runs it, on a tree with one small module and no operators.
    """

    @pytest.fixture
    def tree(self, tmp_path: Path) -> Path:
        """
        A package of its own with the repository's setup.py.
        """
        shutil.copy(ROOT / "setup.py", tmp_path)
        write(tmp_path / "pyproject.toml", PYPROJECT)
        write(tmp_path / "ptnotes" / "__init__.py")
        write(tmp_path / "csrc" / "pyargs.cpp", MODULE)
        return tmp_path

    def build(self, tree: Path, **environment: str) -> subprocess.CompletedProcess[str]:
        """
        Build in place.
        """
        command = [sys.executable, "setup.py", "build_ext", "--inplace"]
        return subprocess.run(
            command, cwd=tree, env=os.environ | environment, capture_output=True, text=True
        )

    @compiler
    @pytest.mark.parametrize("mode", ["auto", "require"])
    def test_compiler(self, tree: Path, mode: str) -> None:
        """
        With a compiler the module is built and can be imported.
        """
        run = self.build(tree, PTNOTES_NATIVE=mode)

        assert run.returncode == 0, run.stderr
        subprocess.run([sys.executable, "-c", "import ptnotes._pyargs"], cwd=tree, check=True)

    @pytest.mark.parametrize("nowhere", [{"PATH": "/nowhere"}, {"CXX": "/nowhere/g++"}])
    def test_no_compiler(self, tree: Path, nowhere: dict[str, str]) -> None:
        """
        Without a compiler auto installs Python and says so, require fails, off says nothing.
        """
        old = write(tree / "ptnotes" / "_pyargs.cpython-311.so")
        auto, require, off = (
            self.build(tree, PTNOTES_NATIVE=mode, **nowhere) for mode in ("auto", "require", "off")
        )

        assert auto.returncode == 0
        assert auto.stdout.startswith("ptnotes: ptnotes._pyargs is left out: no C++ compiler ")
        assert not old.exists()
        assert require.returncode == 1
        assert len(require.stderr.splitlines()) == 1
        assert "PTNOTES_NATIVE=require, but ptnotes._pyargs cannot be built" in require.stderr
        assert off.returncode == 0
        assert "ptnotes:" not in off.stdout + off.stderr

    @compiler
    def test_failing_build(self, tree: Path) -> None:
        """
        A source that does not compile: auto installs without it and says so, require fails.
        """
        assert self.build(tree).returncode == 0
        write(tree / "csrc" / "pyargs.cpp", "#error broken on purpose\n")
        auto = self.build(tree, PTNOTES_NATIVE="auto")
        left = list((tree / "ptnotes").glob("*.so"))
        require = self.build(tree, PTNOTES_NATIVE="require")

        assert auto.returncode == 0, auto.stderr
        assert "broken on purpose" in auto.stdout + auto.stderr
        first = f"its build failed: {tree}/csrc/pyargs.cpp:1:2: error: #error broken on purpose."
        sentence = f"ptnotes._pyargs is left out: {first}\n"
        assert f"ptnotes: {sentence}" in auto.stdout
        assert left == []
        assert require.returncode == 1
        refused = f"PTNOTES_NATIVE=require, but ptnotes._pyargs cannot be built: {first}"
        assert require.stderr.splitlines()[-1] == f"ptnotes: {refused}"
        # pip shows what a build prints only where it failed.
        assert self.build(tree).returncode == 0
        assert (tree / "build" / "native" / "said").read_text() == sentence

    @compiler
    def test_one_of_two_fails(self, tree: Path) -> None:
        """
        A module that fails takes no other with it.
        """
        write(tree / "csrc" / "module.cpp", "#error broken on purpose\n")
        run = self.build(tree)

        assert run.returncode == 0, run.stderr
        assert "ptnotes: ptnotes._C is left out: its build failed" in run.stdout
        assert [path.name.split(".")[0] for path in (tree / "ptnotes").glob("*.so")] == ["_pyargs"]

    @compiler
    def test_kernels_that_do_not_compile(self, tree: Path) -> None:
        """
        The operators are built for the CPU, also where they are required, and the reason is said.
        """
        write(tree / "csrc" / "module.cpp", MODULE.replace("_pyargs", "_C"))
        write(tree / "csrc" / "ops" / "a" / "cpu.cpp", "")
        write(tree / "csrc" / "ops" / "a" / "kernel.cu", "")
        (tree / "csrc" / "pyargs.cpp").unlink()
        write(tree / "toolkit" / "include" / "cuda_runtime.h")
        write(tree / "toolkit" / "bin" / "nvcc", BROKEN_NVCC).chmod(0o755)
        run = subprocess.run(
            [sys.executable, "-c", AS_IF_WITH_CUDA],
            cwd=tree,
            env={**os.environ, "CUDA_HOME": str(tree / "toolkit"), "PTNOTES_NATIVE": "require"},
            capture_output=True,
            text=True,
        )

        assert run.returncode == 0, run.stderr
        assert (tree / "build" / "native" / "said").read_text() == (
            "ptnotes._C is built without its CUDA kernels: "
            "their build failed: kernel.cu(3): error: no such thing.\n"
        )
        subprocess.run([sys.executable, "-c", "import ptnotes._C"], cwd=tree, check=True)

    def test_unknown_mode(self, tree: Path) -> None:
        """
        An unknown mode is refused by name.
        """
        run = self.build(tree, PTNOTES_NATIVE="yes")

        assert run.returncode == 1
        assert run.stderr == "PTNOTES_NATIVE: expected one of auto, require, off, given 'yes'\n"

    @compiler
    @pytest.mark.slow
    def test_the_operators(self, tree: Path) -> None:
        """
        The real sources build without a warning, once; only what changed is compiled again.
        """
        shutil.copytree(ROOT / "csrc", tree / "csrc", dirs_exist_ok=True)
        (tree / "csrc" / "pyargs_pybind.cpp").unlink(missing_ok=True)
        first = self.build(tree, PTNOTES_NATIVE="require")
        assert first.returncode == 0, first.stderr
        assert "warning:" not in first.stdout + first.stderr

        objects = {path: path.stat().st_mtime_ns for path in tree.rglob("*.o")}
        os.utime(tree / "csrc" / "module.cpp")
        second = self.build(tree, PTNOTES_NATIVE="require")
        again = {path.name for path, when in objects.items() if path.stat().st_mtime_ns != when}

        assert second.returncode == 0, second.stderr
        assert again == {"module.o"}
        code = (
            "import torch, ptnotes._C as C; x = torch.zeros(2); print(C.__file__)\n"
            "assert torch.ops.ptnotes.sigmoid_focal_loss(x, x).shape == x.shape"
        )
        run = subprocess.run([sys.executable, "-c", code], cwd=tree, capture_output=True, text=True)
        assert run.stdout.startswith(str(tree)), run.stderr


class TestKernels:
    """
    ``csrc/ops/*/kernel.cu``: checked wherever nvcc is, with no GPU and no CUDA build of torch.
    """

    # Torch's own build forbids these conversions, so they are forbidden here.
    torch_forbids = ("-D__CUDA_NO_HALF_CONVERSIONS__", "-D__CUDA_NO_BFLOAT16_CONVERSIONS__")
    strict = ("-std=c++20", "-Xcompiler=-Wall,-Wextra", "-Werror=all-warnings")

    @nvcc
    @pytest.mark.parametrize("architecture", ["sm_80", "sm_90"])
    @pytest.mark.parametrize("source", KERNELS, ids=lambda path: path.parent.name)
    def test_compiles(self, source: Path, architecture: str, tmp_path: Path) -> None:
        """
        Each file compiles without a warning.
        """
        options = [*self.strict, *self.torch_forbids, f"-arch={architecture}"]
        command = ["nvcc", *options, "-c", str(source), "-o", str(tmp_path / "kernel.o")]
        run = subprocess.run(command, capture_output=True, text=True)

        assert run.returncode == 0, run.stderr

    @pytest.mark.parametrize("source", KERNELS, ids=lambda path: path.parent.name)
    def test_no_torch_header(self, source: Path) -> None:
        """
        Neither a kernel's file nor a header of ours that it includes wants torch.
        """
        waiting, seen = [source], set()
        while waiting:
            path = waiting.pop()
            seen.add(path)
            for opening, header in re.findall(r'#include\s*([<"])([^>"]+)', path.read_text()):
                assert not re.match(r"(torch|ATen|c10)/", header), f"{path}: {header}"
                near = (path.parent / header).resolve()
                if opening == '"' and near not in seen:
                    waiting.append(near)

        assert len(seen) > 1

    @nvcc
    @pytest.mark.slow
    @pytest.mark.parametrize("kernel", KERNELS, ids=lambda path: path.parent.name)
    def test_both_sides_fit(self, kernel: Path, tmp_path: Path) -> None:
        """
        The ATen side compiles, and each launcher that it calls is in the kernel's object.
        """
        from torch.utils.cpp_extension import include_paths

        if not any(Path(path, CUDA_HEADER).exists() for path in include_paths()):
            write(tmp_path / CUDA_HEADER)  # only a CUDA build of torch has it, and it says little
        headers = [f"-isystem={path}" for path in [*include_paths(), str(tmp_path)]]
        symbols = []
        for source in (kernel, kernel.with_name("cuda.cpp")):
            target = tmp_path / f"{source.name}.o"
            command = ["nvcc", *self.strict, *headers, "-c", str(source), "-o", str(target)]
            run = subprocess.run(command, capture_output=True, text=True)
            assert run.returncode == 0, run.stderr
            symbols.append(subprocess.check_output(["nm", str(target)], text=True))
        offered = set(re.findall(r" [TW] (\w*launch_\w+)", symbols[0]))
        called = set(re.findall(r" U (\w*launch_\w+)", symbols[1]))

        assert called
        assert called <= offered
