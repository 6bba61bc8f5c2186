"""
Learning rate schedules in closed form, in the symbols of the note ``training/schedules``: step t.

Each returns the factor by which the initial learning rate is multiplied at step t, counted from 0,
and so is ready for ``torch.optim.lr_scheduler.LambdaLR``. Every function raises ValueError for a
value out of range, and names the argument, what it expected and what it was given.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.optim import SGD, Optimizer

from ptnotes._check import is_int, require, within

__all__ = ["cosine", "multistep_decay", "rates", "step_decay", "warmup", "warmup_cosine"]


def step_decay(t: int, size: int, gamma: float = 0.1) -> float:
    """
    Decay every *size* steps, ``gamma ** floor(t / size)``, as ``StepLR``.

    Args:
        t: Step, at least 0.
        size: Steps between two decays, at least 1.
        gamma: Factor of one decay.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.StepLR.html

    >>> from ptnotes.training.schedules import step_decay
    >>> [step_decay(t, size=2, gamma=0.5) for t in range(5)]
    [1.0, 1.0, 0.5, 0.5, 0.25]
    """
    _check_step(t)
    require(within(size, least=1), "size", "a number of at least 1", size)
    return gamma ** (t // size)


def multistep_decay(t: int, milestones: Sequence[int], gamma: float = 0.1) -> float:
    """
    Decay at each milestone, ``gamma`` to the power of the milestones reached, as ``MultiStepLR``.

    Args:
        t: Step, at least 0.
        milestones: Steps at which the rate decays, any order; one named twice decays twice.
        gamma: Factor of one decay.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.MultiStepLR.html

    >>> from ptnotes.training.schedules import multistep_decay
    >>> [multistep_decay(t, milestones=[1, 3], gamma=0.5) for t in range(5)]
    [1.0, 0.5, 0.5, 0.25, 0.25]
    """
    _check_step(t)
    return gamma ** bisect_right(sorted(milestones), t)


def warmup(t: int, steps: int, start: float = 0.0) -> float:
    """
    Rise in a straight line from *start* to 1 at step *steps*, and stay, as ``LinearLR``.

    Args:
        t: Step, at least 0.
        steps: Steps until the factor is 1, at least 0.
        start: Factor at step 0.

    Source: https://arxiv.org/abs/1706.02677 (section 2.2).

    >>> from ptnotes.training.schedules import warmup
    >>> [warmup(t, steps=2, start=0.5) for t in range(4)]
    [0.5, 0.75, 1.0, 1.0]
    """
    _check_step(t)
    require(within(steps, least=0), "steps", "a number of at least 0", steps)
    return 1.0 if t >= steps else start + (1 - start) * t / steps


def cosine(t: int, steps: int, floor: float = 0.0) -> float:
    """
    Fall along half a cosine from 1 to *floor* at step *steps*, and stay.

    ``CosineAnnealingLR`` is the same up to there, and rises again afterwards.

    Args:
        t: Step, at least 0.
        steps: Steps until the factor is *floor*, at least 1.
        floor: Factor at the end.

    Source: https://arxiv.org/abs/1608.03983 (equation 5).

    >>> from ptnotes.training.schedules import cosine
    >>> [round(cosine(t, steps=4), 3) for t in range(6)]
    [1.0, 0.854, 0.5, 0.146, 0.0, 0.0]
    """
    _check_step(t)
    require(within(steps, least=1), "steps", "a number of at least 1", steps)
    return floor + (1 - floor) * (1 + math.cos(math.pi * min(t / steps, 1))) / 2


def warmup_cosine(t: int, rise: int, steps: int, start: float = 0.0, floor: float = 0.0) -> float:
    """
    Rise in a straight line for *rise* steps, then fall along half a cosine until step *steps*.

    Args:
        t: Step, at least 0.
        rise: Steps of the rise, at least 0.
        steps: Steps in all, more than *rise*.
        start: Factor at step 0.
        floor: Factor at the end.

    Source: https://arxiv.org/abs/1608.03983 with the rise of https://arxiv.org/abs/1706.02677.

    >>> from ptnotes.training.schedules import warmup_cosine
    >>> [round(warmup_cosine(t, rise=2, steps=6), 3) for t in range(7)]
    [0.0, 0.5, 1.0, 0.854, 0.5, 0.146, 0.0]
    """
    require(within(rise, least=0), "rise", "a number of at least 0", rise)
    require(within(steps, above=rise), "steps", f"more than the rise of {rise}", steps)
    return warmup(t, rise, start) if t < rise else cosine(t - rise, steps - rise, floor)


def rates(make: Callable[[Optimizer], Any], steps: int, lr: float = 1.0) -> list[float]:
    """
    Return the learning rates that the steps of an optimizer see under a schedule.

    Args:
        make: Makes the scheduler of an optimizer.
        steps: How many steps, at least 0.
        lr: Initial learning rate of the optimizer.

    Source: https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate

    >>> from torch.optim.lr_scheduler import ExponentialLR
    >>> from ptnotes.training.schedules import rates
    >>> rates(lambda optimizer: ExponentialLR(optimizer, gamma=0.5), steps=4)
    [1.0, 0.5, 0.25, 0.125]
    """
    require(is_int(steps), "steps", "an int of at least 0", steps)
    optimizer = SGD([torch.zeros(1, requires_grad=True)], lr=lr, momentum=0.9)
    scheduler, seen = make(optimizer), []
    for _ in range(steps):
        seen.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return seen


def _check_step(t: int) -> None:
    require(within(t, least=0), "t", "a step of at least 0", t)
