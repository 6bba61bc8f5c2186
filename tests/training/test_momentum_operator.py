"""`ptnotes.training.momentum.sgd_step` against `torch.optim.SGD`: values, layouts and errors."""

from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from ptnotes.training.momentum import sgd_step
from tests.support.operators import check_registration, float_dtypes, gpu, native, threads
from tests.support.tensors import draw, quick, refuses

shapes = st.lists(st.lists(st.integers(0, 5), max_size=3).map(tuple), min_size=1, max_size=4)
rules = st.fixed_dictionaries(
    {
        "lr": st.sampled_from([0.0, 0.1]),
        "momentum": st.sampled_from([0.0, 0.9]),
        "dampening": st.sampled_from([0.0, 0.3]),
        "weight_decay": st.sampled_from([0.0, 0.01]),
        "nesterov": st.booleans(),
    }
).filter(lambda rule: not rule["nesterov"] or (rule["momentum"] and not rule["dampening"]))
NESTEROV = {"lr": 0.1, "momentum": 0.9, "weight_decay": 0.01, "nesterov": True}
Tensors = list[Tensor]


def steps_of_torch(params: Tensors, grads: list[Tensors], rule: dict[str, Any]) -> Tensors:
    """
    The parameters after torch's steps, in float64.
    """
    ours = [p.detach().double().clone().requires_grad_() for p in params]
    optimizer = torch.optim.SGD(ours, **rule)
    for latest in grads:
        for p, g in zip(ours, latest, strict=True):
            p.grad = g.double()
        optimizer.step()
    return ours


def steps(params: Tensors, grads: list[Tensors], rule: dict[str, Any]) -> Tensors:
    """
    The parameters after steps of the operator, on copies.
    """
    ours = [p.detach().clone() for p in params]
    buffers = [torch.full_like(p, torch.nan) for p in ours]  # the first step reads none
    for number, latest in enumerate(grads):
        sgd_step(ours, latest, buffers, **rule, first=number == 0)
    return ours


def draw_all(shapes: list[tuple[int, ...]], seed: int, dtype: torch.dtype) -> Tensors:
    """
    One tensor a shape.
    """
    return [draw(*shape, seed=seed + i, dtype=dtype).detach() for i, shape in enumerate(shapes)]


