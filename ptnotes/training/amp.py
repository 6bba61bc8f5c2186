"""
Loss scaling in the symbols of the note ``training/amp``: what `torch.amp.GradScaler` does.

Everything raises ValueError for a wrong value, for gradients in float16 and for a call out of turn,
where torch raises RuntimeError, AssertionError or ValueError; it names the argument, what it
expected and what it was given.
"""

import torch
from torch import Tensor
from torch.optim import Optimizer

from ptnotes._check import is_int, require, within

__all__ = ["LossScaler"]


class LossScaler:
    """
    Scale losses by S, give optimizers true gradients, skip steps that are not finite, adapt S.

    Args:
        scale: S at the start, above 0.
        growth: Factor of S after *interval* finite steps in a row, above 1.
        backoff: Factor of S after a step that was not finite, between 0 and 1.
        interval: Finite steps in a row before S grows, at least 1.

    Source: https://docs.pytorch.org/docs/stable/amp.html#gradient-scaling

    >>> import torch
    >>> from ptnotes.training.amp import LossScaler
    >>> w = torch.tensor([1.0], requires_grad=True)
    >>> optimizer, scaler = torch.optim.SGD([w], lr=0.5), LossScaler(scale=4.0)
    >>> scaler.scale(3 * w).backward()
    >>> w.grad
    tensor([12.])
    >>> scaler.step(optimizer)
    >>> w.grad, w.detach()
    (tensor([3.]), tensor([-0.5000]))
    """

    def __init__(
        self,
        scale: float = 2.0**16,
        growth: float = 2.0,
        backoff: float = 0.5,
        interval: int = 2000,
    ) -> None:
        require(within(scale, above=0), "scale", "a number above 0", scale)
        require(within(growth, above=1), "growth", "a number above 1", growth)
        require(within(backoff, above=0, below=1), "backoff", "a number between 0 and 1", backoff)
        require(is_int(interval, 1), "interval", "an int of at least 1", interval)
        self.S, self.growth, self.backoff, self.interval = scale, growth, backoff, interval
        self.finite_steps = 0
        # By optimizer, of those unscaled since the last update.
        self.found_inf: dict[int, bool] = {}
        self.stepped: set[int] = set()

    def scale(self, loss: Tensor) -> Tensor:
        """
        Return ``S * loss``, whose gradients are S times too large.
        """
        return loss * self.S

    def unscale_(self, optimizer: Optimizer) -> None:
        """
        Divide the gradients of an optimizer by S in place, and note whether all are finite.
        """
        fresh = id(optimizer) not in self.found_inf
        require(fresh, "optimizer", "one not unscaled since the last update", "one unscaled")
        params = [p for group in optimizer.param_groups for p in group["params"]]
        gradients = [p.grad for p in params if p.grad is not None]
        half = any(g.dtype == torch.float16 for g in gradients)
        require(not half, "optimizer", "gradients in float32, as float32 parameters get", "float16")
        for g in gradients:
            g /= self.S
        if gradients:  # as torch, which takes no note of an optimizer without any
            found = not all(bool(torch.isfinite(g).all()) for g in gradients)
            self.found_inf[id(optimizer)] = found

    def step(self, optimizer: Optimizer) -> None:
        """
        Unscale unless it was done, and step unless a gradient is infinite or NaN.
        """
        fresh = id(optimizer) not in self.stepped
        require(fresh, "optimizer", "one not stepped since the last update", "one stepped")
        if id(optimizer) not in self.found_inf:
            self.unscale_(optimizer)
        seen = id(optimizer) in self.found_inf
        require(seen, "optimizer", "a parameter that has a gradient", "none")
        if not self.found_inf[id(optimizer)]:
            optimizer.step()
        self.stepped.add(id(optimizer))

    def update(self) -> None:
        """
        Shrink S after a gradient that was not finite, grow it after many finite steps.
        """
        require(bool(self.found_inf), "update", "an unscaled optimizer since the last one", "none")
        if any(self.found_inf.values()):
            self.S *= self.backoff
            self.finite_steps = 0
        else:
            self.finite_steps += 1
            if self.finite_steps == self.interval:
                self.S *= self.growth
                self.finite_steps = 0
        self.found_inf.clear()
        self.stepped.clear()
