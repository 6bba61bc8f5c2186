"""`attention_weights`, `context` and `attention` against torch's own, in values and gradients."""

import math
from functools import partial

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.autograd import gradcheck
from torch.nn import functional as F

from ptnotes.sequence import attention as at
from ptnotes.sequence import masks
from tests.support.tensors import agree, draw, draw_mask, dtypes, leads, quick, refuses, sizes


class TestAttentionWeights:
    """
    ``attention_weights``.
    """

    @quick
    @given(leads, sizes, sizes)
    def test_softmax(self, lead: tuple[int, ...], T_y: int, T_x: int) -> None:
        """
        With no mask it is torch's softmax over the last dimension.
        """
        e = draw(*lead, T_y, T_x)

        agree(at.attention_weights(e), torch.softmax(e, -1), e)

    @quick
    @given(leads, sizes, sizes, st.integers(0, 9))
    def test_masked(self, lead: tuple[int, ...], T_y: int, T_x: int, seed: int) -> None:
        """
        A mask gives what SDPA gives for those scores, rows with nothing in them included.
        """
        e, mask = draw(*lead, T_y, T_x), draw_mask(*lead, T_y, T_x, seed=seed)
        one = torch.eye(T_x, dtype=e.dtype).expand(*lead, T_x, T_x)
        theirs = F.scaled_dot_product_attention(e, one, one, attn_mask=mask, scale=1.0)

        agree(at.attention_weights(e, mask), theirs, e)

    @pytest.mark.filterwarnings("ignore:Anomaly Detection")
    @dtypes
    def test_empty_row(self, dtype: torch.dtype) -> None:
        """
        A row in which nothing takes part is zero, its gradient too, and no NaN arises on the way.
        """
        e = draw(2, 3, dtype=dtype)
        mask = torch.tensor([[False], [True]])
        with torch.autograd.detect_anomaly(check_nan=True):
            a = at.attention_weights(e, mask)
            (a**2).sum().backward()

        assert a.dtype == dtype
        assert a[0].tolist() == [0, 0, 0]
        assert e.grad is not None
        assert e.grad[0].tolist() == [0, 0, 0]
        assert e.grad[1].abs().sum() > 0

    def test_minus_infinity_is_no_part(self) -> None:
        """
        A score of minus infinity is a state that does not take part, also when all are.
        """
        e = torch.tensor([[-math.inf, 0.0, 0.0], [-math.inf] * 3], requires_grad=True)
        a = at.attention_weights(e)
        a[:, 1].sum().backward()

        assert a.tolist() == [[0, 0.5, 0.5], [0, 0, 0]]
        assert e.grad is not None
        assert e.grad.tolist() == [[0, 0.25, -0.25], [0, 0, 0]]

    def test_nan_outside_the_mask(self) -> None:
        """
        What stands at a masked place is never read.
        """
        e = torch.tensor([0.0, math.nan, math.inf])

        assert at.attention_weights(e, torch.tensor([True, False, False])).tolist() == [1, 0, 0]

    def test_nan_inside_the_mask(self) -> None:
        """
        A NaN that takes part is not hidden.
        """
        assert at.attention_weights(torch.tensor([0.0, math.nan])).isnan().all()

    def test_no_states(self) -> None:
        """
        With no state at all there is no weight, and the context is zero.
        """
        a = at.attention_weights(torch.zeros(2, 0))

        assert a.shape == (2, 0)
        assert at.context(a, torch.zeros(0, 3)).tolist() == [[0, 0, 0], [0, 0, 0]]

    def test_gradcheck(self) -> None:
        """
        The gradient is that of finite differences, around an empty row too.
        """
        mask = torch.tensor([[True, False, True], [False] * 3])

        assert gradcheck(lambda e: at.attention_weights(e, mask), draw(2, 3))

    def test_errors(self) -> None:
        """
        A float mask, a mask that is no tensor and one that does not fit are refused by name.
        """
        e = torch.zeros(2, 3)

        refuses(
            TypeError,
            "mask: expected a bool tensor, True = takes part, given torch.float32",
            lambda: at.attention_weights(e, torch.ones(2, 3)),
        )
        refuses(
            TypeError,
            "mask: expected a bool tensor, True = takes part, given list",
            lambda: at.attention_weights(e, [True]),  # type: ignore[arg-type]
        )
        for mask in (torch.ones(s) > 0 for s in ((2,), (4, 2, 3), (1, 2, 3))):
            refuses(
                ValueError,
                f"mask: expected a shape that broadcasts to (2, 3), given {tuple(mask.shape)}",
                partial(at.attention_weights, e, mask),
            )
        refuses(
            TypeError,
            "e: expected a floating tensor, given torch.int64",
            lambda: at.attention_weights(e.long()),
        )


class TestContext:
    """
    ``context``.
    """

    @quick
    @given(leads, sizes, sizes, sizes)
    def test_sum(self, lead: tuple[int, ...], T_y: int, T_x: int, d_h: int) -> None:
        """
        Each context is the sum of the states, each times its weight.
        """
        a, h = draw(*lead, T_y, T_x), draw(*lead, T_x, d_h, seed=1)
        theirs = (a.unsqueeze(-1) * h.unsqueeze(-3)).sum(-2)

        agree(at.context(a, h), theirs, a, h)

    def test_errors(self) -> None:
        """
        Weights for another number of states are refused by name.
        """
        refuses(
            ValueError,
            "h: expected shape (..., T_x, d_h) with T_x = 3, given (4, 2)",
            lambda: at.context(torch.ones(1, 3), torch.ones(4, 2)),
        )


