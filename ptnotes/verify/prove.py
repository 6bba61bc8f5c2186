"""Prove a page: by its receipts where they are valid, else by running it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ptnotes.verify import displays, receipts
from ptnotes.verify.block import FAILED, Block, Context, Display, Outcome, State
from ptnotes.verify.kinds import VERIFIERS
from ptnotes.verify.needs import is_outdated, lacking
from ptnotes.verify.page import Page
from ptnotes.verify.project import Project
from ptnotes.verify.reach import Reach, surroundings
from ptnotes.verify.receipts import Receipt
from ptnotes.verify.rules import complaints

FOREIGN = Context(5.0, Path.home() / ".cache" / "ptnotes")


def prove_foreign(page: Page) -> list[Outcome]:
    """
    Run the blocks of a page that is not ours: no house rules, no receipts.

    Args:
        page: The page.
    """
    outcomes = [o for group in page.groups() for o in _verify(group, FOREIGN)]
    return sorted(outcomes, key=lambda outcome: outcome.block.line)


def prove(page: Page, project: Project, reach: Reach) -> list[Outcome]:
    """
    Return the outcome of every block of one of our pages, and keep a receipt of each that holds.

    Args:
        page: The page.
        project: Where it belongs.
        reach: Finds what its blocks can reach.
    """
    known = receipts.load(project, page.name)
    kept = displays.load(project, page.name)
    outcomes: list[Outcome] = []
    valid: list[Receipt] = []
    shown: dict[str, Display] = {}
    for group in page.groups():
        keys = receipts.keys(group, reach)
        found = [known[key] for key in keys if key in known]
        if len(found) == len(keys) and not any(map(is_outdated, group, found)):
            outcomes += [_recall(b, r) for b, r in zip(group, found, strict=True)]
            valid += found
            shown |= {key: kept[key] for key in keys if key in kept}
        else:
            results = [_strict(outcome) for outcome in _verify(group, project.context)]
            outcomes += results
            valid += _receipts(results, keys, receipts.contents(group, reach))
            pairs = zip(keys, results, strict=True)
            shown |= {key: o.display for key, o in pairs if o.display and o.state != FAILED}
    receipts.save(project, page.name, valid)
    displays.save(project, page.name, shown)
    return sorted(_overrule(outcomes, page, project), key=lambda outcome: outcome.block.line)


def _verify(group: Sequence[Block], context: Context) -> Iterator[Outcome]:
    torch, *_rest = surroundings()
    fitting = [block for block in group if block.options.fits(torch)]
    given = [_excused(block) for block in fitting]
    proven = VERIFIERS[group[0].kind](given, context) if given else ()
    by_given = {id(outcome.block): outcome for outcome in proven}
    found = {id(b): by_given[id(g)] for b, g in zip(fitting, given, strict=True)}
    for block in group:
        yield replace(found[id(block)], block=block) if id(block) in found else _elsewhere(block)


def _excused(block: Block) -> Block:
    """Return the block with the reason why this machine cannot run it, where there is one."""
    reason = lacking(block)
    return replace(block, options=replace(block.options, not_run=reason)) if reason else block


def _elsewhere(block: Block) -> Outcome:
    """Say of a block for which releases of torch it holds."""
    named = {"since": block.options.since, "before": block.options.before}
    said = (f"{word} {'.'.join(map(str, release))}" for word, release in named.items() if release)
    return Outcome(block, State.OTHER_TORCH, f"holds for torch {', '.join(said)}", block.line)


def _strict(outcome: Outcome) -> Outcome:
    """Count a breach as a failure."""
    if not outcome.breaches:
        return outcome
    return replace(outcome, state=FAILED, detail="\n".join(outcome.breaches))


def _recall(block: Block, receipt: Receipt) -> Outcome:
    return Outcome(block, receipt.state, receipt.detail, block.line, device=receipt.device)


def _receipts(
    results: Sequence[Outcome], keys: Sequence[str], contents: Sequence[str]
) -> Iterator[Receipt]:
    for outcome, key, content in zip(results, keys, contents, strict=True):
        if outcome.state != FAILED:
            yield receipts.new_receipt(outcome, key, content)


def _overrule(outcomes: Sequence[Outcome], page: Page, project: Project) -> Iterator[Outcome]:
    """Turn a block that breaks a house rule red, whatever it printed."""
    broken: dict[int, list[str]] = {}
    for block, message in complaints(page, project):
        broken.setdefault(id(block), []).append(message)
    for outcome in outcomes:
        messages = broken.get(id(outcome.block))
        if messages:
            detail = "\n".join([*messages, *filter(None, [outcome.detail])])
            yield Outcome(outcome.block, FAILED, detail, outcome.line or outcome.block.line)
        else:
            yield outcome
