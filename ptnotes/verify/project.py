"""Where a page belongs: the project around it and what its `pyproject.toml` says of proof."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ptnotes.verify.block import Context

PAGE_SUFFIXES = (".md", ".py")


@dataclass(frozen=True)
class Native:
    """
    The sources of a module that is written in C++, each a pattern relative to the project.

    Args:
        shared: What every user of the module depends on.
        own: What a Python module that uses it depends on besides; `{stem}` is its name.
        calls: How code calls what the module registers, such as `torch.ops.NAMESPACE`.
    """

    shared: tuple[str, ...] = ()
    own: tuple[str, ...] = ()
    calls: str = ""


@dataclass(frozen=True)
class Project:
    """
    A folder with a `[tool.ptnotes.verify]` table.

    Args:
        root: The folder.
        pages: Files and folders whose snippets are proven.
        imports: Top-level modules a snippet may import besides the standard library.
        seconds: How long one block may run.
        pins: Files with the versions of what is installed.
        native: What stands behind each module that is written in C++, by its name.
    """

    root: Path
    pages: tuple[str, ...]
    imports: frozenset[str]
    seconds: float
    pins: tuple[str, ...] = ()
    native: Mapping[str, Native] = field(default_factory=dict, hash=False)

    @property
    def receipts(self) -> Path:
        """The folder of receipts."""
        return self.root / ".cache" / "receipts"

    @property
    def context(self) -> Context:
        """What its verifiers are told."""
        return Context(self.seconds, self.root / ".cache" / "native")

    def page_paths(self) -> list[Path]:
        """All pages of the project, sorted; what is generated or private is none."""
        found: set[Path] = set()
        for name in self.pages:
            start = self.root / name
            if start.is_dir():
                found.update(p for s in PAGE_SUFFIXES for p in start.rglob(f"*{s}"))
            elif start.exists():
                found.add(start)
        return sorted(p for p in found if self.owns(p))

    def owns(self, path: Path) -> bool:
        """Whether `path` is a page of this project."""
        try:
            parts = path.resolve().relative_to(self.root).parts
        except ValueError:
            return False
        if path.suffix not in PAGE_SUFFIXES or "__pycache__" in parts:
            return False
        if parts[0] == "docs":
            # docs/gallery is written by the build, docs/_* and conf.py run it: no reader's code.
            inner = parts[1]
            return path.suffix == ".md" and inner != "gallery" and not inner.startswith("_")
        return any(parts[: len(Path(p).parts)] == Path(p).parts for p in self.pages)

    def name(self, path: Path) -> str:
        """The page's name: its path relative to the root, with forward slashes."""
        return path.resolve().relative_to(self.root).as_posix()


def find_project(path: Path) -> Project | None:
    """
    Return the project whose folder holds `path`, or None for a page that is not ours.

    Args:
        path: A file or folder.

    Raises:
        tomllib.TOMLDecodeError: if a `pyproject.toml` on the way up is not TOML.
    """
    start = path.resolve()
    for folder in (start, *start.parents):
        config = folder / "pyproject.toml"
        if config.is_file():
            table = tomllib.loads(config.read_text("utf-8")).get("tool", {})
            settings = table.get("ptnotes", {}).get("verify")
            if settings is not None:
                return Project(
                    root=folder,
                    pages=tuple(settings["pages"]),
                    imports=frozenset(settings["imports"]),
                    seconds=float(settings["seconds"]),
                    pins=tuple(settings.get("pins", ())),
                    native={
                        name: Native(
                            tuple(table.get("shared", ())),
                            tuple(table.get("own", ())),
                            table.get("calls", ""),
                        )
                        for name, table in settings.get("native", {}).items()
                    },
                )
    return None
