"""Receipts: the record that a block was proven, valid while nothing it depends on has changed."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from ptnotes.verify.block import PYTHON_KINDS, Block, Outcome, State
from ptnotes.verify.page import Page
from ptnotes.verify.project import Project
from ptnotes.verify.reach import Reach, surroundings


@dataclass(frozen=True)
class Receipt:
    """
    One proof.

    Args:
        page: The page's name.
        shown: Hash of the block as a reader sees it.
        key: Hash of all that the result depends on.
        content: Hash of the part of it that does not differ from machine to machine.
        kind: What proved it.
        state: That it passed, or how far it came.
        detail: The reason why it was not run.
        torch: Version of torch.
        python: Version of Python.
        system: The operating system.
        device: What it ran on: `cpu`, a GPU's name, or nothing where it was not run.
        date: The day of the proof, ISO 8601, UTC.
    """

    page: str
    shown: str
    key: str
    content: str
    kind: str
    state: State
    detail: str
    torch: str
    python: str
    system: str
    device: str
    date: str


def keys(blocks: Sequence[Block], reach: Reach) -> list[str]:
    """
    Return one key a block: of itself, the blocks its result depends on, and all they can reach.

    Args:
        blocks: The blocks of one namespace, in order.
        reach: Finds what they can reach.
    """
    return _chain(reach.environment(blocks), blocks)


def contents(blocks: Sequence[Block], reach: Reach) -> list[str]:
    """
    Return what `keys` does, of the parts alone that every machine and every torch share.

    Args:
        blocks: The blocks of one namespace, in order.
        reach: Finds what they can reach.
    """
    return [key[:20] for key in _chain(reach.sources(blocks), blocks)]


def _chain(beginning: str, blocks: Sequence[Block]) -> list[str]:
    digest = hashlib.sha256(beginning.encode())
    said = [
        json.dumps([b.kind, b.language, b.text, asdict(b.options), b.source], default=str)
        for b in blocks
    ]
    if blocks[0].kind not in PYTHON_KINDS:
        # A program is judged with its output, a project with all of its files.
        digest.update("\0".join(said).encode())
    found = []
    for text in said:
        digest.update(text.encode())
        found.append(digest.hexdigest())
    return found


def page_key(page: Page, reach: Reach) -> str:
    """
    Hash all that what a page shows depends on: its blocks and everything they can reach.

    Args:
        page: The page.
        reach: Finds what its blocks can reach.
    """
    last = (keys(group, reach)[-1] for group in page.groups())
    return hashlib.sha256("\0".join(last).encode()).hexdigest()


def new_receipt(outcome: Outcome, key: str, content: str) -> Receipt:
    """Write the receipt of a block proven just now, on this machine."""
    block = outcome.block
    torch, python, system = surroundings()
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return Receipt(
        page=block.page,
        shown=block.shown,
        key=key,
        content=content,
        kind=block.kind,
        state=outcome.state,
        detail=outcome.detail,
        torch=torch,
        python=python,
        system=system,
        device="" if outcome.state.not_run else outcome.device,
        date=today,
    )


def load(project: Project, page: str) -> dict[str, Receipt]:
    """Return the receipts of a page by key."""
    return {receipt.key: receipt for receipt in read_file(page_file(project.receipts, page))}


def read_file(path: Path) -> list[Receipt]:
    """Return the receipts in a file; a damaged file counts as none."""
    try:
        records = json.loads(path.read_text("utf-8"))
        return [Receipt(**{**record, "state": State(record["state"])}) for record in records]
    except (OSError, ValueError, TypeError, KeyError):
        return []


def save(project: Project, page: str, receipts: Iterable[Receipt]) -> None:
    """Replace the receipts of a page, at once or not at all."""
    replace_file(
        page_file(project.receipts, page), json.dumps([asdict(r) for r in receipts], indent=1)
    )


def replace_file(path: Path, text: str) -> None:
    """Write a file, at once or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.tmp")
    draft.write_text(text, "utf-8")
    draft.replace(path)


def page_file(folder: Path, page: str) -> Path:
    """Return where a folder keeps what the torch in use has proven of a page."""
    return folder / surroundings()[0] / f"{page}.json"
