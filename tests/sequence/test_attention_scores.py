"""The scores of `ptnotes.sequence.attention` against torch's own, in values and gradients."""

from typing import Any

import torch
from hypothesis import given
from torch.autograd import gradcheck
from torch.nn import functional as F

from ptnotes.sequence import attention as at
from tests.support.tensors import agree, draw, dtypes, leads, quick, refuses, sizes


class TestDotScore:
    """
    ``dot_score``.
    """

    @quick
    @given(leads, sizes, sizes, sizes)
    def test_einsum(self, lead: tuple[int, ...], T_y: int, T_x: int, d: int) -> None:
        """
        Each score is the sum over the shared dimension.
        """
        H, h = draw(*lead, T_y, d), draw(*lead, T_x, d, seed=1)

        agree(at.dot_score(H, h), torch.einsum("...id,...jd->...ij", H, h), H, h)

    def test_leading_dimensions_broadcast(self) -> None:
        """
        One set of states serves a batch of queries, and dimensions of size 1 stretch.
        """
        H, h = draw(4, 1, 2, 3), draw(5, 6, 3, seed=1)

        assert at.dot_score(H, h).shape == (4, 5, 2, 6)
        agree(at.dot_score(H, h), torch.einsum("aBid,bjd->abij", H.expand(4, 1, 2, 3), h), H, h)

    @dtypes
    def test_dtype(self, dtype: torch.dtype) -> None:
        """
        Scores keep the dtype of the states.
        """
        assert at.dot_score(draw(2, 3, dtype=dtype), draw(4, 3, dtype=dtype)).dtype == dtype

    def test_autocast(self) -> None:
        """
        Under autocast mixed dtypes are converted, as in torch's own products.
        """
        with torch.autocast("cpu", dtype=torch.bfloat16):
            e = at.dot_score(draw(2, 3, dtype=torch.bfloat16), draw(4, 3, dtype=torch.float32))

        assert e.dtype == torch.bfloat16

    def test_errors(self) -> None:
        """
        Whatever does not fit is named, with what was expected and what was given.
        """
        H, h = torch.ones(2, 3), torch.ones(4, 3)

        numbers: Any = [1.0]
        refuses(
            TypeError,
            "H: expected a floating tensor, given list",
            lambda: at.dot_score(numbers, h),
        )
        refuses(
            TypeError,
            "h: expected a floating tensor, given torch.int64",
            lambda: at.dot_score(H, h.long()),
        )
        refuses(
            TypeError,
            "H: expected a floating tensor, given torch.complex64",
            lambda: at.dot_score(H.to(torch.complex64), h),
        )
        refuses(
            TypeError,
            "h: expected torch.float32 as H has, given torch.float64",
            lambda: at.dot_score(H, h.double()),
        )
        refuses(
            ValueError,
            "H: expected shape (..., T_y, d), given (3,)",
            lambda: at.dot_score(H[0], h),
        )
        refuses(
            ValueError,
            "h: expected shape (..., T_x, d) with d = 3, given (4, 2)",
            lambda: at.dot_score(H, h[:, :2]),
        )
        refuses(
            ValueError,
            "h: expected shape (..., T_x, d) where ... broadcasts with (2,), given (3, 4, 3)",
            lambda: at.dot_score(H.expand(2, 2, 3), h.expand(3, 4, 3)),
        )


class TestScaledDotScore:
    """
    ``scaled_dot_score``.
    """

    @quick
    @given(leads, sizes, sizes, sizes)
    def test_is_the_dot_score_scaled(
        self, lead: tuple[int, ...], T_y: int, T_x: int, d: int
    ) -> None:
        """
        The dot score of both sides divided by the fourth root of d.
        """
        H, h = draw(*lead, T_y, d), draw(*lead, T_x, d, seed=1)

        agree(at.scaled_dot_score(H, h), at.dot_score(H / d**0.25, h / d**0.25), H, h)

    def test_variance_stays_one(self) -> None:
        """
        For independent standard normal vectors the scores vary by 1, whatever d is.
        """
        e = at.scaled_dot_score(draw(300, 400), draw(300, 400, seed=1))

        assert 0.95 < e.var().item() < 1.05

    def test_errors(self) -> None:
        """
        Sizes that differ are refused by name.
        """
        refuses(
            ValueError,
            "h: expected shape (..., T_x, d) with d = 3, given (4, 2)",
            lambda: at.scaled_dot_score(torch.ones(2, 3), torch.ones(4, 2)),
        )


