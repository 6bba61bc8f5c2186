"""Every layer of `ptnotes.sequence.transformer` against torch's own, with the same parameters."""

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.autograd import gradcheck
from torch.nn import functional as F

from ptnotes.sequence import transformer as tf
from ptnotes.sequence.masks import causal_mask, padding_mask
from tests.support.tensors import agree, draw, quick, refuses, sizes

norms = pytest.mark.parametrize("norm_first", [False, True])
lengths = torch.tensor([5, 2])


def same(ours: nn.Module, theirs: nn.Module) -> None:
    """
    Give both the same parameters, none of them zero or one, in evaluation.
    """
    for p in theirs.parameters():
        nn.init.normal_(p, std=0.3)
    ours.load_state_dict(theirs.state_dict())
    theirs.eval()


class TestHeads:
    """
    ``split_heads`` and ``merge_heads``.
    """

    @quick
    @given(sizes, st.integers(0, 5), sizes, sizes)
    def test_split(self, B: int, T: int, heads: int, d_k: int) -> None:
        """
        Head n gets the n-th piece of every vector, and merging undoes it.
        """
        x = draw(B, T, heads * d_k)
        pieces = tf.split_heads(x, heads)

        assert pieces.shape == (B, heads, T, d_k)
        for n, piece in enumerate(x.split(d_k, dim=-1)):
            assert torch.equal(pieces[:, n], piece)
        assert torch.equal(tf.merge_heads(pieces), x)

    def test_errors(self) -> None:
        """
        Heads that do not divide, and tensors without the right dimensions, are refused by name.
        """
        for heads in (4, 0, 1.5):
            refuses(
                ValueError,
                f"heads: expected an int that divides d_model = 6, given {heads}",
                lambda heads=heads: tf.split_heads(torch.ones(1, 2, 6), heads),
            )
        refuses(
            ValueError,
            "x: expected shape (B, T, d_model), given (2, 6)",
            lambda: tf.split_heads(torch.ones(2, 6), 2),
        )
        refuses(
            ValueError,
            "x: expected shape (B, heads, T, d_k), given (1, 2, 6)",
            lambda: tf.merge_heads(torch.ones(1, 2, 6)),
        )


class TestMultiHeadAttention:
    """
    ``MultiHeadAttention``.
    """

    @quick
    @given(sizes, sizes, sizes, st.sampled_from([1, 2, 3, 6]))
    def test_torch(self, B: int, T_y: int, T_x: int, heads: int) -> None:
        """
        Outputs, weights and gradients are those of ``nn.MultiheadAttention``.
        """
        ours = tf.MultiHeadAttention(6, heads).double()
        theirs = nn.MultiheadAttention(6, heads, batch_first=True, dtype=torch.float64)
        same(ours, theirs)
        x, memory = draw(B, T_y, 6), draw(B, T_x, 6, seed=1)
        A, a = ours(x, memory)
        A_torch, a_torch = theirs(x, memory, memory, average_attn_weights=False)

        agree(A, A_torch, x, memory)
        agree(a, a_torch, x, memory)

    def test_masks(self) -> None:
        """
        Causal and padding mask together do what torch's two masks do turned round.
        """
        ours = tf.MultiHeadAttention(6, 2).double()
        theirs = nn.MultiheadAttention(6, 2, batch_first=True, dtype=torch.float64)
        same(ours, theirs)
        x, causal, padding = draw(2, 5, 6), causal_mask(5, 5), padding_mask(lengths, 5)
        A, _ = ours(x, x, (causal & padding)[:, None])
        A_torch, _ = theirs(x, x, x, attn_mask=~causal, key_padding_mask=~padding[:, 0])

        agree(A, A_torch, x)

    def test_errors(self) -> None:
        """
        Whatever does not fit is named, with what was expected and what was given.
        """
        layer, x = tf.MultiHeadAttention(6, 2), torch.ones(2, 5, 6)

        refuses(
            ValueError,
            "heads: expected an int that divides d_model = 6, given 4",
            lambda: tf.MultiHeadAttention(6, 4),
        )
        refuses(
            ValueError,
            "x: expected shape (B, T_y, d_model) with d_model = 6, given (2, 5, 4)",
            lambda: layer(x[..., :4], x),
        )
        refuses(
            ValueError,
            "memory: expected shape (B, T_x, d_model) with B = 2, given (1, 5, 6)",
            lambda: layer(x, x[:1]),
        )
        refuses(
            TypeError,
            "memory: expected torch.float32 as weight has, given torch.float64",
            lambda: layer(x, x.double()),
        )
        refuses(
            ValueError,
            "mask: expected a shape that broadcasts to (2, 2, 5, 5), given (2, 1, 5, 4)",
            lambda: layer(x, x, torch.ones(2, 1, 5, 4, dtype=torch.bool)),
        )

    @pytest.mark.parametrize("shape", [(2, 5, 5), (5,), (2, 5, 5, 1, 1)])
    def test_a_mask_of_three_dimensions_is_refused(self, shape: tuple[int, ...]) -> None:
        """
        With as many sentences as heads, a mask of each sentence would be one of each head.
        """
        x, mask = torch.ones(2, 5, 6), torch.ones(shape, dtype=torch.bool)
        form = "shape (T_y, T_x), or (B, 1, T_y, T_x) for a mask of each sentence"
        for layer in (tf.EncoderLayer(6, 2, 8), lambda x, m: tf.DecoderLayer(6, 2, 8)(x, x, m)):
            refuses(ValueError, f"mask: expected {form}, given {shape}", lambda f=layer: f(x, mask))


