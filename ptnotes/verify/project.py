"""Where a page belongs: the project around it and what its `pyproject.toml` says of proof."""

from __future__ import annotations

import fnmatch
import tomllib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from ptnotes.verify.block import Context
from ptnotes.verify.settings import Settings, SettingsError, read_settings

PAGE_SUFFIXES = (".md", ".py")


@dataclass(frozen=True)
class Project:
    """
    A folder with a `[tool.ptnotes.verify]` table.

    Args:
        root: The folder.
        settings: What the table says.
        cache: The folder of what outlives a run, empty for `.cache` in the root.
    """

    root: Path
    settings: Settings
    cache: Path = Path()

    @property
    def receipts(self) -> Path:
        """The folder of receipts."""
        return self._kept("receipts")

    @property
    def displays(self) -> Path:
        """The folder of what blocks showed while they were proven."""
        return self._kept("displays")

    @property
    def context(self) -> Context:
        """What its verifiers are told."""
        return Context(self.settings.seconds, self._kept("native"))

    def _kept(self, name: str) -> Path:
        return (self.cache if self.cache.parts else self.root / ".cache") / name

    def page_paths(self) -> list[Path]:
        """All pages of the project, sorted; what is generated or private is none."""
        found: set[Path] = set()
        for name in self.settings.pages:
            start = self.root / name
            if start.is_dir():
                found.update(p for s in PAGE_SUFFIXES for p in start.rglob(f"*{s}"))
            elif start.exists():
                found.add(start)
        return sorted(p for p in found if self.owns(p))

    def owns(self, path: Path) -> bool:
        """Whether `path` is a page of this project."""
        if not path.resolve().is_relative_to(self.root):
            return False
        name = self.name(path)
        return (
            path.suffix in PAGE_SUFFIXES
            and "__pycache__" not in path.parts
            and _below(name, self.settings.pages)
            and not any(fnmatch.fnmatchcase(name, pattern) for pattern in self.settings.exclude)
        )

    def is_script(self, path: Path) -> bool:
        """Whether a Python file is a script in cells; another one is a module."""
        return _below(self.name(path), self.settings.scripts)

    def name(self, path: Path) -> str:
        """The page's name: its path relative to the root, with forward slashes."""
        return path.resolve().relative_to(self.root).as_posix()


def _below(name: str, folders: tuple[str, ...]) -> bool:
    return any(PurePosixPath(name).is_relative_to(folder) for folder in folders)


def find_project(path: Path) -> Project | None:
    """
    Return the project whose folder holds `path`, or None for a page that is not ours.

    Args:
        path: A file or folder.

    Raises:
        SettingsError: if the table is wrong, or a `pyproject.toml` on the way up is not TOML.
    """
    start = path.resolve()
    for folder in (start, *start.parents):
        config = folder / "pyproject.toml"
        if config.is_file():
            try:
                tool = tomllib.loads(config.read_text("utf-8")).get("tool", {})
                table = tool.get("ptnotes", {}).get("verify")
                if table is not None:
                    return Project(folder, read_settings(table))
            except ValueError as error:  # not TOML, or not the settings that we know
                raise SettingsError(f"{config}: {error}") from error
    return None