class TestMultiplicativeScore:
    """
    ``multiplicative_score``.
    """

    @quick
    @given(leads, sizes, sizes, sizes, sizes)
    def test_bilinear(self, lead: tuple[int, ...], T_y: int, T_x: int, d_H: int, d_h: int) -> None:
        """
        Equals torch's bilinear form on every pair of a query and a state.
        """
        H, h, W = draw(*lead, T_y, d_H), draw(*lead, T_x, d_h, seed=1), draw(d_H, d_h, seed=2)
        left = H.unsqueeze(-2).expand(*lead, T_y, T_x, d_H).contiguous()
        right = h.unsqueeze(-3).expand(*lead, T_y, T_x, d_h).contiguous()
        theirs = F.bilinear(left, right, W.unsqueeze(0))

        agree(at.multiplicative_score(H, h, W), theirs.squeeze(-1), H, h, W)

    def test_identity_is_the_dot_score(self) -> None:
        """
        With W = 1 nothing is left of the matrix.
        """
        H, h = draw(2, 3), draw(4, 3, seed=1)

        assert torch.equal(
            at.multiplicative_score(H, h, torch.eye(3, dtype=H.dtype)), at.dot_score(H, h)
        )

    def test_errors(self) -> None:
        """
        A transposed W, or one with a batch dimension, is refused by name.
        """
        H, h, W = torch.ones(2, 3), torch.ones(4, 5), torch.ones(3, 5)

        refuses(
            ValueError,
            "W: expected shape (d_H, d_h) with d_H = 3, given (5, 3)",
            lambda: at.multiplicative_score(H, h, W.T),
        )
        refuses(
            ValueError,
            "W: expected shape (d_H, d_h), given (1, 3, 5)",
            lambda: at.multiplicative_score(H, h, W[None]),
        )


class TestAdditiveScore:
    """
    ``additive_score``.
    """

    @quick
    @given(leads, sizes, sizes, sizes, sizes, sizes)
    def test_loop(
        self, lead: tuple[int, ...], T_y: int, T_x: int, d_H: int, d_h: int, d_a: int
    ) -> None:
        """
        Equals the network applied to one pair after the other.
        """
        H, h = draw(*lead, T_y, d_H), draw(*lead, T_x, d_h, seed=1)
        W, U, v = draw(d_a, d_H, seed=2), draw(d_a, d_h, seed=3), draw(d_a, seed=4)
        rows = [
            torch.stack(
                [
                    F.linear(torch.tanh(F.linear(H[..., i, :], W) + F.linear(h[..., j, :], U)), v)
                    for j in range(T_x)
                ],
                -1,
            )
            for i in range(T_y)
        ]

        agree(at.additive_score(H, h, W, U, v), torch.stack(rows, -2), H, h, W, U, v)

    def test_gradcheck(self) -> None:
        """
        The gradient is that of finite differences.
        """
        inputs = draw(2, 3), draw(4, 2, seed=1), draw(5, 3, seed=2), draw(5, 2), draw(5)

        assert gradcheck(at.additive_score, inputs)

    @dtypes
    def test_dtype(self, dtype: torch.dtype) -> None:
        """
        Scores keep the dtype.
        """
        shapes = (2, 3), (4, 2), (5, 3), (5, 2), (5,)

        assert at.additive_score(*[draw(*s, dtype=dtype) for s in shapes]).dtype == dtype

    def test_errors(self) -> None:
        """
        Each weight that does not fit is refused by its own name.
        """
        H, h, W, U, v = [torch.ones(s) for s in ((2, 3), (4, 2), (5, 3), (5, 2), (5,))]

        refuses(
            ValueError,
            "W: expected shape (d_a, d_H) with d_H = 3, given (5, 4)",
            lambda: at.additive_score(H, h, torch.ones(5, 4), U, v),
        )
        refuses(
            ValueError,
            "U: expected shape (d_a, d_h) with d_a = 5, given (6, 2)",
            lambda: at.additive_score(H, h, W, torch.ones(6, 2), v),
        )
        refuses(
            ValueError,
            "v: expected shape (d_a), given (5, 1)",
            lambda: at.additive_score(H, h, W, U, v[:, None]),
        )
