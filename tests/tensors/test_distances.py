"""`ptnotes.tensors.distances` against float64: values, error bound, gradients and errors."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from ptnotes.tensors import distances
from tests.support.operators import (
    check_compiled,
    check_registration,
    float_dtypes,
    gpu,
    native,
    threads,
)
from tests.support.tensors import agree, draw, quick, refuses

counts = st.integers(0, 7)
dims = st.integers(0, 40)  # both ways of the operator
widths = pytest.mark.parametrize("D", [3, 33])
operator = torch.ops.ptnotes


def draw_points(n: int, D: int, seed: int = 0, dtype: torch.dtype = torch.float64) -> Tensor:
    """
    Points (n, D) that want a gradient.
    """
    return draw(n, D, seed=seed, dtype=dtype)


def error_bound(D: int, dtype: torch.dtype) -> float:
    """
    The relative error that `pairwise_squared_distance` states.
    """
    return 32 * (D + 3) * torch.finfo(dtype).eps


class TestReferences:
    """
    The three ways of the notes.
    """

    @quick
    @given(counts, counts, st.integers(1, 9))
    def test_they_agree(self, n: int, m: int, D: int) -> None:
        """
        Differences, expansion and torch.cdist squared, where nothing cancels.
        """
        x, y = draw_points(n, D), draw_points(m, D, 1) + 3
        reference = distances.pairwise_squared_distance_reference(x, y)

        torch.testing.assert_close(distances.pairwise_squared_distance_expanded(x, y), reference)
        torch.testing.assert_close(torch.cdist(x, y).square(), reference)

    def test_binary_descriptors(self) -> None:
        """
        Of bits, the squared distance is the number that differ.
        """
        bits = torch.tensor([[0.0, 1, 1, 0], [1, 1, 0, 0]])

        found = distances.pairwise_squared_distance_reference(bits, bits)
        assert found.tolist() == [[0, 2], [2, 0]]


@native
class TestPairwiseSquaredDistance:
    """
    ``pairwise_squared_distance``.
    """

    @quick
    @given(counts, counts, dims)
    def test_is_the_definition(self, n: int, m: int, D: int) -> None:
        """
        Values and both gradients are those of the differences, for any size, none included.
        """
        x, y = draw_points(n, D), draw_points(m, D, 1)
        ours = distances.pairwise_squared_distance(x, y)

        agree(ours, distances.pairwise_squared_distance_reference(x, y), x, y)

    @quick
    @given(dims.filter(bool), st.sampled_from([1.0, 1e-2, 1e-4]), st.sampled_from([0.0, 1e2, 1e4]))
    def test_error_bound(self, D: int, spread: float, offset: float) -> None:
        """
        In float32, with near points and far from the origin, the stated bound holds.
        """
        x, y = (draw_points(9, D, seed).detach() * spread + offset for seed in (0, 1))
        x, y = x.float(), torch.cat([y.float(), x.float(), torch.zeros(1, D)])
        exact = distances.pairwise_squared_distance_reference(x.double(), y.double())
        ours = distances.pairwise_squared_distance(x, y).double()

        assert ((ours - exact).abs() <= error_bound(D, torch.float32) * exact).all()

    def test_the_expansion_breaks_the_bound(self) -> None:
        """
        So the test above can fail.
        """
        x = draw_points(9, 20).detach().float() * 1e-2 + 1e2
        exact = distances.pairwise_squared_distance_reference(x.double(), x.double())
        expanded = distances.pairwise_squared_distance_expanded(x, x).double()

        assert ((expanded - exact).abs() > error_bound(20, torch.float32) * exact).any()

    @widths
    def test_not_finite(self, D: int) -> None:
        """
        An infinite or missing coordinate spoils its own distances and no others.
        """
        x, y = draw_points(4, D).detach(), draw_points(5, D, 1).detach()
        x[0, 0], y[1, 1], y[2, 0] = torch.inf, torch.nan, torch.inf
        ours = distances.pairwise_squared_distance(x, y)

        theirs = distances.pairwise_squared_distance_reference(x, y)
        torch.testing.assert_close(ours, theirs, equal_nan=True)

    @float_dtypes
    @widths
    def test_dtypes(self, dtype: torch.dtype, D: int) -> None:
        """
        Each dtype is as near to float64 as it can be.
        """
        x, y = draw_points(9, D, dtype=dtype), draw_points(11, D, 1, dtype)
        ours = distances.pairwise_squared_distance(x, y)
        exact = distances.pairwise_squared_distance_reference(x.double(), y.double())
        bound = torch.finfo(dtype).eps + error_bound(D, torch.promote_types(dtype, torch.float32))

        assert ours.dtype == dtype
        torch.testing.assert_close(ours.double(), exact, rtol=bound, atol=0)
        mine = torch.autograd.grad(ours.sum(), (x, y))
        theirs = torch.autograd.grad(exact.sum(), (x, y))
        for slope, expected in zip(mine, theirs, strict=True):
            torch.testing.assert_close(slope, expected, rtol=2 * bound, atol=20 * bound)

    @widths
    def test_layouts(self, D: int) -> None:
        """
        Strides and expanded points are read as they are.
        """
        x, y = draw_points(4, D).detach(), draw_points(5, D, 1).detach()
        expected = distances.pairwise_squared_distance(x, y)
        strided, every_other = x.t().contiguous().t(), torch.stack([y, -y], 1).flatten(0, 1)[::2]

        assert torch.equal(distances.pairwise_squared_distance(strided, every_other), expected)
        one = distances.pairwise_squared_distance(x[:1].expand(4, D), y)
        torch.testing.assert_close(one, expected[:1].expand(4, 5))

    @widths
    def test_threads(self, D: int) -> None:
        """
        Many points give the same bits on one thread and on several.
        """
        x, y = (draw_points(601, D, seed, torch.float32).detach() for seed in (0, 1))
        results = []
        for count in (1, 4):
            with threads(count):
                results.append(distances.pairwise_squared_distance(x, y))

        assert torch.equal(*results)

    @widths
    def test_gradients(self, D: int) -> None:
        """
        The gradients, and theirs, are those of finite differences.
        """
        x, y = draw_points(2, D), draw_points(3, D, 1)

        assert gradcheck(distances.pairwise_squared_distance, (x, y))
        assert gradgradcheck(distances.pairwise_squared_distance, (x, y))

    @float_dtypes
    @pytest.mark.parametrize("shape", [(0, 3, 2), (2, 0, 20), (2, 3, 0), (2, 3, 4), (2, 3, 20)])
    def test_opcheck(self, dtype: torch.dtype, shape: tuple[int, int, int]) -> None:
        """
        Schema, Meta, autograd and compilation are what torch asks of them.
        """
        n, m, D = shape
        x, y = draw_points(n, D, dtype=dtype), draw_points(m, D, 1, dtype)

        check_registration(operator.pairwise_squared_distance, x, y)

    @pytest.mark.parametrize("dynamic", [False, True])
    def test_compile(self, dynamic: bool) -> None:
        """
        Inside torch.compile it neither breaks the graph nor changes the result.
        """
        pairs = [(draw_points(n, 20), draw_points(4, 20, 1)) for n in (3, 8)]

        check_compiled(distances.pairwise_squared_distance, pairs, dynamic)

    def test_vmap(self) -> None:
        """
        Over a batch it gives what one call after another gives, as the differences do.
        """
        x, y = draw(2, 3, 4), draw_points(5, 4, 1)
        ours, theirs = (
            torch.vmap(way, (0, None))(x, y)
            for way in (
                distances.pairwise_squared_distance,
                distances.pairwise_squared_distance_reference,
            )
        )

        torch.testing.assert_close(ours, theirs)

    def test_autocast(self) -> None:
        """
        Under autocast it is computed in float32.
        """
        x = draw_points(2, 3, dtype=torch.bfloat16)
        with torch.autocast("cpu", torch.bfloat16):
            assert distances.pairwise_squared_distance(x, x.float()).dtype == torch.float32

    def test_errors(self) -> None:
        """
        Each argument that does not fit is refused by name, with what came and what was expected.
        """
        x = torch.zeros(2, 3)
        kinds = "x: expected Float, Double, Half or BFloat16, given Int"
        f = distances.pairwise_squared_distance

        refuses(TypeError, "y: expected a tensor, given list", lambda: f(x, [[0.0]]))
        refuses(TypeError, kinds, lambda: f(x.int(), x.int()))
        refuses(TypeError, "y: expected Float as x has, given Half", lambda: f(x, x.half()))
        message = "y: expected a tensor on cpu as x is, given one on meta"
        refuses(ValueError, message, lambda: f(x, x.to("meta")))
        refuses(ValueError, "x: expected shape [N, D], given [3]", lambda: f(x[0], x))
        message = "y: expected shape [M, 3] as x is [N, 3], given [2, 2]"
        refuses(ValueError, message, lambda: f(x, x[:, 1:]))

    @gpu
    @float_dtypes
    def test_cuda(self, dtype: torch.dtype) -> None:
        """
        The CUDA kernel gives what the CPU's gives, empty or not.
        """
        for n, m, D in ((0, 3, 2), (3, 4, 0), (3, 4, 5), (101, 203, 33)):
            x, y = draw_points(n, D, dtype=dtype).detach(), draw_points(m, D, 1, dtype).detach()
            bound = torch.finfo(dtype).eps + error_bound(D, torch.float32)
            there = distances.pairwise_squared_distance(x.cuda(), y.cuda()).cpu()

            here = distances.pairwise_squared_distance(x, y)
            torch.testing.assert_close(there, here, rtol=2 * bound, atol=0)
