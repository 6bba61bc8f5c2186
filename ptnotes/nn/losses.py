"""
Losses: sigmoid focal loss as one native operator, and as the composition that it stands for.

The operator raises TypeError for a wrong dtype and ValueError for a wrong shape or value, and names
the argument, what it expected and what it was given.
"""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ptnotes import _native
from ptnotes._check import require

__all__ = ["sigmoid_focal_loss", "sigmoid_focal_loss_reference"]


def sigmoid_focal_loss(
    inputs: Tensor,
    targets: Tensor,
    alpha: float = 0.25,
    gamma: float = 2.0,
    reduction: str = "none",
) -> Tensor:
    """
    Focal loss of logits, ``FL = -alpha_t (1 - p_t)^gamma log(p_t)``, in one pass each way.

    Where the target is 1, ``p_t = sigmoid(inputs)`` and ``alpha_t = alpha``; where it is 0, one
    minus these. Finite, with its gradient, for all finite logits; computed in float32 under
    autocast. A gradient of the gradient is refused: take it of `sigmoid_focal_loss_reference`.

    Args:
        inputs: Logits, any shape, float32, float64, float16 or bfloat16 (computed in float32).
        targets: 1 for the class, 0 for not; shape and dtype of *inputs*. Gets no gradient.
        alpha: Weight of the class, from 0 to 1; -1 for no weights.
        gamma: Power of focus, at least 0; at 0 this is the cross entropy.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.

    Returns:
        The loss, shape of *inputs*, or one number where it is reduced; dtype of *inputs*.

    Raises:
        ImportError: If the native extension is not there; the message says how to get it.

    Source: https://arxiv.org/abs/1708.02002 (equation 5); arguments as in torchvision.ops.

    >>> import torch
    >>> from ptnotes.nn.losses import sigmoid_focal_loss
    >>> sigmoid_focal_loss(torch.tensor([-2.0, 0.0, 2.0]), torch.ones(3))
    tensor([0.4125, 0.0433, 0.0005])
    """
    _native.need("sigmoid_focal_loss", inputs=inputs, targets=targets)
    loss: Tensor = torch.ops.ptnotes.sigmoid_focal_loss(inputs, targets, alpha, gamma)
    return reduce(loss, reduction)


def sigmoid_focal_loss_reference(
    inputs: Tensor,
    targets: Tensor,
    alpha: float = 0.25,
    gamma: float = 2.0,
    reduction: str = "none",
) -> Tensor:
    """
    Focal loss of logits as its formula reads; differentiable as often as one likes.

    Args:
        inputs: Logits, any shape, floating.
        targets: 1 for the class, 0 for not; shape and dtype of *inputs*.
        alpha: Weight of the class, from 0 to 1; -1 for no weights.
        gamma: Power of focus, at least 0.
        reduction: ``"none"``, ``"mean"`` or ``"sum"``.

    Returns:
        The loss, shape of *inputs*, or one number where it is reduced; dtype of *inputs*.

    Source: https://arxiv.org/abs/1708.02002 (equation 5).

    >>> import torch
    >>> from ptnotes.nn.losses import sigmoid_focal_loss_reference
    >>> sigmoid_focal_loss_reference(torch.zeros(2), torch.tensor([0.0, 1.0]), gamma=0)
    tensor([0.5199, 0.1733])
    """
    p = torch.sigmoid(inputs)
    p_t = p * targets + (1 - p) * (1 - targets)
    alpha_t = alpha * targets + (1 - alpha) * (1 - targets) if alpha >= 0 else 1.0
    cross_entropy = F.binary_cross_entropy_with_logits(inputs, targets, reduction="none")
    return reduce(alpha_t * (1 - p_t) ** gamma * cross_entropy, reduction)


def reduce(loss: Tensor, reduction: str) -> Tensor:
    """
    Return the loss as it is, its mean or its sum.
    """
    known = ("none", "mean", "sum")
    require(reduction in known, "reduction", f"one of {', '.join(known)}", repr(reduction))
    if reduction == "none":
        return loss
    return loss.mean() if reduction == "mean" else loss.sum()


def keep_for_backward(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    """
    Keep what the backward pass reads.
    """
    x, targets, ctx.alpha, ctx.gamma = inputs
    asks = ctx.needs_input_grad[1]
    require(not asks, "targets", "a tensor that needs no gradient", "requires_grad=True")
    ctx.save_for_backward(x, targets)


def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None, None]:
    """
    Return the gradient of *inputs*; the other arguments have none.
    """
    x, targets = ctx.saved_tensors
    slope = torch.ops.ptnotes.sigmoid_focal_loss_backward(grad, x, targets, ctx.alpha, ctx.gamma)
    return slope, None, None, None


_native.differentiate_once("sigmoid_focal_loss", backward, keep_for_backward)
