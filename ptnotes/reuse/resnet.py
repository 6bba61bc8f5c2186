"""
A residual network for images, ResNet-18 as drawn in the paper, with the parameter names in use.

The names, ``layer1.0.conv1.weight`` and so on, are those of published weights. A constructor raises
ValueError for a wrong argument, and names it, what it expected and what it was given. A wrong image
raises the error of torch's convolution: ``forward`` has no check, so that `torch.fx` can trace it.
"""

from collections.abc import Sequence

from torch import Tensor, nn

from ptnotes._check import is_int, require

__all__ = ["BasicBlock", "ResNet", "resnet18"]


class BasicBlock(nn.Module):
    """
    Two convolutions, and the input added to their result: ``relu(F(x) + x)``.

    It is called with ``x``, shape ``(B, channels, H, W)``, floating, and returns shape
    ``(B, width, ceil(H / stride), ceil(W / stride))``, same dtype. Where this shape is another than
    that of *x*, a convolution of size 1 brings *x* to it (``downsample``).

    Args:
        channels: Channels of the input, at least 1.
        width: Channels of the output, at least 1.
        stride: Step of the first convolution, at least 1.

    Source: https://arxiv.org/abs/1512.03385 (figure 2; table 1 for the sizes; option B).

    >>> import torch
    >>> from ptnotes.reuse.resnet import BasicBlock
    >>> BasicBlock(4, 8, stride=2)(torch.zeros(1, 4, 6, 6)).shape
    torch.Size([1, 8, 3, 3])
    """

    def __init__(self, channels: int, width: int, stride: int = 1) -> None:
        super().__init__()
        for name, value in (("channels", channels), ("width", width), ("stride", stride)):
            require(is_int(value, 1), name, "an int of at least 1", value)
        self.conv1 = nn.Conv2d(channels, width, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.downsample: nn.Module | None = None
        if stride > 1 or channels != width:
            shortcut = nn.Conv2d(channels, width, 1, stride, bias=False)
            self.downsample = nn.Sequential(shortcut, nn.BatchNorm2d(width))

    def forward(self, x: Tensor) -> Tensor:
        """
        Convolve twice, and add the input.
        """
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        shortcut = x if self.downsample is None else self.downsample(x)
        result: Tensor = self.relu(out + shortcut)
        return result


class ResNet(nn.Module):
    """
    A residual network of basic blocks; with its defaults, ResNet-18.

    It is called with images, shape ``(B, channels, H, W)``, floating, and returns logits, shape
    ``(B, classes)``, same dtype. H and W may be any size from 1; the first convolution, the pooling
    and each stage but the first halve them, rounded up. Convolutions are initialized as in He et
    al. (2015), with the fan-out.

    Args:
        classes: Number of classes, at least 1.
        blocks: Blocks of each stage; the first stage keeps the size, each other one halves it.
        width: Channels of the first stage, at least 1; each other stage has twice as many.
        channels: Channels of the images, at least 1.

    Source: https://arxiv.org/abs/1512.03385 (table 1).

    >>> import torch
    >>> from ptnotes.reuse.resnet import ResNet
    >>> net = ResNet(classes=10, blocks=(1, 1), width=4, channels=1)
    >>> net(torch.zeros(2, 1, 16, 16)).shape
    torch.Size([2, 10])
    """

    def __init__(
        self,
        classes: int = 1000,
        blocks: Sequence[int] = (2, 2, 2, 2),
        width: int = 64,
        channels: int = 3,
    ) -> None:
        super().__init__()
        for name, value in (("classes", classes), ("width", width), ("channels", channels)):
            require(is_int(value, 1), name, "an int of at least 1", value)
        counted = len(blocks) > 0 and all(is_int(count, 1) for count in blocks)
        require(counted, "blocks", "ints of at least 1", blocks)
        self.conv1 = nn.Conv2d(channels, width, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU()
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self.stages = [f"layer{i}" for i in range(1, len(blocks) + 1)]
        last = width
        for i, (name, count) in enumerate(zip(self.stages, blocks, strict=True)):
            stage = [BasicBlock(last, width << i, stride=min(i, 1) + 1)]
            last = width << i
            stage += [BasicBlock(last, last) for _ in range(count - 1)]
            self.add_module(name, nn.Sequential(*stage))
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Linear(last, classes)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        """
        Stem, stages, mean over the positions, linear layer.
        """
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for name in self.stages:
            x = self.get_submodule(name)(x)
        logits: Tensor = self.fc(self.avgpool(x).flatten(1))
        return logits


def resnet18(classes: int = 1000, channels: int = 3) -> ResNet:
    """
    Return a new ResNet-18.

    Args:
        classes: Number of classes, at least 1.
        channels: Channels of the images, at least 1.

    Returns:
        The network, in training mode.

    Source: https://arxiv.org/abs/1512.03385 (table 1, "18-layer").

    >>> from ptnotes.reuse.resnet import resnet18
    >>> sum(p.numel() for p in resnet18().parameters())
    11689512
    """
    return ResNet(classes, channels=channels)
