"""
One verb each: docs, tests, prove, serve, translate, lint, bench, clock, sanitize, mutate, budget,
wheel, pins.

All sessions share one virtual environment, `.nox/torch-VERSION`, so that the package is installed
and the extension built once. `PTNOTES_TORCH=2.15.0 nox -s docs` proves the notes on another torch,
in an environment of its own; `PTNOTES_TORCH=newest` takes the newest one there is.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nox
from nox.command import CommandFailed

ROOT = Path(__file__).parent
PINNED = re.search(r"^torch==(\S+)", (ROOT / "constraints.txt").read_text("utf-8"), re.M)[1]
TORCH = os.environ.get("PTNOTES_TORCH", PINNED)
ENVIRONMENT = ROOT / ".nox" / f"torch-{TORCH}"
PYTHON = ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
# What an installation depends on: when one of these changes it is made again.
INSTALLED_FROM = ["constraints.txt", "pyproject.toml", "setup.py", "csrc/**/*"]

# What an installation that failed says of its cause, and what is told; the first that fits is.
NETWORK = "NewConnectionError|NameResolutionError|Network is unreachable|TimeoutError|ProxyError"
CAUSES = {
    r"^\s*ptnotes: (.* cannot be built: .*)": "{}",
    r"No space left on device": "The disk is full; free some space and run the same command again.",
    rf"({NETWORK})": "The network failed ({}); connect and run the same command again.",
    r"^ERROR: (.*)": "pip says: {}",
}

# How long each phase of a command took, in order.
TIMES: list[tuple[str, float]] = []

# The extension lies in the tree, one for all environments: this says for which torch.
BUILT_FOR = ROOT / "build" / "native" / "installed-for"
# What its build has left out, and why: pip keeps that to itself.
SAID = ROOT / "build" / "native" / "said"

nox.options.sessions = ["docs", "tests"]
nox.options.default_venv_backend = "none"


@nox.session
def docs(session: nox.Session) -> None:
    """Prove every snippet, run the gallery and build both languages into site/."""
    started = time.time()
    install(session)
    prove_pages(session)
    build(session, started)
    report(session, "docs", 900)


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests, on a site that is built first unless it is that of today."""
    install(session)
    prove_pages(session)
    build(session, time.time())
    # More workers than cores: half of their time they wait for a browser.
    workers = ("-n", "4", "--dist", "worksteal", "--durations=20")
    with phase(session, "testing"):
        run(session, "-m", "pytest", *workers, *session.posargs)
    report(session, "tests", 900)


@nox.session(default=False)
def prove(session: nox.Session) -> None:
    """Prove the snippets: `-- --shard 2/4` a share, `-- --merge CACHE` those of other machines."""
    install(session)
    if {"--merge", "--keep"} & set(session.posargs):
        run(session, "-m", "ptnotes.verify", *session.posargs)
    else:
        prove_pages(session, *session.posargs)


@nox.session(default=False)
def serve(session: nox.Session) -> None:
    """Show one language and follow edits: `nox -s serve -- zh`; unproven blocks say so."""
    install(session)
    run(session, "-m", "sitebuilder", "serve", *session.posargs)


@nox.session(default=False)
def translate(session: nox.Session) -> None:
    """Bring the Chinese catalogs up to date and show what is missing."""
    install(session)
    run(session, "-m", "sitebuilder", "translate", *session.posargs)


@nox.session(default=False)
def lint(session: nox.Session) -> None:
    """Check style, format, types and arrows: ruff, mypy, import-linter, Biome, clang-format."""
    install(session)
    run(session, "-m", "ruff", "check", ".")
    run(session, "-m", "ruff", "format", "--check", ".")
    run(session, "-m", "mypy")
    session.run(str(PYTHON.with_name("lint-imports")), external=True, env={"PYTHONPATH": "docs"})
    run(session, "-m", "sitebuilder", "lint")
    native = [str(path) for path in ROOT.glob("csrc/**/*") if path.suffix in {".cpp", ".h", ".cu"}]
    if native:
        clang_format = PYTHON.with_name("clang-format")
        session.run(str(clang_format), "--dry-run", "-Werror", *native, external=True)


