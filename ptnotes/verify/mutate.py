"""
Show that the check can fail: change what pages say, one thing at a time, and count what turns red.

`python -m ptnotes.verify.mutate --n 100` changes nothing on disk. Only what a page claims is
changed: digits, dtypes, exception types and messages of printed output, and operators of the code
that prints or asserts.
"""

from __future__ import annotations

import argparse
import ast
import doctest
import itertools
import random
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ptnotes.verify.block import FAILED, Block
from ptnotes.verify.kinds import VERIFIERS
from ptnotes.verify.page import read_page
from ptnotes.verify.project import Project, find_project

GOAL = 0.98
_OTHER = {
    "+": "-", "-": "+", "*": "/", "/": "*", "@": "*", "**": "*", "&": "|", "|": "&",
    "<": ">", ">": "<", "<=": ">", ">=": "<", "==": "!=", "!=": "==",
}  # fmt: skip
_DTYPES = {"float32": "float64", "float64": "float32", "int32": "int64", "int64": "int32"}
_OPERATOR = re.compile(r"\*\*|[<>=!]=|[-+*/@&|<>]")


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
        # Most changes show in the block itself, and the rest of a page takes time.
        parts = [blocks[: self.index + 1], blocks]
        return any(
            o.state == FAILED or o.breaches for part in parts for o in verify(part, project.context)
        )


def mutations(group: Sequence[Block]) -> Iterator[Mutation]:
    """
    Yield every change of the claims of a namespace.

    Args:
        group: Its blocks, in order.
    """
    for index, block in enumerate(group):
        if block.excuse:
            continue
        for start, end, new, what in _edits(block):
            text = block.text[:start] + new + block.text[end:]
            line = block.line + block.text.count("\n", 0, start)
            shown = f"{block.page}:{line}: {what}: {block.text[start:end]!r} -> {new!r}"
            yield Mutation(tuple(group), index, text, what, shown)


def _edits(block: Block) -> Iterator[tuple[int, int, str, str]]:
    """Edits of a block as (start, end, new text, class)."""
    if block.kind in ("doctest", "docstring"):
        yield from _session_edits(block)
    elif block.kind in ("cell", "gallery", "definition"):
        yield from _assert_edits(block.text)
    elif block.kind == "data":
        yield 0, 0, "]", "syntax"


def _session_edits(block: Block) -> Iterator[tuple[int, int, str, str]]:
    position = 0
    for example in doctest.DocTestParser().get_examples(block.text):
        if not example.want:
            continue
        source = block.text.index(example.source.splitlines()[0], position)
        if example.exc_msg is None:
            for start, end, new in _operators(example.source):
                shift = _prompts_before(example.source, start)
                yield source + start + shift, source + end + shift, new, "operator"
        position = block.text.index(example.want.rstrip("\n"), source)
        yield from _output_edits(example, position)


def _prompts_before(source: str, offset: int) -> int:
    """How many characters of `... ` prompts stand before an offset of an example's source."""
    return 4 * source.count("\n", 0, offset)


def _output_edits(example: doctest.Example, position: int) -> Iterator[tuple[int, int, str, str]]:
    want = example.want
    if example.exc_msg is not None:
        kind = position + want.rindex(example.exc_msg.strip())
        length = len(example.exc_msg.split(":")[0].strip())
        yield kind, kind + length, "OSError", "exception type"
        end = position + len(want.rstrip())
        yield end - 1, end, "", "exception message"
        return
    for digit in re.finditer(r"\d", want):
        new = str((int(digit[0]) + 3) % 10)
        yield position + digit.start(), position + digit.end(), new, "digit"
    for name in re.finditer("|".join(_DTYPES), want):
        yield position + name.start(), position + name.end(), _DTYPES[name[0]], "dtype"


def _assert_edits(text: str) -> Iterator[tuple[int, int, str, str]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Assert):
            start = _offset(text, node.lineno, node.col_offset)
            segment = ast.get_source_segment(text, node) or ""
            for first, last, new in _operators(segment):
                yield start + first, start + last, new, "operator"


def _operators(source: str) -> Iterator[tuple[int, int, str]]:
    """The binary operators and comparisons that can be exchanged, as (start, end, other)."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.BinOp):
            pairs = [(node.left, node.right)]
        elif isinstance(node, ast.Compare):
            pairs = list(zip([node.left, *node.comparators], node.comparators, strict=False))
        else:
            continue
        for left, right in pairs:
            start = _offset(source, left.end_lineno or 1, left.end_col_offset or 0)
            end = _offset(source, right.lineno, right.col_offset)
            if (found := _OPERATOR.search(source, start, end)) and found[0] in _OTHER:
                yield found.start(), found.end(), _OTHER[found[0]]


def _offset(text: str, line: int, column: int) -> int:
    lines = text.splitlines(keepends=True)
    return sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode())


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
    options = parser.parse_args(arguments)
    project = find_project(Path.cwd())
    if project is None:
        parser.error("no pyproject.toml with a [tool.ptnotes.verify] table here or above")
    groups = [g for path in project.page_paths() for g in read_page(path, project).groups()]
    everything = [mutation for group in groups for mutation in mutations(group)]
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
