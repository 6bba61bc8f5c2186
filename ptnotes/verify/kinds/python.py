"""Python blocks: sessions with `>>>` are compared with what they print, all others must run."""

from __future__ import annotations

import doctest
from collections.abc import Iterator, Sequence

from ptnotes.verify.block import (
    EXCUSED,
    FAILED,
    PASSED,
    PICTURED_KINDS,
    PROMPTED_KINDS,
    Block,
    Context,
    Display,
    Outcome,
)
from ptnotes.verify.compare import difference
from ptnotes.verify.runner import Run, Step, Task
from ptnotes.verify.server import run_tasks

# Those whose functions a reader takes for recipes.
RECIPE_KINDS = frozenset({"definition", "cell", "gallery"})


def verify_python(blocks: Sequence[Block], context: Context) -> Iterator[Outcome]:
    """
    Run blocks that share a namespace in a process of their own.

    Args:
        blocks: Blocks of one namespace, in order.
        context: How long a block may run that states no `timeout`.
    """
    runnable = [block for block in blocks if not block.excuse]
    tasks = [
        Task(
            block.text,
            block.kind in PROMPTED_KINDS,
            f"{block.page}:{block.line}",
            block.options.timeout or context.seconds,
            block.kind in RECIPE_KINDS,
            block.kind in PICTURED_KINDS,
        )
        for block in runnable
    ]
    runs = dict(zip(map(id, runnable), run_tasks(tasks) if tasks else (), strict=True))
    for block in blocks:
        if id(block) in runs:
            yield _judge(block, runs[id(block)])
        else:
            yield Outcome(block, EXCUSED, block.excuse or "", block.line)


def _judge(block: Block, run: Run) -> Outcome:
    check = _session_failure if block.kind in PROMPTED_KINDS else _silent_failure
    found = check(block, run)
    if found is None and not run.faults:
        late = [message for _line, message in run.late]
        return Outcome(
            block,
            PASSED,
            line=block.line + (run.late[0][0] if run.late else 0),
            notes=run.notes,
            breaches=(*_breaches(block, run), *late),
            device=run.device,
            display=_display(block, run),
        )
    offset, message = found or (0, "")
    detail = "\n".join(filter(None, [*run.faults, message]))
    return Outcome(block, FAILED, detail, block.line + offset, run.notes)


def _display(block: Block, run: Run) -> Display | None:
    if block.kind not in PICTURED_KINDS:
        return None
    (step,) = run.steps
    return Display(step.output, step.figures)


def _session_failure(block: Block, run: Run) -> tuple[int, str] | None:
    """The first statement that did not print what the page says, as (line, message)."""
    if run.steps and not block.examples:
        return 0, run.steps[0].error or "no prompt"
    for example, step in zip(block.examples, run.steps, strict=False):
        message = _step_failure(example, step, block.options.tolerance)
        if message:
            return step.line, f">>> {example.source.splitlines()[0]}\n{message}"
    return None


def _step_failure(example: doctest.Example, step: Step, tolerance: float | None) -> str | None:
    printed = "".join(f"{warning}\n" for warning in step.warned) + step.output
    if example.exc_msg is None:
        if step.error:
            return f"raises {step.error}"
        return difference(example.want, printed, tolerance)
    if not step.error:
        return f"raises nothing\nexpected: {example.exc_msg.strip()}"
    return difference(example.exc_msg, printed + step.error, tolerance)


def _silent_failure(block: Block, run: Run) -> tuple[int, str] | None:
    """Why a block without prompts did not run, as (line, message)."""
    for step in run.steps:
        if step.error:
            return _line_of(block, step.trace), f"raises {step.error}"
    return None


def _breaches(block: Block, run: Run) -> Iterator[str]:
    """What a block without prompts prints or warns unasked: nobody would compare it."""
    if block.kind not in PROMPTED_KINDS:
        for step in run.steps:
            if step.warned:
                yield f"warns {step.warned[0]}"
            elif step.output and block.kind == "definition":
                yield f"prints, so write it with prompts: {step.output.splitlines()[0]}"


def _line_of(block: Block, trace: str) -> int:
    """The last line of the block that a traceback passes through, from 0."""
    mark = f'File "{block.page}:{block.line}", line '
    lines = [entry.split(mark)[1] for entry in trace.splitlines() if mark in entry]
    return int(lines[-1].split(",")[0]) - 1 if lines else 0
