"""
Build the native extension; everything else about the package is in pyproject.toml.

``PTNOTES_NATIVE`` decides: ``auto`` builds what the machine allows and says what it left out and
why, ``require`` fails instead of leaving a module out, ``off`` installs Python only.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).parent
MODES = ("auto", "require", "off")
MODULES = ("ptnotes._C", "ptnotes._pyargs", "ptnotes._pyargs_pybind")
# Python's own flags ask for -g, and debug symbols are nine tenths of a module; the last three let
# the compiler vectorise: two are torch's own, for comparisons, and one for sums marked as such.
FLAGS = ["-std=c++20", "-O3", "-g0", "-Wall", "-Wextra"]
FLAGS += ["-fno-math-errno", "-fno-trapping-math", "-fopenmp-simd"]
# Without it at::parallel_for runs on one thread; Apple's compiler has none.
OPENMP = ["-fopenmp"] if sys.platform == "linux" else []
# The GPUs for which the CUDA kernels are tested, and a form that later ones compile for themselves.
# Torch would ask the GPU of this machine, and there may be none.
ARCHITECTURES = "8.0;9.0+PTX"
# What gcc, clang, nvcc and linkers write before an error.
ERROR = re.compile(r"^(?:\S+?[:(]\d+[:)].*?\berror\b.*|nvcc fatal\b.*|\S*\bld: .*)$", re.MULTILINE)
TORCH_FIRST = "install torch first, then use `pip install --no-build-isolation`"


def main() -> None:
    """Decide what is built, say what is not, and hand the rest to setuptools."""
    mode = os.environ.get("PTNOTES_NATIVE", "auto")
    if mode not in MODES:
        sys.exit(f"PTNOTES_NATIVE: expected one of {', '.join(MODES)}, given {mode!r}")
    # The environment's ninja, which builds only what changed, also where that is not activated.
    scripts = sysconfig.get_path("scripts")
    os.environ["PATH"] = os.pathsep.join([scripts, os.environ.get("PATH", os.defpath)])
    said_file().unlink(missing_ok=True)
    setup(ext_modules=plan(mode), cmdclass={"build_ext": build_command(mode)})


def plan(mode: str) -> list[Extension]:
    """Return the modules to build in this mode on this machine."""
    extensions = []
    for name in MODULES:
        found = sources(name)
        if mode == "off":
            remove_old(name)
        elif found and (reason := obstacle(name)):
            leave_out(mode, name, reason)
        elif found:
            extensions.append(extension(name, found))
            extensions[-1].optional = mode == "auto"
    return extensions


def sources(name: str) -> list[str]:
    """Return the C++ sources of a module that are there, relative to the root."""
    patterns = ["module.cpp", "ops/*/cpu.cpp"]
    if name != "ptnotes._C":
        patterns = [name.removeprefix("ptnotes._") + ".cpp"]
    found = [path for pattern in patterns for path in sorted((ROOT / "csrc").glob(pattern))]
    return [path.relative_to(ROOT).as_posix() for path in found]


def obstacle(name: str) -> str:
    """Return why this machine cannot build a module, or nothing."""
    cxx, header = compiler(), Path(sysconfig.get_path("include"), "Python.h")
    if shutil.which(cxx) is None:
        return f"no C++ compiler {cxx!r} is on PATH (Debian: apt-get install g++)"
    if not header.is_file():
        return "Python's headers are not installed (Debian: apt-get install python3-dev)"
    if name == "ptnotes._C" and torch_builder() is None:
        return f"torch cannot be imported here: {TORCH_FIRST}"
    if name.endswith("_pybind") and importlib.util.find_spec("pybind11") is None:
        return "pybind11 is not installed here: `pip install pybind11`"
    return ""


def compiler() -> str:
    """Return the C++ compiler: CXX, or else the first usual one that is there."""
    if named := os.environ.get("CXX"):
        return shlex.split(named)[0]
    python_was_built_with = shlex.split(sysconfig.get_config_var("CXX") or "c++")[0]
    usual = [python_was_built_with, "c++", "g++", "clang++"]
    return next(filter(shutil.which, usual), "c++")


def torch_builder() -> ModuleType | None:
    """Return torch's part for building extensions, or None without torch."""
    try:
        from torch.utils import cpp_extension
    except ImportError:
        return None
    return cpp_extension


def extension(name: str, found: list[str]) -> Extension:
    """Describe a module that can be built to setuptools."""
    if name == "ptnotes._C":
        return torch_extension(name, found)
    headers = []
    if name.endswith("_pybind"):
        import pybind11

        headers = [pybind11.get_include()]
    return Extension(name, found, headers, extra_compile_args=FLAGS, language="c++")


def torch_extension(name: str, found: list[str]) -> Extension:
    """Describe the module with the operators, with its kernels for CUDA where they can be built."""
    builder = torch_builder()
    assert builder is not None
    home, reason = toolkit(builder)
    names = () if reason else ("kernel.cu", "cuda.cpp")
    kernels = sorted(path for part in names for path in (ROOT / "csrc/ops").glob(f"*/{part}"))
    if reason:
        say(f"{name} is built without its CUDA kernels: {reason}.")
    else:
        builder.CUDA_HOME = str(home)
        os.environ.setdefault("TORCH_CUDA_ARCH_LIST", ARCHITECTURES)
    kind = builder.CUDAExtension if kernels else builder.CppExtension
    # As system headers, torch's own are spared our warnings.
    headers = [f"-isystem{path}" for path in builder.include_paths()]
    return kind(
        name,
        found + [path.relative_to(ROOT).as_posix() for path in kernels],
        extra_compile_args={"cxx": FLAGS + OPENMP + headers, "nvcc": ["-std=c++20", "-O3"]},
        extra_link_args=OPENMP,
    )


