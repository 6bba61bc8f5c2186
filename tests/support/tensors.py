"""Drawing tensors and comparing them, for tests of reference implementations."""

import re
from collections.abc import Callable

import pytest
import torch
from hypothesis import settings
from hypothesis import strategies as st
from torch import Tensor

quick = settings(deadline=None, max_examples=25, derandomize=True)
sizes = st.integers(1, 5)
leads = st.sampled_from([(), (2,), (2, 3)])
dtypes = pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])


def draw(*shape: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    """
    Normal numbers that want a gradient; *seed* and shape decide them.
    """
    generator = torch.Generator().manual_seed(seed + 7 * sum(shape))
    return torch.randn(shape, generator=generator, dtype=torch.float64).to(dtype).requires_grad_()


def draw_mask(*shape: int, seed: int = 0) -> Tensor:
    """
    A bool mask, about half True.
    """
    return draw(*shape, seed=seed).detach() > 0


def agree(ours: Tensor, theirs: Tensor, *inputs: Tensor, rtol: float = 1e-9) -> None:
    """
    Both values and both gradients, under one arbitrary cotangent, are finite and equal.
    """
    torch.testing.assert_close(ours, theirs, rtol=rtol, atol=rtol)
    cotangent = torch.linspace(-1, 1, ours.numel(), dtype=ours.dtype).reshape(ours.shape)
    mine = torch.autograd.grad(ours, inputs, cotangent, retain_graph=True)
    reference = torch.autograd.grad(theirs, inputs, cotangent, retain_graph=True)
    for x, y in zip(mine, reference, strict=True):
        assert x.isfinite().all()

        torch.testing.assert_close(x, y, rtol=rtol, atol=rtol)


def refuses(error: type[Exception], message: str, call: Callable[[], object]) -> None:
    """
    The call raises exactly this error with exactly this message.
    """
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        call()
