"""`ptnotes.training.optimizers` against torch's own optimizers, bit for bit."""

import copy
from collections.abc import Callable, Iterable
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.optim import Optimizer

from ptnotes.training import optimizers as op
from tests.support.tensors import draw, dtypes, quick, refuses

Make = Callable[[Iterable[Any]], Optimizer]

rates = st.floats(1e-4, 1.0)
shares = st.floats(0.0, 0.99)
decays = st.sampled_from([0.0, 1e-2, 1.0])


def parameters(dtype: torch.dtype = torch.float32) -> list[Tensor]:
    """
    Three parameters of different shapes, the same each time.
    """
    return [draw(*shape, dtype=dtype) for shape in [(3, 4), (5,), ()]]


def run(optimizer: Optimizer, theta: list[Tensor], steps: int = 6, seed: int = 1) -> None:
    """
    Step with random gradients; the second parameter has none in every third step.
    """
    random = torch.Generator().manual_seed(seed)
    for t in range(steps):
        optimizer.zero_grad()
        for i, p in enumerate(theta):
            g = torch.randn(p.shape, dtype=torch.float64, generator=random)
            p.grad = None if i == 1 and t % 3 == 0 else g.to(p.dtype)
        optimizer.step()


def same(ours: Make, theirs: Make, dtype: torch.dtype = torch.float32) -> None:
    """
    Both give the same parameters and the same state, bit for bit.
    """
    mine, reference = parameters(dtype), parameters(dtype)
    a, b = ours(mine), theirs(reference)
    run(a, mine)
    run(b, reference)

    assert all(torch.equal(p, q) for p, q in zip(mine, reference, strict=True))
    equal_state(a, b)


def equal_state(a: Optimizer, b: Optimizer) -> None:
    """
    The same names and the same tensors under them.
    """
    left, right = a.state_dict()["state"], b.state_dict()["state"]
    assert left.keys() == right.keys()
    for i, state in left.items():
        assert state.keys() == right[i].keys()
        assert all(torch.equal(value, right[i][name]) for name, value in state.items())


class TestSGD:
    """
    ``SGD``.
    """

    @quick
    @given(rates, st.sampled_from([0.0, 0.5, 0.9]), shares, decays)
    def test_torch(self, lr: float, momentum: float, dampening: float, decay: float) -> None:
        """
        Equals torch's loop, without momentum and with it, dampened, decaying.
        """
        args = (lr, momentum, dampening, decay)

        same(lambda p: op.SGD(p, *args), lambda p: torch.optim.SGD(p, *args, foreach=False))

    @quick
    @given(rates, st.floats(0.1, 0.99), decays)
    def test_nesterov(self, lr: float, momentum: float, decay: float) -> None:
        """
        Equals torch's Nesterov form.
        """
        args = (lr, momentum, 0.0, decay, True)

        same(lambda p: op.SGD(p, *args), lambda p: torch.optim.SGD(p, *args, foreach=False))

    @dtypes
    def test_dtype(self, dtype: torch.dtype) -> None:
        """
        Every floating dtype.
        """
        same(
            lambda p: op.SGD(p, 0.1, 0.9),
            lambda p: torch.optim.SGD(p, 0.1, 0.9, foreach=False),
            dtype,
        )

    def test_without_momentum_there_is_no_state(self) -> None:
        """
        Not even an empty entry for each parameter.
        """
        theta = parameters()
        optimizer = op.SGD(theta)
        run(optimizer, theta)

        assert optimizer.state_dict()["state"] == {}

    def test_errors(self) -> None:
        """
        Settings out of range are named.
        """
        theta = parameters()

        refuses(
            ValueError,
            "lr: expected a number of at least 0, given -1",
            lambda: op.SGD(theta, lr=-1),
        )
        refuses(
            ValueError,
            "momentum: expected a number of at least 0, given -0.5",
            lambda: op.SGD(theta, momentum=-0.5),
        )
        refuses(
            ValueError,
            "weight_decay: expected a number of at least 0, given -0.1",
            lambda: op.SGD(theta, weight_decay=-0.1),
        )
        wanted = "nesterov: expected a momentum above 0 and no dampening, given "
        refuses(
            ValueError,
            f"{wanted}momentum=0.0, dampening=0.0",
            lambda: op.SGD(theta, nesterov=True),
        )
        refuses(
            ValueError,
            f"{wanted}momentum=0.9, dampening=0.5",
            lambda: op.SGD(theta, momentum=0.9, dampening=0.5, nesterov=True),
        )


