"""The inside of a page's process: run its blocks in order and report what each of them did."""

from __future__ import annotations

import ast
import doctest
import linecache
import os
import sys
import threading
import traceback
import types
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import cast

from ptnotes.verify.block import CPU
from ptnotes.verify.branches import Recorder
from ptnotes.verify.sandbox import Output, device, enter, settings, strays, take_figures
from ptnotes.verify.watch import Watch

# A line of a block, from 0, and what was found there.
Late = tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Task:
    """
    Code to run.

    Args:
        source: The block's text.
        prompts: Whether it is a session with `>>>`.
        filename: The name that tracebacks show.
        seconds: How long it may run.
        recipe: Whether conditions in its functions have to be seen both ways.
        figures: Whether its figures are wanted.
    """

    source: str
    prompts: bool
    filename: str
    seconds: float
    recipe: bool = False
    figures: bool = False


@dataclass(frozen=True)
class Step:
    """
    What one statement of a session, or one whole block, did.

    Args:
        line: Its line within the block, from 0.
        output: What it printed, by Python or below it.
        warned: Each warning as `Category: message`.
        error: `Type: message` of the exception it ended in, or None.
        trace: The traceback from the block's own code on.
        figures: The figures it left open, each a PNG, where they are wanted.
    """

    line: int
    output: str
    warned: tuple[str, ...] = ()
    error: str | None = None
    trace: str = ""
    figures: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Run:
    """
    What a block did.

    Args:
        steps: One a statement for a session, else one.
        faults: What it left behind that the next block must not find.
        notes: What it left behind that is the page's own business.
        device: The GPU that its process has used by then, or the CPU.
        late: What was found out only when all blocks had run, each with its line, from 0.
    """

    steps: tuple[Step, ...]
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    device: str = CPU
    late: Late = ()


class Probes:
    """
    What is noted of a block beside what it prints: its conditions, and the claims in its comments.

    Args:
        number: Which of the page's tasks it is.
        task: The task.
        watch: The claims of the page.
    """

    def __init__(self, number: int, task: Task, watch: Watch) -> None:
        self.number = number
        self.watch = watch
        self.recorder = Recorder(f"__note_{number}__") if task.recipe else None
        if self.recorder:
            watch.namespace[self.recorder.name] = self.recorder.note()

    def compiled(self, source: str, mode: str, line: int, filename: str) -> types.CodeType:
        """
        Compile a piece of the block.

        Args:
            source: Its text.
            mode: `exec` for a whole block, `single` for a statement of a session.
            line: Its first line within the block, from 0.
            filename: The name that tracebacks show.

        Raises:
            SyntaxError: if it is not Python.
        """
        tree = ast.parse(source, filename, mode)
        if self.recorder:
            self.recorder.prepare(tree)
        self.watch.prepare(tree, source, self.number, line)
        code: types.CodeType = compile(cast(ast.Module, tree), filename, mode, dont_inherit=True)
        return code

    def complaints(self) -> list[tuple[int, str]]:
        """Return what is wrong, once all blocks have run: a line, from 0, and a message."""
        found = self.watch.complaints(self.number)
        return sorted(found + (self.recorder.complaints() if self.recorder else []))


def serve(connection: Connection, tasks: Sequence[Task], scratch: str) -> None:
    """
    Run `tasks` in one namespace and send a `Run` for each; the body of a page's process.

    Args:
        connection: Where the runs are sent.
        tasks: What to run, in order.
        scratch: The only folder that the tasks may write to; it becomes the working directory.
    """
    enter(scratch)
    page = types.ModuleType("__main__")
    sys.modules["__main__"] = page
    own = os.getpid()
    output = Output(Path(scratch, ".output"))
    watch = Watch(page.__dict__)
    probes = [Probes(number, task, watch) for number, task in enumerate(tasks)]
    for task, probe in zip(tasks, probes, strict=True):
        run = _run(task, page.__dict__, output, probe)
        if os.getpid() != own:
            # The block forked and its copy came back here: it must not go on as the page.
            Path(scratch, ".forked").touch()
            os._exit(0)
        connection.send(run)
    connection.send([tuple(probe.complaints()) for probe in probes])
    # The copy of a later fork, or a stray thread, would outlive a return from here.
    connection.recv()


def _run(task: Task, namespace: dict[str, object], output: Output, probes: Probes) -> Run:
    """Run one block; whatever it raises is part of the report."""
    threads = set(threading.enumerate())
    before = settings()
    steps = tuple(_steps(task, namespace, output, probes))
    faults = strays(threads)
    if Path(output.file.name).with_name(".forked").exists():
        faults.append("forks, and the copy runs on past the block")
    notes = [f"leaves {what} changed: {now}" for what, now in settings() - before]
    return Run(steps, tuple(faults), tuple(sorted(notes)), device())


def _steps(
    task: Task, namespace: dict[str, object], output: Output, probes: Probes
) -> Iterator[Step]:
    if not task.prompts:
        yield _step(task.source, "exec", 0, task.filename, namespace, output, probes, task.figures)
        return
    try:
        examples = doctest.DocTestParser().get_examples(task.source)
    except ValueError as error:
        yield Step(0, "", error=f"ValueError: {error}")
        return
    for example in examples:
        filename = f"{task.filename}+{example.lineno}"
        yield _step(example.source, "single", example.lineno, filename, namespace, output, probes)


def _step(
    source: str,
    mode: str,
    line: int,
    filename: str,
    namespace: dict[str, object],
    output: Output,
    probes: Probes,
    figures: bool = False,
) -> Step:
    """Run one piece of code as the interpreter would and take down what it did."""
    error, trace = None, ""
    drawn: tuple[bytes, ...] = ()
    # inspect.getsource, torch.jit and tracebacks look a function's text up here.
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        # Raised whenever the garbage collector gets to it, so it belongs to no block.
        warnings.simplefilter("ignore", ResourceWarning)
        sys.displayhook = sys.__displayhook__
        try:
            exec(probes.compiled(source, mode, line, filename), namespace)
            # What drawing warns of is the block's own.
            drawn = take_figures() if figures else ()
        except BaseException as raised:
            error, trace = _describe(raised)
    try:
        text = output.take()
    except OverflowError as too_much:
        text, error = "", error or f"OverflowError: {too_much}"
    warned = tuple(f"{w.category.__name__}: {w.message}" for w in caught)
    return Step(line, text, warned, error, trace, drawn)


def _describe(raised: BaseException) -> tuple[str, str]:
    """Return the exception as a traceback ends in it, and the traceback of the block's own code."""
    if isinstance(raised, SystemExit):
        return f"SystemExit: the block calls sys.exit({raised.code!r})", ""
    try:
        last = traceback.format_exception_only(type(raised), raised)[-1].rstrip("\n")
        own = raised.__traceback__.tb_next if raised.__traceback__ else None
        return last, "".join(traceback.format_exception(type(raised), raised, own))
    except Exception as broken:
        return f"{type(raised).__name__}: (its message raises {type(broken).__name__})", ""
