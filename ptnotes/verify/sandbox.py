"""The walls around a page's process: its folder, output and limits, and what it leaves behind."""

from __future__ import annotations

import contextlib
import ctypes
import gc
import io
import logging
import multiprocessing
import os
import resource
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import psutil

from ptnotes.verify.block import CPU
from ptnotes.verify.process import QUIET, tool_path

OUTPUT_LIMIT = 1_000_000
FILE_LIMIT = 256_000_000
PANEL_MARGIN = 6.0  # pixels around a panel that is shown alone
GRACE = 2.0
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of Linux's prctl
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def enter(scratch: str) -> None:
    """Give this process its own session, threads, folders and limits."""
    import torch

    logging.getLogger(QUIET.removeprefix("-")).setLevel(logging.ERROR)
    os.setsid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    torch.set_num_threads(1)
    torch.set_warn_always(True)
    os.chdir(scratch)
    os.environ.update(TMPDIR=scratch, MPLBACKEND="Agg", OMP_NUM_THREADS="1", HOME=scratch)
    os.environ["TORCH_LOGS"] = QUIET
    os.environ["PATH"] = tool_path()
    # The server imported it already and has the machine's own temporary folder in mind.
    tempfile.tempdir = scratch
    vars(multiprocessing.current_process())["_config"].pop("tempdir", None)
    multiprocessing.set_start_method(None, force=True)
    sys.dont_write_bytecode = True
    sys.argv = [""]
    with contextlib.suppress(ImportError):
        import matplotlib

        matplotlib.use("Agg")
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdin = io.TextIOWrapper(io.BytesIO())
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_LIMIT, FILE_LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Else `strays` would walk all of torch after each block, a tenth of a second every time.
    gc.freeze()
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


class Output:
    """Everything written to standard output and error, by Python or below it, until it is taken."""

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
        """Return what was written since the last time; too much of it is an OverflowError."""
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


def take_figures() -> tuple[bytes, ...]:
    """Draw the figures that are open, each as a PNG, and close them."""
    if (pyplot := sys.modules.get("matplotlib.pyplot")) is None:
        return ()
    drawn = []
    for number in pyplot.get_fignums():
        picture = io.BytesIO()
        figure = pyplot.figure(number)
        figure.savefig(picture, format="png", metadata=_panel(figure))
        drawn.append(picture.getvalue())
    pyplot.close("all")
    return tuple(drawn)


def _panel(figure: Any) -> dict[str, str]:
    """
    Return where the largest panel of a figure lies with its labels, for a picture of it alone.

    It is the text `Panel` of the PNG: left, top, right, bottom, as fractions of the picture.
    """
    if not figure.axes:
        return {}
    figure.canvas.draw()
    largest = max(figure.axes, key=lambda panel: panel.bbox.width * panel.bbox.height)
    box = largest.get_tightbbox().padded(PANEL_MARGIN)
    width, height = figure.bbox.size
    sides = (box.x0 / width, 1 - box.y1 / height, box.x1 / width, 1 - box.y0 / height)
    return {"Panel": " ".join(f"{min(max(side, 0), 1):.4f}" for side in sides)}


def strays(threads: set[threading.Thread]) -> list[str]:
    """Name the threads and processes that outlive their block, and kill the latter."""
    gc.collect()
    end = time.monotonic() + GRACE
    while True:
        running = [t for t in threading.enumerate() if t not in threads]
        children = [c for c in psutil.Process().children(recursive=True) if _is_stray(c)]
        if not (running or children) or time.monotonic() > end:
            break
        time.sleep(0.02)
    names = []
    for child in children:
        with contextlib.suppress(psutil.Error):
            names.append(child.name())
            child.kill()
    return [
        *(f"leaves a thread running: {thread.name}" for thread in running),
        *(f"leaves a process running: {name}" for name in names),
    ]


def _is_stray(child: psutil.Process) -> bool:
    """Whether a process still runs and is not multiprocessing's own, which ends with its parent."""
    try:
        helper = any("resource_tracker" in part for part in child.cmdline())
        return child.status() != psutil.STATUS_ZOMBIE and not helper
    except psutil.Error:
        return False


def device() -> str:
    """The GPU that this process has used, or the CPU."""
    import torch

    return torch.cuda.get_device_name() if torch.cuda.is_initialized() else CPU  # type: ignore[no-untyped-call]


def settings() -> set[tuple[str, str]]:
    """Global settings that a block may leave changed for the rest of its page."""
    import torch

    return {
        ("the default dtype", str(torch.get_default_dtype())),
        ("the default device", str(torch.get_default_device())),
        ("gradient mode", str(torch.is_grad_enabled())),
        ("deterministic algorithms", str(torch.are_deterministic_algorithms_enabled())),
        ("the number of threads", str(torch.get_num_threads())),
    }