class TestAdam:
    """
    ``Adam`` and ``AdamW``.
    """

    @pytest.mark.parametrize("name", ["Adam", "AdamW"])
    @quick
    @given(rates, shares, st.floats(0.5, 0.999), st.sampled_from([1e-8, 1e-3]), decays)
    def test_torch(
        self, name: str, lr: float, beta1: float, beta2: float, eps: float, decay: float
    ) -> None:
        """
        Equals torch's loop, with either weight decay.
        """
        args = (lr, (beta1, beta2), eps, decay)
        ours, theirs = getattr(op, name), getattr(torch.optim, name)

        same(lambda p: ours(p, *args), lambda p: theirs(p, *args, foreach=False))

    @dtypes
    def test_dtype(self, dtype: torch.dtype) -> None:
        """
        Every floating dtype.
        """
        same(op.AdamW, lambda p: torch.optim.AdamW(p, foreach=False), dtype)

    def test_defaults(self) -> None:
        """
        The settings that torch has besides are those of how, not of what.
        """
        for name in ("SGD", "Adam", "AdamW"):
            ours = getattr(op, name)(parameters()).defaults
            theirs = getattr(torch.optim, name)(parameters()).defaults
            assert {key: theirs[key] for key in ours} == ours

    def test_errors(self) -> None:
        """
        Settings out of range are named.
        """
        theta = parameters()

        refuses(
            ValueError,
            "eps: expected a number of at least 0, given -1e-08",
            lambda: op.Adam(theta, eps=-1e-8),
        )
        refuses(
            ValueError,
            "weight_decay: expected a number of at least 0, given -1",
            lambda: op.AdamW(theta, weight_decay=-1),
        )
        refuses(
            ValueError,
            "betas: expected two numbers of at least 0 and below 1, given (0.9, 1.0)",
            lambda: op.Adam(theta, betas=(0.9, 1.0)),
        )


class TestRule:
    """
    ``Rule``, through its subclasses.
    """

    @pytest.mark.parametrize(
        ("ours", "theirs"),
        [
            (lambda p: op.SGD(p, 0.1, 0.9), lambda p: torch.optim.SGD(p, 0.1, 0.9)),
            (op.Adam, torch.optim.Adam),
            (op.AdamW, torch.optim.AdamW),
        ],
        ids=["SGD", "Adam", "AdamW"],
    )
    def test_state_goes_both_ways(self, ours: Make, theirs: Make) -> None:
        """
        One goes on from the state of the other as that would have gone on itself.
        """
        for before, after in ((ours, theirs), (theirs, ours)):
            theta = parameters()
            first = before(theta)
            run(first, theta)
            copies = [p.detach().clone().requires_grad_() for p in theta]
            second = after(copies)
            second.load_state_dict(copy.deepcopy(first.state_dict()))
            run(first, theta, seed=2)
            run(second, copies, seed=2)
            assert all(torch.equal(p, q) for p, q in zip(theta, copies, strict=True))
            equal_state(first, second)

    def test_groups(self) -> None:
        """
        Each group goes by its own settings.
        """
        x, y = (torch.ones(1, requires_grad=True) for _ in range(2))
        optimizer = op.SGD([{"params": [x], "lr": 0.5}, {"params": [y]}], lr=0.25)
        (x + y).backward()
        optimizer.step()

        assert (x.item(), y.item()) == (0.5, 0.75)

    def test_closure(self) -> None:
        """
        It is called once, with gradients on, and what it gives is returned.
        """
        x = torch.ones(1, requires_grad=True)
        optimizer = op.SGD([x], lr=0.5)
        calls = []

        def closure() -> Tensor:
            calls.append(torch.is_grad_enabled())
            loss = (2 * x).sum()
            loss.backward()
            return loss

        with torch.no_grad():
            loss = optimizer.step(closure)

        assert calls == [True]
        assert loss.item() == 2
        assert x.item() == 0

    def test_parameters_and_gradients_that_do_not_fit(self) -> None:
        """
        Complex parameters and sparse gradients are refused, and more than two betas.
        """
        complex_ = torch.zeros(1, dtype=torch.complex64, requires_grad=True)
        message = "params: expected real parameters, given torch.complex64"
        refuses(ValueError, message, lambda: op.SGD([complex_]))
        theta = torch.zeros(2, requires_grad=True)
        theta.grad = torch.zeros(2).to_sparse()
        message = "grad: expected a dense gradient, given torch.sparse_coo"
        refuses(ValueError, message, op.SGD([theta]).step)
        message = "betas: expected two numbers of at least 0 and below 1, given (0.9, 0.9, 0.9)"
        three: Any = (0.9, 0.9, 0.9)
        refuses(ValueError, message, lambda: op.Adam([theta], betas=three))

    def test_a_rule_without_update(self) -> None:
        """
        The base class has none.
        """
        x = torch.ones(1, requires_grad=True)
        x.sum().backward()

        with pytest.raises(NotImplementedError):
            op.Rule([x], {}).step()
