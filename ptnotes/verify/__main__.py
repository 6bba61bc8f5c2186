"""Prove pages, ours or not, from the command line: `python -m ptnotes.verify PATH...`."""

from __future__ import annotations

import argparse
import datetime
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from ptnotes.verify.block import FAILED, Outcome
from ptnotes.verify.ledger import open_ledger
from ptnotes.verify.merge import merge
from ptnotes.verify.page import Page, read_page
from ptnotes.verify.project import Project, find_project
from ptnotes.verify.prove import prove, prove_foreign
from ptnotes.verify.reach import Reach, surroundings
from ptnotes.verify.records import keep
from ptnotes.verify.settings import SettingsError
from ptnotes.verify.shards import Shard, read_shard
from ptnotes.verify.toolchain import compile_all


def main(arguments: list[str] | None = None) -> int:
    """
    Print a table of blocks for each page; return 1 if any failed, 2 if a page could not be read.

    Args:
        arguments: Words of the command line, without the program's name.
    """
    parser = argparse.ArgumentParser(prog="python -m ptnotes.verify", description=__doc__)
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="a page")
    parser.add_argument("--failed", action="store_true", help="print only what failed")
    parser.add_argument("--compile", action="store_true", help="compile the project's programs")
    parser.add_argument("--shard", metavar="N/OF", help="compile those of one share of the pages")
    parser.add_argument("--due", action="store_true", help="list reasons past their review date")
    parser.add_argument(
        "--merge", nargs="+", type=Path, metavar="CACHE", help="add the receipts in other .cache"
    )
    parser.add_argument("--keep", action="store_true", help="record what this torch has proven")
    options = parser.parse_args(arguments)
    try:
        if options.compile:
            return _compile(read_shard(options.shard) if options.shard else Shard(1, 1))
        if options.due:
            return _due()
        if options.merge:
            proven, blocks = merge(_here(), options.merge)
            print(f"{proven} of {blocks} blocks have a valid receipt")
            return 0
        if options.keep:
            print(keep(_here()))
            return 0
        if not options.paths:
            parser.error("PATH: give at least one page")
        return _prove_all(options.paths, options.failed)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2


def _here() -> Project:
    """Return the project around the working directory."""
    project = find_project(Path.cwd())
    if project is None:
        raise SettingsError("no pyproject.toml with a [tool.ptnotes.verify] table here")
    return project


def _prove_all(paths: Iterable[Path], only_failed: bool) -> int:
    worst = 0
    for path in paths:
        try:
            page, outcomes = _prove(path)
        except OSError as error:
            print(f"{path}: {error.strerror}", file=sys.stderr)
            worst = 2
            continue
        _print(path, page, outcomes, only_failed)
        if page.problems or any(outcome.state == FAILED for outcome in outcomes):
            worst = max(worst, 1)
    return worst


def _compile(shard: Shard) -> int:
    """Compile the C++ and CUDA programs of a share of the project here, side by side."""
    project = _here()
    ours = shard.names(read_page(path, project) for path in project.page_paths())
    torch, *_rest = surroundings()
    programs = [
        (entry.block.kind, entry.block.text)
        for entry in open_ledger(project.root).entries
        if entry.block.page in ours
        and entry.block.kind in ("cpp", "cuda")
        # What has a valid receipt, an excuse, or another torch will not be run.
        and not (entry.receipt or entry.block.excuse)
        and entry.block.options.fits(torch)
    ]
    compile_all(programs, project.context.cache, _progress)
    print(f"{len(programs)} programs compiled")
    return 0


def _progress(done: int, of: int, seconds: float) -> None:
    print(f"{done} of {of} programs compiled, {seconds:.0f} s", flush=True)


def _due() -> int:
    """Print each block here whose reason for not being run is past its review date."""
    project = _here()
    pages = [read_page(path, project) for path in project.page_paths()]
    today = datetime.date.today()
    due = [b for page in pages for b in page.blocks if (b.options.review or today) < today]
    for block in due:
        print(f"{block.page}:{block.line}: {block.excuse}")
    return 1 if due else 0


def _prove(path: Path) -> tuple[Page, list[Outcome]]:
    project = find_project(path)
    if project is None or not project.owns(path):
        page = read_page(path)
        return page, prove_foreign(page)
    page = read_page(path, project)
    return page, prove(page, project, Reach(project))


def _print(path: Path, page: Page, outcomes: Iterable[Outcome], only_failed: bool) -> None:
    rows = [(problem.line, "page", FAILED, problem.message) for problem in page.problems]
    rows += [
        (o.line or o.block.line, _class(o), o.state, o.detail or "; ".join(o.breaches + o.notes))
        for o in outcomes
    ]
    print(path)
    for line, kind, state, detail in sorted(rows):
        if state == FAILED or not only_failed:
            first, *more = detail.splitlines() or [""]
            print(f"{line:6}  {kind:<20} {state:<8} {first}".rstrip())
            # What was expected and what came stands in the lines after the first.
            for text in more if state == FAILED else ():
                print(f"{'':38}{text}".rstrip())
    counts = Counter(kind for _, kind, _, _ in rows)
    passed = Counter(kind for _, kind, state, _ in rows if state != FAILED)
    summary = ", ".join(f"{kind} {passed[kind]}/{n}" for kind, n in sorted(counts.items()))
    print(f"        {summary or 'no blocks'}")


def _class(outcome: Outcome) -> str:
    block = outcome.block
    return block.kind if block.kind != "unknown" else block.language or "unlabelled"


if __name__ == "__main__":
    sys.exit(main())
