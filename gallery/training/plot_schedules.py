r"""
Eight schedules, one noisy valley
=================================

A large rate gets near the minimum and then cannot come nearer: the noise of the gradient throws it
about. A small rate could, and would take for ever. A schedule has both, one after the other. What
the schedules mean and how to join them is in :doc:`/notes/training/schedules`.
"""

# %%
# What is measured
# ----------------
#
# The loss is :math:`\tfrac12 (x^2 + 0.02\, y^2)`, so one direction is steep and one is flat, and
# the gradients carry noise, as those of small batches do. 2000 independent runs start at (1, 1) and
# make 200 steps of plain descent; their mean loss is drawn under the factor of the schedule.

import matplotlib.pyplot as plt
import torch
from torch.optim import lr_scheduler as schedules

from ptnotes.training.schedules import rates, warmup_cosine

torch.set_num_threads(1)  # on tensors this small a second thread only costs time
steps, lr = 200, 0.5
curvature = torch.tensor([[1.0], [0.02]])
makes = {
    "constant": lambda o: schedules.ConstantLR(o, factor=1.0),
    "StepLR": lambda o: schedules.StepLR(o, step_size=50, gamma=0.3),
    "MultiStepLR": lambda o: schedules.MultiStepLR(o, milestones=[120, 170]),
    "ExponentialLR": lambda o: schedules.ExponentialLR(o, gamma=0.98),
    "LinearLR": lambda o: schedules.LinearLR(o, 1.0, 0.0, total_iters=steps),
    "warm-up, cosine": lambda o: schedules.LambdaLR(o, lambda t: warmup_cosine(t, 20, steps)),
    "OneCycleLR": lambda o: schedules.OneCycleLR(o, lr, total_steps=steps),
    "warm restarts": lambda o: schedules.CosineAnnealingWarmRestarts(o, T_0=50),
}


def mean_loss(factors):
    """Mean loss of all runs after each step."""
    torch.manual_seed(0)
    theta, losses = torch.ones(2, 2000), []
    for factor in factors:
        noise = 0.5 * curvature.sqrt() * torch.randn_like(theta)
        theta = theta - lr * factor * (curvature * theta + noise)
        losses.append((curvature * theta**2).sum(0).mean().item() / 2)
    return losses


factors = {name: [rate / lr for rate in rates(make, steps, lr)] for name, make in makes.items()}
losses = {name: mean_loss(values) for name, values in factors.items()}
last = {name: values[-1] for name, values in losses.items()}

# %%
# All that matters is the end
# ---------------------------
#
# The constant rate comes down in a few steps, and then stays where it is. All others end
# many times lower, and among those that end with a rate near zero the shape hardly matters. Warm
# restarts throw the loss back up at each restart, and get it down again before the next.
#
# .. alt::
#
#    Eight schedules, each with the factor of the rate as an area and the mean loss as a line over
#    200 steps. Under the constant rate the loss soon stops falling; under the two that fall in
#    steps it drops at each; where the rate goes smoothly to near zero the loss ends as low; warm
#    restarts throw it up three times, and each time it falls again.

for name, value in sorted(last.items(), key=lambda item: item[1]):
    print(f"{name:15} {value:.4f}")

assert all(last["constant"] > 4 * value for name, value in last.items() if name != "constant")
smooth = [last[name] for name in ("ExponentialLR", "LinearLR", "warm-up, cosine", "OneCycleLR")]
assert min(smooth) > max(smooth) / 1.5
assert last["constant"] > losses["constant"][20] / 1.5
assert losses["warm restarts"][170] > 3 * losses["warm restarts"][149]

figure, axes = plt.subplots(2, 4, figsize=(12, 5.4), sharex=True, layout="constrained")
for axis, name in zip(axes.flat, makes, strict=True):
    axis.fill_between(range(steps), factors[name], color="C0", alpha=0.25, lw=0)
    axis.set(title=name, ylim=(0, 1.08), yticks=[0, 0.5, 1])
    loss_axis = axis.twinx()
    loss_axis.plot(losses[name], color="C1", lw=2)
    loss_axis.set(yscale="log", ylim=(2e-3, 1))
    loss_axis.tick_params(colors="C1", which="both", labelright=axis in axes[:, -1])
    axis.tick_params(colors="C0", axis="y", labelleft=axis in axes[:, 0])
    if axis in axes[:, 0]:
        axis.set_ylabel("factor of the rate", color="C0")
    if axis in axes[:, -1]:
        loss_axis.set_ylabel("mean loss", color="C1")
figure.supxlabel("step", size=11)
plt.show()
