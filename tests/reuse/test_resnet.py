"""`ptnotes.reuse.resnet` against table 1 of the paper and against the formula of a block."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, fx
from torch.utils.flop_counter import FlopCounterMode

from ptnotes.reuse.resnet import BasicBlock, ResNet, resnet18
from tests.support.tensors import agree, draw, quick, refuses


def normalize(x: Tensor, module: torch.nn.Module) -> Tensor:
    """
    Batch normalization with the statistics of the batch, as its formula reads.
    """
    mean, var = x.mean((0, 2, 3), keepdim=True), x.var((0, 2, 3), correction=0, keepdim=True)
    weight, bias = (p.reshape(-1, 1, 1) for p in module.parameters())
    return (x - mean) / (var + 1e-5).sqrt() * weight + bias


class TestBasicBlock:
    """
    ``BasicBlock``.
    """

    @quick
    @given(st.integers(1, 3), st.integers(1, 3), st.integers(1, 3), st.integers(2, 6))
    def test_shape(self, channels: int, width: int, stride: int, size: int) -> None:
        """
        The width is new, and the size is divided by the stride, rounded up.
        """
        x = torch.zeros(2, channels, size, size + 1)
        expected = 2, width, -(-size // stride), -(-(size + 1) // stride)

        assert BasicBlock(channels, width, stride)(x).shape == expected

    @pytest.mark.parametrize(("channels", "width", "stride"), [(3, 3, 1), (3, 4, 1), (3, 3, 2)])
    def test_is_the_formula(self, channels: int, width: int, stride: int) -> None:
        """
        ``relu(F(x) + x)``, or with a convolution of x where the shapes differ; with gradients.
        """
        torch.manual_seed(0)
        block = BasicBlock(channels, width, stride).double()
        x = draw(2, channels, 5, 4)
        out = F.conv2d(x, block.conv1.weight, stride=stride, padding=1)
        out = normalize(out, block.bn1).relu()
        out = normalize(F.conv2d(out, block.conv2.weight, padding=1), block.bn2)
        shortcut: Tensor = x
        if isinstance(block.downsample, torch.nn.Sequential):
            convolution, norm = block.downsample
            shortcut = normalize(
                F.conv2d(x, convolution.get_parameter("weight"), stride=stride), norm
            )

        assert (block.downsample is None) == (channels == width and stride == 1)
        agree(block(x), (out + shortcut).relu(), x, *block.parameters())

    @pytest.mark.parametrize("name", ["channels", "width", "stride"])
    @pytest.mark.parametrize("value", [0, 1.0, True])
    def test_refuses(self, name: str, value: object) -> None:
        """
        Each argument is an int of at least 1.
        """
        arguments = {"channels": 2, "width": 2, "stride": 1} | {name: value}
        message = f"{name}: expected an int of at least 1, given {value}"
        refuses(ValueError, message, lambda: BasicBlock(**arguments))  # type: ignore[arg-type]


class TestResNet:
    """
    ``ResNet`` and ``resnet18``.
    """

    def test_counts_of_resnet18(self) -> None:
        """
        11,689,512 parameters, and the 1.8 billion multiplications of table 1.
        """
        net = resnet18().eval()
        with FlopCounterMode(display=False) as counter, torch.no_grad():
            net(torch.zeros(1, 3, 224, 224))

        assert sum(p.numel() for p in net.parameters()) == 11_689_512
        assert round(counter.get_total_flops() / 2 / 1e9, 1) == 1.8

    def test_sizes_of_resnet18(self) -> None:
        """
        The output sizes of table 1: 112 after the first convolution, then 56, 28, 14, 7.
        """
        sizes: list[tuple[int, ...]] = []
        net = resnet18().eval()
        for name in ("conv1", "layer1", "layer2", "layer3", "layer4"):
            module = net.get_submodule(name)
            module.register_forward_hook(lambda _m, _args, out: sizes.append(tuple(out.shape[1:])))
        with torch.no_grad():
            net(torch.zeros(1, 3, 224, 224))
        expected = [(64, 112), (64, 56), (128, 28), (256, 14), (512, 7)]

        assert sizes == [(width, size, size) for width, size in expected]

    def test_names(self) -> None:
        """
        The names of published weights: 20 convolutions, 20 normalizations, one linear layer.
        """
        names = list(resnet18().state_dict())

        assert len(names) == 20 + 20 * 5 + 2
        assert names[:2] == ["conv1.weight", "bn1.weight"]
        assert names[-2:] == ["fc.weight", "fc.bias"]
        for name in ("layer1.1.bn2.running_var", "layer2.0.downsample.0.weight"):
            assert name in names
        assert "layer1.0.downsample.0.weight" not in names

    def test_gradients(self) -> None:
        """
        Each parameter and the image get a gradient, and some of each are not 0.
        """
        torch.manual_seed(0)
        net = ResNet(classes=5, blocks=(1, 2), width=4, channels=1)
        image = torch.randn(3, 1, 12, 15, requires_grad=True)
        net(image).square().sum().backward()

        for tensor in (image, *net.parameters()):
            assert tensor.grad is not None
            assert tensor.grad.isfinite().all()
            assert tensor.grad.any()

    @quick
    @given(st.integers(1, 4), st.integers(1, 3), st.integers(1, 40), st.integers(1, 40))
    def test_any_size(self, classes: int, channels: int, height: int, width: int) -> None:
        """
        Images of any size from 1 give one row of logits each.
        """
        net = ResNet(classes, blocks=(1, 1, 1), width=2, channels=channels).eval()

        assert net(torch.zeros(2, channels, height, width)).shape == (2, classes)

    def test_fx_traces_it(self) -> None:
        """
        A traced network computes the same.
        """
        torch.manual_seed(0)
        net = ResNet(classes=3, blocks=(1, 1), width=4).eval()
        image = torch.randn(2, 3, 8, 8)

        assert torch.equal(fx.symbolic_trace(net)(image), net(image))

    def test_initialization(self) -> None:
        """
        The variance of a convolution is 2 over its fan-out.
        """
        torch.manual_seed(0)
        weight = resnet18().get_parameter("layer4.1.conv2.weight")

        torch.testing.assert_close(weight.var(), torch.tensor(2 / (512 * 9)), rtol=0.01, atol=0.0)

    @pytest.mark.parametrize("name", ["classes", "width", "channels"])
    def test_refuses(self, name: str) -> None:
        """
        Each number is an int of at least 1.
        """
        message = f"{name}: expected an int of at least 1, given 0"
        refuses(ValueError, message, lambda: ResNet(**{name: 0}))  # type: ignore[arg-type]

    @pytest.mark.parametrize("blocks", [(), (1, 0), (1, 2.0)])
    def test_refuses_blocks(self, blocks: tuple[int, ...]) -> None:
        """
        There is a stage, and a block in each.
        """
        message = f"blocks: expected ints of at least 1, given {blocks}"
        refuses(ValueError, message, lambda: ResNet(blocks=blocks))
