"""
Boxes: generalized IoU of all pairs as one native operator, and as the composition it stands for.

A box is ``(x1, y1, x2, y2)``, two opposite corners with ``x1 <= x2`` and ``y1 <= y2``. The operator
raises TypeError for a wrong dtype and ValueError for a wrong shape or device, and names the
argument, what it expected and what it was given.
"""

from typing import Any

import torch
from torch import Tensor

from ptnotes import _native

__all__ = ["generalized_box_iou", "generalized_box_iou_reference"]


def generalized_box_iou(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """
    Generalized IoU of each box of one set with each of another, in one pass each way.

    ``GIoU = I / U - (C - U) / C``, with the areas of intersection, union and the smallest box
    around both: from -1 (far apart) to 1 (equal), and with a gradient where boxes do not touch,
    where IoU has none. Two boxes without area that coincide give NaN. Where corners are level,
    each gets half the gradient, as with ``torch.max``. Computed in float32 under autocast. A
    gradient of the gradient is refused: take it of `generalized_box_iou_reference`.

    Args:
        boxes1: Boxes, shape (N, 4), float32, float64, float16 or bfloat16 (computed in float32).
        boxes2: Boxes, shape (M, 4), dtype of *boxes1*.

    Returns:
        Generalized IoU, shape (N, M), dtype of *boxes1*.

    Raises:
        ImportError: If the native extension is not there; the message says how to get it.

    Source: https://arxiv.org/abs/1902.09630 (algorithm 1); name and layout as in torchvision.ops.

    >>> import torch
    >>> from ptnotes.nn.boxes import generalized_box_iou
    >>> boxes = torch.tensor([[0.0, 0.0, 2.0, 2.0], [1.0, 1.0, 3.0, 3.0], [4.0, 4.0, 6.0, 6.0]])
    >>> generalized_box_iou(boxes[:1], boxes)
    tensor([[ 1.0000, -0.0794, -0.7778]])
    """
    _native.need("generalized_box_iou", boxes1=boxes1, boxes2=boxes2)
    giou: Tensor = torch.ops.ptnotes.generalized_box_iou(boxes1, boxes2)
    return giou


def generalized_box_iou_reference(boxes1: Tensor, boxes2: Tensor) -> Tensor:
    """
    Generalized IoU as its formula reads; differentiable as often as one likes.

    Args:
        boxes1: Boxes, shape (N, 4), floating.
        boxes2: Boxes, shape (M, 4), dtype of *boxes1*.

    Returns:
        Generalized IoU, shape (N, M), dtype of *boxes1*.

    Source: https://arxiv.org/abs/1902.09630 (algorithm 1).

    >>> import torch
    >>> from ptnotes.nn.boxes import generalized_box_iou_reference
    >>> far = torch.tensor([[0.0, 0.0, 1.0, 1.0], [9.0, 0.0, 10.0, 1.0]])
    >>> generalized_box_iou_reference(far, far)
    tensor([[ 1.0000, -0.8000],
            [-0.8000,  1.0000]])
    """
    a, b = boxes1[:, None], boxes2[None, :]
    common = torch.min(a[..., 2:], b[..., 2:]) - torch.max(a[..., :2], b[..., :2])
    hull = torch.max(a[..., 2:], b[..., 2:]) - torch.min(a[..., :2], b[..., :2])
    # Not clamp(min=0): its gradient at 0 is 1 before torch 2.14 and 0 since.
    intersection, enclosing = area(common.relu()), area(hull.relu())
    union = area(a[..., 2:] - a[..., :2]) + area(b[..., 2:] - b[..., :2]) - intersection
    return intersection / union - (enclosing - union) / enclosing


def area(size: Tensor) -> Tensor:
    """
    Areas (...) of boxes of widths and heights (..., 2).
    """
    width, height = size.unbind(-1)
    return width * height


def keep_for_backward(ctx: Any, inputs: tuple[Tensor, Tensor], output: Tensor) -> None:
    """
    Keep what the backward pass reads.
    """
    ctx.save_for_backward(*inputs)


def backward(ctx: Any, grad: Tensor) -> tuple[Tensor, Tensor]:
    """
    Return the gradients of both sets of boxes.
    """
    slopes: tuple[Tensor, Tensor] = torch.ops.ptnotes.generalized_box_iou_backward(
        grad, *ctx.saved_tensors
    )
    return slopes


_native.differentiate_once("generalized_box_iou", backward, keep_for_backward)
