"""`ptnotes.training.momentum` against torch's momentum and against the sums of the formulas."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from ptnotes.training import momentum as mo
from tests.support.tensors import agree, draw, dtypes, leads, quick, refuses, sizes

betas = st.floats(0.0, 0.99)


def valley(theta: Tensor) -> Tensor:
    """
    A parabola in each direction, of curvature 1, 2, 3 and so on.
    """
    return (torch.arange(1, theta.numel() + 1) * theta.square()).sum() / 2


class TestMovingAverage:
    """
    ``moving_average``.
    """

    @quick
    @given(leads, sizes, betas, st.booleans())
    def test_sum(self, lead: tuple[int, ...], T: int, beta: float, corrected: bool) -> None:
        """
        Each average is the sum with its weights written out; corrected, the weights sum to one.
        """
        x = draw(T, *lead)
        t = torch.arange(T, dtype=torch.float64)
        weights = ((1 - beta) * beta ** (t[:, None] - t)).tril()
        if corrected:
            weights = weights / weights.sum(-1, keepdim=True)

        theirs = torch.einsum("ts,s...->t...", weights, x)
        agree(mo.moving_average(x, beta, corrected), theirs, x)

    @dtypes
    def test_dtype(self, dtype: torch.dtype) -> None:
        """
        The dtype stays.
        """
        assert mo.moving_average(draw(3, 2, dtype=dtype), 0.9).dtype == dtype

    def test_of_nothing(self) -> None:
        """
        No step, no average.
        """
        assert mo.moving_average(torch.empty(0, 2), 0.9).shape == (0, 2)

    def test_errors(self) -> None:
        """
        Whatever does not fit is named.
        """
        numbers: Any = [1.0]
        refuses(
            TypeError,
            "x: expected a floating tensor, given list",
            lambda: mo.moving_average(numbers, 0.9),
        )
        refuses(
            TypeError,
            "x: expected a floating tensor, given torch.int64",
            lambda: mo.moving_average(torch.arange(3), 0.9),
        )
        refuses(
            ValueError,
            "x: expected shape (T, ...), given ()",
            lambda: mo.moving_average(torch.tensor(1.0), 0.9),
        )
        refuses(
            ValueError,
            "beta: expected a number of at least 0 and below 1, given 1.0",
            lambda: mo.moving_average(torch.ones(3), 1.0),
        )


class TestAveragedSGD:
    """
    ``AveragedSGD``.
    """

    @quick
    @given(betas, st.floats(1e-3, 0.1))
    def test_torch(self, beta: float, lr: float) -> None:
        """
        With the rate times one minus beta, torch's momentum goes the same way.
        """
        start = draw(4).detach()
        ours = mo.path(lambda p: mo.AveragedSGD(p, lr, beta), valley, start, 30)
        theirs = mo.path(
            lambda p: torch.optim.SGD(p, lr * (1 - beta), momentum=beta), valley, start, 30
        )

        torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-12)

    def test_moving_average(self) -> None:
        """
        The steps are those of ``moving_average`` of the gradients.
        """
        gradients = draw(10, 3).detach()
        theta = torch.zeros(3, dtype=torch.float64, requires_grad=True)
        optimizer = mo.AveragedSGD([theta], lr=0.5, beta=0.8)
        for g in gradients:
            theta.grad = g
            optimizer.step()

        expected = -0.5 * mo.moving_average(gradients, 0.8).sum(0)
        torch.testing.assert_close(theta.detach(), expected)

    def test_errors(self) -> None:
        """
        Settings out of range are named.
        """
        theta = [draw(2)]

        refuses(
            ValueError,
            "lr: expected a number of at least 0, given -1",
            lambda: mo.AveragedSGD(theta, lr=-1),
        )
        refuses(
            ValueError,
            "beta: expected a number of at least 0 and below 1, given -0.1",
            lambda: mo.AveragedSGD(theta, beta=-0.1),
        )


class TestPath:
    """
    ``path``.
    """

    def test_closed_form(self) -> None:
        """
        On a parabola plain descent shrinks each coordinate by a factor of its own.
        """
        start = draw(3).detach()
        points = mo.path(lambda p: torch.optim.SGD(p, lr=0.1), valley, start, 5)

        factors = 1 - 0.1 * torch.arange(1, 4)
        expected = torch.stack([start * factors**t for t in range(6)])
        torch.testing.assert_close(points, expected)

    def test_the_start_stays(self) -> None:
        """
        Neither the start nor its gradient is touched, and no steps give the start alone.
        """
        start = draw(2)
        points = mo.path(lambda p: torch.optim.SGD(p, lr=0.1), valley, start, 0)

        assert torch.equal(points, start.detach()[None])
        mo.path(lambda p: torch.optim.SGD(p, lr=0.1), valley, start, 3)
        assert torch.equal(points[0], start)
        assert start.grad is None

    @pytest.mark.parametrize(
        "make",
        [
            lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True),
            lambda p: torch.optim.Adam(p, lr=0.1),
        ],
        ids=["nesterov", "adam"],
    )
    def test_any_optimizer(self, make: Callable[[Iterable[Tensor]], Any]) -> None:
        """
        It gets down with any of them.
        """
        points = mo.path(make, valley, draw(4).detach(), 500)

        assert valley(points[-1]) < 1e-6 * valley(points[0])

    def test_errors(self) -> None:
        """
        Whatever does not fit is named.
        """

        def make(p: Iterable[Tensor]) -> Any:
            return torch.optim.SGD(p, lr=0.1)

        refuses(
            TypeError,
            "start: expected a floating tensor, given torch.int64",
            lambda: mo.path(make, valley, torch.arange(3), 1),
        )
        refuses(
            ValueError,
            "steps: expected an int of at least 0, given -1",
            lambda: mo.path(make, valley, torch.ones(3), -1),
        )
