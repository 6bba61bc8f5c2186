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


def test_every_share_is_proven_and_merged() -> None:
    """As many machines as shares; each hands on its receipts, and the build takes them."""
    prove, build = jobs("site.yml")["prove"], jobs("site.yml")["build"]
    shards = prove["strategy"]["matrix"]["shard"]
    said = {step.get("run", ""): step.get("with", {}) for step in prove["steps"] + build["steps"]}
    upload = next(step["with"] for step in prove["steps"] if "upload" in step.get("uses", ""))
    download = next(step["with"] for step in build["steps"] if "download" in step.get("uses", ""))

    assert shards == list(range(1, len(shards) + 1))
    assert f"pipx run nox -s prove -- --shard ${{{{ matrix.shard }}}}/{len(shards)}" in said
    assert upload["path"].split() == [".cache/receipts", ".cache/displays"]
    assert upload["include-hidden-files"] is True  # else nothing below `.cache` is
    assert upload["name"] == "shard-${{ matrix.shard }}"
    assert download["pattern"] == "shard-*"
    assert f"pipx run nox -s prove -- --merge {download['path']}/*" in said
    assert build["needs"] == "prove"


def test_every_claimed_python_is_tried() -> None:
    """The versions of the classifiers are those of the matrix, from `requires-python` on."""
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    claimed = [line.rsplit(" ", 1)[-1] for line in project["classifiers"] if ":: 3." in line]

    assert jobs("site.yml")["python"]["strategy"]["matrix"]["python-version"] == claimed
    assert project["requires-python"] == f">={claimed[0]}"
