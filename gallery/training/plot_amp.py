r"""
Which gradients does float16 lose, and what saves them?
=======================================================

The small ones, and a factor in front of the loss. We measure what a deep network's gradients lose
in float16 at every scale, and watch a scaler find a good one (:doc:`/notes/training/amp`).
"""

# %%
# Gradients of every size
# -----------------------
#
# The smallest number of float16 is :math:`2^{-24}`, and what is below half of it becomes zero; the
# largest is 65504, and what is beyond becomes infinity. The gradient of the hidden values is
# divided by the size of the batch and shrinks again from layer to layer on its way down.

import matplotlib.pyplot as plt
import torch
from torch import nn

from ptnotes.training.amp import LossScaler

torch.manual_seed(0)
torch.set_num_threads(1)  # so that the sums below have one order
hidden = [layer for _ in range(16) for layer in (nn.Linear(64, 64), nn.Tanh())]
net = nn.Sequential(*hidden, nn.Linear(64, 1))
x, y = torch.randn(1024, 64), torch.randn(1024, 1)


def gradients(S, half):
    """Gradients of S times the loss: of all hidden values, and of the first layer's weight."""
    h, kept = x, []
    for layer in net:
        with torch.autocast("cpu", dtype=torch.float16, enabled=half):
            h = layer(h)
        h.retain_grad()
        kept.append(h)
    net.zero_grad()
    (S * nn.functional.mse_loss(h.float(), y)).backward()
    return torch.cat([h.grad.flatten() for h in kept[:-1]]), net[0].weight.grad.clone()


exact, weight = gradients(1.0, half=False)
plain, _ = gradients(1.0, half=True)
scaled, _ = gradients(2.0**16, half=True)

assert 0.15 < (plain == 0).double().mean() < 0.5
assert (scaled == 0).double().mean() < 1e-4
assert scaled.isfinite().all()

# %%
# The wanted scale lies on a plateau
# ----------------------------------
#
# With too small a scale the first layer's gradient is made of what was not rounded to zero; with
# too large a one something overflows. In between nothing depends on it. A scaler that starts far
# too high skips the step and halves until all gradients are finite: it settles at the upper edge.
#
# .. alt::
#
#    Left, a histogram of the gradients on a scale of powers of two: as they are, most lie where
#    float16 loses bits and some where it holds zero; times 65,536 nearly all lie where it keeps
#    all bits. Right, the error of the first layer's gradient against the scale: 1 at small scales,
#    falling to a level stretch near a thousandth; a scaler that starts at the largest scales skips
#    its steps and is halved, until it settles on that stretch.

scales = 2.0 ** torch.arange(-8, 41)


def error(S):
    """How far the gradient of the first layer, unscaled, is from that in float32."""
    _, found = gradients(S, half=True)
    return ((found / S - weight).norm() / weight.norm()).item()


errors = torch.tensor([error(S.item()) for S in scales])

optimizer, scaler = torch.optim.SGD(net.parameters(), lr=0.0), LossScaler(2.0**40)
tried = []
while not tried or tried[-1] > scaler.S:
    tried.append(scaler.S)
    gradients(scaler.S, half=True)
    scaler.step(optimizer)
    scaler.update()

plateau = (scales >= 2.0**8) & (scales <= scaler.S)
assert errors[scales == 1] > 0.5
assert errors[plateau].max() < 0.01
assert len(tried) > 15
assert not errors[-1].isfinite()

figure, (left, right) = plt.subplots(1, 2, figsize=(12, 4.4), layout="constrained")
bins = torch.arange(-50, 12) + 0.5
for S, colour, name in ((1, "C1", "as they are"), (2**16, "C0", "times $2^{16}$")):
    left.hist((S * exact).abs().log2().numpy(), bins.numpy(), alpha=0.6, color=colour, label=name)
left.set_ylim(0, left.get_ylim()[1] * 1.2)
for edge in (-25, -14):
    left.axvline(edge, color="0.3", ls="--")
for place, text in ((-38, "zero in float16"), (-19.5, "bits lost"), (-1, "all bits kept")):
    left.text(place, left.get_ylim()[1] * 0.93, text, ha="center", size=11)
left.set(title="Gradients, and where float16 ends", xlabel="$\\log_2 |g|$", ylabel="how many")
left.legend(frameon=False, loc="center left")
right.loglog(scales, errors, "o-", color="C0", base=2)
right.loglog(tried[:-1], [4.0] * (len(tried) - 1), "x", color="C3", base=2)
right.loglog(tried[-1:], [4.0], "o", color="C2", base=2)
right.text(2.0**40, 6, "inf: skipped, halved", color="C3", ha="right", size=11)
right.text(tried[-1], 6, "settles", color="C2", ha="center", size=11)
right.set(title="Error of the first layer's gradient", xlabel="scale $S$", ylabel="relative error")
right.set(ylim=(2**-11, 16))
plt.show()
