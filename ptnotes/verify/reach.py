"""
What a block can reach: everything whose change may change its result, and nothing else.

The modules of the project that it imports, directly or through other modules; the sources behind
those written in C++; the files it names; the versions of the packages it imports; and the modules
of the engine that run and compare blocks of its kind. Where an import cannot be followed, all
modules and sources count: a change that matters is never missed.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import platform
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import ptnotes.verify
from ptnotes.verify.block import PYTHON_KINDS, Block
from ptnotes.verify.imports import Imports, imports_of, packages_behind
from ptnotes.verify.kinds import VERIFIERS
from ptnotes.verify.project import Project

# The folder that holds the engine's own package, wherever it is installed.
ENGINE = Path(ptnotes.verify.__file__).parents[2]
# What decides over every outcome, whatever its kind.
JUDGE = "ptnotes/verify/prove.py"

_NAMED = re.compile(r"[A-Za-z_][\w.-]*(?:/[\w.-]+)+")
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


class Reach:
    """
    Finds what blocks of a project can reach; what was read once is not read again.

    Args:
        project: The project.
    """

    def __init__(self, project: Project) -> None:
        self.project = project
        self._imports: dict[Path, Imports] = {}
        self._hashes: dict[Path, str] = {}
        self._found: dict[tuple[Block, ...], set[Path]] = {}

    def environment(self, blocks: Sequence[Block]) -> str:
        """
        Hash everything that the results of blocks depend on beyond the blocks themselves.

        Args:
            blocks: The blocks of one namespace.
        """
        digest = hashlib.sha256("\0".join(surroundings()).encode())
        digest.update(self.sources(blocks).encode())
        self._add(digest, ENGINE, self.engine(blocks[0].kind))
        digest.update("\0".join(self.versions(blocks)).encode())
        return digest.hexdigest()

    def sources(self, blocks: Sequence[Block]) -> str:
        """
        Hash the part of it that is the project's own: the same on every machine, with every torch.

        Args:
            blocks: The blocks of one namespace.
        """
        digest = hashlib.sha256()
        self._add(digest, self.project.root, self.files(blocks))
        return digest.hexdigest()

    def files(self, blocks: Sequence[Block]) -> set[Path]:
        """Return the project's own files that blocks can reach."""
        if tuple(blocks) not in self._found:
            self._found[tuple(blocks)] = self._find(blocks)
        return self._found[tuple(blocks)]

    def _find(self, blocks: Sequence[Block]) -> set[Path]:
        shown = "\n".join(block.text for block in blocks)
        # Each by itself: one that is no Python hides nothing of the others.
        found = [imports_of(_code(block)) for block in blocks]
        names = set(_DOTTED.findall(shown)).union(*(imports.names for imports in found))
        modules = self._modules(names, self.project.root)
        read = [*found, *(self._read(module) for module in modules)]
        dynamic = any(imports.dynamic for imports in read)
        if dynamic:
            modules |= self._all_modules()
        return modules | self._native(modules, shown, dynamic) | self._named(shown)

    def engine(self, kind: str) -> set[Path]:
        """Return the modules of the engine that run and compare blocks of a kind."""
        verifier = ENGINE / f"{VERIFIERS[kind].__module__.replace('.', '/')}.py"
        found, waiting = {ENGINE / JUDGE}, [verifier]
        while waiting:
            path = waiting.pop()
            if path not in found:
                found.add(path)
                names = (n for n in self._read(path).names if n.startswith("ptnotes.verify."))
                # Not the packages on the way: the list of all kinds is one of them.
                waiting += filter(None, (_module(name, ENGINE) for name in names))
        return found

    def versions(self, blocks: Sequence[Block]) -> list[str]:
        """Return the packages, each with its version, whose code blocks may run."""
        if blocks[0].kind not in PYTHON_KINDS:
            # Tools have other names than the packages that bring them, so all pins count.
            return [self._hash(self.project.root / name) for name in self.project.settings.pins]
        names = set().union(*(imports_of(_code(block)).names for block in blocks))
        for path in self.files(blocks):
            if path.suffix == ".py":
                names |= self._read(path).names
        return sorted(packages_behind(frozenset(name.split(".")[0] for name in names)))

    def _modules(self, names: Iterable[str], root: Path) -> set[Path]:
        """Follow imports through the project's own modules and the packages that hold them."""
        found: set[Path] = set()
        waiting = [path for name in names for path in _on_the_way(name, root)]
        while waiting:
            path = waiting.pop()
            if path not in found:
                found.add(path)
                package = path.parent.relative_to(root).as_posix().replace("/", ".")
                for name in self._read(path, package).names:
                    waiting += _on_the_way(name, root)
        return found

    def _all_modules(self) -> set[Path]:
        """Return every module of every package at the top of the project."""
        root = self.project.root
        packages = [path.parent for path in root.glob("*/__init__.py")]
        return {path for top in packages for path in top.rglob("*.py")} | set(root.glob("*.py"))

    def _native(self, modules: set[Path], shown: str, dynamic: bool) -> set[Path]:
        """Return the sources behind modules that are written in C++."""
        found: set[Path] = set()
        texts = [shown, *(path.read_text("utf-8") for path in modules)]
        for name, native in self.project.settings.native.items():
            users = [path for path in modules if name in self._read(path).names]
            if not users and name not in imports_of(shown).names and not dynamic:
                continue
            found |= self._glob(native.shared)
            own = [pattern.format(stem=m.stem) for m in modules for pattern in native.own]
            found |= self._glob(own)
            calls = re.compile(rf"{re.escape(native.calls)}\.(\w+)") if native.calls else None
            called = set(calls.findall("\n".join(texts))) if calls else set()
            sources = "\n".join(path.read_text("utf-8") for path in found)
            if dynamic or any(operator not in sources for operator in called):
                found |= self._glob(pattern.format(stem="*") for pattern in native.own)
        return self._included(found)

    def _included(self, files: set[Path]) -> set[Path]:
        """Add what files include with `#include "..."`, directly or through other files."""
        found, waiting = set(files), list(files)
        while waiting:
            path = waiting.pop()
            for name in _INCLUDE.findall(path.read_text("utf-8")):
                near = (path.parent / name).resolve()
                if near.is_file() and near.is_relative_to(self.project.root) and near not in found:
                    found.add(near)
                    waiting.append(near)
        return found

    def _named(self, shown: str) -> set[Path]:
        """Return the files, and those in the folders, that a text names by their path."""
        found: set[Path] = set()
        for name in set(_NAMED.findall(shown)):
            path = self.project.root / name
            if ".." not in name and path.is_file():
                found.add(path)
            elif ".." not in name and path.is_dir():
                found |= {
                    p for p in path.rglob("*") if p.is_file() and "__pycache__" not in p.parts
                }
        return found

    def _glob(self, patterns: Iterable[str]) -> set[Path]:
        root = self.project.root
        return {path for pattern in patterns for path in root.glob(pattern) if path.is_file()}

    def _add(self, digest: hashlib._Hash, root: Path, files: set[Path]) -> None:
        for path in sorted(files):
            digest.update(path.relative_to(root).as_posix().encode() + b"\0")
            digest.update(self._hash(path).encode())

    def _read(self, path: Path, package: str = "") -> Imports:
        if path not in self._imports:
            self._imports[path] = imports_of(path.read_text("utf-8"), package)
        return self._imports[path]

    def _hash(self, path: Path) -> str:
        if path not in self._hashes:
            self._hashes[path] = hashlib.sha256(path.read_bytes()).hexdigest()
        return self._hashes[path]


@functools.cache
def surroundings() -> tuple[str, str, str]:
    """Return the versions of torch, Python and the operating system in use."""
    system = f"{platform.system()} {platform.machine()}"
    return importlib.metadata.version("torch"), platform.python_version(), system


def _code(block: Block) -> str:
    """Return what a block runs, if it is Python."""
    if block.kind not in PYTHON_KINDS:
        return ""
    return "".join(example.source for example in block.examples) or block.text


def _on_the_way(name: str, root: Path) -> Iterator[Path]:
    """Yield a module below a folder and the packages that are imported before it."""
    parts = name.split(".")
    for length in range(1, len(parts) + 1):
        if path := _module(".".join(parts[:length]), root):
            yield path


def _module(name: str, root: Path) -> Path | None:
    base = root.joinpath(*name.split("."))
    for path in (base.with_name(f"{base.name}.py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None
