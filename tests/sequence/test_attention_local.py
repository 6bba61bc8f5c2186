"""`local_weights` against equation 10 of the paper, written out."""

import math

import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.autograd import gradcheck

from ptnotes.sequence import attention as at
from ptnotes.sequence import masks
from tests.support.tensors import agree, draw, dtypes, leads, quick, refuses, sizes


class TestLocalWeights:
    """
    ``local_weights``.
    """

    @quick
    @given(leads, sizes, sizes, st.sampled_from([0.5, 1, 2, 3.5]))
    def test_loop(self, lead: tuple[int, ...], T_y: int, T_x: int, D: float) -> None:
        """
        Equals equation 10 written out: softmax in the window times the Gaussian of sigma = D / 2.
        """
        e = draw(*lead, T_y, T_x)
        p = (draw(*lead, T_y, seed=1).detach() + T_x / 2).requires_grad_()
        j = torch.arange(T_x, dtype=e.dtype)
        distance = (j - p.unsqueeze(-1)).abs()
        inside = (distance <= D).to(e.dtype)
        total = (e.exp() * inside).sum(-1, keepdim=True)
        gauss = torch.exp(-0.5 * (distance / (D / 2)) ** 2)

        theirs = e.exp() * inside / total.where(total > 0, 1) * gauss
        agree(at.local_weights(e, p, D), theirs, e, p)

    @quick
    @given(sizes, st.integers(1, 8), st.integers(1, 4))
    def test_properties(self, T_y: int, T_x: int, D: int) -> None:
        """
        Weights are 0 outside the window, and a row sums to at most 1, as it is not normalised.
        """
        e, p = draw(T_y, T_x), draw(T_y, seed=1).detach() * T_x
        a = at.local_weights(e, p, D)

        assert not a[~masks.window_mask(p, D, T_x)].any()
        assert (a >= 0).all()
        assert (a.sum(-1) <= 1 + 1e-12).all()

    def test_wide_window_is_global(self) -> None:
        """
        With a window far wider than the sentence it is global attention.
        """
        e, p = draw(3, 4), torch.arange(3)

        torch.testing.assert_close(at.local_weights(e, p, 1e6), at.attention_weights(e))

    def test_edge_of_the_window(self) -> None:
        """
        At the distance D, two sigmas, the Gaussian is exp(-2).
        """
        a = at.local_weights(torch.zeros(1, 3), torch.tensor([0]), 2)

        torch.testing.assert_close(a[0, 2] / a[0, 0], torch.tensor(math.exp(-2)))

    def test_gradcheck(self) -> None:
        """
        Scores and centres both learn, with the gradient of finite differences.
        """
        p = torch.tensor([0.3, 2.2], dtype=torch.float64, requires_grad=True)

        assert gradcheck(lambda e, p: at.local_weights(e, p, 2), (draw(2, 5), p))

    def test_window_off_the_sentence(self) -> None:
        """
        A window that holds no state gives zeros and no NaN.
        """
        e = draw(1, 3)
        a = at.local_weights(e, torch.tensor([9.0]), 2)
        a.sum().backward()

        assert not a.any()
        assert e.grad is not None
        assert not e.grad.any()

    def test_padding(self) -> None:
        """
        A score of minus infinity keeps a padded state out of the window.
        """
        e = torch.tensor([[0.0, 0.0, -math.inf]])
        a = at.local_weights(e, torch.tensor([1]), 1)

        torch.testing.assert_close(a, torch.tensor([[0.5 * math.exp(-2), 0.5, 0.0]]))

    def test_leading_dimensions_broadcast(self) -> None:
        """
        One row of centres serves a batch, and one set of scores serves many rows of centres.
        """
        e, p = draw(2, 3, 4), torch.arange(3)

        assert at.local_weights(e, p, 1).shape == (2, 3, 4)
        assert at.local_weights(e[0], p.expand(5, 3), 1).shape == (5, 3, 4)

    @dtypes
    def test_dtype(self, dtype: torch.dtype) -> None:
        """
        Weights keep the dtype of the scores, whatever that of the centres.
        """
        for p in (torch.arange(2), torch.arange(2.0), torch.arange(2.0).bfloat16()):
            assert at.local_weights(draw(2, 3, dtype=dtype), p, 1).dtype == dtype

    def test_errors(self) -> None:
        """
        Each argument that does not fit is refused by name.
        """
        e, p = torch.zeros(2, 3), torch.zeros(2)

        refuses(
            ValueError, "D: expected a number above 0, given 0", lambda: at.local_weights(e, p, 0)
        )
        refuses(
            ValueError,
            "p: expected shape (..., T_y) with T_y = 2, given (3,)",
            lambda: at.local_weights(e, torch.zeros(3), 1),
        )
        refuses(
            ValueError,
            "p: expected shape (..., T_y) where ... broadcasts with (4,), given (5, 2)",
            lambda: at.local_weights(e.expand(4, 2, 3), p.expand(5, 2), 1),
        )
        refuses(
            TypeError,
            "p: expected a floating or integer tensor, given int",
            lambda: at.local_weights(e, 1, 1),  # type: ignore[arg-type]
        )
        refuses(
            TypeError,
            "e: expected a floating tensor, given list",
            lambda: at.local_weights([0.0], p, 1),  # type: ignore[arg-type]
        )
