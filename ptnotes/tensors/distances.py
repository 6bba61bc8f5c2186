"""
Distances: squared, of all pairs, as one native operator and in the three ways of the notes.

The operator raises TypeError for a wrong dtype and ValueError for a wrong shape or device, and
names the argument, what it expected and what it was given.
"""

from typing import Any

import torch
from torch import Tensor

from ptnotes import _native

__all__ = [  # noqa: RUF022 - the order in which the reference shows them
    "pairwise_squared_distance",
    "pairwise_squared_distance_reference",
    "pairwise_squared_distance_expanded",
]


def pairwise_squared_distance(x: Tensor, y: Tensor) -> Tensor:
    """
    Squared distance of each point of one set to each of another, without an (N, M, D) tensor.

    Up to 16 dimensions, and on CUDA always, the sum of squared differences. Above, the expansion
    ``|x|^2 - 2 x.y + |y|^2`` about the mean of *y*, and where that would cancel, below 1/16 of
    ``|x|^2 + |y|^2``, the differences again. So the relative error is at most about
    ``32 (D + 3) eps``, however near two points are and however far from the origin, where the
    expansion alone keeps no digit. Differentiable as often as one likes; computed in float32 under
    autocast.

    Args:
        x: Points, shape (N, D), float32, float64, float16 or bfloat16 (computed in float32).
        y: Points, shape (M, D), dtype of *x*.

    Returns:
        Squared distances, shape (N, M), dtype of *x*.

    Raises:
        ImportError: If the native extension is not there; the message says how to get it.

    Source: Higham, Accuracy and Stability of Numerical Algorithms, section 1.7 (cancellation).

    >>> import torch
    >>> from ptnotes.tensors.distances import pairwise_squared_distance
    >>> y = torch.tensor([[10000.0, 10000.0], [10003.0, 10004.0]])
    >>> pairwise_squared_distance(y[:1], y)
    tensor([[ 0., 25.]])
    """
    _native.need("pairwise_squared_distance", x=x, y=y)
    distance: Tensor = torch.ops.ptnotes.pairwise_squared_distance(x, y)
    return distance


def pairwise_squared_distance_reference(x: Tensor, y: Tensor) -> Tensor:
    """
    The sum of squared differences, by broadcasting: exact, and N M D numbers large.

    Args:
        x: Points, shape (N, D), floating.
        y: Points, shape (M, D), dtype of *x*.

    Returns:
        Squared distances, shape (N, M), dtype of *x*.

    Source: the definition.

    >>> import torch
    >>> from ptnotes.tensors.distances import pairwise_squared_distance_reference
    >>> pairwise_squared_distance_reference(torch.zeros(1, 2), torch.tensor([[3.0, 4.0]]))
    tensor([[25.]])
    """
    return (x[:, None] - y[None]).square().sum(-1)


def pairwise_squared_distance_expanded(x: Tensor, y: Tensor) -> Tensor:
    """
    ``|x|^2 - 2 x.y + |y|^2``, by one matrix product: fast, and wrong for near points.

    Args:
        x: Points, shape (N, D), floating.
        y: Points, shape (M, D), dtype of *x*.

    Returns:
        Squared distances, shape (N, M), dtype of *x*; some may be below 0.

    Source: the binomial formula.

    >>> import torch
    >>> from ptnotes.tensors.distances import pairwise_squared_distance_expanded
    >>> x, y = torch.tensor([[10000.0, 10000.0]]), torch.tensor([[10003.0, 10004.0]])
    >>> pairwise_squared_distance_expanded(x, y)
    tensor([[32.]])
    """
    return x.square().sum(1, keepdim=True) - 2 * (x @ y.T) + y.square().sum(1)


def keep_for_backward(ctx: Any, inputs: tuple[Tensor, Tensor], output: Tensor) -> None:
    """
    Keep what the backward pass reads.
    """
    ctx.save_for_backward(*inputs)


def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    """
    Return the gradients of both sets, by matrix products that can be differentiated again.
    """
    x, y = ctx.saved_tensors
    dtype = torch.promote_types(x.dtype, torch.float32)
    origin = y.detach().to(dtype).mean(0).nan_to_num(0, 0, 0)
    x_moved, y_moved, grad = x.to(dtype) - origin, y.to(dtype) - origin, grad.to(dtype)
    of_x = 2 * (grad.sum(1, keepdim=True) * x_moved - grad @ y_moved)
    of_y = 2 * (grad.sum(0)[:, None] * y_moved - grad.T @ x_moved)
    return of_x.to(x.dtype), of_y.to(y.dtype)


_native.differentiate("pairwise_squared_distance", backward, keep_for_backward)
