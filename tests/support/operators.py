"""What tests of all native operators share."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch import Tensor

from ptnotes import _native
from tests.support.tensors import refuses

native = pytest.mark.skipif(bool(_native.missing), reason=_native.missing)
gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
float_dtypes = pytest.mark.parametrize(
    "dtype", [torch.float64, torch.float32, torch.float16, torch.bfloat16]
)


@contextmanager
def threads(count: int) -> Iterator[None]:
    """
    Compute on so many threads for a while.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def check_registration(operator: Any, *arguments: object) -> None:
    """
    Schema, Meta, autograd and compilation of an operator are what torch asks of them.
    """
    with warnings.catch_warnings():
        # Since torch 2.14 opcheck itself looks at the gradient of what is no leaf.
        warnings.filterwarnings("ignore", "The .grad attribute of a Tensor that is not a leaf")
        torch.library.opcheck(operator.default, arguments)


def check_compiled(
    function: Callable[..., Tensor], inputs: Sequence[tuple[Tensor, ...]], dynamic: bool
) -> None:
    """
    A function compiles without a break in the graph and gives the same values and gradients.
    """

    def scaled(*tensors: Tensor) -> Tensor:
        return function(*(x * 2 for x in tensors)) * 3

    torch.compiler.reset()  # all tests compile the code of this one function
    compiled = torch.compile(scaled, fullgraph=True, dynamic=dynamic, backend="aot_eager")
    for tensors in inputs:
        ours, theirs = compiled(*tensors), scaled(*tensors)

        torch.testing.assert_close(ours, theirs)
        mine, expected = (torch.autograd.grad(y.sum(), tensors) for y in (ours, theirs))
        for x, y in zip(mine, expected, strict=True):
            torch.testing.assert_close(x, y)


def check_refuses_second_gradient(operator: str, value: Tensor, x: Tensor) -> None:
    """
    The gradient of the gradient of a value is refused, and the message names who has one.
    """
    (slope,) = torch.autograd.grad(value.sum(), x, create_graph=True)

    refuses(
        NotImplementedError,
        f"{operator}: the gradient of its gradient is not implemented; "
        f"{operator}_reference has one",
        lambda: slope.sum().backward(),
    )
