r"""
Four ways down a narrow valley
==============================

The gradient of a narrow valley points at the wall, hardly ever along the floor. Plain descent has
to choose between creeping and swinging; momentum need not. Why, and what the settings mean, is in
:doc:`/notes/training/momentum`.
"""

# %%
# One valley, one start
# ---------------------
#
# The loss is :math:`L = \tfrac12 (x^2 + 50\, y^2)`: fifty times as steep across as along. Plain
# descent runs away beyond a rate of :math:`2/50`; its best is :math:`2/51`, on the brink, and half
# of the limit is what a careful person takes. Both kinds of momentum get that careful rate.

import matplotlib.pyplot as plt
import torch

from ptnotes.training.momentum import path

torch.set_num_threads(1)  # on tensors this small a second thread only costs time
curvature = torch.tensor([1.0, 50.0], dtype=torch.float64)
start = torch.tensor([10.0, 1.0], dtype=torch.float64)


def valley(theta):
    """Loss of a point, shape (2,)."""
    return (curvature * theta**2).sum() / 2


def sgd(lr, **settings):
    """The way of SGD with these settings, shape (81, 2)."""
    return path(lambda p: torch.optim.SGD(p, lr, **settings), valley, start, 80)


ways = {
    "careful rate, 0.02": sgd(0.02),
    "best rate, 2/51": sgd(2 / 51),
    "momentum 0.8, rate 0.02": sgd(0.02, momentum=0.8),
    "Nesterov 0.8, rate 0.02": sgd(0.02, momentum=0.8, nesterov=True),
}

# %%
# What they do with 80 steps
# --------------------------
#
# The careful rate has a fifth of the way still before it. The best rate gets nearer, and walks
# almost fifty units up and down for it, in a valley where the start is one unit up. Momentum is
# hundreds of times nearer than either, and Nesterov's form swings far less.

left = [(points[-1].norm() / start.norm()).item() for points in ways.values()]
across = [points[:, 1].diff().abs().sum().item() for points in ways.values()]

for name, distance, walked in zip(ways, left, across, strict=True):
    print(f"{name:24} {distance:.4f} of the distance left, {walked:4.1f} walked across")

creeping, swinging, momentum, nesterov = range(4)
assert 0.19 < left[creeping] < 0.21
assert across[swinging] > 45
assert left[swinging] / left[momentum] > 300
assert left[swinging] / left[nesterov] > 300
assert across[nesterov] < 0.4 * across[momentum]

# %%
# The rings are lines of equal loss. They are stretched upwards: the true valley is narrower. The
# dips on the right are the moments when a way crosses the middle of the valley and goes past it.
#
# .. alt::
#
#    Four ways down a long valley of equal-loss rings. At a careful rate the way goes straight
#    along and covers most of the length only; at the best rate it zigzags across; momentum swings
#    and arrives; Nesterov arrives after one turn. Right, the share of the distance left after 80
#    steps: a fifth at the careful rate, less at the best one, and hundreds of times less than that
#    with either kind of momentum.

figure, axes = plt.subplot_mosaic("ABE;CDE", figsize=(12, 5), layout="constrained")
x, y = torch.meshgrid(torch.linspace(-4, 11, 100), torch.linspace(-1.3, 1.3, 100), indexing="xy")
colors = dict(zip(ways, ("C2", "C3", "C0", "C1"), strict=True))
for panel, (name, points) in zip("ABCD", ways.items(), strict=True):
    axes[panel].contour(x, y, (x**2 + 50 * y**2) / 2, levels=[1, 5, 15, 30, 50], colors="0.8")
    axes[panel].plot(*points.T, "o-", color=colors[name], ms=3, lw=1.2)
    axes[panel].plot(0, 0, "k+", ms=10)
    axes[panel].set(xlim=(-4, 11), ylim=(-1.3, 1.3))
    axes[panel].set_title(name, color=colors[name])
    axes["E"].plot(points.norm(dim=-1) / start.norm(), color=colors[name], lw=2.5)
axes["E"].set(title="Share of the distance left", xlabel="step", yscale="log")
plt.show()
