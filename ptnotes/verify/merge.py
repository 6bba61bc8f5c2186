"""Take over what other machines have proven: their receipts, and what their blocks showed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from ptnotes.verify import displays, receipts
from ptnotes.verify.block import PASSED, Display
from ptnotes.verify.page import read_page
from ptnotes.verify.project import Project
from ptnotes.verify.reach import Reach
from ptnotes.verify.receipts import Receipt


def merge(project: Project, caches: list[Path]) -> tuple[int, int]:
    """
    Add the valid receipts of other machines to those of a project.

    Args:
        project: The project.
        caches: The `.cache` folders of other machines.

    Returns:
        How many blocks have a valid receipt now, and how many blocks there are.

    Raises:
        ValueError: if one of the folders holds no receipts.
    """
    for cache in caches:
        if not any((cache / project.receipts.name).rglob("*.json")):
            raise ValueError(f"merge: {cache} holds no {project.receipts.name}/**/*.json")
    others = [replace(project, cache=cache.resolve()) for cache in caches]
    reach, proven, blocks = Reach(project), 0, 0
    for path in project.page_paths():
        page = read_page(path, project)
        keys = {key for group in page.groups() for key in receipts.keys(group, reach)}
        found: dict[str, Receipt] = {}
        shown: dict[str, Display] = {}
        for source in (project, *others):
            for key, receipt in receipts.load(source, page.name).items():
                # One machine has run what another could only compile.
                if key in keys and (key not in found or receipt.state == PASSED):
                    found[key] = receipt
            kept = displays.load(source, page.name).items()
            shown |= {key: display for key, display in kept if key in found}
        receipts.save(project, page.name, found.values())
        displays.save(project, page.name, shown)
        proven, blocks = proven + len(found), blocks + len(keys)
    return proven, blocks
