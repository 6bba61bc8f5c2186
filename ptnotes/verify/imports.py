"""Which modules code imports, and which installed packages stand behind them."""

from __future__ import annotations

import ast
import functools
import importlib.metadata
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

# Whatever module or object they are called from: `runpy` and `importlib.util` have them too.
BY_CALL = frozenset(
    {"__import__", "import_module", "run_module", "run_path", "spec_from_file_location"}
)
_REQUIRED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Imports:
    """
    What a text of Python imports.

    Args:
        names: Modules, and what is taken from them, each by its full name.
        dynamic: Whether it imports something that its text does not name.
    """

    names: frozenset[str]
    dynamic: bool


@functools.cache
def imports_of(text: str, package: str = "") -> Imports:
    """
    Read the imports of a text; one that is no Python imports nothing.

    Args:
        text: Source of a module or a block.
        package: The package that relative imports start from.

    >>> from ptnotes.verify.imports import imports_of
    >>> sorted(imports_of("from . import a; import b.c", "p").names)
    ['b.c', 'p', 'p.a']
    """
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return Imports(frozenset(), False)
    names: set[str] = set()
    # A function that imports may have another name here.
    aliases = (a for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names)
    dynamic = any(alias.name in BY_CALL and alias.asname for alias in aliases)
    for node in ast.walk(tree):
        names.update(_named(node, package))
        if isinstance(node, ast.Call) and _imports_by_call(node):
            literal = node.args and isinstance(node.args[0], ast.Constant)
            names.update([str(node.args[0].value)] if literal else [])  # type: ignore[attr-defined]
            dynamic = dynamic or not literal
    return Imports(frozenset(names), dynamic)


def _named(node: ast.AST, package: str) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        parents = package.split(".")[: len(package.split(".")) - node.level + 1]
        start = ".".join([*(parents if node.level else []), *filter(None, [node.module])])
        yield start
        yield from (f"{start}.{alias.name}" for alias in node.names)


def _imports_by_call(node: ast.Call) -> bool:
    return ast.unparse(node.func).rpartition(".")[-1] in BY_CALL


@functools.cache
def packages_behind(modules: frozenset[str]) -> frozenset[str]:
    """
    Return the installed packages behind top-level modules and all that these need.

    Args:
        modules: Names such as `torch`; those of Python and of the project count for nothing.

    Returns:
        Each package as `name==version`.
    """
    known = _installed()
    waiting = [package for name in modules & known.keys() for package in known[name]]
    needed: set[str] = set()
    while waiting:
        name = _canonical(waiting.pop())
        if name not in needed:
            needed.add(name)
            waiting += _requirements(name)
    return frozenset(f"{name}=={version}" for name in needed if (version := _version(name)))


@functools.cache
def _installed() -> Mapping[str, list[str]]:
    """Return the packages behind each top-level module; asking takes most of a second."""
    return importlib.metadata.packages_distributions()


@functools.cache
def _requirements(name: str) -> tuple[str, ...]:
    try:
        lines = importlib.metadata.requires(name) or []
    except importlib.metadata.PackageNotFoundError:
        return ()
    # What an extra would add is not needed; what a marker leaves out is not installed.
    found = (_REQUIRED.match(line) for line in lines if "extra ==" not in line)
    return tuple(match[0] for match in found if match)


@functools.cache
def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
