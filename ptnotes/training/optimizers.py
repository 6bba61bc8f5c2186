"""
SGD, Adam and AdamW in the symbols of the note ``training/optimizers``: parameter theta, gradient g.

They do the operations of torch's own loops in the same order, so the numbers are the same bit for
bit, and their states have the same names, so either can go on from a ``state_dict`` of the other.
Dense real parameters only. Every constructor raises ValueError for a setting out of range, and
names it, what it expected and what it was given.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer
from torch.optim.optimizer import ParamsT

from ptnotes._check import require, within

__all__ = ["SGD", "Adam", "AdamW", "Rule"]


class Rule(Optimizer):
    """
    An optimizer that updates each parameter by itself; a subclass says how in ``update``.

    Source: https://docs.pytorch.org/docs/stable/optim.html#base-class

    >>> import torch
    >>> from ptnotes.training.optimizers import Rule
    >>> class Sign(Rule):
    ...     def update(self, theta, g, group):
    ...         theta.sub_(group["lr"] * g.sign())
    >>> theta = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> theta.grad = torch.tensor([5.0, -0.1])
    >>> Sign([theta], {"lr": 0.5}).step()
    >>> theta
    tensor([0.5000, 2.5000], requires_grad=True)
    """

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """
        Add a group of parameters; refuse complex ones.
        """
        super().add_param_group(param_group)
        for theta in self.param_groups[-1]["params"]:
            require(not theta.is_complex(), "params", "real parameters", theta.dtype)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """
        Update every parameter that has a gradient; return what *closure* gave, None without one.

        Args:
            closure: Computes the loss and its gradients anew; called once, before the update.
        """
        loss = None if closure is None else torch.enable_grad()(closure)()
        with torch.no_grad():
            for group in self.param_groups:
                for theta in group["params"]:
                    if theta.grad is not None:
                        dense = theta.grad.layout == torch.strided
                        require(dense, "grad", "a dense gradient", theta.grad.layout)
                        self.update(theta, theta.grad, group)
        return loss

    def update(self, theta: Tensor, g: Tensor, group: dict[str, Any]) -> None:
        """
        Change one parameter in place.

        Args:
            theta: The parameter, any shape.
            g: Its gradient, shape and dtype of *theta*; not to be changed.
            group: The settings of the parameter's group.
        """
        raise NotImplementedError


class SGD(Rule):
    """
    Gradient descent with momentum, as ``torch.optim.SGD``.

    Args:
        params: Parameters, groups of them, or pairs of a name and a parameter.
        lr: Learning rate, at least 0.
        momentum: Share of the buffer that survives a step, at least 0; 0 keeps no buffer.
        dampening: One minus the weight of the gradient in the buffer, from its second step on.
        weight_decay: Weight of the parameter that is added to the gradient, at least 0.
        nesterov: Add the buffer to the gradient instead of taking its place.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html

    >>> import torch
    >>> from ptnotes.training.optimizers import SGD
    >>> theta = torch.tensor([1.0], requires_grad=True)
    >>> theta.grad = torch.tensor([2.0])
    >>> SGD([theta], lr=0.25).step()
    >>> theta
    tensor([0.5000], requires_grad=True)
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
    ) -> None:
        _at_least_zero(lr=lr, momentum=momentum, weight_decay=weight_decay)
        fits = not nesterov or (momentum > 0 and dampening == 0)
        given = f"momentum={momentum}, dampening={dampening}"
        require(fits, "nesterov", "a momentum above 0 and no dampening", given)
        settings = {"lr": lr, "momentum": momentum, "dampening": dampening}
        super().__init__(params, settings | {"weight_decay": weight_decay, "nesterov": nesterov})

    def update(self, theta: Tensor, g: Tensor, group: dict[str, Any]) -> None:
        """
        Go against the gradient, or against the buffer of the gradients so far.
        """
        mu, tau = group["momentum"], group["dampening"]
        if group["weight_decay"] != 0:
            g = g.add(theta, alpha=group["weight_decay"])
        if mu != 0:
            state = self.state[theta]
            if "momentum_buffer" not in state:
                b = state["momentum_buffer"] = g.clone()
            else:
                b = state["momentum_buffer"].mul_(mu).add_(g, alpha=1 - tau)
            g = g.add(b, alpha=mu) if group["nesterov"] else b
        theta.add_(g, alpha=-group["lr"])


