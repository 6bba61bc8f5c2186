"""
Print what was measured beside each budget: `python -m sitebuilder budget`.

The share of blocks proven, the seconds of each gallery example alone, and what a browser sees of a
page of each kind (`page_budget`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

from ptnotes.verify.block import FAILED, PASSED
from ptnotes.verify.ledger import open_ledger
from sitebuilder.build.page_budget import pages
from sitebuilder.places import ROOT

EXAMPLE_SECONDS = 10.0
NOT_RUN_SHARE = 0.03  # of the finished site


def main() -> int:
    """Print the tables; the exit status is 1 when proof or weight is over its budget."""
    over = proof()
    examples()
    return int(pages() or over)


def proof() -> bool:
    """Print how many blocks are proven; whether any that can run here is not."""
    states = [entry.state for entry in open_ledger(ROOT).entries]
    skipped, failed = sum(state.not_run for state in states), states.count(FAILED)
    print(
        f"{len(states)} blocks: {states.count(PASSED)} proven, {failed} unproven (budget 0), ",
        end="",
    )
    print(f"{skipped / len(states):.1%} not run (budget {NOT_RUN_SHARE:.0%} of the finished site)")
    return failed > 0


def examples() -> None:
    """Print how long each example takes alone; times are shown and fail nothing."""
    for path in sorted((ROOT / "gallery").rglob("plot_*.py")):
        started = time.monotonic()
        subprocess.run([sys.executable, path], check=True, env={**os.environ, "MPLBACKEND": "Agg"})
        seconds = time.monotonic() - started
        name = path.relative_to(ROOT).as_posix()
        print(f"{name:44} {seconds:7.1f} s {EXAMPLE_SECONDS:7.0f} s")
