"""`ptnotes.nn.losses` against its formula: values and gradients of the native operator."""

from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from ptnotes.nn import losses
from tests.support.operators import float_dtypes, native
from tests.support.tensors import agree, draw, draw_mask, quick

shapes = st.lists(st.integers(0, 5), max_size=4).map(tuple)
alphas = st.sampled_from([-1.0, 0.0, 0.25, 1.0])
gammas = st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.5])


def draw_targets(*shape: int, dtype: torch.dtype = torch.float64) -> Tensor:
    """
    Zeros and ones, about half and half.
    """
    return draw_mask(*shape, seed=1).to(dtype)


def gradient(loss: Callable[..., Tensor], x: Tensor, t: Tensor, **arguments: float) -> Tensor:
    """
    Gradient of the summed loss at *x*.
    """
    x = x.detach().requires_grad_()
    return torch.autograd.grad(loss(x, t, **arguments).sum(), x)[0]


class TestReference:
    """
    ``sigmoid_focal_loss_reference``.
    """

    def test_gamma_zero(self) -> None:
        """
        Without focus and without weights it is the cross entropy.
        """
        x, t = draw(3, 4), draw_targets(3, 4)
        ours = losses.sigmoid_focal_loss_reference(x, t, alpha=-1, gamma=0)

        agree(ours, F.binary_cross_entropy_with_logits(x, t, reduction="none"), x)

    def test_a_case_by_hand(self) -> None:
        """
        At p = 0.9 a hit costs 0.25 * 0.01 * -log 0.9, and a miss 0.75 * 0.81 * -log 0.1.
        """
        x, t = torch.logit(torch.tensor([0.9, 0.9])), torch.tensor([1.0, 0.0])
        by_hand = torch.tensor([0.25 * 0.01 * 0.1053605, 0.75 * 0.81 * 2.3025851])

        torch.testing.assert_close(losses.sigmoid_focal_loss_reference(x, t), by_hand)


