"""`ptnotes.training.amp` against `torch.amp.GradScaler`, step by step."""

from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.optim import SGD

from ptnotes.training.amp import LossScaler
from tests.support.tensors import quick, refuses


def parameter() -> Tensor:
    """
    Two numbers to train.
    """
    return torch.tensor([1.0, -2.0], requires_grad=True)


class TestLossScaler:
    """
    ``LossScaler``.
    """

    @quick
    @given(
        st.lists(st.sampled_from([1.0, 1e-3, torch.inf, torch.nan, 1e38]), max_size=12),
        st.sampled_from([1.0, 2.0**10, 2.0**16]),
        st.integers(1, 3),
    )
    def test_torch(self, slopes: list[float], scale: float, interval: int) -> None:
        """
        Scale, parameters and gradients follow torch's over any run of good and bad steps.
        """
        ours = LossScaler(scale, growth=4.0, backoff=0.25, interval=interval)
        theirs = torch.amp.GradScaler(
            "cpu", scale, growth_factor=4.0, backoff_factor=0.25, growth_interval=interval
        )
        w, v = parameter(), parameter()
        mine, reference = SGD([w], lr=0.1), SGD([v], lr=0.1)
        for slope in slopes:
            for p, optimizer, scaler in ((w, mine, ours), (v, reference, theirs)):
                optimizer.zero_grad()
                scaler.scale((slope * p).sum()).backward()  # type: ignore[attr-defined]
                scaler.step(optimizer)  # type: ignore[attr-defined]
                scaler.update()  # type: ignore[attr-defined]

            assert theirs.get_scale() == ours.S
            assert torch.equal(w, v)
            torch.testing.assert_close(w.grad, v.grad, equal_nan=True)

    def test_several_optimizers(self) -> None:
        """
        Each is skipped by its own gradients; the scale shrinks if any was.
        """
        bad, good = parameter(), parameter()
        optimizers = SGD([bad], lr=1.0), SGD([good], lr=1.0)
        scaler = LossScaler(8.0)
        scaler.scale((torch.inf * bad).sum() + good.sum()).backward()
        for optimizer in optimizers:
            scaler.step(optimizer)
        scaler.update()

        assert bad.tolist() == [1, -2]
        assert good.tolist() == [0, -3]
        assert scaler.S == 4

    def test_unscale_before_step(self) -> None:
        """
        Gradients are divided once, and changes after that are kept.
        """
        w = parameter()
        optimizer, scaler = SGD([w], lr=1.0), LossScaler(8.0)
        scaler.scale(w.sum()).backward()
        scaler.unscale_(optimizer)
        assert w.grad is not None
        w.grad.clamp_(max=0.5)
        scaler.step(optimizer)

        assert w.tolist() == [0.5, -2.5]

    def test_parameters_without_gradient(self) -> None:
        """
        A parameter that took no part is passed over.
        """
        w, idle = parameter(), parameter()
        optimizer, scaler = SGD([idle, w], lr=1.0), LossScaler(8.0)
        scaler.scale(w.sum()).backward()
        scaler.step(optimizer)

        assert w.tolist() == [0, -3]
        assert idle.tolist() == [1, -2]

    def test_growth(self) -> None:
        """
        Only finite steps in a row count.
        """
        scaler, w = LossScaler(1.0, interval=2), parameter()
        optimizer, scales = SGD([w], lr=0.0), [1.0]
        for slope in (1, 1, 1, torch.inf, 1, 1):
            optimizer.zero_grad()
            scaler.scale((slope * w).sum()).backward()
            scaler.step(optimizer)
            scaler.update()
            scales.append(scaler.S)

        assert [after / before for before, after in pairwise(scales)] == [1, 2, 1, 0.5, 1, 2]

    def test_errors(self) -> None:
        """
        Wrong values and calls out of turn are refused by name.
        """
        refuses(
            ValueError, "scale: expected a number above 0, given 0", lambda: LossScaler(scale=0)
        )
        refuses(
            ValueError, "growth: expected a number above 1, given 1", lambda: LossScaler(growth=1)
        )
        refuses(
            ValueError,
            "backoff: expected a number between 0 and 1, given 2",
            lambda: LossScaler(backoff=2),
        )
        refuses(
            ValueError,
            "interval: expected an int of at least 1, given 0",
            lambda: LossScaler(interval=0),
        )
        w = parameter()
        optimizer, scaler = SGD([w], lr=1.0), LossScaler()
        scaler.scale(w.sum()).backward()
        scaler.unscale_(optimizer)
        refuses(
            ValueError,
            "optimizer: expected one not unscaled since the last update, given one unscaled",
            lambda: scaler.unscale_(optimizer),
        )
        scaler.step(optimizer)
        refuses(
            ValueError,
            "optimizer: expected one not stepped since the last update, given one stepped",
            lambda: scaler.step(optimizer),
        )
        refuses(
            ValueError,
            "interval: expected an int of at least 1, given 1.5",
            lambda: LossScaler(interval=1.5),  # type: ignore[arg-type]
        )

    def test_refuses_what_torch_refuses(self) -> None:
        """
        An update without gradients, a step without any, and gradients in float16.
        """
        empty = "expected an unscaled optimizer since the last one, given none"
        refuses(ValueError, f"update: {empty}", LossScaler().update)
        idle = SGD([parameter()], lr=1.0)
        message = "optimizer: expected a parameter that has a gradient, given none"
        refuses(ValueError, message, lambda: LossScaler().step(idle))
        half = parameter().detach().half().requires_grad_()
        half.grad = torch.ones_like(half)
        message = (
            "optimizer: expected gradients in float32, as float32 parameters get, given float16"
        )
        refuses(ValueError, message, lambda: LossScaler().step(SGD([half], lr=1.0)))

        for optimizer in (idle, SGD([half], lr=1.0)):
            theirs = torch.amp.GradScaler("cpu")
            theirs.scale(torch.ones(1))
            with pytest.raises((AssertionError, ValueError)):
                theirs.step(optimizer)
