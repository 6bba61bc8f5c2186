"""The formula of the note on attention against torch's one call."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import torch
import torch.nn.functional as F

from ptnotes.sequence.attention import attention
from tests.bench.measure import Case, compiled


def cases(device: str) -> Iterator[Case]:
    """Queries, keys and values are the same; what torch does in one call stands for ours."""
    for size in ((2, 4, 64, 32), (2, 8, 256, 64), (1, 8, 1024, 64)):
        Q = torch.randn(size, device=device)
        ways = (attention, compiled(attention), F.scaled_dot_product_attention)
        yield Case(
            "F.scaled_dot_product_attention",
            " × ".join(map(str, size)),
            *(partial(way, Q, Q, Q) for way in ways),
            moved=4 * Q.nbytes,
        )
