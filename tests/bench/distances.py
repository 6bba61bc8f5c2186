"""Squared distance of all pairs, in few dimensions and in many."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import torch

from ptnotes.tensors.distances import (
    pairwise_squared_distance,
    pairwise_squared_distance_expanded,
    pairwise_squared_distance_reference,
)
from tests.bench.measure import Case, compiled

N = 2000


def cases(device: str) -> Iterator[Case]:
    """As many points on each side."""
    for D in (3, 16, 64):
        x, y = torch.randn(N, D, device=device), torch.randn(N, D, device=device)
        reference = pairwise_squared_distance_reference
        ways = (reference, compiled(reference), pairwise_squared_distance)
        yield Case(
            "pairwise_squared_distance",
            f"{N} × {N}, D = {D}",
            *(partial(way, x, y) for way in ways),
            moved=x.nbytes + y.nbytes + N * N * x.element_size(),
            beside={
                "matrix product": partial(torch.matmul, x, y.T),
                "expansion": partial(pairwise_squared_distance_expanded, x, y),
            },
        )
