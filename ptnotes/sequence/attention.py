"""
Attention in the symbols of the note ``sequence/attention``: scores e, weights a, context C.

Decoder states H ask, encoder states h answer; ``...`` stands for leading dimensions that broadcast.
Every function raises TypeError for a wrong dtype and ValueError for a wrong shape or value, and
names the argument, what it expected and what it was given.
"""

import math

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from ptnotes._check import check_tensors, require, within
from ptnotes.sequence.masks import offsets, window_mask

__all__ = [
    "additive_score",
    "attention",
    "attention_weights",
    "context",
    "dot_score",
    "hard_attention",
    "local_weights",
    "multiplicative_score",
    "scaled_dot_score",
]


def dot_score(H: Tensor, h: Tensor) -> Tensor:
    """
    Score by the dot product, ``e_ij = H^{i-1} . h^j``.

    Args:
        H: Queries, shape ``(..., T_y, d)``, floating.
        h: States, shape ``(..., T_x, d)``, same dtype.

    Returns:
        Scores, shape ``(..., T_y, T_x)``, same dtype.

    Source: https://arxiv.org/abs/1508.04025 ("dot").

    >>> import torch
    >>> from ptnotes.sequence.attention import dot_score
    >>> dot_score(torch.tensor([[2.0, 3.0]]), torch.eye(2))
    tensor([[2., 3.]])
    """
    check_tensors(H=(H, "... T_y d"), h=(h, "... T_x d"))
    return H @ h.mT


def scaled_dot_score(H: Tensor, h: Tensor) -> Tensor:
    """
    Score by the dot product over the root of its length, ``e_ij = H^{i-1} . h^j / sqrt(d)``.

    Args:
        H: Queries, shape ``(..., T_y, d)``, floating.
        h: States, shape ``(..., T_x, d)``, same dtype.

    Returns:
        Scores, shape ``(..., T_y, T_x)``, same dtype.

    Source: https://arxiv.org/abs/1706.03762 (equation 1).

    >>> import torch
    >>> from ptnotes.sequence.attention import scaled_dot_score
    >>> scaled_dot_score(torch.ones(1, 16), torch.ones(3, 16))
    tensor([[4., 4., 4.]])
    """
    return dot_score(H, h) / math.sqrt(H.size(-1))


def multiplicative_score(H: Tensor, h: Tensor, W: Tensor) -> Tensor:
    """
    Score through a learned matrix, ``e_ij = H^{i-1} W h^j``; the two sizes may differ.

    Args:
        H: Queries, shape ``(..., T_y, d_H)``, floating.
        h: States, shape ``(..., T_x, d_h)``, same dtype.
        W: Weight, shape ``(d_H, d_h)``, same dtype.

    Returns:
        Scores, shape ``(..., T_y, T_x)``, same dtype.

    Source: https://arxiv.org/abs/1508.04025 ("general").

    >>> import torch
    >>> from ptnotes.sequence.attention import multiplicative_score
    >>> multiplicative_score(torch.ones(1, 2), torch.eye(3), torch.arange(6.0).reshape(2, 3))
    tensor([[3., 5., 7.]])
    """
    check_tensors(H=(H, "... T_y d_H"), h=(h, "... T_x d_h"), W=(W, "d_H d_h"))
    return H @ W @ h.mT


