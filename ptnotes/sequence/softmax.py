"""
Softmax: of scaled scores under a mask, as one native operator and as the composition it stands for.

The operator raises TypeError for a wrong dtype and ValueError for a wrong shape or device, and
names the argument, what it expected and what it was given.
"""

from typing import Any

import torch
from torch import Tensor

from ptnotes import _native
from ptnotes.sequence.attention import attention_weights
from ptnotes.sequence.masks import causal_mask

__all__ = [
    "masked_softmax",
    "masked_softmax_reference",
]

__all__ = ["masked_softmax", "masked_softmax_reference"]


def masked_softmax(
    scores: Tensor, mask: Tensor | None = None, scale: float = 1.0, is_causal: bool = False
) -> Tensor:
    """
    Softmax of scaled scores over the keys that a query may see, in one pass each way.

    ``a_ij = exp(scale s_ij) / sum_k exp(scale s_ik)``, the sum over the keys *k* that *mask* and
    causality both allow; all other weights are 0. A query that sees none, or only scores of
    -infinity, gets zeros and zero gradient, as in ``scaled_dot_product_attention``. The mask is
    read where it lies, broadcast or not. Differentiable as often as one likes; computed in float32
    under autocast.

    Args:
        scores: Scores, shape (..., L, S), float32, float64, float16 or bfloat16 (computed in
            float32).
        mask: True where query i may see key j, bool, shape broadcasts to that of *scores*; None
            allows all.
        scale: Factor of the scores.
        is_causal: Whether query i sees keys 0 to i only.

    Returns:
        Weights, shape and dtype of *scores*.

    Raises:
        ImportError: If the native extension is not there; the message says how to get it.

    Source: https://arxiv.org/abs/1706.03762 (equation 1).

    >>> import torch
    >>> from ptnotes.sequence.softmax import masked_softmax
    >>> masked_softmax(torch.zeros(3, 3), torch.tensor([False, True, True]), is_causal=True)
    tensor([[0.0000, 0.0000, 0.0000],
            [0.0000, 1.0000, 0.0000],
            [0.0000, 0.5000, 0.5000]])
    """
    _native.need("masked_softmax", scores=scores, **({} if mask is None else {"mask": mask}))
    weights: Tensor = torch.ops.ptnotes.masked_softmax(scores, mask, scale, is_causal)
    return weights


def masked_softmax_reference(
    scores: Tensor, mask: Tensor | None = None, scale: float = 1.0, is_causal: bool = False
) -> Tensor:
    """
    The same as torch's own operators one after another.

    Args:
        scores: Scores, shape (..., L, S), floating.
        mask: True where query i may see key j, bool, shape broadcasts to that of *scores*.
        scale: Factor of the scores.
        is_causal: Whether query i sees keys 0 to i only.

    Returns:
        Weights, shape and dtype of *scores*.

    Source: https://arxiv.org/abs/1706.03762 (equation 1).

    >>> import torch
    >>> from ptnotes.sequence.softmax import masked_softmax_reference
    >>> masked_softmax_reference(torch.zeros(2, 2), is_causal=True)
    tensor([[1.0000, 0.0000],
            [0.5000, 0.5000]])
    """
    if is_causal:
        causal = causal_mask(scores.size(-2), scores.size(-1)).to(scores.device)
        mask = causal if mask is None else mask & causal
    return attention_weights(scores * scale, mask)


def keep_for_backward(ctx: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
    """
    Keep what the backward pass reads: the weights are enough.
    """
    ctx.scale = inputs[2]
    ctx.save_for_backward(output)


def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, None, None, None]:
    """
    Return the gradient of *scores*.
    """
    (weights,) = ctx.saved_tensors
    slope = torch.ops.ptnotes.masked_softmax_backward(grad, weights, ctx.scale)
    return slope, None, None, None


def keep_for_second_backward(
    ctx: Any, inputs: tuple[Tensor, Tensor, float], output: Tensor
) -> None:
    """
    Keep what the backward pass of the backward pass reads.
    """
    grad, weights, ctx.scale = inputs
    ctx.save_for_backward(grad, weights)


def second_backward(ctx: Any, v: Tensor) -> tuple[Tensor, Tensor, None]:
    """
    Return the gradients of ``scale p (g - sum(g p))`` with respect to *g* and *p*.
    """
    dtype = torch.promote_types(v.dtype, torch.float32)
    g, p = (x.to(dtype) for x in ctx.saved_tensors)
    u = v.to(dtype)
    of_grad = torch.ops.ptnotes.masked_softmax_backward(v, ctx.saved_tensors[1], ctx.scale)
    pulled = u * (g - (g * p).sum(-1, keepdim=True)) - g * (u * p).sum(-1, keepdim=True)
    return of_grad, (ctx.scale * pulled).to(v.dtype), None


_native.differentiate("masked_softmax", backward, keep_for_backward)
_native.differentiate("masked_softmax_backward", second_backward, keep_for_second_backward)
