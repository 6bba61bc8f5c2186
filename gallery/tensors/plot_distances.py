r"""
Where do the digits of a distance go?
=====================================

Squared distances of all pairs have a fast formula, and ``torch.cdist`` uses it without being asked.
For near points far from the origin it returns noise.
"""

# %%
# Five ways, two clouds
# ---------------------
#
# From points of shape :math:`(N, D)` to points of shape :math:`(M, D)` there are :math:`N M D`
# differences. The formula :math:`|x - y|^2 = |x|^2 - 2\, x \cdot y + |y|^2` needs one matrix
# product and :math:`N M` numbers. We ask for distances inside two clouds of width 1, on either side
# of the origin, ever farther away, and compare with float64.

import itertools

import matplotlib.pyplot as plt
import torch

from ptnotes.tensors.distances import pairwise_squared_distance

torch.manual_seed(0)
torch.set_num_threads(1)  # on tensors this small a second thread only costs time
told = "donot_use_mm_for_euclid_dist"
ways = {
    "differences": lambda x, y: (x[:, None] - y).square().sum(-1),
    "expansion": lambda x, y: x.square().sum(1)[:, None] - 2 * x @ y.T + y.square().sum(1),
    "torch.cdist": lambda x, y: torch.cdist(x, y) ** 2,
    "torch.cdist, told not to": lambda x, y: torch.cdist(x, y, compute_mode=told) ** 2,
    "pairwise_squared_distance": pairwise_squared_distance,
}
differences, expansion, cdist, exact, ours = ways
side = torch.tensor([1.0, -1.0]).repeat(100)[:, None]  # points take turns between the clouds
inside = side == side.T
steps, others = torch.randn(2, 200, 64) / 128**0.5  # so that |x - y| is about 1
away = torch.logspace(0, 4, 13)


def points(a):
    """Two sets of points at distance a from the origin, each of shape (200, 64)."""
    return side * a / 8 + steps, side * a / 8 + others


def error(way, x, y):
    """Median relative error of squared distances inside the clouds."""
    truth = ways[differences](x.double(), y.double())
    return ((ways[way](x, y) - truth).abs() / truth)[inside[: len(x), : len(y)]].median().item()


errors = {way: [error(way, *points(a)) for a in away] for way in ways}

# %%
# What cancellation leaves
# ------------------------
#
# At distance :math:`a` from the origin the three terms are as large as :math:`a^2`, each rounded to
# some :math:`6 \cdot 10^{-8}` of that, and what should remain is about 1. So the error grows as
# :math:`a^2`, and at 4000 no digit is left: some squares are below 0. ``torch.cdist`` makes 0 of
# those, and takes the formula only where a set has more than 25 points. Moving the origin would
# help one cloud, not both. Our operator (:doc:`/api/tensors/distances`) sees which pairs cancel,
# and takes the differences of those.

x, y = points(4000)
near = {way: call(x, y)[inside] for way, call in ways.items()}

assert max(errors[differences] + errors[exact] + errors[ours]) < 1e-6
for way in (expansion, cdist):
    assert errors[way][0] < 1e-6
    assert 5000 < errors[way][9] / errors[way][3] < 20000  # a is 100 times as large
    assert error(way, x, y) > 0.5
assert near[expansion].min() < 0
assert near[cdist].min() == 0
assert near[differences].min() > 0.4
assert error(cdist, x[:25], y[:25]) < 1e-6
assert error(cdist, x[:26], y[:25]) > 0.1

# %%
# What each takes in memory, by torch's profiler: the most that is in use at once for
# :math:`N = M = 500` and :math:`D = 64`, the result of 1 MB included.
#
# .. alt::
#
#    Left, the relative error against the distance from the origin: for the expansion and
#    torch.cdist it rises from below a millionth to 1 and more, where no digit is left; for the
#    differences, for cdist told not to expand, and for pairwise_squared_distance it stays below a
#    millionth. Right, memory at the peak: for the differences more than fifty times as much as for
#    any other.


def peak(call):
    """Megabytes in use at the peak of a call."""
    sets = torch.randn(2, 500, 64)
    with torch.profiler.profile(profile_memory=True) as profile:
        result = call(*sets)  # a name, so that it is alive to the end
    events = [e for e in profile.profiler.kineto_results.events() if e.name() == "[memory]"]
    events.sort(key=lambda event: event.start_ns())
    return max(itertools.accumulate(event.nbytes() for event in events)) / result.nbytes


peaks = {way: peak(call) for way, call in ways.items()}
assert max(peaks[way] for way in (expansion, cdist, exact, ours)) / peaks[differences] < 0.02

figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
styles = "C0-", "C1-", "C3--", "C4:", "C2-"
for (way, values), style in zip(errors.items(), styles, strict=True):
    left.loglog(away, values, style, lw=3)
    bar = right.barh(way, peaks[way], color=style[:2])
    right.bar_label(bar, fmt="%.1f MB", padding=4)
left.axhline(1, color="0.7", lw=1, zorder=0)
left.text(1, 1.3, "no digit left", color="0.4")
left.set(title="Relative error of squared distances, float32", xlabel="distance from the origin")
right.set(title="Memory at the peak", xlim=(0, 160), ylim=(4.5, -0.5))
right.xaxis.set_visible(False)
plt.show()