@native
class TestSgdStep:
    """
    ``sgd_step``.
    """

    @quick
    @given(shapes, rules)
    def test_is_torch(self, shapes: list[tuple[int, ...]], rule: dict[str, Any]) -> None:
        """
        Three steps are torch's, for any list of tensors, empty ones included.
        """
        params = draw_all(shapes, 0, torch.float64)
        grads = [draw_all(shapes, 10 * number, torch.float64) for number in range(1, 4)]

        theirs = steps_of_torch(params, grads, rule)
        for x, y in zip(steps(params, grads, rule), theirs, strict=True):
            torch.testing.assert_close(x, y, rtol=1e-12, atol=1e-12)

    @float_dtypes
    def test_dtypes(self, dtype: torch.dtype) -> None:
        """
        Each dtype is as near to float64 as storing it at each step allows.
        """
        shapes = [(37,), (2, 3)]
        params, grads = draw_all(shapes, 0, dtype), [draw_all(shapes, 5, dtype)] * 2
        near = 8 * torch.finfo(dtype).eps

        theirs = steps_of_torch(params, grads, NESTEROV)
        for x, y in zip(steps(params, grads, NESTEROV), theirs, strict=True):
            assert x.dtype == dtype
            torch.testing.assert_close(x.double(), y.detach(), rtol=near, atol=near)

    def test_no_tensors(self) -> None:
        """
        A step of nothing is no step.
        """
        sgd_step([], [], lr=0.1)

    def test_mixed_dtypes(self) -> None:
        """
        One list may hold several.
        """
        params = [torch.ones(2), torch.ones(3, dtype=torch.float64)]
        sgd_step(params, [torch.ones_like(p) for p in params], lr=0.5)

        assert [p.tolist() for p in params] == [[0.5] * 2, [0.5] * 3]

    def test_layouts(self) -> None:
        """
        Transposed, strided and differently strided tensors are changed where they lie.
        """
        storage = torch.zeros(6)
        params = [torch.zeros(2, 3).t(), storage[::2], torch.zeros(2, 2)]
        grads = [torch.arange(6.0).reshape(3, 2), torch.ones(3), torch.arange(4.0).view(2, 2).t()]
        buffers = [torch.zeros_like(g) for g in grads]
        sgd_step(params, grads, buffers, lr=1.0, momentum=0.5)

        for p, g, b in zip(params, grads, buffers, strict=True):
            assert torch.equal(p, -g)
            assert torch.equal(b, g)
        assert storage.tolist() == [-1, 0] * 3

    def test_threads(self) -> None:
        """
        Large and small tensors together give the same bits on one thread and on several.
        """
        shapes: list[tuple[int, ...]] = [(100_003,), (7,), (300, 301)]
        params, grads = draw_all(shapes, 0, torch.float32), draw_all(shapes, 5, torch.float32)
        results = []
        for count in (1, 4):
            with threads(count):
                results.append(steps(params, [grads, grads], NESTEROV))

        for one, several in zip(*results, strict=True):
            assert torch.equal(one, several)

    def test_autograd_takes_notice(self) -> None:
        """
        A leaf that wants a gradient may be changed; a graph that still needs it is refused.
        """
        p = torch.ones(2, requires_grad=True)
        loss = p.square().sum()
        sgd_step([p], [torch.ones(2)], lr=0.5)

        assert p.tolist() == [0.5, 0.5]
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            loss.backward()

    def test_opcheck(self) -> None:
        """
        Schema, Meta and compilation are what torch asks of them.
        """
        params, grads, buffers = (
            draw_all([(2, 3), (4,)], seed, torch.float32) for seed in range(3)
        )
        settings = (0.1, 0.9, 0.0, 0.01, True, False)

        check_registration(torch.ops.ptnotes.sgd_step_, params, grads, buffers, *settings)

    @pytest.mark.filterwarnings("ignore::DeprecationWarning")
    def test_compile(self) -> None:
        """
        Inside torch.compile it neither breaks the graph nor changes the result.
        """

        def twice(params: Tensors, grads: Tensors, buffers: Tensors) -> Tensor:
            sgd_step(params, grads, buffers, **NESTEROV, first=True)
            sgd_step(params, grads, buffers, **NESTEROV)
            return params[0] + params[1].sum()

        results = []
        for run in (twice, torch.compile(twice, fullgraph=True, backend="aot_eager")):
            lists = [draw_all([(2, 3), (4,)], seed, torch.float32) for seed in range(3)]
            results.append([run(*lists), *lists[0], *lists[2]])
        for x, y in zip(*results, strict=True):
            torch.testing.assert_close(x, y)

    def test_errors(self) -> None:
        """
        Each argument that does not fit is refused by name, and nothing is changed.
        """
        p, x = torch.zeros(2, 3), torch.ones(2, 3)

        def refused(error: type[Exception], message: str, *lists: Any, **rule: float) -> None:
            refuses(error, message, lambda: sgd_step(*lists, **{"lr": 0.1, **rule}))

        kinds = "params[0]: expected Float, Double, Half or BFloat16, given Long"
        refused(TypeError, kinds, [p.long()], [x.long()])
        refused(TypeError, "grads[0]: expected a tensor, given NoneType", [p], [None])
        message = "grads: expected 1 tensors, one for each of params, given 0"
        refused(ValueError, message, [p], [])
        message = "buffers: expected 1 tensors, one for each of params, given 0"
        refused(ValueError, message, [p], [x], momentum=0.9)
        message = "grads[1]: expected shape [2, 3] as params[1] has, given [3]"
        refused(ValueError, message, [p, p.clone()], [x, x[0]])
        message = "buffers[0]: expected Float as params[0] has, given Double"
        refused(TypeError, message, [p], [x], [x.double()], momentum=0.9)
        message = "grads[0]: expected a tensor on cpu as params[0] is, given one on meta"
        refused(ValueError, message, [p], [x.to("meta")])
        message = "params[1]: expected memory of its own, given that of params[0]"
        refused(ValueError, message, [p, p[:1]], [x, x[:1]])
        message = "buffers[1]: expected memory of its own, given that of buffers[0]"
        refused(ValueError, message, [p, p.clone()], [x, x], [x, x], momentum=0.9)
        for name in ("lr", "momentum", "weight_decay"):
            message = f"{name}: expected a number of at least 0, given -1"
            refused(ValueError, message, [p], [x], [x], **{name: -1.0})
        message = (
            "nesterov: expected momentum above 0 and no dampening, given momentum 0.9 and "
            "dampening 0.5"
        )
        refused(ValueError, message, [p], [x], [x], momentum=0.9, dampening=0.5, nesterov=True)

        assert p.abs().sum() == 0

    @gpu
    @float_dtypes
    def test_cuda(self, dtype: torch.dtype) -> None:
        """
        The CUDA kernel gives what the CPU's gives, for more tensors than one launch takes.
        """
        shapes: list[tuple[int, ...]] = [(n,) for n in range(70)] + [(1001, 33)]
        params, grads = draw_all(shapes, 0, dtype), draw_all(shapes, 99, dtype)
        far = [p.cuda() for p in params]
        there = steps(far, [[g.cuda() for g in grads]] * 2, NESTEROV)
        near = 4 * torch.finfo(dtype).eps

        for x, y in zip(there, steps(params, [grads] * 2, NESTEROV), strict=True):
            torch.testing.assert_close(x.cpu(), y, rtol=near, atol=near)