def additive_score(H: Tensor, h: Tensor, W: Tensor, U: Tensor, v: Tensor) -> Tensor:
    """
    Score by a network of one hidden layer, ``e_ij = v . tanh(W H^{i-1} + U h^j)``.

    Args:
        H: Queries, shape ``(..., T_y, d_H)``, floating.
        h: States, shape ``(..., T_x, d_h)``, same dtype.
        W: Weight of the queries, shape ``(d_a, d_H)``, same dtype.
        U: Weight of the states, shape ``(d_a, d_h)``, same dtype.
        v: Weight of the hidden layer, shape ``(d_a,)``, same dtype.

    Returns:
        Scores, shape ``(..., T_y, T_x)``, same dtype.

    Source: https://arxiv.org/abs/1409.0473 (appendix A.1.2).

    >>> import torch
    >>> from ptnotes.sequence.attention import additive_score
    >>> one = torch.ones(1, 1)
    >>> additive_score(one, torch.tensor([[-1.0], [0.0]]), one, one, torch.ones(1))
    tensor([[0.0000, 0.7616]])
    """
    check_tensors(
        H=(H, "... T_y d_H"), h=(h, "... T_x d_h"), W=(W, "d_a d_H"), U=(U, "d_a d_h"), v=(v, "d_a")
    )
    return torch.tanh((H @ W.mT).unsqueeze(-2) + (h @ U.mT).unsqueeze(-3)) @ v


def attention_weights(e: Tensor, mask: Tensor | None = None) -> Tensor:
    """
    Turn scores into weights, ``a_ij = exp(e_ij) / sum_k exp(e_ik)`` over the states that take part.

    A row in which no state takes part gives zeros, and zero gradient, as in
    ``scaled_dot_product_attention`` since torch 2.5; a bare softmax gives NaN.

    Args:
        e: Scores, shape ``(..., T_x)``, floating.
        mask: True = takes part; bool, shape broadcasts to that of *e*. None: all take part.

    Returns:
        Weights, shape and dtype of *e*.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.softmax.html

    >>> import torch
    >>> from ptnotes.sequence.attention import attention_weights
    >>> attention_weights(torch.zeros(2, 2), torch.tensor([[True, False], [False, False]]))
    tensor([[1., 0.],
            [0., 0.]])
    """
    check_tensors(e=(e, "... T_x"))
    if mask is not None:
        given = getattr(mask, "dtype", type(mask).__name__)
        require(given == torch.bool, "mask", "a bool tensor, True = takes part", given, TypeError)
        pairs = zip(reversed(mask.shape), reversed(e.shape), strict=False)
        fits = mask.dim() <= e.dim() and all(m in (1, n) for m, n in pairs)
        into = f"a shape that broadcasts to {tuple(e.shape)}"
        require(fits, "mask", into, tuple(mask.shape))
        e = e.masked_fill(~mask, -math.inf)
    empty = (e == -math.inf).all(-1, keepdim=True)
    # Filled before the softmax too: overwriting its NaN afterwards would leave NaN in the backward.
    return torch.softmax(e.masked_fill(empty, 0.0), -1).masked_fill(empty, 0.0)


def context(a: Tensor, h: Tensor) -> Tensor:
    """
    Average the states by the weights, ``C^i = sum_j a_ij h^j``.

    Args:
        a: Weights, shape ``(..., T_y, T_x)``, floating.
        h: States, shape ``(..., T_x, d_h)``, same dtype.

    Returns:
        Contexts, shape ``(..., T_y, d_h)``, same dtype.

    Source: https://arxiv.org/abs/1409.0473 (equation 5).

    >>> import torch
    >>> from ptnotes.sequence.attention import context
    >>> context(torch.tensor([[0.25, 0.75]]), torch.tensor([[4.0, 0.0], [0.0, 4.0]]))
    tensor([[1., 3.]])
    """
    check_tensors(a=(a, "... T_y T_x"), h=(h, "... T_x d_h"))
    return a @ h


def attention(Q: Tensor, K: Tensor, V: Tensor, mask: Tensor | None = None) -> Tensor:
    """
    Scaled dot-product attention, ``softmax(Q K^T / sqrt(d_k)) V``.

    Args:
        Q: Queries, shape ``(..., T_y, d_k)``, floating.
        K: Keys, shape ``(..., T_x, d_k)``, same dtype.
        V: Values, shape ``(..., T_x, d_v)``, same dtype.
        mask: True = takes part; bool, shape broadcasts to ``(..., T_y, T_x)``.

    Returns:
        Contexts, shape ``(..., T_y, d_v)``, same dtype.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html

    >>> import torch
    >>> from ptnotes.sequence.attention import attention
    >>> from ptnotes.sequence.masks import causal_mask
    >>> attention(torch.zeros(2, 4), torch.ones(2, 4), torch.eye(2), causal_mask(2, 2))
    tensor([[1.0000, 0.0000],
            [0.5000, 0.5000]])
    """
    check_tensors(Q=(Q, "... T_y d_k"), K=(K, "... T_x d_k"), V=(V, "... T_x d_v"))
    return context(attention_weights(scaled_dot_score(Q, K), mask), V)


