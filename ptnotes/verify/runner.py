"""The inside of a page's process: run its blocks in order and report what each of them did."""

from __future__ import annotations

import contextlib
import ctypes
import doctest
import io
import linecache
import os
import resource
import sys
import threading
import traceback
import types
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

import psutil

OUTPUT_LIMIT = 1_000_000
FILE_LIMIT = 256_000_000
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of Linux's prctl
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


@dataclass(frozen=True)
class Task:
    """
    Code to run.

    Args:
        source: The block's text.
        prompts: Whether it is a session with `>>>`.
        filename: The name that tracebacks show.
        seconds: How long it may run.
    """

    source: str
    prompts: bool
    filename: str
    seconds: float


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
    """

    line: int
    output: str
    warned: tuple[str, ...] = ()
    error: str | None = None
    trace: str = ""


@dataclass(frozen=True)
class Run:
    """
    What a block did.

    Args:
        steps: One a statement for a session, else one.
        faults: What it left behind that the next block must not find.
        notes: What it left behind that is the page's own business.
    """

    steps: tuple[Step, ...]
    faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def serve(connection: Connection, tasks: Sequence[Task], scratch: str) -> None:
    """
    Run `tasks` in one namespace and send a `Run` for each; the body of a page's process.

    Args:
        connection: Where the runs are sent.
        tasks: What to run, in order.
        scratch: The only folder that the tasks may write to; it becomes the working directory.
    """
    _enter(scratch)
    page = types.ModuleType("__main__")
    sys.modules["__main__"] = page
    own = os.getpid()
    output = _Output(Path(scratch, ".output"))
    for task in tasks:
        run = _run(task, page.__dict__, output)
        if os.getpid() != own:
            # The block forked and its copy came back here: it must not go on as the page.
            Path(scratch, ".forked").touch()
            os._exit(0)
        connection.send(run)
    # The copy of a later fork, or a stray thread, would outlive a return from here.
    connection.recv()


def _enter(scratch: str) -> None:
    """Give this process its own session, threads, folders and limits."""
    import torch

    os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    torch.set_num_threads(1)
    torch.set_warn_always(True)
    os.chdir(scratch)
    os.environ.update(TMPDIR=scratch, MPLBACKEND="Agg", OMP_NUM_THREADS="1", HOME=scratch)
    sys.dont_write_bytecode = True
    sys.argv = [""]
    with contextlib.suppress(ImportError):
        import matplotlib

        matplotlib.use("Agg")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdin = io.TextIOWrapper(io.BytesIO())
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_LIMIT, FILE_LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _forbid_writing_outside(os.path.realpath(scratch))


def _forbid_writing_outside(scratch: str) -> None:
    def check(path: object) -> None:
        if isinstance(path, int) or path is None:
            return
        real = os.path.realpath(os.fsdecode(path))  # type: ignore[arg-type]
        if not real.startswith((scratch + os.sep, "/dev/", "/proc/")) and real != scratch:
            raise PermissionError(f"a snippet may write to its own folder only, not to {real}")

    def hook(event: str, args: tuple[object, ...]) -> None:
        if event == "open":
            path, mode, flags = args
            writes = any(c in mode for c in "wax+") if isinstance(mode, str) else False
            if writes or (isinstance(flags, int) and flags & _WRITING):
                check(path)
        elif event in ("os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.chmod"):
            check(args[0])
        elif event in ("os.rename", "os.link", "os.symlink"):
            check(args[0])
            check(args[1])

    sys.addaudithook(hook)


class _Output:
    """Everything written to standard output and error, by Python or below it, since the last `take`."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("w+b", buffering=0)
        # O_APPEND: two descriptors write to one file and must not write over each other.
        flags = os.O_WRONLY | os.O_APPEND
        for descriptor in (1, 2):
            opened = os.open(path, flags)
            os.dup2(opened, descriptor)
            os.close(opened)
        sys.stdout = io.TextIOWrapper(
            os.fdopen(1, "wb", closefd=False), encoding="utf-8", write_through=True
        )
        sys.stderr = io.TextIOWrapper(
            os.fdopen(2, "wb", closefd=False), encoding="utf-8", write_through=True
        )

    def take(self) -> str:
        with contextlib.suppress(ValueError, OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        size = os.fstat(self.file.fileno()).st_size
        self.file.seek(0)
        text = self.file.read(OUTPUT_LIMIT).decode("utf-8", "replace")
        self.file.truncate(0)
        if size > OUTPUT_LIMIT:
            raise OverflowError(f"printed {size} bytes; {OUTPUT_LIMIT} are allowed")
        return text


def _run(task: Task, namespace: dict[str, object], output: _Output) -> Run:
    """Run one block; whatever it raises is part of the report."""
    threads = set(threading.enumerate())
    before = _state()
    steps = tuple(_steps(task, namespace, output))
    faults = [f"leaves a thread running: {t.name}" for t in set(threading.enumerate()) - threads]
    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if child.status() != psutil.STATUS_ZOMBIE and not _is_helper(child):
                faults.append(f"leaves a process running: {child.name()}")
                child.kill()
    if Path(output.file.name).with_name(".forked").exists():
        faults.append("forks, and the copy runs on past the block")
    notes = [f"leaves {what} changed: {now}" for what, now in _state() - before]
    return Run(steps, tuple(faults), tuple(sorted(notes)))


def _is_helper(child: psutil.Process) -> bool:
    """Whether a process belongs to Python's own multiprocessing and ends with its parent."""
    return any("resource_tracker" in part for part in child.cmdline())


def _state() -> set[tuple[str, str]]:
    """Global settings that a block may leave changed for the rest of its page."""
    import torch

    return {
        ("the default dtype", str(torch.get_default_dtype())),
        ("the default device", str(torch.get_default_device())),
        ("gradient mode", str(torch.is_grad_enabled())),
        ("deterministic algorithms", str(torch.are_deterministic_algorithms_enabled())),
        ("the number of threads", str(torch.get_num_threads())),
    }


def _steps(task: Task, namespace: dict[str, object], output: _Output) -> Iterator[Step]:
    if not task.prompts:
        yield _step(task.source, "exec", 0, task.filename, namespace, output)
        return
    try:
        examples = doctest.DocTestParser().get_examples(task.source)
    except ValueError as error:
        yield Step(0, "", error=f"ValueError: {error}")
        return
    for example in examples:
        filename = f"{task.filename}+{example.lineno}"
        yield _step(example.source, "single", example.lineno, filename, namespace, output)


def _step(
    source: str,
    mode: str,
    line: int,
    filename: str,
    namespace: dict[str, object],
    output: _Output,
) -> Step:
    """Run one piece of code as the interpreter would and take down what it did."""
    error, trace = None, ""
    # inspect.getsource, torch.jit and tracebacks look a function's text up here.
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        sys.displayhook = sys.__displayhook__
        try:
            code = compile(source, filename, mode, dont_inherit=True)
            exec(code, namespace)
        except BaseException as raised:
            error, trace = _describe(raised)
    try:
        text = output.take()
    except OverflowError as too_much:
        text, error = "", error or f"OverflowError: {too_much}"
    warned = tuple(f"{w.category.__name__}: {w.message}" for w in caught)
    return Step(line, text, warned, error, trace)


def _describe(raised: BaseException) -> tuple[str, str]:
    """Return the exception's last line as a traceback prints it, and the traceback of the block's own code."""
    if isinstance(raised, SystemExit):
        return f"SystemExit: the block calls sys.exit({raised.code!r})", ""
    try:
        last = traceback.format_exception_only(type(raised), raised)[-1].rstrip("\n")
        own = raised.__traceback__.tb_next if raised.__traceback__ else None
        return last, "".join(traceback.format_exception(type(raised), raised, own))
    except Exception as broken:
        return f"{type(raised).__name__}: (its message raises {type(broken).__name__})", ""
