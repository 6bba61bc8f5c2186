"""Masked softmax, forward and backward, causal and with padding."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import torch

from ptnotes.sequence.masks import padding_mask
from ptnotes.sequence.softmax import masked_softmax, masked_softmax_reference
from tests.bench.measure import Case, compiled, gradients

BATCH, HEADS = 2, 8


def cases(device: str) -> Iterator[Case]:
    """The second half of the second sequence is padding."""
    for T in (64, 256, 512):
        scores = torch.randn(BATCH, HEADS, T, T, device=device, requires_grad=True)
        mask = padding_mask(torch.tensor([T, T // 2], device=device), T)[:, None]
        settings = {"mask": mask, "scale": 0.125, "is_causal": True}
        formula = partial(masked_softmax_reference, **settings)
        ways = (formula, compiled(formula), partial(masked_softmax, **settings))
        yield Case(
            "masked_softmax",
            f"{BATCH} × {HEADS} × {T} × {T}",
            *(gradients(way, scores) for way in ways),
            moved=6 * scores.nbytes,  # forward and sum move three, backward three
            backward=True,
        )
