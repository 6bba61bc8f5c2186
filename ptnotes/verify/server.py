"""The outside of a page's process: forked from a server that has torch imported, ended in time."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import signal
import sys
import tempfile
import types
from collections.abc import Iterator, Sequence
from dataclasses import replace
from multiprocessing.connection import Connection

import psutil

from ptnotes.verify.runner import Run, Task, serve

# Imported once in the server, so that a page's process has them 0.05 s after it was asked for.
# An optimizer's first step imports torch._dynamo, which takes over a second.
LATE_SECONDS = 5.0
PRELOADED = ["torch", "torch._dynamo", "numpy", "matplotlib.pyplot", "ptnotes.verify.runner"]


def run_tasks(tasks: Sequence[Task]) -> list[Run]:
    """
    Run tasks in order in one fresh process and return what each did.

    Args:
        tasks: Code of one namespace. One that is not done in its own time is killed with all it
            started; those after it are reported as not reached.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    # Short, and below /tmp where there is one: a socket's path has room for 100 bytes.
    scratch = tempfile.mkdtemp(prefix="ptnotes-")
    ours, theirs = context.Pipe()
    process = context.Process(target=serve, args=(theirs, tasks, scratch))
    try:
        with _no_main_module():
            process.start()
        theirs.close()
        runs = list(_collect(ours, tasks, process))
        return _with_late(runs, ours)
    finally:
        _end(process)
        ours.close()
        shutil.rmtree(scratch, ignore_errors=True)


@contextlib.contextmanager
def _no_main_module() -> Iterator[None]:
    """Keep the new process from importing our caller's `__main__` again: it has no use for it."""
    ours = sys.modules["__main__"]
    sys.modules["__main__"] = types.ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = ours


def _collect(
    connection: Connection, tasks: Sequence[Task], process: multiprocessing.process.BaseProcess
) -> Iterator[Run]:
    gone = ""
    for task in tasks:
        if gone:
            yield _fault(f"not reached: {gone}")
            continue
        try:
            if connection.poll(task.seconds):
                yield connection.recv()
                continue
            gone = f"still running after {task.seconds:g} s, killed"
        except (EOFError, OSError):
            process.join(1)
            gone = f"the process ended: {_cause(process.exitcode)}"
        yield _fault(gone)


def _with_late(runs: list[Run], connection: Connection) -> list[Run]:
    """Add what the process says once all its tasks are done; one that was killed says nothing."""
    try:
        late = connection.recv() if connection.poll(LATE_SECONDS) else None
    except (EOFError, OSError):
        late = None
    if late is None:
        return runs
    return [replace(run, late=found) for run, found in zip(runs, late, strict=True)]


def _fault(message: str) -> Run:
    return Run((), faults=(message,))


def _cause(code: int | None) -> str:
    if code is not None and code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"


def _end(process: multiprocessing.process.BaseProcess) -> None:
    """Kill the page's process and everything it started, also what left its process group."""
    if process.pid is None:
        return
    with contextlib.suppress(psutil.Error):
        family = psutil.Process(process.pid).children(recursive=True)
        for child in family:
            with contextlib.suppress(psutil.Error):
                child.kill()
    with contextlib.suppress(ProcessLookupError, PermissionError):
        # Its own session began with it, so the group has its number, unless it died before that.
        if os.getpgid(process.pid) == process.pid:
            os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    process.join()
