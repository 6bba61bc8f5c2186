"""
Build the extension apart, with AddressSanitizer and UBSan, and run its tests there.

`nox -s sanitize` calls it; words after `--` go to pytest.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APART = ROOT / "build" / "sanitize"
# Torch hides the type information that one check of UBSan would compare.
FLAGS = "-fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all"


def main(words: list[str]) -> int:
    """Build, test, and return pytest's exit status."""
    shutil.rmtree(APART, ignore_errors=True)
    for name in ("csrc", "ptnotes", "tests"):
        shutil.copytree(ROOT / name, APART / name, ignore=shutil.ignore_patterns("*.so"))
    for name in ("setup.py", "pyproject.toml"):
        shutil.copy(ROOT / name, APART)
    built = dict.fromkeys(("CFLAGS", "CXXFLAGS", "LDFLAGS"), FLAGS) | {"PTNOTES_NATIVE": "require"}
    build = [sys.executable, "setup.py", "-q", "build_ext", "--inplace"]
    if code := subprocess.run(build, cwd=APART, env=os.environ | built, check=False).returncode:
        return code
    # Python itself is not sanitised, so the runtimes come first by hand; its leaks are its own.
    loaded = {"LD_PRELOAD": runtimes(), "ASAN_OPTIONS": "detect_leaks=0", "PYTHONPATH": str(APART)}
    # Captured by descriptor, what a sanitizer says would be lost.
    pytest = [sys.executable, "-m", "pytest", "-q", "--capture=sys", *native_tests(), *words]
    return subprocess.run(pytest, cwd=APART, env=os.environ | loaded, check=False).returncode


def runtimes() -> str:
    """Return the libraries of the sanitizers, as LD_PRELOAD names them."""
    compiler = os.environ.get("CXX", "g++")
    names = ("libasan.so", "libubsan.so")
    asked = ([compiler, f"-print-file-name={name}"] for name in names)
    return " ".join(subprocess.check_output(command, text=True).strip() for command in asked)


def native_tests() -> list[str]:
    """Return the tests of every topic that has C++ of its own: operators, or a C module."""
    topics = {path.stem for pattern in ("ops/*/", "*.cpp") for path in ROOT.glob(f"csrc/{pattern}")}
    modules = [path for topic in topics for path in ROOT.glob(f"ptnotes/*/{topic}.py")]
    return sorted(
        path.relative_to(ROOT).as_posix()
        for module in modules
        for path in ROOT.glob(f"tests/{module.parent.name}/test_{module.stem}*.py")
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
