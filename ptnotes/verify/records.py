"""
What each torch has proven: of the one in use by its receipts, of others by kept records too.

A record is a file of the project with the state of each block, written on the machine that proved
it. It holds for a block while the block, those before it and what they reach in the project stay
the same; versions and the engine may be others, and are named.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from ptnotes.verify import receipts
from ptnotes.verify.block import State
from ptnotes.verify.options import read_release
from ptnotes.verify.page import read_page
from ptnotes.verify.project import Project
from ptnotes.verify.reach import surroundings
from ptnotes.verify.receipts import Receipt


@dataclass(frozen=True)
class Record:
    """
    What one torch has proven.

    Args:
        torch: Its version.
        python: Version of Python.
        system: The operating system.
        device: What the blocks ran on.
        date: The day of the newest proof, ISO 8601, UTC.
        states: What became of each block, by the hash of its content.
    """

    torch: str
    python: str
    system: str
    device: str
    date: str
    states: Mapping[str, State]


def all_records(project: Project) -> list[Record]:
    """
    Return what each torch has proven, oldest first; receipts here count before what was kept.

    Args:
        project: The project.
    """
    folder = project.root / project.settings.records if project.settings.records else None
    kept = [_read(path) for path in sorted(folder.glob("*.json"))] if folder else []
    here = [_of_receipts(path) for path in sorted(project.receipts.glob("*/"))]
    found: dict[str, Record] = {}
    for record in filter(None, [*kept, *here]):
        before = found.get(record.torch)
        states = {**(before.states if before else {}), **record.states}
        found[record.torch] = replace(record, states=states)
    return sorted(found.values(), key=lambda record: read_release(record.torch))


def keep(project: Project) -> Path:
    """
    Write the record of the torch in use, from its receipts.

    Args:
        project: The project.

    Raises:
        ValueError: if the project names no folder for records, or nothing is proven.
    """
    if not project.settings.records:
        raise ValueError("records: the table [tool.ptnotes.verify] names no folder for records")
    torch, *_rest = surroundings()
    record = _of_receipts(project.receipts / torch)
    if record is None:
        raise ValueError(f"records: nothing is proven with torch {torch}; prove it first")
    known = {content for path in project.page_paths() for content in _contents(project, path)}
    states = {content: state for content, state in record.states.items() if content in known}
    path = project.root / project.settings.records / f"torch-{torch.replace('+', '-')}.json"
    text = json.dumps(asdict(replace(record, states=dict(sorted(states.items())))), indent=0)
    receipts.replace_file(path, text + "\n")
    return path


def _contents(project: Project, path: Path) -> Iterable[str]:
    found = receipts.load(project, read_page(path, project).name).values()
    return (receipt.content for receipt in found)


def _read(path: Path) -> Record | None:
    """Read a record; a damaged one counts as none."""
    try:
        said = json.loads(path.read_text("utf-8"))
        states = {content: State(state) for content, state in said["states"].items()}
        return Record(**{**said, "states": states})
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _of_receipts(folder: Path) -> Record | None:
    found = [receipt for path in folder.rglob("*.json") for receipt in receipts.read_file(path)]
    return _record(found) if found else None


def _record(found: list[Receipt]) -> Record:
    def joined(values: Iterable[str]) -> str:
        return ", ".join(sorted(set(filter(None, values))))

    return Record(
        torch=found[0].torch,
        python=joined(receipt.python for receipt in found),
        system=joined(receipt.system for receipt in found),
        device=joined(receipt.device for receipt in found),
        date=max(receipt.date for receipt in found),
        states={receipt.content: receipt.state for receipt in found},
    )
