"""What readers type, by the page that must answer: `page.queries.toml` beside each page."""

from __future__ import annotations

import importlib
import pkgutil
import tomllib
from pathlib import Path

import torch

import ptnotes
from tests.support.tiny_project import REPOSITORY

SUFFIX = ".queries.toml"
KNOWN_TO_TORCH = (torch, torch.nn, torch.nn.functional, torch.optim)


def queries(language: str) -> dict[str, list[str]]:
    """
    Return the queries of each page.

    Args:
        language: `en` or `zh`, a key of the files.
    """
    found = {}
    for folder, prefix in ((REPOSITORY / "docs", ""), (REPOSITORY / "gallery", "gallery/")):
        for path in sorted(folder.rglob(f"*{SUFFIX}")):
            name = prefix + path.relative_to(folder).as_posix().removesuffix(SUFFIX)
            found[name] = tomllib.loads(path.read_text("utf-8"))[language]
    return found | {f"api/{name}": asked for name, asked in of_reference().items()}


def of_reference() -> dict[str, list[str]]:
    """Return for each module of a topic its name and those of its functions and classes."""
    found = {}
    for chapter in pkgutil.iter_modules(ptnotes.__path__):
        if not chapter.ispkg or chapter.name == "verify":
            continue
        for topic in pkgutil.iter_modules([str(Path(ptnotes.__path__[0], chapter.name))]):
            module = importlib.import_module(f"ptnotes.{chapter.name}.{topic.name}")
            names = [name for name in module.__all__ if not name.isupper()]
            full = [f"{module.__name__}.{name}" for name in names]
            found[f"{chapter.name}/{topic.name}"] = [
                module.__name__,
                *full,
                *filter(is_telling, names),
            ]
    return found


def is_telling(name: str) -> bool:
    """Whether a name of ours alone tells the page: no word of English, nothing of torch."""
    return not any(hasattr(space, name) for space in KNOWN_TO_TORCH) and (
        "_" in name.strip("_") or sum(letter.isupper() for letter in name) in range(2, 9)
    )
