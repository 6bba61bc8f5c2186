"""
Show that the check can fail: change what pages say, one thing at a time, and count what turns red.

`python -m ptnotes.verify.mutate --n 100` changes nothing on disk. Only what a page claims is
changed: digits, dtypes, exception types and messages of printed output, and operators of the code
that prints or asserts.
"""

from __future__ import annotations

import argparse
import itertools
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ptnotes.verify.block import FAILED, Block
from ptnotes.verify.edits import edits
from ptnotes.verify.kinds import VERIFIERS
from ptnotes.verify.page import read_page
from ptnotes.verify.project import Project, find_project
from ptnotes.verify.settings import SettingsError

GOAL = 0.98


@dataclass(frozen=True)
class Mutation:
    """
    One change of one block.

    Args:
        group: The blocks of the namespace, unchanged.
        index: Which of them is changed.
        text: Its changed text.
        what: The class of change.
        shown: The change, for a human.
    """

    group: tuple[Block, ...]
    index: int
    text: str
    what: str
    shown: str

    def turns_red(self, project: Project) -> bool:
        """Whether the changed block, or a later one that depends on it, fails."""
        blocks = list(self.group)
        blocks[self.index] = replace(blocks[self.index], text=self.text)
        verify = VERIFIERS[blocks[0].kind]
        # Most changes show in the block itself, and the rest of a page takes time. What a part of
        # a page leaves undone, such as a branch that a later block takes, is no failure of it.
        part = verify(blocks[: self.index + 1], project.context)
        if any(outcome.state == FAILED for outcome in part):
            return True
        return any(o.state == FAILED or o.breaches for o in verify(blocks, project.context))


def mutations(group: Sequence[Block]) -> Iterator[Mutation]:
    """
    Yield every change of the claims of a namespace.

    Args:
        group: Its blocks, in order.
    """
    for index, block in enumerate(group):
        if block.excuse and block.kind != "console":
            continue
        for start, end, new, what in edits(block):
            text = block.text[:start] + new + block.text[end:]
            line = block.line + block.text.count("\n", 0, start)
            shown = f"{block.page}:{line}: {what}: {block.text[start:end]!r} -> {new!r}"
            yield Mutation(tuple(group), index, text, what, shown)


def _draw(known: list[Mutation], n: int, chance: random.Random) -> list[Mutation]:
    """Draw from each class of change in turn: the many digits must not hide the few messages."""
    classes: dict[str, list[Mutation]] = {}
    for mutation in chance.sample(known, len(known)):
        classes.setdefault(mutation.what, []).append(mutation)
    turns = itertools.chain.from_iterable(itertools.zip_longest(*classes.values()))
    return list(itertools.islice(filter(None, turns), n))


def main(arguments: list[str] | None = None) -> int:
    """
    Try `--n` changes drawn at random and return 1 if fewer than 98 % turn red.

    Args:
        arguments: Words of the command line, without the program's name.
    """
    parser = argparse.ArgumentParser(prog="python -m ptnotes.verify.mutate", description=__doc__)
    parser.add_argument("--n", type=int, default=100, help="how many changes to try")
    parser.add_argument("--seed", type=int, default=0, help="which ones")
    parser.add_argument("--only", action="append", metavar="CLASS", help="a class of changes")
    options = parser.parse_args(arguments)
    try:
        project = find_project(Path.cwd())
    except SettingsError as error:
        parser.error(str(error))
    if project is None:
        parser.error("no pyproject.toml with a [tool.ptnotes.verify] table here or above")
    groups = [g for path in project.page_paths() for g in read_page(path, project).groups()]
    everything = [
        mutation
        for group in groups
        for mutation in mutations(group)
        if not options.only or mutation.what in options.only
    ]
    chosen = _draw(everything, options.n, random.Random(options.seed))
    tried, red = Counter(m.what for m in chosen), Counter[str]()
    for count, mutation in enumerate(chosen, 1):
        if mutation.turns_red(project):
            red[mutation.what] += 1
        else:
            print(f"survived: {mutation.shown}")
        if count % 25 == 0:
            print(f"{count} of {len(chosen)} tried", flush=True)
    for what, number in sorted(tried.items()):
        print(f"{what:<18} {red[what]:4} of {number:4} red")
    share = red.total() / max(1, tried.total())
    print(
        f"{share:.1%} of {len(chosen)} changes turn red (goal {GOAL:.0%}, {len(everything)} known)"
    )
    return 0 if share >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