@nox.session(default=False)
def bench(session: nox.Session) -> None:
    """Time the operators against their formulas and save the run; `-- boxes` runs one topic."""
    install(session)
    run(session, "-m", "tests.bench", *session.posargs)


@nox.session(default=False)
def clock(session: nox.Session) -> None:
    """Time docs and tests on a project of full size, far from here: about an hour."""
    # Not with the shared environment, which has no nox: the project installs one of its own.
    session.run(sys.executable, "-m", "tests.bench.full_size", *session.posargs, external=True)


@nox.session(default=False)
def sanitize(session: nox.Session) -> None:
    """Build the extension apart, with AddressSanitizer and UBSan, and run its tests there."""
    install(session)
    run(session, "-m", "tests.native.sanitize", *session.posargs)


@nox.session(default=False)
def mutate(session: nox.Session) -> None:
    """Change what pages claim and count what turns red: `nox -s mutate -- --n 200`."""
    install(session)
    run(session, "-m", "ptnotes.verify.mutate", *session.posargs)


@nox.session(default=False)
def budget(session: nox.Session) -> None:
    """Print the budgets of the site beside what was measured."""
    install(session)
    run(session, "-m", "sitebuilder", "budget", *session.posargs)


@nox.session(default=False)
def wheel(session: nox.Session) -> None:
    """Build the distributions, and try the wheel in an environment that has only torch."""
    install(session)
    shutil.rmtree(ROOT / "build" / "dist", ignore_errors=True)
    built = ("--no-isolation", "--outdir", "build/dist", ".")
    program = str(PYTHON.with_name("pyproject-build"))
    session.run(program, *built, external=True, env={"PTNOTES_NATIVE": "require"})
    folder = ROOT / "build" / "clean"
    session.run(sys.executable, "-m", "venv", "--clear", str(folder), external=True)
    python = str(folder / PYTHON.relative_to(ENVIRONMENT))
    (found,) = (ROOT / "build" / "dist").glob("*.whl")
    pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    session.run(python, *pip, "-c", constraints(), *torch(), str(found), external=True)
    with session.chdir(folder):  # where no source tree could be imported in its place
        session.run(python, str(ROOT / "tests" / "native" / "try_wheel.py"), external=True)


@nox.session(default=False)
def pins(session: nox.Session) -> None:
    """Write constraints.txt anew, with the newest versions that fit; then prove and read them."""
    folder = ROOT / ".nox" / "pins"
    session.run(sys.executable, "-m", "venv", "--clear", str(folder), external=True)
    python = str(folder / PYTHON.relative_to(ENVIRONMENT))
    pip = (python, "-m", "pip", "--quiet", "--disable-pip-version-check")
    session.run(*pip, "install", *torch(), "setuptools", "pybind11", external=True)
    package = ("--no-build-isolation", "-e", ".[tests,lint,release]")
    session.run(*pip, "install", *package, external=True, env={"PTNOTES_NATIVE": "off"})
    frozen = session.run(*pip, "freeze", "--exclude-editable", external=True, silent=True)
    head = (ROOT / "constraints.txt").read_text("utf-8").splitlines()[0]
    names = sorted(line.replace("+cpu", "") for line in frozen.splitlines() if "==" in line)
    (ROOT / "constraints.txt").write_text("\n".join([head, *names]) + "\n", "utf-8")


@contextlib.contextmanager
def phase(session: nox.Session, name: str) -> Iterator[None]:
    """Say what begins, and keep how long it took."""
    session.log(f"{name[0].upper()}{name[1:]}")
    started = time.monotonic()
    yield
    TIMES.append((name, time.monotonic() - started))


def report(session: nox.Session, command: str, limit: int) -> None:
    """Print the time of each phase, and the whole beside what it may take at full size."""
    for name, seconds in TIMES:
        session.log(f"{name:<28} {seconds:6.1f} s")
    whole = sum(seconds for _name, seconds in TIMES)
    session.log(f"{command:<28} {whole:6.1f} s; at most {limit} s with all notes, on two cores")
    TIMES.clear()


