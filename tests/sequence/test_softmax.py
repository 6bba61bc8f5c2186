"""`ptnotes.sequence.softmax` against torch's own operators: values, gradients, masks and errors."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.autograd import gradcheck, gradgradcheck

from ptnotes.sequence.masks import padding_mask
from ptnotes.sequence.softmax import masked_softmax, masked_softmax_reference
from tests.support.operators import (
    check_compiled,
    check_registration,
    float_dtypes,
    gpu,
    native,
    threads,
)
from tests.support.tensors import agree, draw, draw_mask, leads, quick, refuses

operator = torch.ops.ptnotes
counts = st.integers(0, 7)
# How a mask may lie against scores (2, 3, L, S): whole, for all heads, for keys, for queries.
broadcasts = st.sampled_from(["2 3 L S", "2 1 1 S", "1 1 L S", "L S", "S", "L 1", "1", "2 3 1 1"])


def mask_of(form: str, L: int, S: int, seed: int) -> Tensor:
    """
    A mask of such a shape as *form* says.
    """
    sizes = {"L": L, "S": S}
    return draw_mask(*(sizes.get(name) or int(name) for name in form.split()), seed=seed)


class TestReference:
    """
    ``masked_softmax_reference``.
    """

    def test_is_what_attention_uses(self) -> None:
        """
        With it, attention is torch's scaled_dot_product_attention.
        """
        Q, K, V = (draw(2, 3, 4, 8, seed=seed) for seed in range(3))
        mask = padding_mask(torch.tensor([4, 2]), 4)[:, None]
        a = masked_softmax_reference(Q @ K.mT, mask, scale=8**-0.5)

        torch.testing.assert_close(a @ V, F.scaled_dot_product_attention(Q, K, V, mask))


@native
class TestMaskedSoftmax:
    """
    ``masked_softmax``.
    """

    @quick
    @given(leads, counts, counts, st.booleans(), st.sampled_from([1.0, 0.35, -2.0, 0.0]))
    def test_is_the_composition(
        self, lead: tuple[int, ...], L: int, S: int, is_causal: bool, scale: float
    ) -> None:
        """
        Values and gradients are those of torch's operators, for any size, none included.
        """
        x = draw(*lead, L, S)
        ours = masked_softmax(x, None, scale, is_causal)

        agree(ours, masked_softmax_reference(x, None, scale, is_causal), x)

    @quick
    @given(broadcasts, st.integers(1, 6), st.integers(1, 6), st.booleans(), st.integers(0, 9))
    def test_masks(self, form: str, L: int, S: int, is_causal: bool, seed: int) -> None:
        """
        However the mask is broadcast, with rows that see nothing, and with causality on top.
        """
        x, mask = draw(2, 3, L, S), mask_of(form, L, S, seed)
        ours = masked_softmax(x, mask, is_causal=is_causal)

        agree(ours, masked_softmax_reference(x, mask, is_causal=is_causal), x)

    def test_rows_that_see_nothing(self) -> None:
        """
        They get zeros and a gradient of zero, by the mask or by scores of -infinity.
        """
        x = torch.tensor([[1.0, 2.0], [-torch.inf, -torch.inf]], requires_grad=True)
        for mask in (None, torch.tensor([[True, False], [False, False]])):
            weights = masked_softmax(x, mask)
            (slope,) = torch.autograd.grad(weights, x, torch.tensor([[1.0, 2.0], [3.0, 4.0]]))

            assert weights[1].tolist() == [0, 0]
            assert slope[1].tolist() == [0, 0]
            assert weights[0].sum() == 1

    @pytest.mark.parametrize("value", [torch.nan, torch.inf])
    def test_not_finite(self, value: float) -> None:
        """
        A score that is NaN or infinite spoils its own row, as in torch, unless it is masked.
        """
        x = draw(3, 4).detach()
        x[1, 2] = value
        mask = torch.tensor([True, True, False, True])
        alone = torch.full((1, 4), -torch.inf)
        alone[0, 2] = torch.nan

        for scores in (x, alone):
            ours, theirs = masked_softmax(scores), torch.softmax(scores, -1)
            torch.testing.assert_close(ours, theirs, equal_nan=True)
        assert masked_softmax(x, mask).isfinite().all()

    def test_large_scores(self) -> None:
        """
        Nothing overflows, and what is far below the greatest is 0.
        """
        x = torch.tensor([[1e30, -1e30, 1e30], [-1e4, -1e4 - 200, -1e4 + 1]])

        torch.testing.assert_close(masked_softmax(x), torch.softmax(x, -1))

    def test_many_axes(self) -> None:
        """
        A mask of more axes than a kernel walks is copied, and right.
        """
        x, mask = draw(*[1] * 8, 2, 3, 4), draw_mask(*[1] * 8, 2, 1, 4)

        agree(masked_softmax(x, mask), masked_softmax_reference(x, mask), x)

    @float_dtypes
    def test_dtypes(self, dtype: torch.dtype) -> None:
        """
        Each dtype is as near to float64 as it can be.
        """
        x = draw(5, 37, dtype=dtype)
        ours, exact = masked_softmax(x, scale=2.0), masked_softmax(x.double(), scale=2.0)
        eps = torch.finfo(dtype).eps

        assert ours.dtype == dtype
        torch.testing.assert_close(ours.double(), exact, rtol=16 * eps, atol=eps**2)
        cotangent = torch.linspace(-1, 1, 37, dtype=torch.float64)
        (slope,) = torch.autograd.grad(ours, x, cotangent.to(dtype).expand(5, 37))
        (expected,) = torch.autograd.grad(exact, x, cotangent.expand(5, 37))
        torch.testing.assert_close(slope, expected, rtol=64 * eps, atol=4 * eps)

    def test_layouts(self) -> None:
        """
        Strided scores and masks are read as they are.
        """
        x, mask = draw(4, 5).detach(), draw_mask(4, 5)
        expected = masked_softmax(x, mask)

        assert torch.equal(masked_softmax(x.t().contiguous().t(), mask), expected)
        assert torch.equal(masked_softmax(x, mask.t().contiguous().t()), expected)

    def test_threads(self) -> None:
        """
        Many rows give the same bits on one thread and on several.
        """
        results = []
        for count in (1, 4):
            x = draw(301, 307, dtype=torch.float32)
            with threads(count):
                weights = masked_softmax(x, is_causal=True)
                results.append((weights, *torch.autograd.grad(weights.square().sum(), x)))

        for one, several in zip(*results, strict=True):
            assert torch.equal(one, several)

    @pytest.mark.parametrize("is_causal", [False, True])
    def test_gradients(self, is_causal: bool) -> None:
        """
        The gradient, and its gradient, are those of finite differences.
        """
        x, mask = draw(2, 3, 4), draw_mask(2, 1, 4)

        assert gradcheck(lambda x: masked_softmax(x, mask, 0.7, is_causal), x)
        assert gradgradcheck(lambda x: masked_softmax(x, mask, 0.7, is_causal), x)

    @float_dtypes
    @pytest.mark.parametrize("shape", [(0, 3), (2, 0), (2, 3), (2, 3, 4)])
    def test_opcheck(self, dtype: torch.dtype, shape: tuple[int, ...]) -> None:
        """
        Schema, Meta, autograd and compilation of both operators are what torch asks of them.
        """
        x, mask = draw(*shape, dtype=dtype), draw_mask(shape[-1], seed=1)

        check_registration(operator.masked_softmax, x, None, 1.0, True)
        check_registration(operator.masked_softmax, x, mask, 0.5, False)
        check_registration(operator.masked_softmax_backward, x, x.detach(), 0.5)

    @pytest.mark.parametrize("dynamic", [False, True])
    def test_compile(self, dynamic: bool) -> None:
        """
        Inside torch.compile it neither breaks the graph nor changes the result.
        """
        mask = draw_mask(4)

        def masked(x: Tensor) -> Tensor:
            return masked_softmax(x, mask, is_causal=True)

        check_compiled(masked, [(draw(size, 4),) for size in (3, 8)], dynamic)

    def test_vmap(self) -> None:
        """
        Over a batch it gives what one call after another gives, as torch's operators do.
        """
        x, mask = draw(2, 3, 4), draw_mask(2, 4)
        ours, theirs = (
            torch.vmap(softmax)(x, mask) for softmax in (masked_softmax, masked_softmax_reference)
        )

        torch.testing.assert_close(ours, theirs)

    def test_autocast(self) -> None:
        """
        Under autocast it is computed in float32.
        """
        with torch.autocast("cpu", torch.bfloat16):
            assert masked_softmax(draw(2, 3, dtype=torch.bfloat16)).dtype == torch.float32

    def test_errors(self) -> None:
        """
        Each argument that does not fit is refused by name, with what came and what was expected.
        """
        x, f = torch.zeros(2, 3), masked_softmax
        kinds = "scores: expected Float, Double, Half or BFloat16, given Bool"

        refuses(TypeError, "scores: expected a tensor, given float", lambda: f(1.0))
        refuses(TypeError, "mask: expected a tensor, given bool", lambda: f(x, True))
        refuses(TypeError, kinds, lambda: f(x.bool()))
        message = "mask: expected Bool, True where a query may look, given Float"
        refuses(TypeError, message, lambda: f(x, x))
        message = "mask: expected a tensor on cpu as scores is, given one on meta"
        refuses(ValueError, message, lambda: f(x, x.bool().to("meta")))
        message = "scores: expected shape [..., L, S], given [3]"
        refuses(ValueError, message, lambda: f(x[0]))
        message = "mask: expected a shape that broadcasts to [2, 3] as scores has, given [2]"
        refuses(ValueError, message, lambda: f(x, x.bool()[:, 0]))
        message = "grad: expected shape [2, 3] as weights has, given [1, 3]"
        refuses(ValueError, message, lambda: operator.masked_softmax_backward(x[:1], x, 1.0))

    @gpu
    @float_dtypes
    def test_cuda(self, dtype: torch.dtype) -> None:
        """
        The CUDA kernels give what the CPU's give, empty or not, masked or not.
        """
        for shape in ((0, 3), (3, 0), (2, 3, 4), (2, 101, 203)):
            x = draw(*shape, dtype=dtype)
            far = x.detach().cuda().requires_grad_()
            near = {"rtol": 40 * torch.finfo(dtype).eps, "atol": 4 * torch.finfo(dtype).eps}
            for mask in (None, draw_mask(shape[-1]), draw_mask(*shape), draw_mask(shape[-2], 1)):
                here = masked_softmax(x, mask, 0.5, is_causal=True)
                there = masked_softmax(far, mask if mask is None else mask.cuda(), 0.5, True)
                torch.testing.assert_close(there.cpu(), here, **near)
                (slope,) = torch.autograd.grad(there.square().sum(), far)
                (expected,) = torch.autograd.grad(here.square().sum(), x)

                torch.testing.assert_close(slope.cpu(), expected, **near)
