"""Timing of calls against one another in one run, and what a benchmark saves of it."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

Call = Callable[[], object]
SECONDS = 2.0  # for one case
LEAST = 5  # turns, however long they take


@dataclass
class Case:
    """What is timed at one size: three ways to one result, and more that help to judge them."""

    operator: str
    size: str
    eager: Call
    compiled: Call
    ours: Call
    moved: int  # bytes that any way must read or write
    backward: bool = False  # whether the gradient is timed, too
    beside: dict[str, Call] = field(default_factory=dict)


def medians(calls: Sequence[Call], device: str) -> list[float]:
    """Return the median seconds of each call, in turns so that a busy machine slows all alike."""
    for call in calls:
        call()  # compiles, and takes what memory it needs
    times: list[list[float]] = [[] for _ in calls]
    end = time.perf_counter() + SECONDS
    while time.perf_counter() < end or len(times[0]) < LEAST:
        for call, own in zip(calls, times, strict=True):
            wait(device)
            started = time.perf_counter()
            call()
            wait(device)
            own.append(time.perf_counter() - started)
    return [statistics.median(own) for own in times]


def wait(device: str) -> None:
    """Let the device finish what it was given."""
    if device == "cuda":
        torch.cuda.synchronize()


def copying(moved: int, device: str) -> Call:
    """Return a call that moves so many bytes: it reads half of them and writes the other half."""
    source = torch.zeros(max(1, moved // 2), dtype=torch.uint8, device=device)
    sink = torch.empty_like(source)
    return lambda: sink.copy_(source)


def gradients(function: Callable[..., Tensor], *inputs: Tensor) -> Call:
    """Return a call of the summed function and the gradients of those inputs that want one."""
    wanted = [x for x in inputs if x.requires_grad]
    return lambda: torch.autograd.grad(function(*inputs).sum(), wanted)


def measure(case: Case, device: str) -> dict[str, object]:
    """Return the milliseconds of each way, and of copying as many bytes as must be moved."""
    ways = {"eager": case.eager, "compiled": case.compiled, "ours": case.ours}
    calls = {**ways, "floor": copying(case.moved, device), **case.beside}
    times = dict(zip(calls, medians(list(calls.values()), device), strict=True))
    row = {name: round(seconds * 1e3, 4) for name, seconds in times.items()}
    beside = {name: row.pop(name) for name in case.beside}
    known = {"operator": case.operator, "backward": case.backward, "size": case.size}
    return {**known, **row, "beside": beside}


def compiled(function: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """Return what torch.compile makes of a function at one size, forgetting other sizes."""
    torch.compiler.reset()
    return torch.compile(function, dynamic=False)


Cases = Callable[[str], Iterator[Case]]
