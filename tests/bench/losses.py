"""Focal loss, forward and backward."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import torch

from ptnotes.nn.losses import sigmoid_focal_loss, sigmoid_focal_loss_reference
from tests.bench.measure import Case, compiled, gradients


def cases(device: str) -> Iterator[Case]:
    """Summed, with a tenth of the targets 1."""
    for power in (14, 18, 22):
        n = 2**power
        inputs = torch.randn(n, device=device, requires_grad=True)
        targets = (torch.rand(n, device=device) < 0.1).float()
        formula = partial(sigmoid_focal_loss_reference, reduction="sum")
        ways = (formula, compiled(formula), partial(sigmoid_focal_loss, reduction="sum"))
        # Forward reads inputs and targets, backward reads both again and writes the gradient;
        # whoever reduces on the way need write no loss.
        moved = 5 * inputs.nbytes
        yield Case(
            "sigmoid_focal_loss",
            f"{n:,}",
            *(gradients(way, inputs, targets) for way in ways),
            moved=moved,
            backward=True,
        )
