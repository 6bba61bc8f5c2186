"""
The transformer in the symbols of the note ``sequence/transformer``, with torch's parameter names.

``load_state_dict`` takes the parameters of torch's own layer, and the results are equal. Tensors
are batch first. Masks are those of `ptnotes.sequence.masks`: True takes part. There is no
dropout: the layers compute what torch's do in evaluation.
Everything raises TypeError for a wrong dtype and ValueError for a wrong shape or value, and names
the argument, what it expected and what it was given.
"""

from collections.abc import Callable
from functools import partial

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ptnotes._check import check_tensors, is_int, require
from ptnotes.sequence.attention import attention_weights, context, scaled_dot_score

__all__ = [
    "DecoderLayer",
    "EncoderLayer",
    "MultiHeadAttention",
    "feed_forward",
    "merge_heads",
    "residual",
    "sinusoidal_encoding",
    "split_heads",
]


def split_heads(x: Tensor, heads: int) -> Tensor:
    """
    Cut each vector into as many pieces as there are heads, one for each.

    Args:
        x: Vectors, shape ``(B, T, d_model)``, floating.
        heads: Number of heads; divides *d_model*.

    Returns:
        Pieces, shape ``(B, heads, T, d_model / heads)``, same dtype.

    Source: https://arxiv.org/abs/1706.03762 (section 3.2.2).

    >>> import torch
    >>> from ptnotes.sequence.transformer import split_heads
    >>> split_heads(torch.arange(8.0).reshape(1, 2, 4), 2).tolist()
    [[[[0.0, 1.0], [4.0, 5.0]], [[2.0, 3.0], [6.0, 7.0]]]]
    """
    check_tensors(x=(x, "B T d_model"))
    divides = is_int(heads, 1) and x.size(-1) % heads == 0
    require(divides, "heads", f"an int that divides d_model = {x.size(-1)}", heads)
    B, T, d_model = x.shape
    return x.reshape(B, T, heads, d_model // heads).transpose(1, 2)


def merge_heads(x: Tensor) -> Tensor:
    """
    Put the pieces of all heads side by side again; undoes `split_heads`.

    Args:
        x: Pieces, shape ``(B, heads, T, d_k)``, floating.

    Returns:
        Vectors, shape ``(B, T, heads * d_k)``, same dtype.

    Source: https://arxiv.org/abs/1706.03762 (section 3.2.2, "Concat").

    >>> import torch
    >>> from ptnotes.sequence.transformer import merge_heads
    >>> merge_heads(torch.tensor([[[[0.0, 1.0], [4.0, 5.0]], [[2.0, 3.0], [6.0, 7.0]]]])).tolist()
    [[[0.0, 1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 7.0]]]
    """
    check_tensors(x=(x, "B heads T d_k"))
    return x.transpose(1, 2).flatten(-2)


class MultiHeadAttention(nn.Module):
    """
    Attend with several heads, ``Concat(A_1, ..., A_heads) W^O``, as `torch.nn.MultiheadAttention`.

    It is called with ``x``, shape ``(B, T_y, d_model)``, from which the queries are made, with
    ``memory``, shape ``(B, T_x, d_model)``, from which the keys and the values are made, and with
    ``mask``, which is None or bool, True = takes part. A mask has two dimensions, ``(T_y, T_x)``,
    or four, which broadcast to ``(B, heads, T_y, T_x)``. It returns the outputs, shape of *x*, and
    the weights, shape ``(B, heads, T_y, T_x)``.

    Args:
        d_model: Size of a vector.
        heads: Number of heads; divides *d_model*.

    Source: https://arxiv.org/abs/1706.03762 (section 3.2.2).

    >>> import torch
    >>> from ptnotes.sequence.transformer import MultiHeadAttention
    >>> A, a = MultiHeadAttention(6, heads=2)(torch.zeros(1, 4, 6), torch.zeros(1, 5, 6))
    >>> A.shape, a.shape
    (torch.Size([1, 4, 6]), torch.Size([1, 2, 4, 5]))
    """

    def __init__(self, d_model: int, heads: int) -> None:
        super().__init__()
        divides = is_int(heads, 1) and d_model % heads == 0
        require(divides, "heads", f"an int that divides d_model = {d_model}", heads)
        self.heads = heads
        self.in_proj_weight = nn.Parameter(torch.empty(3 * d_model, d_model))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * d_model))
        self.out_proj = nn.Linear(d_model, d_model)
        nn.init.xavier_uniform_(self.in_proj_weight)

    def forward(
        self, x: Tensor, memory: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        """
        Project, split, attend in each head, merge, project.
        """
        weight = self.out_proj.weight
        check_tensors(
            weight=(weight, "d_model d_model"),
            x=(x, "B T_y d_model"),
            memory=(memory, "B T_x d_model"),
        )
        _check_mask(mask)
        W_Q, W_K, W_V = self.in_proj_weight.chunk(3)
        b_Q, b_K, b_V = self.in_proj_bias.chunk(3)
        Q = split_heads(F.linear(x, W_Q, b_Q), self.heads)
        K = split_heads(F.linear(memory, W_K, b_K), self.heads)
        V = split_heads(F.linear(memory, W_V, b_V), self.heads)
        a = attention_weights(scaled_dot_score(Q, K), mask)
        return self.out_proj(merge_heads(context(a, V))), a


def _check_mask(mask: Tensor | None) -> None:
    """
    Refuse three dimensions: (B, T, T) would broadcast as (heads, T, T) where B = heads.
    """
    shape = getattr(mask, "shape", (1, 1))
    form = "shape (T_y, T_x), or (B, 1, T_y, T_x) for a mask of each sentence"
    require(len(shape) in (2, 4), "mask", form, tuple(shape))


def feed_forward(x: Tensor, linear1: nn.Linear, linear2: nn.Linear) -> Tensor:
    """
    Apply the same two layers to each vector by itself, ``W_2 relu(W_1 x + b_1) + b_2``.

    Args:
        x: Vectors, shape ``(..., d_model)``, floating.
        linear1: From *d_model* to *d_ff* components.
        linear2: Back from *d_ff* to *d_model* components.

    Returns:
        Vectors, shape and dtype of *x*.

    Source: https://arxiv.org/abs/1706.03762 (equation 2).

    >>> import torch
    >>> from torch import nn
    >>> from ptnotes.sequence.transformer import feed_forward
    >>> feed_forward(torch.zeros(4, 6), nn.Linear(6, 24), nn.Linear(24, 6)).shape
    torch.Size([4, 6])
    """
    check_tensors(weight=(linear1.weight, "d_ff d_model"), x=(x, "... d_model"))
    out: Tensor = linear2(F.relu(linear1(x)))
    return out


def residual(
    x: Tensor,
    part: Callable[[Tensor], Tensor],
    norm: Callable[[Tensor], Tensor],
    norm_first: bool = False,
) -> Tensor:
    """
    Add what a part computes to its input; normalise the sum, or the part's input if *norm_first*.

    Args:
        x: Vectors, shape ``(..., d_model)``, floating.
        part: Computes from such vectors what is added to them.
        norm: The layer norm.
        norm_first: Pre-norm, ``x + part(norm(x))``; else post-norm, ``norm(x + part(x))``.

    Returns:
        Vectors, shape and dtype of *x*.

    Source: https://arxiv.org/abs/2002.04745 (table 1).

    >>> import torch
    >>> from torch import nn
    >>> from ptnotes.sequence.transformer import residual
    >>> x = torch.tensor([[1.0, 3.0]])
    >>> residual(x, torch.zeros_like, nn.LayerNorm(2), norm_first=True)
    tensor([[1., 3.]])
    """
    out: Tensor = x + part(norm(x)) if norm_first else norm(x + part(x))
    return out


class EncoderLayer(nn.Module):
    """
    Self-attention and a feed-forward network, as `torch.nn.TransformerEncoderLayer` in evaluation.

    It is called with ``x``, shape ``(B, T, d_model)``, and ``mask``, None or True = takes part, of
    shape ``(T, T)`` or with four dimensions that broadcast to ``(B, heads, T, T)``. It returns the
    shape of *x*.

    Args:
        d_model: Size of a vector.
        heads: Number of heads; divides *d_model*.
        d_ff: Size of the hidden layer of the feed-forward network.
        norm_first: Pre-norm instead of post-norm, see `residual`.

    Source: https://arxiv.org/abs/1706.03762 (section 3.1).

    >>> import torch
    >>> from ptnotes.sequence.transformer import EncoderLayer
    >>> EncoderLayer(6, heads=2, d_ff=24)(torch.zeros(1, 4, 6)).shape
    torch.Size([1, 4, 6])
    """

    def __init__(self, d_model: int, heads: int, d_ff: int, norm_first: bool = False) -> None:
        super().__init__()
        self.self_attn = MultiHeadAttention(d_model, heads)
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.norm1, self.norm2 = nn.LayerNorm(d_model), nn.LayerNorm(d_model)
        self.norm_first = norm_first

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """
        Attend to all positions, then compute at each by itself.
        """
        first = self.norm_first
        x = residual(x, lambda z: self.self_attn(z, z, mask)[0], self.norm1, first)
        alone = partial(feed_forward, linear1=self.linear1, linear2=self.linear2)
        return residual(x, alone, self.norm2, first)


class DecoderLayer(nn.Module):
    """
    An encoder layer that also reads a memory, as `torch.nn.TransformerDecoderLayer` in evaluation.

    It is called with ``y``, shape ``(B, T_y, d_model)``, with ``memory``, the output of the
    encoder, shape ``(B, T_x, d_model)``, and with ``mask`` and ``memory_mask``, None or True =
    takes part, of shape ``(T_y, T_y)`` and ``(T_y, T_x)``, or with four dimensions that broadcast
    to ``(B, heads, T_y, T_y)`` and ``(B, heads, T_y, T_x)``. It returns the shape of *y*.

    Args:
        d_model: Size of a vector.
        heads: Number of heads; divides *d_model*.
        d_ff: Size of the hidden layer of the feed-forward network.
        norm_first: Pre-norm instead of post-norm, see `residual`.

    Source: https://arxiv.org/abs/1706.03762 (section 3.1).

    >>> import torch
    >>> from ptnotes.sequence.masks import causal_mask
    >>> from ptnotes.sequence.transformer import DecoderLayer
    >>> layer = DecoderLayer(6, heads=2, d_ff=24)
    >>> layer(torch.zeros(1, 4, 6), torch.zeros(1, 5, 6), causal_mask(4, 4)).shape
    torch.Size([1, 4, 6])
    """

    def __init__(self, d_model: int, heads: int, d_ff: int, norm_first: bool = False) -> None:
        super().__init__()
        self.self_attn = MultiHeadAttention(d_model, heads)
        self.multihead_attn = MultiHeadAttention(d_model, heads)
        self.linear1, self.linear2 = nn.Linear(d_model, d_ff), nn.Linear(d_ff, d_model)
        self.norm1, self.norm2, self.norm3 = (nn.LayerNorm(d_model) for _ in range(3))
        self.norm_first = norm_first

    def forward(
        self,
        y: Tensor,
        memory: Tensor,
        mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
    ) -> Tensor:
        """
        Attend to what is written, then to what was read, then compute at each position by itself.
        """
        first = self.norm_first
        y = residual(y, lambda z: self.self_attn(z, z, mask)[0], self.norm1, first)
        y = residual(y, lambda z: self.multihead_attn(z, memory, memory_mask)[0], self.norm2, first)
        alone = partial(feed_forward, linear1=self.linear1, linear2=self.linear2)
        return residual(y, alone, self.norm3, first)


def sinusoidal_encoding(T: int, d_model: int) -> Tensor:
    """
    Give position t the pairs ``sin(t w_n), cos(t w_n)`` with ``w_n = 10000^(-2n / d_model)``.

    Args:
        T: Number of positions.
        d_model: Size of a vector, even; components 2n and 2n + 1 share ``w_n``.

    Returns:
        One vector a position, shape ``(T, d_model)``, float32.

    Source: https://arxiv.org/abs/1706.03762 (section 3.5).

    >>> from ptnotes.sequence.transformer import sinusoidal_encoding
    >>> sinusoidal_encoding(2, 4)
    tensor([[0.0000, 1.0000, 0.0000, 1.0000],
            [0.8415, 0.5403, 0.0100, 0.9999]])
    """
    require(is_int(T), "T", "an int of at least 0", T)
    even = is_int(d_model, 1) and d_model % 2 == 0
    require(even, "d_model", "an even int above 0", d_model)
    # float32 positions times float32 frequencies would be off by 1e-3 at position 10000.
    n = torch.arange(0, d_model, 2, dtype=torch.float64)
    angle = torch.arange(T)[:, None] * 10_000 ** (-n / d_model)
    return torch.stack([angle.sin(), angle.cos()], -1).flatten(1).float()