def toolkit(builder: ModuleType) -> tuple[Path | None, str]:
    """Return the folder of a CUDA toolkit that fits torch, or None and why there is none."""
    import torch

    wanted = torch.version.cuda
    if wanted is None:
        return None, "this torch is a build without CUDA"
    named = os.environ.get("CUDA_HOME") or os.environ.get("CUDA_PATH")
    found = [builder.CUDA_HOME, behind(shutil.which("nvcc")), "/usr/local/cuda"]
    reasons = []
    for home in map(Path, filter(None, [named] if named else found)):
        if not (reason := unfit(home, wanted)):
            return home, ""
        reasons.append(reason)
    return None, reasons[0]


def unfit(home: Path, wanted: str) -> str:
    """Return why a folder is no toolkit for a version of CUDA, or nothing."""
    nvcc, header = home / "bin" / "nvcc", home / "include" / "cuda_runtime.h"
    for path in (nvcc, header):
        if not path.is_file():
            return f"there is no {path}; name the CUDA toolkit in CUDA_HOME"
    said = subprocess.run([nvcc, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"release (\d+)\.", said)
    if found is None or found[1] != wanted.split(".")[0]:
        return f"torch is built with CUDA {wanted}, {nvcc} is of {found[1] if found else 'none'}"
    return ""


def behind(nvcc: str | None) -> str | None:
    """Return the folder of the toolkit that an nvcc works in: on PATH there may be a wrapper."""
    if nvcc is None:
        return None
    command = [nvcc, "--dryrun", "-x", "cu", os.devnull]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"^#\$ TOP=(.+?)\s*$", done.stdout + done.stderr, re.MULTILINE)
    return os.path.realpath(found[1]) if found else None


def build_command(mode: str) -> type[build_ext]:
    """Return the command that builds the modules, each on its own."""
    builder = torch_builder()
    base: type[build_ext] = builder.BuildExtension if builder else build_ext

    class Build(base):  # type: ignore[misc]
        def finalize_options(self) -> None:
            super().finalize_options()
            # pip gives an editable install a new folder each time, and all would be compiled anew.
            version = f"torch-{builder.torch.__version__}" if builder else "no-torch"
            self.build_temp = str(Path("build", "native", version, sys.implementation.cache_tag))

        def build_extensions(self) -> None:
            # One compiler for all: torch asks CXX or c++, setuptools what Python was built with.
            os.environ.setdefault("CXX", compiler())
            with spared(mode, *(extension.name for extension in self.extensions)):
                super().build_extensions()

        def build_extension(self, ext: Extension) -> None:
            with spared(mode, ext.name):
                if any(source.endswith(".cu") for source in ext.sources):
                    self.build_with_kernels(ext)
                else:
                    self.build_one(ext)

        def build_with_kernels(self, ext: Extension) -> None:
            try:
                self.build_one(ext)
            except BuildError as error:
                say(f"{ext.name} is built without its CUDA kernels: their build failed: {error}.")
                kernels = ("kernel.cu", "cuda.cpp")
                ext.sources = [source for source in ext.sources if not source.endswith(kernels)]
                ext.libraries = [name for name in ext.libraries if "cuda" not in name]
                self.build_one(ext)

        def build_one(self, ext: Extension) -> None:
            with heard():
                super().build_extension(ext)

    return Build


class BuildError(Exception):
    """A module could not be built; the message is the first error of the compiler."""


@contextmanager
def heard() -> Iterator[None]:
    """Listen to what compilers print, which also goes where it went, and keep the first error."""
    sys.stdout.flush()
    sys.stderr.flush()
    with tempfile.TemporaryFile() as log:
        kept = [os.dup(1), os.dup(2)]
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
        try:
            yield
        except Exception as error:
            sys.stdout.flush()
            log.seek(0)
            found = ERROR.search(log.read().decode("utf-8", "replace"))
            last = str(error).strip().splitlines() or [type(error).__name__]
            raise BuildError(found[0] if found else last[-1]) from error
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            for number, before in enumerate(kept, 1):
                os.dup2(before, number)
                os.close(before)
            log.seek(0)
            sys.stdout.write(log.read().decode("utf-8", "replace"))


@contextmanager
def spared(mode: str, *names: str) -> Iterator[None]:
    """Leave modules out whose build fails, where the mode allows it."""
    try:
        yield
    except Exception as error:
        for name in names:
            first = (str(error).splitlines() or [type(error).__name__])[0]
            leave_out(mode, name, f"its build failed: {first}")


def leave_out(mode: str, name: str, reason: str) -> None:
    """Say in one sentence what is not built and why; fail where it is required."""
    if mode == "require":
        sys.exit(f"ptnotes: PTNOTES_NATIVE=require, but {name} cannot be built: {reason}.")
    say(f"{name} is left out: {reason}.")
    remove_old(name)


def say(sentence: str) -> None:
    """Print a sentence, and keep it: pip shows what a build prints only where it failed."""
    print(f"ptnotes: {sentence}", flush=True)
    said_file().parent.mkdir(parents=True, exist_ok=True)
    with said_file().open("a", encoding="utf-8") as file:
        file.write(f"{sentence}\n")


def said_file() -> Path:
    """Return the file of what the last build said."""
    return ROOT / "build" / "native" / "said"


def remove_old(name: str) -> None:
    """Remove what an earlier build left in the tree: it would be imported as if it were today's."""
    for folder in (ROOT, *ROOT.glob("build/lib*")):
        for old in folder.glob(f"{name.replace('.', '/')}.*.so"):
            old.unlink()


if __name__ == "__main__":
    main()