class TestFeedForward:
    """
    ``feed_forward``.
    """

    def test_positions_alone(self) -> None:
        """
        Each vector gets what it would get by itself, and negative hidden units are cut off.
        """
        first, last = nn.Linear(3, 5).double(), nn.Linear(5, 3).double()
        x = draw(2, 4, 3)
        rows = [nn.Sequential(first, nn.ReLU(), last)(row) for row in x.reshape(8, 3)]

        agree(tf.feed_forward(x, first, last), torch.stack(rows).reshape(2, 4, 3), x)

    def test_errors(self) -> None:
        """
        A vector of the wrong size is refused by name.
        """
        refuses(
            ValueError,
            "x: expected shape (..., d_model) with d_model = 3, given (2, 4)",
            lambda: tf.feed_forward(torch.ones(2, 4), nn.Linear(3, 5), nn.Linear(5, 3)),
        )


class TestResidual:
    """
    ``residual``.
    """

    def test_where_the_norm_goes(self) -> None:
        """
        Post-norm normalises the sum, pre-norm what the part reads.
        """
        x = draw(2, 3)

        def norm(x: Tensor) -> Tensor:
            return F.layer_norm(x, (3,))

        agree(tf.residual(x, torch.exp, norm), norm(x + x.exp()), x)
        agree(tf.residual(x, torch.exp, norm, norm_first=True), x + norm(x).exp(), x)


class TestEncoderLayer:
    """
    ``EncoderLayer``.
    """

    @norms
    def test_torch(self, norm_first: bool) -> None:
        """
        Equals ``nn.TransformerEncoderLayer``, without a mask and with either kind.
        """
        options: dict[str, Any] = {"batch_first": True, "norm_first": norm_first}
        theirs = nn.TransformerEncoderLayer(6, 2, 10, **options).double()
        ours = tf.EncoderLayer(6, 2, 10, norm_first).double()
        same(ours, theirs)
        x, causal, padding = draw(2, 5, 6), causal_mask(5, 5), padding_mask(lengths, 5)

        agree(ours(x), theirs(x), x)
        agree(ours(x, causal), theirs(x, src_mask=~causal), x)
        agree(ours(x, padding[:, None]), theirs(x, src_key_padding_mask=~padding[:, 0]), x)

    @norms
    def test_gradients_of_parameters(self, norm_first: bool) -> None:
        """
        All parameters get the gradients that torch's get.
        """
        options: dict[str, Any] = {"batch_first": True, "norm_first": norm_first, "dropout": 0.0}
        theirs = nn.TransformerEncoderLayer(6, 2, 10, **options).double()
        ours = tf.EncoderLayer(6, 2, 10, norm_first).double()
        same(ours, theirs)
        for layer in (ours, theirs):
            layer(draw(2, 5, 6)).square().sum().backward()
        expected = dict(theirs.named_parameters())
        for name, p in ours.named_parameters():
            torch.testing.assert_close(p.grad, expected[name].grad)

    def test_permutation(self) -> None:
        """
        Positions shuffled on the way in come out shuffled alike.
        """
        layer, order = tf.EncoderLayer(6, 2, 10).double(), torch.tensor([3, 1, 4, 0, 2])
        x = draw(2, 5, 6)

        agree(layer(x[:, order]), layer(x)[:, order], x)

    def test_gradcheck(self) -> None:
        """
        The gradient is that of finite differences.
        """
        assert gradcheck(tf.EncoderLayer(4, 2, 3, norm_first=True).double(), draw(1, 3, 4))


class TestDecoderLayer:
    """
    ``DecoderLayer``.
    """

    @norms
    def test_torch(self, norm_first: bool) -> None:
        """
        Equals ``nn.TransformerDecoderLayer``, with both its attentions masked and not.
        """
        options: dict[str, Any] = {"batch_first": True, "norm_first": norm_first}
        theirs = nn.TransformerDecoderLayer(6, 3, 10, **options).double()
        ours = tf.DecoderLayer(6, 3, 10, norm_first).double()
        same(ours, theirs)
        y, memory = draw(2, 4, 6), draw(2, 5, 6, seed=1)
        causal, padding = causal_mask(4, 4), padding_mask(lengths, 5)
        masked = theirs(y, memory, tgt_mask=~causal, memory_key_padding_mask=~padding[:, 0])

        agree(ours(y, memory), theirs(y, memory), y, memory)
        agree(ours(y, memory, causal, padding[:, None]), masked, y, memory)


class TestSinusoidalEncoding:
    """
    ``sinusoidal_encoding``.
    """

    def test_formula(self) -> None:
        """
        Sines stand at even components, cosines at odd ones, as the paper has them.
        """
        PE = tf.sinusoidal_encoding(7, 6)

        assert PE.shape == (7, 6)
        assert PE.dtype == torch.float32
        for n in range(3):
            angle = torch.arange(7, dtype=torch.float64) / 10_000 ** (2 * n / 6)
            torch.testing.assert_close(PE[:, 2 * n], angle.sin().float())
            torch.testing.assert_close(PE[:, 2 * n + 1], angle.cos().float())

    def test_far_positions(self) -> None:
        """
        Far along the sequence every component is still right to float32.
        """
        t, n = 10_000, torch.arange(0, 512, 2, dtype=torch.float64)
        angle = t * 10_000 ** (-n / 512)

        torch.testing.assert_close(
            tf.sinusoidal_encoding(t + 1, 512)[t, ::2], angle.sin().float(), rtol=1e-6, atol=1e-7
        )

    def test_errors(self) -> None:
        """
        A negative length and an odd size are refused by name.
        """
        refuses(
            ValueError,
            "T: expected an int of at least 0, given -1",
            lambda: tf.sinusoidal_encoding(-1, 4),
        )
        for d_model in (3, 0, 2.0):
            refuses(
                ValueError,
                f"d_model: expected an even int above 0, given {d_model}",
                lambda d_model=d_model: tf.sinusoidal_encoding(2, d_model),
            )
