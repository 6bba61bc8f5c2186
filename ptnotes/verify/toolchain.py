"""
Compile C++ and CUDA programs of pages, once: by content, with a precompiled header for ATen.

A program that includes torch takes 8 to 20 s to compile, so the result is kept under a key of its
source, flags and compiler, and the header that all of them read first is precompiled beside them,
in a folder that only `-isystem` knows: the source is compiled unmodified.
"""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from ptnotes.verify.cuda import nvcc, torch_folder
from ptnotes.verify.process import run_command

COMPILE_SECONDS = 180.0
SECONDS_BETWEEN_LINES = 10.0
WARNINGS = ["-Wall", "-Wextra", "-Werror"]
PRECOMPILED = "ATen/ATen.h"
ARCHITECTURES = ["sm_80", "sm_90"]


@dataclass(frozen=True)
class Built:
    """
    A compiled program.

    Args:
        program: The executable, or None when it did not compile.
        messages: What the compiler said.
    """

    program: Path | None
    messages: str


@functools.cache
def compiler() -> Path | None:
    """The C++ compiler, `CXX` or g++, or None where there is none."""
    found = shutil.which(os.environ.get("CXX", "g++"))
    return Path(found) if found else None


@functools.cache
def version(tool: Path) -> str:
    """What a compiler says of its own version."""
    done = subprocess.run([tool, "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def compile_cpp(source: str, cache: Path) -> Built:
    """
    Compile a whole C++20 program against libtorch, warnings being errors, and link it.

    Args:
        source: The program.
        cache: The folder of compiled programs.
    """
    cxx = compiler()
    if cxx is None:
        return Built(None, "no C++ compiler here: install g++, or name one in CXX")
    flags = ["-std=c++20", "-O1", *WARNINGS, "-fmax-errors=1"]
    libraries: list[str] = []
    if any(f"<{name}/" in source for name in ("torch", "ATen", "c10")):
        flags += _torch_includes(cxx, cache)
        lib = torch_folder() / "lib"
        libraries = [f"-L{lib}", "-ltorch", "-ltorch_cpu", "-lc10", f"-Wl,-rpath,{lib}"]
    return _cached(cache, source, "cpp", [str(cxx), *flags], ["-o"], libraries)


def compile_cuda(source: str, cache: Path) -> Built:
    """
    Compile a whole CUDA program for every architecture the site is checked for.

    Args:
        source: The program.
        cache: The folder of compiled programs.
    """
    tool = nvcc()
    if tool is None:
        return Built(None, "no nvcc here")
    codes = [f"-gencode=arch={a.replace('sm', 'compute')},code={a}" for a in ARCHITECTURES]
    flags = ["-std=c++17", "-Werror=all-warnings", *codes]
    return _cached(cache, source, "cu", [str(tool), *flags], ["-o"], [])


def compile_all(
    sources: Sequence[tuple[str, str]],
    cache: Path,
    progress: Callable[[int, int, float], None] = lambda done, of, seconds: None,
) -> None:
    """
    Compile programs side by side, so that no page waits for its own.

    Args:
        sources: Pairs of language, `cpp` or `cuda`, and program.
        cache: The folder of compiled programs.
        progress: Called every ten seconds: how many are done, of how many, and the seconds.
    """
    compilers = {"cpp": compile_cpp, "cuda": compile_cuda}
    cxx = compiler()
    if cxx and any(language == "cpp" for language, _ in sources):
        _torch_includes(cxx, cache)
    started = said = time.monotonic()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        tasks = [pool.submit(compilers[language], text, cache) for language, text in sources]
        for done, task in enumerate(as_completed(tasks), 1):
            task.result()
            if time.monotonic() - said > SECONDS_BETWEEN_LINES:
                said = time.monotonic()
                progress(done, len(tasks), said - started)


def _cached(
    cache: Path, source: str, suffix: str, command: list[str], out: list[str], after: list[str]
) -> Built:
    said = "\0".join([source, *command, *after, version(Path(command[0]))])
    folder = cache / hashlib.sha256(said.encode()).hexdigest()[:32]
    program, messages = folder / "program", folder / "messages"
    if not messages.exists():
        folder.mkdir(parents=True, exist_ok=True)
        # The name that a compiler's message shows.
        (folder / f"program.{suffix}").write_text(source, "utf-8")
        draft = f"program.{os.getpid()}"
        done = run_command(
            [*command, f"program.{suffix}", *out, draft, *after],
            folder,
            COMPILE_SECONDS,
            {"LC_ALL": "C"},
        )
        if done.code == 0:
            (folder / draft).replace(program)
        # Written last: what was interrupted is done again.
        messages.write_text(
            done.output or (done.code and done.cause(COMPILE_SECONDS)) or "", "utf-8"
        )
    return Built(program if program.exists() else None, messages.read_text("utf-8"))


def _torch_includes(cxx: Path, cache: Path) -> list[str]:
    include = torch_folder() / "include"
    folders = [include, include / "torch/csrc/api/include"]
    found = [word for folder in folders for word in ("-isystem", str(folder))]
    return ["-isystem", str(_precompiled(cxx, cache, found)), *found]


def _precompiled(cxx: Path, cache: Path, includes: list[str]) -> Path:
    """Build the precompiled header once; a program whose first include it is reads it instead."""
    said = "\0".join([version(cxx), *includes])
    shadow = cache / f"headers-{hashlib.sha256(said.encode()).hexdigest()[:16]}"
    target = shadow / f"{PRECOMPILED}.gch"
    if not target.with_suffix("").exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        # What is read where the precompiled one cannot be: a header of torch includes it again.
        target.with_suffix("").write_text(f"#include_next <{PRECOMPILED}>\n", "utf-8")
    if not target.exists():
        draft = f"{target.name}.{os.getpid()}"
        header = torch_folder() / "include" / PRECOMPILED
        # Compiled by itself it is no system header, and its warnings are none of ours.
        flags = ["-std=c++20", "-O1", "-w", "-x", "c++-header"]
        done = run_command(
            [cxx, *flags, *includes, header, "-o", draft], target.parent, COMPILE_SECONDS
        )
        if done.code == 0:
            (target.parent / draft).replace(target)
    return shadow