class Adam(Rule):
    """
    Steps scaled by running averages of the gradient and of its square, as ``torch.optim.Adam``.

    Args:
        params: Parameters, groups of them, or pairs of a name and a parameter.
        lr: Learning rate, at least 0.
        betas: How much of the averages of the gradient and of its square survives a step; each at
            least 0 and below 1.
        eps: Added to the root of the average square, at least 0.
        weight_decay: At least 0; what it does *decoupled_weight_decay* says.
        decoupled_weight_decay: Shrink the parameter itself instead of adding to its gradient.

    Source: https://arxiv.org/abs/1412.6980 (algorithm 1).

    >>> import torch
    >>> from ptnotes.training.optimizers import Adam
    >>> theta = torch.tensor([1.0, 1.0], requires_grad=True)
    >>> theta.grad = torch.tensor([1000.0, 0.001])
    >>> Adam([theta], lr=0.25).step()
    >>> theta
    tensor([0.7500, 0.7500], requires_grad=True)
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        decoupled_weight_decay: bool = False,
    ) -> None:
        _at_least_zero(lr=lr, eps=eps, weight_decay=weight_decay)
        fits = len(betas) == 2 and all(within(beta, least=0, below=1) for beta in betas)
        require(fits, "betas", "two numbers of at least 0 and below 1", betas)
        settings = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        super().__init__(params, settings | {"decoupled_weight_decay": decoupled_weight_decay})

    def update(self, theta: Tensor, g: Tensor, group: dict[str, Any]) -> None:
        """
        Go against the average gradient over the root of the average square.
        """
        lr, (beta1, beta2), decay = group["lr"], group["betas"], group["weight_decay"]
        state = self.state[theta]
        if not state:
            state["step"] = torch.tensor(0.0)
            state["exp_avg"] = torch.zeros_like(theta)
            state["exp_avg_sq"] = torch.zeros_like(theta)
        state["step"] += 1
        t, m, v = state["step"].item(), state["exp_avg"], state["exp_avg_sq"]
        if group["decoupled_weight_decay"]:
            theta.mul_(1 - lr * decay)
        elif decay != 0:
            g = g.add(theta, alpha=decay)
        m.lerp_(g, 1 - beta1)
        v.mul_(beta2).addcmul_(g, g, value=1 - beta2)
        root = v.sqrt() / (1 - beta2**t) ** 0.5
        theta.addcdiv_(m, root + group["eps"], value=-lr / (1 - beta1**t))


class AdamW(Adam):
    """
    Adam whose weight decay leaves the gradient alone, as ``torch.optim.AdamW``.

    Args:
        params: Parameters, groups of them, or pairs of a name and a parameter.
        lr: Learning rate, at least 0.
        betas: How much of each average survives a step; each at least 0 and below 1.
        eps: Added to the root of the average square, at least 0.
        weight_decay: A step multiplies the parameter by ``1 - lr * weight_decay``; at least 0.

    Source: https://arxiv.org/abs/1711.05101 (algorithm 2).

    >>> import torch
    >>> from ptnotes.training.optimizers import AdamW
    >>> theta = torch.tensor([4.0], requires_grad=True)
    >>> theta.grad = torch.zeros(1)
    >>> AdamW([theta], lr=0.5, weight_decay=0.5).step()
    >>> theta
    tensor([3.], requires_grad=True)
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, decoupled_weight_decay=True)


def _at_least_zero(**settings: float) -> None:
    for name, value in settings.items():
        require(within(value, least=0), name, "a number of at least 0", value)
