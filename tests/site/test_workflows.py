"""The workflows in `.github`: actions are pinned, and every claimed Python is tried."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.tiny_project import REPOSITORY

WORKFLOWS = sorted((REPOSITORY / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"[\w-]+/[\w-]+@[0-9a-f]{40}")


def jobs(name: str) -> dict[str, Any]:
    """Return the jobs of a workflow by name."""
    path = REPOSITORY / ".github" / "workflows" / name
    found: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))["jobs"]
    return found


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned(path: Path) -> None:
    """By commit: a tag can be moved to other code."""
    steps = [step for job in jobs(path.name).values() for step in job["steps"]]
    used = [step["uses"] for step in steps if "uses" in step]

    assert used
    assert [name for name in used if not PINNED.fullmatch(name)] == []


def test_every_claimed_python_is_tried() -> None:
    """The versions of the classifiers are those of the matrix, from `requires-python` on."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    claimed = [line.rsplit(" ", 1)[-1] for line in project["classifiers"] if ":: 3." in line]

    assert jobs("site.yml")["python"]["strategy"]["matrix"]["python-version"] == claimed
    assert project["requires-python"] == f">={claimed[0]}"
