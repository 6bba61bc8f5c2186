"""Generalized IoU of all pairs, forward alone and with the backward pass."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import torch
from torch import Tensor

from ptnotes.nn.boxes import generalized_box_iou, generalized_box_iou_reference
from tests.bench.measure import Case, compiled, gradients


def draw_boxes(n: int, device: str) -> Tensor:
    """Boxes (n, 4) of which many overlap."""
    corners = torch.rand(n, 2, device=device)
    return torch.cat([corners, corners + torch.rand(n, 2, device=device)], 1)


def cases(device: str) -> Iterator[Case]:
    """As many boxes on each side."""
    for n in (500, 1000, 2000):
        a, b = draw_boxes(n, device), draw_boxes(n, device)
        fused = compiled(generalized_box_iou_reference)
        ways = (generalized_box_iou_reference, fused, generalized_box_iou)
        written = n * n * a.element_size()
        yield Case(
            "generalized_box_iou",
            f"{n} × {n}",
            *(partial(way, a, b) for way in ways),
            moved=written,
        )
        a, b = a.requires_grad_(), b.requires_grad_()
        yield Case(
            "generalized_box_iou",
            f"{n} × {n}",
            *(gradients(way, a, b) for way in ways),
            moved=2 * written,  # the sum reads what the forward pass wrote
            backward=True,
        )
