"""`ptnotes.training.schedules` against torch's own schedulers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch.optim import lr_scheduler as lrs

from ptnotes.training import schedules as sc
from tests.support.tensors import quick, refuses

lengths = st.integers(1, 12)
factors = st.floats(0.05, 1.0)


def same(ours: list[float], theirs: list[float]) -> None:
    """
    Equal up to the rounding of torch's factor after factor.
    """
    assert ours == pytest.approx(theirs, rel=1e-9, abs=1e-12)


class TestClosedForms:
    """
    Each against torch's recursive form, over more steps than the schedule has.
    """

    @quick
    @given(lengths, factors)
    def test_step_decay(self, size: int, gamma: float) -> None:
        """
        ``StepLR``.
        """
        theirs = sc.rates(lambda o: lrs.StepLR(o, size, gamma), 30)

        same([sc.step_decay(t, size, gamma) for t in range(30)], theirs)

    @quick
    @given(st.lists(st.integers(1, 25), max_size=4), factors)
    def test_multistep_decay(self, milestones: list[int], gamma: float) -> None:
        """
        ``MultiStepLR``, whatever the order, and with milestones named twice.
        """
        theirs = sc.rates(lambda o: lrs.MultiStepLR(o, milestones, gamma), 30)

        same([sc.multistep_decay(t, milestones, gamma) for t in range(30)], theirs)

    @quick
    @given(lengths, factors)
    def test_warmup(self, steps: int, start: float) -> None:
        """
        ``LinearLR``.
        """
        theirs = sc.rates(lambda o: lrs.LinearLR(o, start, total_iters=steps), 30)

        same([sc.warmup(t, steps, start) for t in range(30)], theirs)

    @quick
    @given(lengths, factors)
    def test_cosine(self, steps: int, floor: float) -> None:
        """
        ``CosineAnnealingLR`` up to its end; then the rate stays.
        """
        theirs = sc.rates(lambda o: lrs.CosineAnnealingLR(o, steps, eta_min=floor), steps + 1)

        same([sc.cosine(t, steps, floor) for t in range(steps + 1)], theirs)
        assert sc.cosine(steps + 5, steps, floor) == sc.cosine(steps, steps, floor)

    @quick
    @given(lengths, lengths, factors, factors)
    def test_warmup_cosine(self, rise: int, fall: int, start: float, floor: float) -> None:
        """
        ``LinearLR`` and ``CosineAnnealingLR`` one after the other.
        """

        def make(o: lrs.Optimizer) -> lrs.LRScheduler:
            parts = [
                lrs.LinearLR(o, start, total_iters=rise),
                lrs.CosineAnnealingLR(o, fall, eta_min=floor),
            ]
            return lrs.SequentialLR(o, parts, milestones=[rise])

        steps = range(rise + fall + 1)
        ours = [sc.warmup_cosine(t, rise, rise + fall, start, floor) for t in steps]
        same(ours, sc.rates(make, len(steps)))

    def test_no_warmup(self) -> None:
        """
        A rise of no steps is none.
        """
        assert sc.warmup(0, 0) == 1
        assert [sc.warmup_cosine(t, 0, 4) for t in range(5)] == [sc.cosine(t, 4) for t in range(5)]

    def test_errors(self) -> None:
        """
        Whatever is out of range is named.
        """
        refuses(
            ValueError,
            "t: expected a step of at least 0, given -1",
            lambda: sc.multistep_decay(-1, []),
        )
        refuses(
            ValueError,
            "size: expected a number of at least 1, given 0",
            lambda: sc.step_decay(0, 0),
        )
        refuses(
            ValueError,
            "steps: expected a number of at least 0, given -1",
            lambda: sc.warmup(0, -1),
        )
        refuses(
            ValueError,
            "steps: expected a number of at least 1, given 0",
            lambda: sc.cosine(0, 0),
        )
        refuses(
            ValueError,
            "steps: expected more than the rise of 4, given 4",
            lambda: sc.warmup_cosine(0, 4, 4),
        )


class TestRates:
    """
    ``rates``.
    """

    def test_of_a_fixed_length(self) -> None:
        """
        A schedule that refuses a step too many is not asked for one.
        """
        seen = sc.rates(lambda o: lrs.OneCycleLR(o, max_lr=1.0, total_steps=10), 10)

        assert len(seen) == 10
        assert max(seen) == 1.0

    def test_initial_rate(self) -> None:
        """
        The first step sees the initial rate, and no steps see nothing.
        """
        assert sc.rates(lambda o: lrs.StepLR(o, 2), 3, lr=4.0) == pytest.approx([4.0, 4.0, 0.4])
        assert sc.rates(lambda o: lrs.StepLR(o, 2), 0) == []

    def test_errors(self) -> None:
        """
        A negative number of steps is refused, and half a step.
        """
        for steps in (-1, 2.5):
            refuses(
                ValueError,
                f"steps: expected an int of at least 0, given {steps}",
                lambda n=steps: sc.rates(lambda o: lrs.StepLR(o, 2), n),
            )
        refuses(
            ValueError,
            "rise: expected a number of at least 0, given -2",
            lambda: sc.warmup_cosine(3, rise=-2, steps=6),
        )
        refuses(
            ValueError,
            "steps: expected a number of at least 1, given 6",
            lambda: sc.cosine(3, steps="6"),  # type: ignore[arg-type]
        )