@native
class TestSigmoidFocalLoss:
    """
    ``sigmoid_focal_loss``.
    """

    @quick
    @given(shapes, alphas, gammas)
    def test_is_the_formula(self, shape: tuple[int, ...], alpha: float, gamma: float) -> None:
        """
        Values and gradients are those of the formula, for any shape, none and empty included.
        """
        x, t = draw(*shape), draw_targets(*shape)
        ours = losses.sigmoid_focal_loss(x, t, alpha, gamma)

        agree(ours, losses.sigmoid_focal_loss_reference(x, t, alpha, gamma), x)

    def test_soft_targets(self) -> None:
        """
        Targets between 0 and 1 give what the formula gives.
        """
        x, t = draw(5, 7), torch.linspace(0, 1, 35, dtype=torch.float64).reshape(5, 7)

        agree(losses.sigmoid_focal_loss(x, t), losses.sigmoid_focal_loss_reference(x, t), x)

    @pytest.mark.parametrize("reduction", ["none", "mean", "sum"])
    def test_reductions(self, reduction: str) -> None:
        """
        Each reduction is that of the formula.
        """
        x, t = draw(3, 4), draw_targets(3, 4)
        ours = losses.sigmoid_focal_loss(x, t, reduction=reduction)

        agree(ours, losses.sigmoid_focal_loss_reference(x, t, reduction=reduction), x)

    @float_dtypes
    @pytest.mark.parametrize(("gamma", "roundings"), [(2.0, 12), (1.5, 40)])
    def test_dtypes(self, dtype: torch.dtype, gamma: float, roundings: int) -> None:
        """
        The error is a few roundings of the dtype, over the whole range of logits that count;
        more of them where the power goes through a logarithm.
        """
        x = torch.linspace(-30, 30, 2001).to(dtype)
        few = roundings * torch.finfo(dtype).eps
        for t in (torch.zeros_like(x), torch.ones_like(x)):
            loss = losses.sigmoid_focal_loss(x, t, gamma=gamma)
            slope = gradient(losses.sigmoid_focal_loss, x, t, gamma=gamma)
            # In terms of 1 - p_t: the formula itself has none of it left at x = 30.
            hit = x.double() * (1 - 2 * t.double())
            miss, entropy = torch.sigmoid(hit), -F.logsigmoid(-hit)
            weight = torch.where(t.double() == 1, 0.25, 0.75)
            rise = miss**gamma * (miss + gamma * torch.sigmoid(-hit) * entropy)
            sign = 1 - 2 * t.double()

            assert loss.dtype == slope.dtype == dtype
            near = {"rtol": few, "atol": torch.finfo(dtype).smallest_normal}
            torch.testing.assert_close(loss.double(), weight * miss**gamma * entropy, **near)
            torch.testing.assert_close(slope.double(), weight * sign * rise, **near)

    @float_dtypes
    @pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
    def test_extreme_logits(self, dtype: torch.dtype, gamma: float) -> None:
        """
        At logits of 10000 the loss is exact: 0 where right, alpha_t |x| where wrong.
        """
        x = torch.tensor([-1e4, -1e4, 1e4, 1e4], dtype=dtype)
        t = torch.tensor([0, 1, 0, 1], dtype=dtype)
        loss = losses.sigmoid_focal_loss(x, t, gamma=gamma)
        slope = gradient(losses.sigmoid_focal_loss, x, t, gamma=gamma)
        expected = torch.tensor([0.0, 2500.0, 7500.0, 0.0]).to(dtype)

        torch.testing.assert_close(loss, expected, rtol=1e-6, atol=1e-18)
        torch.testing.assert_close(
            slope, torch.tensor([0, -0.25, 0.75, 0]).to(dtype), rtol=1e-6, atol=1e-18
        )

    def test_nan_is_not_hidden(self) -> None:
        """
        A NaN comes out as NaN, in the loss and in its gradient.
        """
        x, t = torch.full((3,), torch.nan), torch.ones(3)

        assert losses.sigmoid_focal_loss(x, t).isnan().all()
        assert gradient(losses.sigmoid_focal_loss, x, t).isnan().all()

    @pytest.mark.parametrize(
        "view",
        [
            lambda x: x.mT,
            lambda x: x[..., ::2],
            lambda x: x[:, :1].expand_as(x),
            lambda x: x.to(memory_format=torch.channels_last),
        ],
        ids=["transposed", "every second", "expanded", "channels last"],
    )
    def test_strides(self, view: Callable[[Tensor], Tensor]) -> None:
        """
        Any strides of logits, targets and cotangent give what contiguous ones give.
        """
        x = view(draw(2, 3, 4, 6).detach()).requires_grad_()
        t, cotangent = view(draw_targets(2, 3, 4, 6)), view(draw(2, 3, 4, 6, seed=2).detach())
        ours = losses.sigmoid_focal_loss(x, t)
        theirs = losses.sigmoid_focal_loss_reference(x, t)

        agree(ours, theirs, x)
        mine = torch.autograd.grad(ours, x, cotangent)[0]
        torch.testing.assert_close(mine, torch.autograd.grad(theirs, x, cotangent)[0])

    def test_channels_last_stays(self) -> None:
        """
        The loss of images stored channels last is stored so too.
        """
        x = draw(2, 3, 4, 5).to(memory_format=torch.channels_last)
        loss = losses.sigmoid_focal_loss(x, torch.ones_like(x))

        assert loss.is_contiguous(memory_format=torch.channels_last)

    def test_mixed_layouts(self) -> None:
        """
        Channels-last logits meet contiguous targets and an expanded cotangent element by element.
        """
        x = draw(2, 3, 4, 5).detach().to(memory_format=torch.channels_last).requires_grad_()
        t, cotangent = draw_targets(2, 3, 4, 5), draw(5, seed=3).detach().expand(2, 3, 4, 5)
        pair = losses.sigmoid_focal_loss(x, t), losses.sigmoid_focal_loss_reference(x, t)

        agree(*pair, x)
        mine, theirs = (torch.autograd.grad(y, x, cotangent)[0] for y in pair)
        torch.testing.assert_close(mine, theirs)
