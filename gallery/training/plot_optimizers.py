r"""
Which weights does weight decay shrink?
=======================================

In AdamW all of them, at one rate. In Adam the ones whose gradients are small: coupled to the
gradient, the decay is divided by :math:`\sqrt{\hat v}` together with it. What that is good for, and
where the two meanings come from, is in :doc:`/notes/training/optimizers`.
"""

# %%
# Weights that only the decay could move
# --------------------------------------
#
# Every row below holds 400 weights that begin at 1 and get gradients that are pure noise, of mean 0
# and of a size :math:`s` of the row's own, from 0.0001 to 100. On average the loss pulls none of
# them anywhere, so whatever happens to the mean of a row is the work of the decay.

import matplotlib.pyplot as plt
import torch

torch.manual_seed(0)
torch.set_num_threads(1)  # on tensors this small a second thread only costs time
sizes = torch.logspace(-4, 2, 25)
lr, decay, steps = 1e-3, 1.0, 2000


def mean_weight(optimizer_class):
    """Mean of each row at each step, shape (steps, rows)."""
    weights = torch.ones(len(sizes), 400, requires_grad=True)
    optimizer = optimizer_class([weights], lr=lr, weight_decay=decay)
    history = []
    for _ in range(steps):
        weights.grad = sizes[:, None] * torch.randn_like(weights)
        optimizer.step()
        history.append(weights.detach().mean(-1))
    return torch.stack(history)


coupled, decoupled = mean_weight(torch.optim.Adam), mean_weight(torch.optim.AdamW)

# %%
# Decoupled, every row is multiplied by :math:`1 - \eta\lambda` in each step, and after 2000 steps
# they are where that says, at 0.135. Coupled, where gradients are small the decay is all that Adam
# sees, and :math:`\hat m / \sqrt{\hat v}` makes full steps of it: two hundredths are left. Where
# gradients are large, next to nothing of the decay arrives.

assert (decoupled[-1] - (1 - lr * decay) ** steps).abs().max() < 0.02
assert (coupled[-1, sizes < 0.01] < 0.03).all()
assert (coupled[-1, sizes > 30] > 0.9).all()

# %%
# Five times the decay
# --------------------
#
# Could Adam be set right by another :math:`\lambda`? It moves the border between the weights that
# vanish and those that stay, and both remain.
#
# .. alt::
#
#    Left, the mean weight over 2000 steps: with AdamW it falls to 0.14 whatever the size of the
#    gradients; with Adam it falls further where they are small, less far where they are 1, and
#    hardly at all where they are 100. Right, what is left against their size: a level line for
#    AdamW, a rise from 0 to nearly 1 for Adam, and the same rise later with five times the decay.

decay = 5.0
stronger = mean_weight(torch.optim.Adam)

assert stronger[-1, 0] < 0.03
assert stronger[-1, -1] > 0.8

figure, (left, right) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
for row, style, size in ((0, ":", "0.0001"), (16, "--", "1"), (24, "-", "100")):
    left.plot(coupled[:, row], style, color="C1", lw=2.5, label=f"Adam, $s$ = {size}")
left.plot(decoupled[:, 16], color="C0", lw=2.5, label="AdamW, any $s$")
left.set(title="A mean weight over time", xlabel="step", ylabel="mean weight", ylim=(-0.05, 1.05))
left.legend(frameon=False, loc="center right", bbox_to_anchor=(1.0, 0.62))
right.plot(sizes, coupled[-1], "o-", color="C1", lw=2.5, label=r"Adam, $\lambda$ = 1")
right.plot(sizes, stronger[-1], "o:", color="C1", lw=2.5, label=r"Adam, $\lambda$ = 5")
right.plot(sizes, decoupled[-1], "o-", color="C0", lw=2.5, label=r"AdamW, $\lambda$ = 1")
right.set(title="What is left after 2000 steps", xlabel="size of the gradients $s$", xscale="log")
right.set_ylim(-0.05, 1.05)
right.legend(frameon=False)
plt.show()
