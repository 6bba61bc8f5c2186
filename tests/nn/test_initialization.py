"""`ptnotes.nn.initialization` against `torch.nn.init`, its derivation, and every error."""

import math

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torch.nn import init

from ptnotes.nn import initialization
from tests.support.tensors import refuses

shapes = pytest.mark.parametrize("shape", [(300, 500), (64, 32, 3, 5), (50, 10, 7)])


class TestFans:
    """
    ``fans``.
    """

    def test_layers(self) -> None:
        """
        What a number of the output is a sum of, counted on real layers.
        """
        for layer, terms in (
            (nn.Linear(7, 3), 7),
            (nn.Conv1d(4, 6, 3), 4 * 3),
            (nn.Conv2d(8, 6, (3, 5), groups=2), 4 * 3 * 5),
        ):
            assert initialization.fans(layer.weight)[0] == terms

    @shapes
    def test_as_torch(self, shape: tuple[int, ...]) -> None:
        """
        Both numbers are those that torch draws with: Kaiming's bound tells them.
        """
        torch.manual_seed(0)
        W = torch.empty(shape, dtype=torch.float64)
        for fan, mode in zip(initialization.fans(W), initialization.MODES, strict=True):
            bound = math.sqrt(6 / fan)
            largest = init.kaiming_uniform_(W, mode=mode).abs().max().item()

            assert 0.999 * bound < largest <= bound

    def test_errors(self) -> None:
        """
        A bias has no fans, and a list is no tensor.
        """
        message = "weight: expected a tensor, given list"
        refuses(TypeError, message, lambda: initialization.fans([1]))  # type: ignore[arg-type]
        message = "weight: expected shape (out, in, ...), given (3,)"
        refuses(ValueError, message, lambda: initialization.fans(torch.empty(3)))


class TestStandardDeviations:
    """
    ``xavier_std`` and ``kaiming_std``.
    """

    @shapes
    def test_as_torch(self, shape: tuple[int, ...]) -> None:
        """
        Torch's draws from the same generator are ours, to the last rounding.
        """
        W = torch.empty(shape, dtype=torch.float64)
        pairs = [
            (initialization.xavier_std(W, gain=3.0), lambda: init.xavier_normal_(W, gain=3.0)),
            (initialization.kaiming_std(W), lambda: init.kaiming_normal_(W)),
            (
                initialization.kaiming_std(W, a=0.3, mode="fan_out"),
                lambda: init.kaiming_normal_(W, a=0.3, mode="fan_out"),
            ),
        ]
        for std, draw in pairs:
            torch.manual_seed(0)
            theirs = draw().clone()
            torch.manual_seed(0)

            torch.testing.assert_close(W.normal_(0, std), theirs, rtol=1e-12, atol=0)

    def test_errors(self) -> None:
        """
        Each argument that does not fit is refused by name.
        """
        W = torch.empty(3, 2)
        for gain in (0, math.nan, "2", True):
            message = f"gain: expected a number above 0, given {gain}"
            refuses(ValueError, message, lambda g=gain: initialization.xavier_std(W, gain=g))
        message = "mode: expected one of fan_in, fan_out, given 'fan'"
        refuses(ValueError, message, lambda: initialization.kaiming_std(W, mode="fan"))
        message = "weight: expected a shape without 0, given (3, 0)"
        refuses(ValueError, message, lambda: initialization.kaiming_std(torch.empty(3, 0)))
        message = "weight: expected a shape without 0, given (0, 0)"
        refuses(ValueError, message, lambda: initialization.xavier_std(torch.empty(0, 0)))


class TestGain:
    """
    ``gain_of``.
    """

    def test_known(self) -> None:
        """
        Where the integral is known by hand, and where torch's table is exact.
        """
        gains = {
            math.sqrt(2): torch.relu,
            math.sqrt(2 / 1.04): lambda z: F.leaky_relu(z, 0.2),
            1.0: F.selu,
            0.5: lambda z: 2 * z,
        }
        for expected, f in gains.items():
            assert initialization.gain_of(f) == pytest.approx(expected, rel=1e-6)
        leaky = init.calculate_gain("leaky_relu", 0.2)
        assert leaky == pytest.approx(math.sqrt(2 / 1.04))

    @pytest.mark.parametrize("f", [torch.tanh, torch.sigmoid, F.gelu])
    def test_drawn(self, f: object) -> None:
        """
        A million normal numbers say the same.
        """
        torch.manual_seed(0)
        z = torch.randn(1_000_000, dtype=torch.float64)
        drawn = 1 / f(z).square().mean().sqrt().item()

        assert initialization.gain_of(f) == pytest.approx(drawn, rel=3e-3)

    def test_errors(self) -> None:
        """
        A function that has no gain is refused.
        """
        message = "f: expected a finite function that is not 0, given E = 0.0"
        refuses(ValueError, message, lambda: initialization.gain_of(torch.zeros_like))


class TestSignal:
    """
    ``signal``.
    """

    def test_is_what_autograd_says(self) -> None:
        """
        Outputs and gradients of a small stack, built by hand from the same draws.
        """
        torch.manual_seed(0)
        outputs, gradients = initialization.signal(init.xavier_normal_, torch.tanh, 3, width=4)
        torch.manual_seed(0)
        x = torch.randn(initialization.SAMPLES, 4, dtype=torch.float64)
        seen = []
        for _ in range(3):
            x = torch.tanh(x @ init.xavier_normal_(torch.empty(4, 4, dtype=torch.float64)).T)
            seen.append(x.requires_grad_())
            seen[-1].retain_grad()
        x.backward(torch.randn_like(x))
        sizes = [y.detach().square().mean().sqrt() for y in seen]
        slopes = [y.grad.square().mean().sqrt() for y in seen]

        torch.testing.assert_close(outputs, torch.stack(sizes))
        torch.testing.assert_close(gradients, torch.stack(slopes))

    def test_kaiming_keeps_the_size(self) -> None:
        """
        Through fifty ReLU layers, there and back; a third less variance does not.
        """
        torch.manual_seed(0)
        kept = torch.cat(initialization.signal(init.kaiming_normal_, torch.relu))
        lost = torch.cat(
            initialization.signal(lambda W: init.kaiming_normal_(W, a=0.5**0.5), torch.relu)
        )

        assert kept.min() > 0.2
        assert kept.max() < 5
        assert lost.min() < 1e-3

    def test_errors(self) -> None:
        """
        A stack has layers, and layers have width.
        """
        call = initialization.signal
        message = "layers: expected an int of at least 1, given 0"
        refuses(ValueError, message, lambda: call(init.eye_, torch.relu, layers=0))
        message = "width: expected an int of at least 1, given 0"
        refuses(ValueError, message, lambda: call(init.eye_, torch.relu, width=0))