def install(session: nox.Session) -> None:
    """Make the shared environment, or do nothing where it is up to date."""
    digest = hashlib.sha256()
    for pattern in INSTALLED_FROM:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.read_bytes() if path.is_file() else b"")
    stamp = ENVIRONMENT / "installed"
    built_for = BUILT_FOR.read_text() if BUILT_FOR.exists() else ""
    if stamp.exists() and stamp.read_text() == digest.hexdigest() and built_for == TORCH:
        return
    native = os.environ.get("PTNOTES_NATIVE", "require")
    compilers = [os.environ["CXX"]] if "CXX" in os.environ else ["c++", "g++", "clang++"]
    if native == "require" and not any(shutil.which(name) for name in compilers):
        session.error(
            f"There is no C++ compiler here ({', '.join(compilers)}): install one, on Debian and "
            "Ubuntu with `apt-get install g++`, or name it in CXX, and run the same command again."
        )
    stamp.unlink(missing_ok=True)
    package = ("--no-build-isolation", "-e", ".[tests,lint,release]")
    with phase(session, f"installing torch into {ENVIRONMENT.relative_to(ROOT)}"):
        session.run(sys.executable, "-m", "venv", str(ENVIRONMENT), external=True)
        pip_install(session, *torch(), "setuptools", "ninja", "pybind11")
    with phase(session, "installing the rest, compiling"):
        pip_install(session, *package, PTNOTES_NATIVE=native)
    if SAID.exists():
        session.log(SAID.read_text("utf-8").strip())
    stamp.write_text(digest.hexdigest())
    BUILT_FOR.parent.mkdir(parents=True, exist_ok=True)
    BUILT_FOR.write_text(TORCH)


def pip_install(session: nox.Session, *words: str, **environment: str) -> None:
    """Install into the shared environment; where that fails, say why in one sentence."""
    pip = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    log = ENVIRONMENT / "install.log"
    try:
        with log.open("wb") as file:
            options: dict[str, Any] = {"stdout": file, "stderr": subprocess.STDOUT}
            run(session, *pip, "-c", constraints(), *words, options=options, **environment)
    except CommandFailed:
        text = log.read_text("utf-8", "replace")
        print(text)
        session.error(f"The packages could not be installed. {cause(text)}")


def cause(text: str) -> str:
    """Say why an installation failed, from what it printed."""
    for pattern, sentence in CAUSES.items():
        if found := re.search(pattern, text, re.MULTILINE):
            return sentence.format(*found.groups())
    return "pip's message above says why."


def torch() -> list[str]:
    """What pip is asked for."""
    return ["torch" if TORCH == "newest" else f"torch=={TORCH}", "numpy"]


def constraints() -> str:
    """The constraints file to install with, without torch's pin where another torch is wanted."""
    if TORCH == PINNED:
        return str(ROOT / "constraints.txt")
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    relaxed = ROOT / ".nox" / f"constraints-{TORCH}.txt"
    relaxed.parent.mkdir(exist_ok=True)
    relaxed.write_text("\n".join(line for line in lines if not line.startswith("torch==")), "utf-8")
    return str(relaxed)


def prove_pages(session: nox.Session, *words: str) -> None:
    """Prove every snippet, or a share; what has a valid receipt is not run again."""
    with phase(session, "compiling the programs of the pages"):
        run(session, "-m", "ptnotes.verify", "--compile", *words)
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    pages = settings["tool"]["ptnotes"]["verify"]["pages"]
    workers = ("-n", "auto", "--maxprocesses=4", "--dist", "loadfile")
    with phase(session, "proving the snippets"):
        run(session, "-m", "pytest", "-q", *workers, *words, *pages)


def build(session: nox.Session, started: float) -> None:
    """Build the site from what was proven."""
    with phase(session, "building the site"):
        run(session, "-m", "sitebuilder", "build", PTNOTES_STARTED=str(started))


def run(
    session: nox.Session, *command: str, options: dict[str, Any] | None = None, **environment: str
) -> None:
    """Run the shared environment's Python in the project's folder; it knows the site builder."""
    # The root comes first: in a copied tree the environment would import the package it was
    # installed from.
    before = filter(None, [os.environ.get("PYTHONPATH")])
    paths = [str(ROOT), str(ROOT / "docs"), *before]
    variables = {"PYTHONPATH": os.pathsep.join(paths), **environment}
    session.run(str(PYTHON), *command, external=True, env=variables, **(options or {}))
