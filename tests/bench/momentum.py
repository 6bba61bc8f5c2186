"""The step of SGD with momentum over few large tensors and over many small ones."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor

from ptnotes.training.momentum import sgd_step
from tests.bench.measure import Call, Case

LR, MOMENTUM, WEIGHT_DECAY = 1e-9, 0.9, 1e-4
Tensors = list[Tensor]


def one_by_one(params: Tensors, grads: Tensors, buffers: Tensors) -> None:
    """The step in torch's operators, one tensor after another."""
    for p, g, b in zip(params, grads, buffers, strict=True):
        g = g.add(p, alpha=WEIGHT_DECAY)
        b.mul_(MOMENTUM).add_(g)
        p.add_(b, alpha=-LR)


def of_torch(params: Tensors, grads: Tensors, **how: bool) -> Call:
    """The step of torch's own optimizer."""
    own = [p.clone().requires_grad_() for p in params]
    for p, g in zip(own, grads, strict=True):
        p.grad = g
    return torch.optim.SGD(own, LR, MOMENTUM, weight_decay=WEIGHT_DECAY, **how).step


def cases(device: str) -> Iterator[Case]:
    """Tensors of one size each."""
    for count, n in ((100, 2**8), (100, 2**14), (8, 2**20)):
        params, grads, buffers = (
            [torch.randn(n, device=device) for _ in range(count)] for _ in range(3)
        )
        torch.compiler.reset()
        yield Case(
            "sgd_step",
            f"{count} × {n:,}",
            partial(one_by_one, params, grads, buffers),
            partial(torch.compile(one_by_one, dynamic=False), params, grads, buffers),
            partial(
                *(sgd_step, params, grads, buffers),
                **{"lr": LR, "momentum": MOMENTUM, "weight_decay": WEIGHT_DECAY},
            ),
            moved=5 * count * n * params[0].element_size(),
            beside={
                "foreach": of_torch(params, grads, foreach=True),
                "fused": of_torch(params, grads, fused=True),
            },
        )
