"""
Averages and momentum in the symbols of the note ``training/momentum``: average V, gradient g.

Every function and constructor raises TypeError for a wrong dtype and ValueError for a wrong shape
or value, and names the argument, what it expected and what it was given.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.optimizer import ParamsT

from ptnotes import _native
from ptnotes._check import is_int, require, within
from ptnotes.training.optimizers import Rule

__all__ = ["AveragedSGD", "moving_average", "path", "sgd_step"]


def moving_average(x: Tensor, beta: float, corrected: bool = False) -> Tensor:
    """
    Average with weights that fade, ``V_t = beta V_{t-1} + (1 - beta) x_t`` from ``V_0 = 0``.

    Args:
        x: What is averaged, time first, shape ``(T, ...)``, floating.
        beta: How much of the average survives a step, at least 0 and below 1.
        corrected: Divide by ``1 - beta**t``, the sum of the weights so far.

    Returns:
        The average after each step, shape and dtype of *x*.

    Source: https://arxiv.org/abs/1412.6980 (section 3 for the correction).

    >>> import torch
    >>> from ptnotes.training.momentum import moving_average
    >>> moving_average(torch.ones(3), beta=0.5)
    tensor([0.5000, 0.7500, 0.8750])
    """
    _check_floating("x", x)
    require(x.dim() > 0, "x", "shape (T, ...)", tuple(x.shape))
    _check_beta(beta)
    V, averages = torch.zeros_like(x[:1].sum(0)), []
    for t, x_t in enumerate(x, 1):
        V = beta * V + (1 - beta) * x_t
        averages.append(V / (1 - beta**t) if corrected else V)
    return torch.stack(averages) if averages else torch.empty_like(x)


class AveragedSGD(Rule):
    """
    Gradient descent along the moving average of the gradient, as textbooks write momentum.

    Args:
        params: Parameters, groups of them, or pairs of a name and a parameter.
        lr: Learning rate, at least 0; ``torch.optim.SGD`` takes ``lr * (1 - beta)`` for it.
        beta: How much of the average survives a step, at least 0 and below 1.

    Source: https://arxiv.org/abs/1412.6980 (algorithm 1, without its second average).

    >>> import torch
    >>> from ptnotes.training.momentum import AveragedSGD
    >>> theta = torch.tensor([1.0], requires_grad=True)
    >>> theta.grad = torch.tensor([2.0])
    >>> AveragedSGD([theta], lr=0.25, beta=0.5).step()
    >>> theta
    tensor([0.7500], requires_grad=True)
    """

    def __init__(self, params: ParamsT, lr: float = 1e-2, beta: float = 0.9) -> None:
        require(within(lr, least=0), "lr", "a number of at least 0", lr)
        _check_beta(beta)
        super().__init__(params, {"lr": lr, "beta": beta})

    def update(self, theta: Tensor, g: Tensor, group: dict[str, Any]) -> None:
        """
        Go against the average of the gradients so far.
        """
        state, beta = self.state[theta], group["beta"]
        m = state.setdefault("average", torch.zeros_like(theta))
        m.mul_(beta).add_(g, alpha=1 - beta)
        theta.sub_(m, alpha=group["lr"])


def path(
    make: Callable[[Iterable[Tensor]], Optimizer],
    loss: Callable[[Tensor], Tensor],
    start: Tensor,
    steps: int,
) -> Tensor:
    """
    Return the points that an optimizer comes through on its way down.

    Args:
        make: Makes the optimizer of a list of parameters.
        loss: The loss, one number, of a point.
        start: Where to begin, any shape, floating; left as it is.
        steps: How often to step, at least 0.

    Returns:
        The start and the point after each step, shape ``(steps + 1, *start.shape)``.

    Source: https://docs.pytorch.org/docs/stable/optim.html#taking-an-optimization-step

    >>> import torch
    >>> from ptnotes.training.momentum import path
    >>> sgd = lambda parameters: torch.optim.SGD(parameters, lr=0.25)
    >>> path(sgd, lambda theta: theta**2, torch.tensor(8.0), steps=3)
    tensor([8., 4., 2., 1.])
    """
    _check_floating("start", start)
    require(is_int(steps), "steps", "an int of at least 0", steps)
    theta = start.detach().clone().requires_grad_()
    optimizer, points = make([theta]), [start.detach()]
    for _ in range(steps):
        optimizer.zero_grad()
        loss(theta).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        points.append(theta.detach().clone())
    return torch.stack(points)


def sgd_step(
    params: Sequence[Tensor],
    grads: Sequence[Tensor],
    buffers: Sequence[Tensor] = (),
    *,
    lr: float,
    momentum: float = 0.0,
    dampening: float = 0.0,
    weight_decay: float = 0.0,
    nesterov: bool = False,
    first: bool = False,
) -> None:
    """
    Take a step of SGD with momentum over a list of tensors, in place and in one pass.

    The step of ``torch.optim.SGD`` within rounding: ``b = momentum b + (1 - dampening) g`` with
    ``g = grad + weight_decay p``, then ``p -= lr b``, or ``p -= lr (g + momentum b)`` with
    *nesterov*. Tensors are of any layout and of different dtypes, each in memory of its own.

    Args:
        params: Parameters, changed; any shapes, float32, float64, float16 or bfloat16 (computed in
            float32).
        grads: Their gradients, shapes and dtypes of *params*.
        buffers: Their momentum buffers, changed; shapes and dtypes of *params*. May be left out
            without momentum.
        lr: Learning rate, at least 0.
        momentum: Share of a buffer that survives, at least 0.
        dampening: One minus the weight of the gradient in the buffer.
        weight_decay: Weight of the parameter that is added to the gradient, at least 0.
        nesterov: Look ahead along the buffer; needs momentum and no dampening.
        first: Start the buffers with the gradients, whatever they hold.

    Raises:
        ImportError: If the native extension is not there; the message says how to get it.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html

    >>> import torch
    >>> from ptnotes.training.momentum import sgd_step
    >>> p, g, b = torch.tensor([1.0]), torch.tensor([2.0]), torch.empty(1)
    >>> sgd_step([p], [g], [b], lr=0.25, momentum=0.5, first=True)
    >>> sgd_step([p], [g], [b], lr=0.25, momentum=0.5)
    >>> p, b
    (tensor([-0.2500]), tensor([3.]))
    """
    lists = {"params": params, "grads": grads, "buffers": buffers}
    items = ((name, i, x) for name, given in lists.items() for i, x in enumerate(given))
    wrong = {f"{name}[{i}]": x for name, i, x in items if not isinstance(x, Tensor)}
    _native.need("sgd_step", **wrong)
    rule = (lr, momentum, dampening, weight_decay, nesterov, first)
    if any(lists.values()):  # without a tensor torch knows no device to call the operator on
        with torch.no_grad():
            torch.ops.ptnotes.sgd_step_(list(params), list(grads), list(buffers), *rule)


def _check_floating(name: str, x: object) -> None:
    given = getattr(x, "dtype", type(x).__name__)
    floating = isinstance(x, Tensor) and x.is_floating_point()
    require(floating, name, "a floating tensor", given, TypeError)


def _check_beta(beta: float) -> None:
    require(within(beta, least=0, below=1), "beta", "a number of at least 0 and below 1", beta)
