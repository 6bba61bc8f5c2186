"""Receipts: the record that a block was proven, valid while nothing it depends on has changed."""

from __future__ import annotations

import datetime
import functools
import hashlib
import importlib.metadata
import json
import os
import platform
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ptnotes.verify.block import PYTHON_KINDS, Block
from ptnotes.verify.project import Project

# Code and settings whose change may change any result.
FINGERPRINTED = ("ptnotes/**/*.py", "csrc/**/*", "constraints.txt", "setup.py", "pyproject.toml")


@dataclass(frozen=True)
class Receipt:
    """
    One proof.

    Args:
        page: The page's name.
        shown: Hash of the block as a reader sees it.
        key: Hash of all that the result depends on.
        kind: What proved it.
        state: `passed` or `not run`.
        detail: The reason why it was not run.
        torch: Version of torch.
        python: Version of Python.
        system: The operating system.
        device: `cpu`, or the GPU's name.
        date: The day of the proof, ISO 8601, UTC.
    """

    page: str
    shown: str
    key: str
    kind: str
    state: str
    detail: str
    torch: str
    python: str
    system: str
    device: str
    date: str


def fingerprint(project: Project) -> str:
    """
    Hash what every result of the project depends on beyond its own page.

    Args:
        project: Its `ptnotes/`, `csrc/` and constraints count, and torch, Python and the system.
    """
    digest = hashlib.sha256()
    for pattern in FINGERPRINTED:
        for path in sorted(project.root.glob(pattern)):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(path.relative_to(project.root).as_posix().encode() + b"\0")
                digest.update(hashlib.sha256(path.read_bytes()).digest())
    digest.update("\0".join(surroundings()).encode())
    return digest.hexdigest()


@functools.cache
def surroundings() -> tuple[str, str, str]:
    """Return the versions of torch, Python and the operating system in use."""
    system = f"{platform.system()} {platform.machine()}"
    return importlib.metadata.version("torch"), platform.python_version(), system


def keys(blocks: Sequence[Block], environment: str) -> list[str]:
    """
    Return one key a block: of itself, the blocks its result depends on, and the environment.

    Args:
        blocks: The blocks of one namespace, in order.
        environment: `fingerprint` of the project.
    """
    digest = hashlib.sha256(environment.encode())
    said = [
        json.dumps([b.kind, b.language, b.text, dict(b.options)], sort_keys=True) for b in blocks
    ]
    if blocks[0].kind not in PYTHON_KINDS:
        # A program is judged with its output, a project with all of its files.
        digest.update("\0".join(said).encode())
    found = []
    for text in said:
        digest.update(text.encode())
        found.append(digest.hexdigest())
    return found


def new_receipt(block: Block, key: str, state: str, detail: str) -> Receipt:
    """Write the receipt of a block proven just now, on this machine."""
    torch, python, system = surroundings()
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return Receipt(
        block.page, block.shown, key, block.kind, state, detail, torch, python, system, "cpu", today
    )


def load(project: Project, page: str) -> dict[str, Receipt]:
    """Return the receipts of a page by key; a damaged file counts as none."""
    try:
        records = json.loads(_file(project, page).read_text("utf-8"))
        return {record["key"]: Receipt(**record) for record in records}
    except (OSError, ValueError, TypeError, KeyError):
        return {}


def save(project: Project, page: str, receipts: Iterable[Receipt]) -> None:
    """Replace the receipts of a page, at once or not at all."""
    path = _file(project, page)
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(json.dumps([asdict(r) for r in receipts], indent=1), "utf-8")
    draft.replace(path)


def _file(project: Project, page: str) -> Path:
    return project.receipts / f"{page}.json"
