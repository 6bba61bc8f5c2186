"""What this machine has of CUDA: its compiler, its libraries, a GPU; and whether torch wants it."""

from __future__ import annotations

import functools
import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path


@functools.cache
def nvcc() -> Path | None:
    """The CUDA compiler in its toolkit: on PATH there may be a wrapper, far from the headers."""
    home = os.environ.get("CUDA_HOME") or os.environ.get("CUDA_PATH")
    named = [Path(home, "bin", "nvcc")] if home else []
    on_path = [Path(found)] if (found := shutil.which("nvcc")) else []
    candidates = [*named, *map(_behind, on_path), Path("/usr/local/cuda/bin/nvcc")]
    return next((path for path in candidates if os.access(path, os.X_OK)), None)


def _behind(wrapper: Path) -> Path:
    command = [str(wrapper), "--dryrun", "-x", "cu", os.devnull]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"^#\$ TOP=(.+?)\s*$", done.stdout + done.stderr, re.MULTILINE)
    return Path(found[1], "bin", "nvcc").resolve() if found else wrapper


def has_toolkit() -> bool:
    """Whether the compiler has its headers beside it."""
    compiler = nvcc()
    return compiler is not None and (compiler.parents[1] / "include/cuda_runtime.h").is_file()


@functools.cache
def gpu() -> str:
    """The name of the first GPU, or nothing where there is none."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ""
    command = [tool, "--query-gpu=name", "--format=csv,noheader"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.splitlines()[0].strip() if done.returncode == 0 and done.stdout else ""


@functools.cache
def torch_folder() -> Path:
    """The folder of the installed torch, found without importing it."""
    spec = importlib.util.find_spec("torch")
    assert spec is not None, "ptnotes depends on torch"
    assert spec.origin is not None
    return Path(spec.origin).parent


@functools.cache
def is_cuda_build() -> bool:
    """Whether the installed torch is a CUDA build, found without importing it."""
    spec = importlib.util.spec_from_file_location("version", torch_folder() / "version.py")
    assert spec is not None
    assert spec.loader is not None
    version = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(version)
    return version.cuda is not None


def for_cmake(cache: Path) -> dict[str, str]:
    """
    Return variables with which CMake finds the CUDA libraries that came with torch's wheel.

    Torch's rules look for `libnvrtc.so`; a toolkit may lack it, and the wheel has it under the name
    with its version.

    Args:
        cache: A folder that outlives the run, for links.
    """
    libraries = (torch_folder().parent / "nvidia").glob("*/lib/libnvrtc.so.*")
    if not is_cuda_build() or (library := next(libraries, None)) is None:
        return {}
    link = cache / "cuda-libraries" / "libnvrtc.so"
    link.parent.mkdir(parents=True, exist_ok=True)
    if link.resolve() != library.resolve():
        link.unlink(missing_ok=True)
        link.symlink_to(library)
    before = filter(None, [os.environ.get("CMAKE_LIBRARY_PATH")])
    return {"CMAKE_LIBRARY_PATH": os.pathsep.join([*before, str(link.parent)])}
