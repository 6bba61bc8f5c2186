"""`hard_attention`: the state that it picks, how often, and who gets its gradient."""

import math

import pytest
import torch
from hypothesis import given

from ptnotes.sequence import attention as at
from tests.support.tensors import draw, dtypes, leads, quick, refuses, sizes


class TestHardAttention:
    """
    ``hard_attention``.
    """

    @quick
    @given(leads, sizes, sizes, sizes)
    def test_arg_max(self, lead: tuple[int, ...], T_y: int, T_x: int, d_h: int) -> None:
        """
        The picked state is the one of largest weight, exactly.
        """
        a, h = at.attention_weights(draw(*lead, T_y, T_x)), draw(*lead, T_x, d_h, seed=1)
        theirs = torch.take_along_dim(h, a.argmax(-1, keepdim=True), dim=-2)

        assert torch.equal(at.hard_attention(a, h), theirs)

    def test_frequencies(self) -> None:
        """
        Draws come as often as their weights say, and a weight of 0 is never drawn.
        """
        a = torch.tensor([0.1, 0.0, 0.6, 0.3]).expand(2, 5000, 4)
        picked = at.hard_attention(a, torch.eye(4), torch.Generator().manual_seed(0), sample=True)
        share = picked.flatten(0, 1).mean(0)

        assert share[1] == 0
        torch.testing.assert_close(share, a[0, 0], rtol=0, atol=0.02)

    def test_generator(self) -> None:
        """
        The same generator state draws the same states, and the default one is left alone.
        """
        a, h = torch.full((50, 4), 0.25), torch.eye(4)
        before = torch.get_rng_state()
        first, second = [
            at.hard_attention(a, h, torch.Generator().manual_seed(3), sample=True) for _ in "ab"
        ]

        assert torch.equal(first, second)
        assert torch.equal(before, torch.get_rng_state())

    def test_default_generator(self) -> None:
        """
        Without a generator torch's own seed decides.
        """
        a, h = torch.full((50, 4), 0.25), torch.eye(4)
        with torch.random.fork_rng():
            torch.manual_seed(1)
            first = at.hard_attention(a, h, sample=True)
            torch.manual_seed(1)

            assert torch.equal(first, at.hard_attention(a, h, sample=True))

    @pytest.mark.parametrize("sample", [False, True])
    def test_gradient(self, sample: bool) -> None:
        """
        The picked state gets the whole gradient; the weights get none.
        """
        a, h = torch.eye(3)[:1].requires_grad_(), draw(3, 2, dtype=torch.float32)
        at.hard_attention(a, h, sample=sample).sum().backward()

        assert a.grad is None
        assert h.grad is not None
        assert h.grad.tolist() == [[1, 1], [0, 0], [0, 0]]

    @pytest.mark.parametrize("sample", [False, True])
    def test_empty_row(self, sample: bool) -> None:
        """
        A row of zeros picks nothing, as soft attention gives it nothing.
        """
        a = torch.tensor([[0.0, 0.0], [0.0, 1.0]])

        assert at.hard_attention(a, torch.ones(2, 1), sample=sample).tolist() == [[0], [1]]

    @dtypes
    def test_dtype(self, dtype: torch.dtype) -> None:
        """
        The picked state is bit for bit the state, in every dtype.
        """
        a, h = torch.eye(3, dtype=dtype), draw(3, 4, dtype=dtype)

        assert torch.equal(at.hard_attention(a, h), h)
        assert torch.equal(at.hard_attention(a, h, sample=True), h)

    @pytest.mark.parametrize("sample", [False, True])
    def test_nothing_to_pick_for(self, sample: bool) -> None:
        """
        Without queries or without sentences there is nothing, in the right shape.
        """
        for a, h, shape in (
            (torch.ones(0, 2), torch.ones(2, 3), (0, 3)),
            (torch.ones(0, 4, 2), torch.ones(0, 2, 3), (0, 4, 3)),
        ):
            assert at.hard_attention(a, h, sample=sample).shape == shape

    def test_errors(self) -> None:
        """
        Scores instead of weights, NaN and no states at all are refused.
        """
        h = torch.ones(2, 1)

        refuses(
            ValueError,
            "a: expected weights of at least 0, given -1.0",
            lambda: at.hard_attention(torch.tensor([[-1.0, 2.0]]), h),
        )
        refuses(
            ValueError,
            "a: expected weights of at least 0, given nan",
            lambda: at.hard_attention(torch.tensor([[math.nan, 2.0]]), h),
        )
        refuses(
            ValueError,
            "a: expected a state to pick, T_x > 0, given (2, 0)",
            lambda: at.hard_attention(torch.ones(2, 0), torch.ones(0, 3)),
        )