def hard_attention(
    a: Tensor, h: Tensor, generator: torch.Generator | None = None, sample: bool = False
) -> Tensor:
    """
    Take one state a row whole: the one of largest weight, or one drawn from the weights.

    No gradient reaches *a*. A row of zeros picks nothing and gives zeros.

    Args:
        a: Weights, not negative, shape ``(..., T_y, T_x)``, floating.
        h: States, shape ``(..., T_x, d_h)``, same dtype.
        generator: Source of the draw; torch's default one if None.
        sample: Draw from *a* instead of taking the arg max.

    Returns:
        Picked states, shape ``(..., T_y, d_h)``, same dtype.

    Raises:
        ValueError: If a weight is negative or NaN, besides the dtypes and shapes.

    Source: https://arxiv.org/abs/1502.03044 (section 4.1).

    >>> import torch
    >>> from ptnotes.sequence.attention import hard_attention
    >>> hard_attention(torch.tensor([[0.4, 0.6]]), torch.tensor([[1.0, 2.0], [3.0, 4.0]]))
    tensor([[3., 4.]])
    """
    check_tensors(a=(a, "... T_y T_x"), h=(h, "... T_x d_h"))
    require(a.size(-1) > 0, "a", "a state to pick, T_x > 0", tuple(a.shape))
    wrong = a[~(a >= 0)]
    given = wrong.min().item() if wrong.numel() else None
    require(given is None, "a", "weights of at least 0", given)
    empty = (a == 0).all(-1, keepdim=True)
    if sample:
        rows = a.masked_fill(empty, 1.0).reshape(-1, a.size(-1))
        j = torch.multinomial(rows, 1, generator=generator).reshape(a.shape[:-1])
    else:
        j = a.argmax(-1)
    return context(one_hot(j, a.size(-1)).to(h.dtype).masked_fill(empty, 0.0), h)


def local_weights(e: Tensor, p: Tensor, D: float) -> Tensor:
    """
    Weigh the window around p_i: softmax inside it, times ``exp(-(j - p_i)^2 / (2 (D/2)^2))``.

    A row sums to at most 1: as in the paper (local-p), it is not normalised again after the
    Gaussian, through which the centre is learnt.

    Args:
        e: Scores, shape ``(..., T_y, T_x)``, floating.
        p: Centres, counted from 0, shape ``(..., T_y)``, floating or integer.
        D: Half the width of the window, above 0.

    Returns:
        Weights, shape ``(..., T_y, T_x)``, dtype of *e*.

    Raises:
        ValueError: If *D* is not above 0, besides the dtypes and shapes.

    Source: https://arxiv.org/abs/1508.04025 (equations 9 and 10).

    >>> import torch
    >>> from ptnotes.sequence.attention import local_weights
    >>> local_weights(torch.zeros(1, 5), torch.tensor([1.0]), 2)
    tensor([[0.1516, 0.2500, 0.1516, 0.0338, 0.0000]])
    """
    check_tensors(e=(e, "... T_y T_x"))
    require(within(D, above=0), "D", "a number above 0", D)
    window = window_mask(p, D, e.size(-1))
    check_tensors(e=(e, "... T_y T_x"), p=(p.to(e.dtype), "... T_y"))
    gauss = torch.exp(-(offsets(p, e.size(-1)) ** 2) / (2 * (D / 2) ** 2))
    return attention_weights(e.masked_fill(~window, -math.inf)) * gauss.to(e.dtype)
