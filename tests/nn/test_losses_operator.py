"""The operator behind `ptnotes.nn.losses` among torch's own: autograd, compilation, errors."""

import subprocess
import sys

import pytest
import torch
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from ptnotes.nn import losses
from tests.nn.test_losses import draw_targets, gradient
from tests.support.operators import (
    check_compiled,
    check_refuses_second_gradient,
    check_registration,
    float_dtypes,
    gpu,
    native,
    threads,
)
from tests.support.tensors import draw, refuses

operator = torch.ops.ptnotes


@native
class TestOperator:
    """
    ``ptnotes::sigmoid_focal_loss``.
    """

    def test_threads(self) -> None:
        """
        Many elements give the same bits on one thread and on several.
        """
        n = 100_003
        x, t = draw(n, dtype=torch.float32).detach(), draw_targets(n, dtype=torch.float32)
        several = gradient(losses.sigmoid_focal_loss, x, t)
        with threads(1):
            one = gradient(losses.sigmoid_focal_loss, x, t)

        assert torch.equal(one, several)
        theirs = gradient(losses.sigmoid_focal_loss_reference, x, t)
        torch.testing.assert_close(one, theirs, rtol=1e-4, atol=1e-6)

    @pytest.mark.parametrize("gamma", [0.5, 2.0])
    def test_gradcheck(self, gamma: float) -> None:
        """
        The gradient is that of finite differences.
        """
        t = draw_targets(3, 4)

        assert gradcheck(lambda x: losses.sigmoid_focal_loss(x, t, gamma=gamma), draw(3, 4))

    def test_second_gradient(self) -> None:
        """
        A gradient of the gradient is refused with a reason; the reference has one.
        """
        x, t = draw(3), draw_targets(3)
        loss = losses.sigmoid_focal_loss(x, t)

        check_refuses_second_gradient("sigmoid_focal_loss", loss, x)
        assert gradgradcheck(lambda x: losses.sigmoid_focal_loss_reference(x, t), x)

    @float_dtypes
    @pytest.mark.parametrize("shape", [(), (0, 3), (2, 3), (2, 3, 4, 5)])
    def test_opcheck(self, dtype: torch.dtype, shape: tuple[int, ...]) -> None:
        """
        Schema, Meta, autograd and compilation of both operators are what torch asks of them.
        """
        x, t = draw(*shape, dtype=dtype), draw_targets(*shape, dtype=dtype)

        check_registration(operator.sigmoid_focal_loss, x, t, 0.25, 2.0)
        x = x.detach()
        check_registration(operator.sigmoid_focal_loss_backward, x, x, t, 0.25, 2.0)

    @pytest.mark.parametrize("dynamic", [False, True])
    @pytest.mark.filterwarnings("ignore::DeprecationWarning")
    def test_compile(self, dynamic: bool) -> None:
        """
        Inside torch.compile it neither breaks the graph nor changes the result.
        """
        targets = draw_targets(4)

        def mean(x: Tensor) -> Tensor:
            return losses.sigmoid_focal_loss(x, targets.expand_as(x), reduction="mean")

        check_compiled(mean, [(draw(size, 4),) for size in (3, 8)], dynamic)

    def test_vmap(self) -> None:
        """
        Over a batch it gives what one call after another gives, as the formula does.
        """
        x, t = draw(2, 3, 4), draw_targets(4)
        ours, theirs = (
            torch.vmap(loss, (0, None))(x, t.expand(3, 4))
            for loss in (losses.sigmoid_focal_loss, losses.sigmoid_focal_loss_reference)
        )

        torch.testing.assert_close(ours, theirs)

    @pytest.mark.slow
    def test_inductor(self) -> None:
        """
        The same through the default compiler, which generates and builds code of its own.
        """
        code = (
            "import torch; from ptnotes.nn.losses import sigmoid_focal_loss as f\n"
            "x, t = torch.linspace(-3, 3, 64, requires_grad=True), (torch.arange(64) % 2).float()\n"
            "g = torch.compile(lambda x, t: f(x.sin(), t, reduction='sum'), fullgraph=True)\n"
            "a, b = g(x, t), f(x.sin(), t, reduction='sum')\n"
            "torch.testing.assert_close(a, b)\n"
            "torch.testing.assert_close(*(torch.autograd.grad(y, x)[0] for y in (a, b)))\n"
        )
        subprocess.run([sys.executable, "-c", code], check=True)

    def test_autocast(self) -> None:
        """
        Under autocast mixed dtypes meet in float32, as in torch's own cross entropy.
        """
        x, t = draw(3, dtype=torch.bfloat16), draw_targets(3, dtype=torch.float32)
        with torch.autocast("cpu", torch.bfloat16):
            loss = losses.sigmoid_focal_loss(x, t)
        loss.sum().backward()

        assert loss.dtype == torch.float32
        assert x.grad is not None
        assert x.grad.dtype == torch.bfloat16

    def test_errors(self) -> None:
        """
        Each argument that does not fit is refused by name, with what came and what was expected.
        """
        x, f = torch.zeros(2, 3), losses.sigmoid_focal_loss
        kinds = "inputs: expected Float, Double, Half or BFloat16, given "
        alpha = "alpha: expected a number from 0 to 1, or -1 for no weights, given "
        gamma = "gamma: expected a number of at least 0, given "
        grad = "targets: expected a tensor that needs no gradient, given requires_grad=True"

        refuses(TypeError, kinds + "Long", lambda: f(x.long(), x.long()))
        refuses(TypeError, kinds + "ComplexFloat", lambda: f(x + 0j, x))
        for name, call in {"inputs": lambda: f([0.0], x), "targets": lambda: f(x, 1)}.items():
            given = {"inputs": "list", "targets": "int"}[name]
            refuses(TypeError, f"{name}: expected a tensor, given {given}", call)
        message = "targets: expected Float as inputs has, given Double"
        refuses(TypeError, message, lambda: f(x, x.double()))
        message = "targets: expected shape [2, 3] as inputs has, given [3]"
        refuses(ValueError, message, lambda: f(x, x[0]))
        message = "targets: expected a tensor on cpu as inputs is, given one on meta"
        refuses(ValueError, message, lambda: f(x, x.to("meta")))
        refuses(ValueError, alpha + "1.5", lambda: f(x, x, alpha=1.5))
        refuses(ValueError, alpha + "-0.5", lambda: f(x, x, alpha=-0.5))
        refuses(ValueError, gamma + "-1", lambda: f(x, x, gamma=-1))
        refuses(ValueError, gamma + "nan", lambda: f(x, x, gamma=torch.nan))
        refuses(ValueError, grad, lambda: f(x, x.clone().requires_grad_()))
        message = "reduction: expected one of none, mean, sum, given 'avg'"
        refuses(ValueError, message, lambda: f(x, x, reduction="avg"))
        refuses(
            ValueError,
            "grad: expected shape [2, 3] as inputs has, given [1, 3]",
            lambda: operator.sigmoid_focal_loss_backward(x[:1], x, x, 0.25, 2.0),
        )

    @gpu
    @float_dtypes
    @pytest.mark.parametrize("gamma", [1.5, 2.0])
    def test_cuda(self, dtype: torch.dtype, gamma: float) -> None:
        """
        The CUDA kernels give what the CPU's give, reduced or not, empty or not.
        """
        for shape in ((0,), (1_000_003,), (2, 3, 4)):
            x, t = draw(*shape, dtype=dtype).detach(), draw_targets(*shape, dtype=dtype)
            near = {"rtol": 40 * torch.finfo(dtype).eps, "atol": 1e-7}
            ours = losses.sigmoid_focal_loss(x.cuda(), t.cuda(), gamma=gamma).cpu()
            slope = gradient(losses.sigmoid_focal_loss, x.cuda(), t.cuda(), gamma=gamma).cpu()

            torch.testing.assert_close(ours, losses.sigmoid_focal_loss(x, t, gamma=gamma), **near)
            expected = gradient(losses.sigmoid_focal_loss, x, t, gamma=gamma)
            torch.testing.assert_close(slope, expected, **near)


class TestWithoutTheExtension:
    """
    The package where ``ptnotes._C`` was not built.
    """

    def test_import_and_call(self) -> None:
        """
        Importing works, the reference works, and the operator says how to get it.
        """
        code = (
            "import sys, torch; sys.modules['ptnotes._C'] = None\n"
            "from ptnotes.nn.losses import sigmoid_focal_loss, sigmoid_focal_loss_reference\n"
            "x = torch.zeros(2)\n"
            "print(sigmoid_focal_loss_reference(x, x).shape)\n"
            "sigmoid_focal_loss(x, x)\n"
        )
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)

        assert run.stdout == "torch.Size([2])\n"
        assert run.stderr.splitlines()[-1] == (
            "ImportError: sigmoid_focal_loss: the native extension is not there (import of "
            "ptnotes._C halted; None in sys.modules); to build it, with a C++ compiler there, run "
            "`PTNOTES_NATIVE=require pip install --no-build-isolation -e .`"
        )
