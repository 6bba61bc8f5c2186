"""What blocks showed while they were proven: kept, so that no page runs them again to show it."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping

from ptnotes.verify import receipts
from ptnotes.verify.block import PICTURED_KINDS, Display
from ptnotes.verify.page import Page
from ptnotes.verify.project import Project
from ptnotes.verify.reach import Reach


def load(project: Project, page: str) -> dict[str, Display]:
    """Return what the blocks of a page showed, by the keys of their receipts; damaged is none."""
    try:
        records = json.loads(receipts.page_file(project.displays, page).read_text("utf-8"))
        return {
            key: Display(record["output"], tuple(map(base64.b64decode, record["figures"])))
            for key, record in records.items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def save(project: Project, page: str, displays: Mapping[str, Display]) -> None:
    """Replace what is kept of a page, at once or not at all; of nothing no file is kept."""
    if not displays:
        receipts.page_file(project.displays, page).unlink(missing_ok=True)
        return
    records = {
        key: {
            "output": shown.output,
            "figures": [base64.b64encode(figure).decode() for figure in shown.figures],
        }
        for key, shown in displays.items()
    }
    receipts.replace_file(receipts.page_file(project.displays, page), json.dumps(records, indent=1))


def of_page(page: Page, project: Project, reach: Reach) -> list[Display] | None:
    """
    Return what the pictured blocks of a page showed, in order; None unless all of it is kept.

    Args:
        page: The page.
        project: Where it belongs.
        reach: Finds what its blocks can reach.
    """
    kept = load(project, page.name)
    found = [
        kept.get(key)
        for group in page.groups()
        if group[0].kind in PICTURED_KINDS
        for key in receipts.keys(group, reach)
    ]
    return [shown for shown in found if shown] if all(found) else None
