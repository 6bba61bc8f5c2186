"""`ptnotes.nn.boxes` against its formula: values, gradients and errors of the native operator."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from ptnotes.nn import boxes
from tests.support.operators import (
    check_compiled,
    check_refuses_second_gradient,
    check_registration,
    float_dtypes,
    gpu,
    native,
    threads,
)
from tests.support.tensors import agree, draw, quick, refuses

counts = st.integers(0, 7)
operator = torch.ops.ptnotes


def draw_boxes(n: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    """
    Boxes (n, 4) of sizes up to 5 in a field of about the same size, so that some overlap.
    """
    x = draw(n, 4, seed=seed).detach()
    corners = torch.cat([x[:, :2], x[:, :2] + x[:, 2:].abs() + 0.1], 1)
    return corners.to(dtype).requires_grad_()


class TestReference:
    """
    ``generalized_box_iou_reference``.
    """

    def test_cases_by_hand(self) -> None:
        """
        Equal, inside, side by side, apart, and crossing.
        """
        box = torch.tensor([[0.0, 0.0, 2.0, 2.0]])
        others = [[0, 0, 2, 2], [0, 0, 1, 1], [2, 0, 4, 2], [4, 4, 6, 6], [1, 1, 3, 3]]
        expected = torch.tensor([[1, 1 / 4, 0, -28 / 36, 1 / 7 - 2 / 9]])
        found = boxes.generalized_box_iou_reference(box, torch.tensor(others).float())

        torch.testing.assert_close(found, expected)

    def test_second_gradient(self) -> None:
        """
        It can be differentiated twice.
        """
        a, b = draw_boxes(2), draw_boxes(3, seed=1)

        assert gradgradcheck(boxes.generalized_box_iou_reference, (a, b))


@native
class TestGeneralizedBoxIoU:
    """
    ``generalized_box_iou``.
    """

    @quick
    @given(counts, counts, st.integers(0, 9))
    def test_is_the_formula(self, n: int, m: int, seed: int) -> None:
        """
        Values and both gradients are those of the formula, for any number of boxes, none included.
        """
        a, b = draw_boxes(n, seed), draw_boxes(m, seed + 1)
        ours = boxes.generalized_box_iou(a, b)

        agree(ours, boxes.generalized_box_iou_reference(a, b), a, b)

    def test_level_corners(self) -> None:
        """
        Where corners are level or boxes only touch, gradients are torch's choice, too.
        """
        grid = torch.tensor([[0, 0, 2, 2], [0, 0, 1, 2], [2, 0, 3, 2], [0, 2, 2, 3], [5, 5, 6, 7]])
        a, b = (grid.double().requires_grad_() for _ in range(2))

        agree(boxes.generalized_box_iou(a, b), boxes.generalized_box_iou_reference(a, b), a, b)

    def test_boxes_without_area(self) -> None:
        """
        A point and a line have values as in the formula; two that coincide give NaN, as there.
        """
        flat = torch.tensor([[1.0, 1.0, 1.0, 1.0], [0.0, 1.0, 2.0, 1.0], [0.0, 0.0, 2.0, 2.0]])
        ours = boxes.generalized_box_iou(flat, flat)

        theirs = boxes.generalized_box_iou_reference(flat, flat)
        torch.testing.assert_close(ours, theirs, equal_nan=True)
        assert ours.isnan().sum() == 4

    @float_dtypes
    def test_dtypes(self, dtype: torch.dtype) -> None:
        """
        Each dtype is as near to float64 as it can be.
        """
        a, b = draw_boxes(37, dtype=dtype), draw_boxes(53, seed=1, dtype=dtype)
        ours = boxes.generalized_box_iou(a, b)
        exact = boxes.generalized_box_iou(a.double(), b.double())

        assert ours.dtype == dtype
        eps = torch.finfo(dtype).eps
        torch.testing.assert_close(ours.double(), exact, rtol=0, atol=8 * eps)
        mine = torch.autograd.grad(ours.sum(), (a, b))
        theirs = torch.autograd.grad(exact.sum(), (a, b))
        for x, y in zip(mine, theirs, strict=True):
            torch.testing.assert_close(x, y, rtol=8 * eps, atol=64 * eps)

    def test_layouts(self) -> None:
        """
        Strides, expanded boxes and expanded gradients are read as they are.
        """
        a, b = draw_boxes(3).detach(), draw_boxes(4, seed=1).detach()
        expected = boxes.generalized_box_iou(a, b)
        strided = a.t().contiguous().t().requires_grad_()
        every_other = torch.stack([b, -b], 1).flatten(0, 1)[::2]
        ours = boxes.generalized_box_iou(strided, every_other)
        one = a[:1].expand(3, 4)

        assert torch.equal(ours, expected)
        agree(ours, boxes.generalized_box_iou_reference(strided, every_other), strided)
        assert torch.equal(boxes.generalized_box_iou(one, b), expected[:1].expand(3, 4))

    def test_threads(self) -> None:
        """
        Many boxes give the same bits on one thread and on several.
        """
        a, b = (draw_boxes(301, seed, torch.float32).detach().requires_grad_() for seed in (0, 1))
        results = []
        for count in (1, 4):
            with threads(count):
                giou = boxes.generalized_box_iou(a, b)
                results.append((giou, *torch.autograd.grad(giou.square().sum(), (a, b))))

        for one, several in zip(*results, strict=True):
            assert torch.equal(one, several)

    def test_gradcheck(self) -> None:
        """
        The gradients are those of finite differences.
        """
        assert gradcheck(boxes.generalized_box_iou, (draw_boxes(3), draw_boxes(4, seed=1)))

    def test_second_gradient(self) -> None:
        """
        A gradient of the gradient is refused with a reason.
        """
        a, b = draw_boxes(2), draw_boxes(3, seed=1)
        giou = boxes.generalized_box_iou(a, b)

        check_refuses_second_gradient("generalized_box_iou", giou, a)

    @float_dtypes
    @pytest.mark.parametrize("counts", [(0, 3), (2, 0), (2, 3)])
    def test_opcheck(self, dtype: torch.dtype, counts: tuple[int, int]) -> None:
        """
        Schema, Meta, autograd and compilation of both operators are what torch asks of them.
        """
        a, b = (draw_boxes(n, seed, dtype) for seed, n in enumerate(counts))

        check_registration(operator.generalized_box_iou, a, b)
        a, b = a.detach(), b.detach()
        grad = a.new_ones(counts)
        check_registration(operator.generalized_box_iou_backward, grad, a, b)

    @pytest.mark.parametrize("dynamic", [False, True])
    def test_compile(self, dynamic: bool) -> None:
        """
        Inside torch.compile it neither breaks the graph nor changes the result.
        """
        pairs = [(draw_boxes(n), draw_boxes(4, seed=1)) for n in (3, 8)]

        check_compiled(boxes.generalized_box_iou, pairs, dynamic)

    def test_vmap(self) -> None:
        """
        Over a batch it gives what one call after another gives, as the formula does.
        """
        a = torch.stack([draw_boxes(3, seed) for seed in range(2)])
        b = draw_boxes(4, seed=5)
        batched = torch.vmap(boxes.generalized_box_iou, (0, None))(a, b)

        torch.testing.assert_close(
            batched, torch.vmap(boxes.generalized_box_iou_reference, (0, None))(a, b)
        )

    def test_autocast(self) -> None:
        """
        Under autocast it is computed in float32.
        """
        a = draw_boxes(2, dtype=torch.bfloat16)
        with torch.autocast("cpu", torch.bfloat16):
            giou = boxes.generalized_box_iou(a, a.float())

        assert giou.dtype == torch.float32

    def test_errors(self) -> None:
        """
        Each argument that does not fit is refused by name, with what came and what was expected.
        """
        x, f = torch.zeros(2, 4), boxes.generalized_box_iou
        kinds = "boxes1: expected Float, Double, Half or BFloat16, given Long"

        refuses(TypeError, "boxes1: expected a tensor, given list", lambda: f([[0.0] * 4], x))
        refuses(TypeError, kinds, lambda: f(x.long(), x.long()))
        message = "boxes2: expected Float as boxes1 has, given Double"
        refuses(TypeError, message, lambda: f(x, x.double()))
        message = "boxes2: expected a tensor on cpu as boxes1 is, given one on meta"
        refuses(ValueError, message, lambda: f(x, x.to("meta")))
        message = "boxes1: expected shape [N, 4], given [4]"
        refuses(ValueError, message, lambda: f(x[0], x))
        message = "boxes2: expected shape [N, 4], given [2, 3]"
        refuses(ValueError, message, lambda: f(x, x[:, :3]))
        message = "grad: expected shape [2, 2], given [2, 1]"
        backward = operator.generalized_box_iou_backward
        refuses(ValueError, message, lambda: backward(x[:, :1], x, x))

    @gpu
    @float_dtypes
    def test_cuda(self, dtype: torch.dtype) -> None:
        """
        The CUDA kernels give what the CPU's give, empty or not.
        """
        for n, m in ((0, 3), (3, 0), (3, 4), (1001, 1003)):
            a, b = draw_boxes(n, 0, dtype), draw_boxes(m, 1, dtype)
            far = [x.detach().cuda().requires_grad_() for x in (a, b)]
            here, there = boxes.generalized_box_iou(a, b), boxes.generalized_box_iou(*far)
            near = {"rtol": 40 * torch.finfo(dtype).eps, "atol": 400 * torch.finfo(dtype).eps}

            torch.testing.assert_close(there.cpu(), here, **near)
            mine = torch.autograd.grad(there.sum(), far)
            theirs = torch.autograd.grad(here.sum(), (a, b))
            for x, y in zip(mine, theirs, strict=True):
                torch.testing.assert_close(x.cpu(), y, **near)
