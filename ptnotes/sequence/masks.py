"""
Masks over scores, in torch's convention for attention: True takes part.

Every function raises TypeError for a wrong dtype and ValueError for a wrong shape or value, and
names the argument, what it expected and what it was given.
"""

import torch
from torch import Tensor

from ptnotes._check import is_int, require, within

__all__ = ["causal_mask", "offsets", "padding_mask", "window_mask"]


def causal_mask(T_y: int, T_x: int, device: torch.device | str | None = None) -> Tensor:
    """
    Let position i see positions j <= i, both counted from the start, as SDPA's ``is_causal`` does.

    Args:
        T_y: Number of queries.
        T_x: Number of states.
        device: Device of the mask; torch's default one if None.

    Returns:
        True = takes part; bool, shape ``(T_y, T_x)``.

    Raises:
        ValueError: If a length is not an int of at least 0.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html

    >>> from ptnotes.sequence.masks import causal_mask
    >>> causal_mask(2, 3)
    tensor([[ True, False, False],
            [ True,  True, False]])
    """
    for name, T in (("T_y", T_y), ("T_x", T_x)):
        require(is_int(T), name, "an int of at least 0", T)
    return torch.ones(T_y, T_x, dtype=torch.bool, device=device).tril()


def padding_mask(lengths: Tensor, T_x: int) -> Tensor:
    """
    Let the first ``lengths[b]`` states of sentence b take part; with heads, ``unsqueeze(1)`` it.

    Args:
        lengths: Lengths from 0 to *T_x*, shape ``(B,)``, integer.
        T_x: Number of states, padding included.

    Returns:
        True = takes part; bool, shape ``(B, 1, T_x)``, on the device of *lengths*.

    Raises:
        ValueError: If a length is not from 0 to *T_x*, or *T_x* is not an int of at least 0.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.scaled_dot_product_attention.html

    >>> import torch
    >>> from ptnotes.sequence.masks import padding_mask
    >>> padding_mask(torch.tensor([1, 3]), 3).squeeze(1)
    tensor([[ True, False, False],
            [ True,  True,  True]])
    """
    require(is_int(T_x), "T_x", "an int of at least 0", T_x)
    given = getattr(lengths, "dtype", type(lengths).__name__)
    integer = given in (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)
    require(integer, "lengths", "an integer tensor", given, TypeError)
    require(lengths.dim() == 1, "lengths", "shape (B)", tuple(lengths.shape))
    inside = bool(((lengths >= 0) & (lengths <= T_x)).all())
    require(inside, "lengths", f"lengths from 0 to T_x = {T_x}", lengths.tolist())
    return torch.arange(T_x, device=lengths.device) < lengths[:, None, None]


def window_mask(p: Tensor, D: float, T_x: int) -> Tensor:
    """
    Let the states within *D* of the centre take part, ``|j - p_i| <= D``; j counts from 0.

    Args:
        p: Centres, shape ``(..., T_y)``, floating or integer.
        D: Half the width of the window, at least 0.
        T_x: Number of states.

    Returns:
        True = takes part; bool, shape ``(..., T_y, T_x)``, on the device of *p*.

    Raises:
        ValueError: If *D* is negative, or *T_x* is not an int of at least 0.

    Source: https://arxiv.org/abs/1508.04025 (section 3.2).

    >>> import torch
    >>> from ptnotes.sequence.masks import window_mask
    >>> window_mask(torch.tensor([0.0, 2.5]), 1, 4)
    tensor([[ True,  True, False, False],
            [False, False,  True,  True]])
    """
    given = getattr(p, "dtype", type(p).__name__)
    real = isinstance(p, Tensor) and not p.is_complex() and p.dtype != torch.bool
    require(real, "p", "a floating or integer tensor", given, TypeError)
    require(p.dim() > 0, "p", "shape (..., T_y)", tuple(p.shape))
    require(within(D, least=0), "D", "a number of at least 0", D)
    require(is_int(T_x), "T_x", "an int of at least 0", T_x)
    return offsets(p, T_x).abs() <= D


def offsets(p: Tensor, T_x: int) -> Tensor:
    """
    Distances ``j - p_i``, shape ``(..., T_y, T_x)``.
    """
    # In 16 bits neighbouring positions become equal (bfloat16: past 256).
    p = p.to(torch.promote_types(p.dtype, torch.float32))
    return torch.arange(T_x, device=p.device) - p.unsqueeze(-1)
