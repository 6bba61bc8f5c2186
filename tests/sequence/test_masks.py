"""Every function of `ptnotes.sequence.masks` against torch's own conventions."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from ptnotes.sequence import attention as at
from ptnotes.sequence import masks
from tests.support.tensors import draw, quick, refuses


class TestCausalMask:
    """
    ``causal_mask``; that it is SDPA's ``is_causal`` is proven in ``TestAttention``.
    """

    @quick
    @given(st.integers(0, 6), st.integers(0, 6))
    def test_never_the_future(self, T_y: int, T_x: int) -> None:
        """
        Position i sees exactly the positions up to i.
        """
        expected = [[j <= i for j in range(T_x)] for i in range(T_y)]

        assert masks.causal_mask(T_y, T_x).tolist() == expected

    def test_device(self) -> None:
        """
        The mask is made where it is asked for.
        """
        assert masks.causal_mask(2, 2, device="meta").device.type == "meta"

    def test_errors(self) -> None:
        """
        Lengths are ints of at least 0.
        """
        refuses(
            ValueError,
            "T_y: expected an int of at least 0, given True",
            lambda: masks.causal_mask(True, 3),
        )
        refuses(
            ValueError,
            "T_y: expected an int of at least 0, given -1",
            lambda: masks.causal_mask(-1, 2),
        )
        refuses(
            ValueError,
            "T_x: expected an int of at least 0, given 2.5",
            lambda: masks.causal_mask(1, 2.5),  # type: ignore[arg-type]
        )


class TestPaddingMask:
    """
    ``padding_mask``.
    """

    @quick
    @given(st.lists(st.integers(0, 6), max_size=5))
    def test_first_states(self, lengths: list[int]) -> None:
        """
        Exactly the first states take part, as many as the sentence is long.
        """
        mask = masks.padding_mask(torch.tensor(lengths, dtype=torch.int32), 6)

        assert mask.shape == (len(lengths), 1, 6)
        assert mask.dtype == torch.bool
        assert mask[:, 0].tolist() == [[j < n for j in range(6)] for n in lengths]

    def test_opposite_of_key_padding_mask(self) -> None:
        """
        ``nn.MultiheadAttention`` wants the same mask turned round.
        """
        x, mask = draw(2, 4, 6), masks.padding_mask(torch.tensor([1, 3]), 4)
        layer = torch.nn.MultiheadAttention(6, 1, batch_first=True, dtype=x.dtype)
        _, theirs = layer(x, x, x, key_padding_mask=~mask.squeeze(1))
        Q, K, _ = F.linear(x, layer.in_proj_weight, layer.in_proj_bias).chunk(3, -1)

        torch.testing.assert_close(at.attention_weights(at.scaled_dot_score(Q, K), mask), theirs)

    def test_errors(self) -> None:
        """
        Lengths are integers from 0 to T_x in one dimension.
        """
        refuses(
            TypeError,
            "lengths: expected an integer tensor, given torch.float32",
            lambda: masks.padding_mask(torch.ones(2), 3),
        )
        refuses(
            TypeError,
            "lengths: expected an integer tensor, given torch.bool",
            lambda: masks.padding_mask(torch.tensor([True]), 3),
        )
        refuses(
            TypeError,
            "lengths: expected an integer tensor, given list",
            lambda: masks.padding_mask([1, 2], 3),  # type: ignore[arg-type]
        )
        refuses(
            ValueError,
            "lengths: expected shape (B), given (1, 1)",
            lambda: masks.padding_mask(torch.tensor([[1]]), 3),
        )
        refuses(
            ValueError,
            "lengths: expected lengths from 0 to T_x = 3, given [1, 4]",
            lambda: masks.padding_mask(torch.tensor([1, 4]), 3),
        )
        refuses(
            ValueError,
            "lengths: expected lengths from 0 to T_x = 3, given [-1]",
            lambda: masks.padding_mask(torch.tensor([-1]), 3),
        )
        refuses(
            ValueError,
            "T_x: expected an int of at least 0, given -3",
            lambda: masks.padding_mask(torch.tensor([1]), -3),
        )


class TestWindowMask:
    """
    ``window_mask``.
    """

    @quick
    @given(st.lists(st.floats(-2, 9, width=32), max_size=4), st.integers(0, 4), st.integers(0, 8))
    def test_distance(self, p: list[float], D: int, T_x: int) -> None:
        """
        A state takes part exactly when it is at most D away.
        """
        centres = torch.tensor(p, dtype=torch.float64)
        expected = [[abs(j - c) <= D for j in range(T_x)] for c in p]

        assert masks.window_mask(centres, D, T_x).tolist() == expected

    @pytest.mark.parametrize(
        "dtype", [torch.int64, torch.uint8, torch.bfloat16, torch.float32, torch.float64]
    )
    def test_dtype(self, dtype: torch.dtype) -> None:
        """
        Centres of any real dtype give the same window, and positions past 256 stay apart.
        """
        mask = masks.window_mask(torch.tensor([[[200]]], dtype=dtype), 100, 400)

        assert mask.shape == (1, 1, 1, 400)
        assert mask.flatten().nonzero().flatten().tolist() == list(range(100, 301))

    def test_zero_width(self) -> None:
        """
        D = 0 leaves the centre alone, where it is a position.
        """
        assert masks.window_mask(torch.tensor([1.0, 1.5]), 0, 3).tolist() == [
            [False, True, False],
            [False, False, False],
        ]

    def test_errors(self) -> None:
        """
        Each argument that does not fit is refused by name.
        """
        p = torch.zeros(2)

        refuses(
            TypeError,
            "p: expected a floating or integer tensor, given float",
            lambda: masks.window_mask(1.0, 1, 3),  # type: ignore[arg-type]
        )
        refuses(
            TypeError,
            "p: expected a floating or integer tensor, given torch.bool",
            lambda: masks.window_mask(p.bool(), 1, 3),
        )
        refuses(
            TypeError,
            "p: expected a floating or integer tensor, given torch.complex64",
            lambda: masks.window_mask(p.to(torch.complex64), 1, 3),
        )
        refuses(
            ValueError,
            "p: expected shape (..., T_y), given ()",
            lambda: masks.window_mask(p[0], 1, 3),
        )
        refuses(
            ValueError,
            "D: expected a number of at least 0, given -1",
            lambda: masks.window_mask(p, -1, 3),
        )
        refuses(
            ValueError,
            "T_x: expected an int of at least 0, given 3.0",
            lambda: masks.window_mask(p, 1, 3.0),  # type: ignore[arg-type]
        )
