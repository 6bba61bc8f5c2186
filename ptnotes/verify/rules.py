"""The house rules: what a block of our own pages must be before it is run."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

from ptnotes.verify.block import PROMPTED_KINDS, PYTHON_KINDS, Block
from ptnotes.verify.claims import claims_of
from ptnotes.verify.page import Page
from ptnotes.verify.project import Project


def complaints(page: Page, project: Project) -> list[tuple[Block, str]]:
    """
    Return what is wrong with a page's blocks before any of them is run.

    Args:
        page: The page.
        project: Says which modules a snippet may import.
    """
    allowed = project.settings.imports | page.imports | sys.stdlib_module_names
    return [
        *_untested(page, project),
        *((block, message) for block in page.blocks for message in _of_block(block, allowed)),
        *_unused(page),
    ]


def _of_block(block: Block, allowed: frozenset[str]) -> Iterator[str]:
    if block.kind in PYTHON_KINDS:
        for name in sorted(_imported(_code(block)) - allowed):
            yield f"imports {name}, which is neither on the list nor in the page's front matter"
    if block.kind in PROMPTED_KINDS:
        yield from _vague_output(block)
    if block.kind == "include" and block.language == "python":
        for claim in claims_of(block.text):
            yield f"claims `{claim.text}` in a comment, where nothing checks it: say it in words"


def _vague_output(block: Block) -> Iterator[str]:
    if "# doctest:" in block.text:
        yield "has doctest flags; write `verify:` options in a comment before the block"
    for example in block.examples:
        if "..." in example.want and example.exc_msg is None:
            yield f"expected output is summarised with `...`: {example.source.splitlines()[0]}"


def _untested(page: Page, project: Project) -> Iterator[tuple[Block, str]]:
    """Included C++ without the test that the settings ask for: nothing runs it."""
    patterns = project.settings.tested_by
    for block in page.blocks:
        if patterns and block.kind == "include" and block.language == "cpp":
            source = Path(block.source)
            names = [p.format(stem=source.stem, folder=source.parent.name) for p in patterns]
            if not any(list(project.root.glob(name)) for name in names):
                yield block, f"is included, and there is no {' or '.join(names)}"


def _unused(page: Page) -> Iterator[tuple[Block, str]]:
    """Definitions that no later block uses, and included source that no block of the page uses."""
    runs = [b for b in page.blocks if b.namespace == "fences" and not b.excuse]
    used = [_used(_code(block)) for block in runs]
    for block in page.blocks:
        shows_python = block.kind == "include" and block.language == "python"
        if block.excuse or not (shows_python or block.kind == "definition"):
            continue
        first = runs.index(block) + 1 if block.kind == "definition" else 0
        # A method is used through its class.
        names = {block.owner} if block.owner else _defined(_code(block))
        if not names & set().union(*used[first:]):
            yield block, "nothing on the page uses what this block defines: it proves nothing"


def _code(block: Block) -> ast.Module:
    """The block's code; what does not parse is left to the run to report."""
    prompted = block.kind in PROMPTED_KINDS
    text = "".join(e.source for e in block.examples) if prompted else block.text
    try:
        return ast.parse(text)
    except SyntaxError:
        return ast.Module([], [])


def _imported(tree: ast.Module) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found


def _defined(tree: ast.Module) -> set[str]:
    """Names that a block binds at its top level, imports apart."""
    found = set()
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        else:
            stores = (n for n in ast.walk(node) if isinstance(n, ast.Name))
            found |= {n.id for n in stores if isinstance(n.ctx, ast.Store)}
    return found


def _used(tree: ast.Module) -> set[str]:
    names = (n for n in ast.walk(tree) if isinstance(n, ast.Name))
    return {n.id for n in names if isinstance(n.ctx, ast.Load)}