class TestAttention:
    """
    ``attention`` against ``torch.nn.functional.scaled_dot_product_attention``.
    """

    @quick
    @given(leads, sizes, sizes, sizes, sizes)
    def test_no_mask(self, lead: tuple[int, ...], T_y: int, T_x: int, d_k: int, d_v: int) -> None:
        """
        Equal in values and in all three gradients.
        """
        Q, K, V = draw(*lead, T_y, d_k), draw(*lead, T_x, d_k, seed=1), draw(*lead, T_x, d_v)

        agree(at.attention(Q, K, V), F.scaled_dot_product_attention(Q, K, V), Q, K, V)

    @quick
    @given(leads, sizes, sizes, sizes, st.integers(0, 9))
    def test_bool_mask(self, lead: tuple[int, ...], T_y: int, T_x: int, d: int, seed: int) -> None:
        """
        A bool mask means the same in both, and rows with nothing in them agree.
        """
        Q, K, V = draw(*lead, T_y, d), draw(*lead, T_x, d, seed=1), draw(*lead, T_x, d, seed=2)
        mask = draw_mask(T_y, T_x, seed=seed)

        theirs = F.scaled_dot_product_attention(Q, K, V, attn_mask=mask)
        agree(at.attention(Q, K, V, mask), theirs, Q, K, V)

    @quick
    @given(leads, sizes, sizes, sizes)
    def test_causal(self, lead: tuple[int, ...], T_y: int, T_x: int, d: int) -> None:
        """
        ``causal_mask`` is ``is_causal``, also where there are more queries than states or fewer.
        """
        Q, K, V = draw(*lead, T_y, d), draw(*lead, T_x, d, seed=1), draw(*lead, T_x, d, seed=2)

        theirs = F.scaled_dot_product_attention(Q, K, V, is_causal=True)
        agree(at.attention(Q, K, V, masks.causal_mask(T_y, T_x)), theirs, Q, K, V)

    @quick
    @given(st.lists(st.integers(0, 5), min_size=1, max_size=4), sizes, sizes)
    def test_padding(self, lengths: list[int], T_y: int, d: int) -> None:
        """
        A padded batch gives what each sentence gives alone, and nothing to an empty one.
        """
        B, T_x = len(lengths), 5
        Q, K, V = draw(B, T_y, d), draw(B, T_x, d, seed=1), draw(B, T_x, d, seed=2)
        mask = masks.padding_mask(torch.tensor(lengths), T_x)
        C = at.attention(Q, K, V, mask)

        agree(C, F.scaled_dot_product_attention(Q, K, V, attn_mask=mask), Q, K, V)
        for b, n in enumerate(lengths):
            alone = F.scaled_dot_product_attention(Q[b], K[b, :n], V[b, :n])
            torch.testing.assert_close(C[b], alone)

    @pytest.mark.parametrize("lead", [(2,), (2, 3)])
    @dtypes
    def test_fully_masked(self, lead: tuple[int, ...], dtype: torch.dtype) -> None:
        """
        With everything masked both give zeros and zero gradients, never NaN.

        Four dimensions reach SDPA's fused kernel on a CPU, three its plain one.
        """
        Q, K, V = [draw(*lead, 3, 4, seed=s, dtype=dtype) for s in range(3)]
        mask = torch.zeros(3, 3, dtype=torch.bool)
        for C in (at.attention(Q, K, V, mask), F.scaled_dot_product_attention(Q, K, V, mask)):
            assert not C.any()
            assert not any(g.any() for g in torch.autograd.grad(C.sum(), (Q, K, V)))

    @pytest.mark.parametrize(
        ("dtype", "rtol"), [(torch.float64, 1e-12), (torch.float32, 1e-5), (torch.bfloat16, 4e-2)]
    )
    def test_dtype(self, dtype: torch.dtype, rtol: float) -> None:
        """
        The dtype is kept, and each agrees with torch as closely as it can.
        """
        Q, K, V = [draw(2, 3, 7, 8, seed=s, dtype=dtype) for s in range(3)]
        C = at.attention(Q, K, V)

        assert C.dtype == dtype
        agree(C, F.scaled_dot_product_attention(Q, K, V), Q, K, V, rtol=rtol)

    def test_gradcheck(self) -> None:
        """
        The gradient is that of finite differences, under a causal mask.
        """
        mask = masks.causal_mask(3, 4)

        assert gradcheck(
            lambda Q, K, V: at.attention(Q, K, V, mask), (draw(3, 2), draw(4, 2), draw(4, 5))
        )

    def test_errors(self) -> None:
        """
        Errors name Q, K, V and mask, not the arguments of the functions inside.
        """
        Q, K, V = torch.ones(2, 3), torch.ones(4, 3), torch.ones(4, 5)

        refuses(
            ValueError,
            "K: expected shape (..., T_x, d_k) with d_k = 3, given (4, 2)",
            lambda: at.attention(Q, K[:, :2], V),
        )
        refuses(
            ValueError,
            "V: expected shape (..., T_x, d_v) with T_x = 4, given (3, 5)",
            lambda: at.attention(Q, K, V[:3]),
        )
        refuses(
            TypeError,
            "V: expected torch.float32 as Q has, given torch.bfloat16",
            lambda: at.attention(Q, K, V.bfloat16()),
        )
        refuses(
            ValueError,
            "V: expected shape (..., T_x, d_v) where ... broadcasts with (2,), given (3, 4, 5)",
            lambda: at.attention(Q.expand(2, 2, 3), K.expand(1, 4, 3), V.expand(3, 4, 5)),
        )
        refuses(
            ValueError,
            "mask: expected a shape that broadcasts to (2, 4), given (2, 2)",
            lambda: at.attention(Q, K, V, masks.causal_mask(2, 2)),
        )
