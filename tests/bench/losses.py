"""Time focal loss, forward and backward: the formula, torch.compile of it and the operator."""

from __future__ import annotations

import platform
import statistics
import time
from collections.abc import Callable

import torch
from torch import Tensor

from ptnotes.losses import sigmoid_focal_loss, sigmoid_focal_loss_reference

SIZES = [2**14, 2**18, 2**22]
SECONDS = 4.0  # for a size
# Forward reads inputs and targets, backward reads both again and writes the gradient; whoever
# reduces on the way need write no loss.
TENSORS_MOVED = 5


def seconds(calls: list[Callable[[], object]]) -> list[float]:
    """Return the median time of each call, in turns so that a busy machine slows all alike."""
    for call in calls:
        call()  # compiles, and takes what memory it needs
    times: list[list[float]] = [[] for _ in calls]
    end = time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        for call, own in zip(calls, times, strict=True):
            started = time.perf_counter()
            call()
            own.append(time.perf_counter() - started)
    return [statistics.median(own) for own in times]


def step(loss: Callable[..., Tensor], inputs: Tensor, targets: Tensor) -> Callable[[], object]:
    """Return a call of the summed loss and its gradient."""
    return lambda: torch.autograd.grad(loss(inputs, targets, reduction="sum"), inputs)


def main() -> None:
    """Print a line a size: the three times, ratios to ours, and how near ours is to copying."""
    cpu = f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}"
    print(f"torch {torch.__version__}, {cpu}, {torch.get_num_threads()} threads")
    print(f"{'float32':<10} {'formula':>9} {'compiled':>9} {'ours':>9} ", end="")
    print(f"{'formula':>7}/ours {'compiled':>8}/ours {'copy':>7} {'floor/ours':>11}")
    compiled = torch.compile(sigmoid_focal_loss_reference, dynamic=False)
    for n in SIZES:
        inputs = torch.randn(n, requires_grad=True)
        targets = (torch.rand(n) < 0.1).float()
        losses = (sigmoid_focal_loss_reference, compiled, sigmoid_focal_loss)
        source, sink = inputs.detach(), torch.empty(n)
        calls = [step(loss, inputs, targets) for loss in losses]
        calls.append(lambda sink=sink, source=source: sink.copy_(source))
        formula, fused, ours, copy = seconds(calls)
        floor = TENSORS_MOVED * copy / 2
        print(
            f"{n:<10} {formula * 1e3:6.2f} ms {fused * 1e3:6.2f} ms {ours * 1e3:6.2f} ms ", end=""
        )
        print(f"{formula / ours:>12.1f} {fused / ours:>13.1f} ", end="")
        print(f"{8 * n / copy / 1e9:4.0f} GB/s {floor / ours:>7.2f}")


if __name__ == "__main__":
    main()
