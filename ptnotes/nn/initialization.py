"""
Weights before the first step, in the symbols of the note ``nn/initialization``.

Every function raises TypeError for a wrong dtype and ValueError for a wrong shape or value, and
names the argument, what it expected and what it was given.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from ptnotes._check import is_int, require, within

__all__ = ["MODES", "SAMPLES", "fans", "gain_of", "kaiming_std", "signal", "xavier_std"]

MODES = ("fan_in", "fan_out")
SAMPLES = 64  # rows that `signal` sends through a stack


def fans(weight: Tensor) -> tuple[int, int]:
    """
    Numbers that one output is a sum of, and outputs that one input takes part in.

    Args:
        weight: Weights of a linear layer, shape ``(out, in)``, or of a convolution, shape
            ``(out, in / groups, *kernel)``.

    Returns:
        The pair ``(fan_in, fan_out)``, as torch counts it.

    Source: https://docs.pytorch.org/docs/stable/nn.init.html

    >>> import torch
    >>> from ptnotes.nn.initialization import fans
    >>> fans(torch.empty(8, 3, 5, 5))
    (75, 200)
    """
    given = type(weight).__name__
    require(isinstance(weight, Tensor), "weight", "a tensor", given, TypeError)
    shape = tuple(weight.shape)
    require(len(shape) >= 2, "weight", "shape (out, in, ...)", shape)
    field = math.prod(shape[2:])
    return shape[1] * field, shape[0] * field


def xavier_std(weight: Tensor, gain: float = 1.0) -> float:
    """
    Standard deviation of Xavier's weights, ``gain * sqrt(2 / (fan_in + fan_out))``.

    Args:
        weight: The weights to be drawn, shape ``(out, in, ...)``.
        gain: Factor for the activation before the layer, above 0.

    Source: https://proceedings.mlr.press/v9/glorot10a.html (equation 12 for its square).

    >>> import torch
    >>> from ptnotes.nn.initialization import xavier_std
    >>> xavier_std(torch.empty(6, 2))
    0.5
    """
    require(within(gain, above=0), "gain", "a number above 0", gain)
    fan = sum(fans(weight))
    require(fan > 0, "weight", "a shape without 0", tuple(weight.shape))
    return gain * math.sqrt(2 / fan)


def kaiming_std(weight: Tensor, a: float = 0.0, mode: str = "fan_in") -> float:
    """
    Standard deviation of Kaiming's weights, ``sqrt(2 / ((1 + a**2) * fan))``.

    Args:
        weight: The weights to be drawn, shape ``(out, in, ...)``.
        a: Slope of the leaky ReLU before the layer where its argument is negative; 0 for ReLU.
        mode: ``"fan_in"`` keeps the size of activations, ``"fan_out"`` that of gradients.

    Source: https://arxiv.org/abs/1502.01852 (equations 10, 14 and 15).

    >>> import torch
    >>> from ptnotes.nn.initialization import kaiming_std
    >>> kaiming_std(torch.empty(6, 8))
    0.5
    """
    require(mode in MODES, "mode", f"one of {', '.join(MODES)}", repr(mode))
    fan = fans(weight)[MODES.index(mode)]
    require(fan > 0, "weight", "a shape without 0", tuple(weight.shape))
    return math.sqrt(2 / ((1 + a**2) * fan))


def gain_of(f: Callable[[Tensor], Tensor]) -> float:
    """
    The factor that gives ``gain * f(z)`` a mean square of 1 for standard normal z.

    Args:
        f: An activation, applied to each number by itself.

    Returns:
        ``1 / sqrt(E[f(z)**2])``, by numerical integration over z from -10 to 10.

    Source: https://arxiv.org/abs/1502.01852 (section 2.2 for ReLU).

    >>> import torch
    >>> from ptnotes.nn.initialization import gain_of
    >>> round(gain_of(torch.relu) ** 2, 4)
    2.0
    """
    z = torch.linspace(-10, 10, 20_001, dtype=torch.float64)
    density = torch.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    mean_square = torch.trapezoid(f(z) ** 2 * density, z).item()
    require(
        0 < mean_square < math.inf, "f", "a finite function that is not 0", f"E = {mean_square}"
    )
    return 1 / math.sqrt(mean_square)


def signal(
    init: Callable[[Tensor], object],
    f: Callable[[Tensor], Tensor],
    layers: int = 50,
    width: int = 256,
) -> tuple[Tensor, Tensor]:
    """
    Root mean square of what goes through a stack of layers ``x = f(W x)``, and of what comes back.

    Args:
        init: Fills a weight of shape ``(width, width)`` in place, such as
            `torch.nn.init.xavier_normal_`.
        f: The activation.
        layers: How many layers, at least 1.
        width: Numbers in and out of each layer, at least 1.

    Returns:
        Sizes of the outputs of each layer, shape ``(layers,)``, and of the gradients that arrive
        there from a random cotangent of size 1 behind the last one, shape ``(layers,)``; both
        float64.

    Source: https://proceedings.mlr.press/v9/glorot10a.html (figures 6 and 7 are of this kind).

    >>> import torch
    >>> from ptnotes.nn.initialization import signal
    >>> outputs, gradients = signal(torch.nn.init.eye_, torch.abs, layers=3)
    >>> bool((outputs == outputs[0]).all()), bool((gradients == gradients[0]).all())
    (True, True)
    """
    require(is_int(layers, 1), "layers", "an int of at least 1", layers)
    require(is_int(width, 1), "width", "an int of at least 1", width)
    x = torch.randn(SAMPLES, width, dtype=torch.float64)
    outputs = []
    for _ in range(layers):
        W = torch.empty(width, width, dtype=torch.float64)
        init(W)
        x = f(x @ W.T).requires_grad_()
        outputs.append(x)
    gradients = torch.autograd.grad(x, outputs, torch.randn_like(x))
    return _sizes(outputs), _sizes(gradients)


def _sizes(tensors: list[Tensor] | tuple[Tensor, ...]) -> Tensor:
    return torch.stack([x.detach().square().mean().sqrt() for x in tensors])
