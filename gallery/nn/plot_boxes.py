r"""
How does a box reach one that it does not touch?
================================================

A detector moves its box towards the true one by the gradient of a loss. IoU, by which it is judged,
has no gradient as long as the boxes are apart. Generalized IoU (:doc:`/api/nn/boxes`) has one, and
the way that it takes is not the one you would draw (https://arxiv.org/abs/1902.09630).
"""

# %%
# Two losses, one start
# ---------------------
#
# With the areas :math:`I` of the intersection, :math:`U` of the union and :math:`C` of the smallest
# box around both, the hull, IoU is :math:`I / U` and generalized IoU is
#
# .. math:: \text{GIoU} = \frac{I}{U} - \frac{C - U}{C}.
#
# Each goes 400 steps down its loss, 1 less IoU or 1 less GIoU, at a rate that falls from 1 to 0.

import matplotlib.pyplot as plt
import torch

from ptnotes.nn.boxes import generalized_box_iou

torch.set_num_threads(1)  # on boxes this few a second thread only costs time
truth = torch.tensor([[5.0, 3.0, 8.0, 5.0]], dtype=torch.float64)
start = torch.tensor([[0.0, 0.0, 2.0, 2.0]], dtype=torch.float64)


def area(box):
    """Areas of boxes, shape (..., 4)."""
    return (box[..., 2:] - box[..., :2]).clamp(min=0).prod(-1)


def iou(box, other):
    """IoU, shape (N,), of boxes (N, 4) and as many others, or one."""
    low, high = torch.max(box, other)[:, :2], torch.min(box, other)[:, 2:]
    common = area(torch.cat([low, high], 1))
    return common / (area(box) + area(other) - common)


def descend(measure):
    """The box after each step down 1 - measure, shape (401, 4)."""
    boxes = [start]
    for step in range(400):
        box = boxes[-1].detach().requires_grad_()
        (gradient,) = torch.autograd.grad(1 - measure(box, truth).sum(), box)
        boxes.append(boxes[-1] - (1 - step / 400) * gradient)
    return torch.cat(boxes)


stays, moves = descend(iou), descend(generalized_box_iou)

# %%
# It grows, reaches, and lets go
# ------------------------------
#
# IoU never moves. For GIoU, boxes apart have :math:`I = 0`, and only :math:`U / C` counts: the
# share of the hull that the two fill. So the box does not travel, it grows, on all four sides, even
# the two that face away. Once it covers the truth the hull is the box itself, GIoU equals IoU, and
# what is too much is let go. On the way it was nine times the size that it began with.

giou, overlap = generalized_box_iou(moves, truth)[:, 0], iou(moves, truth)
touches = (overlap > 0).nonzero()[0].item()
covers = (torch.min(moves, truth)[:, :2].eq(moves[:, :2]) & moves[:, 2:].ge(truth[:, 2:])).all(1)
covered = covers.nonzero()[0].item()
largest = area(moves).argmax().item()
assert stays.eq(start).all()
assert (moves[10, :2] < start[0, :2]).all()
assert (moves[10, 2:] > start[0, 2:]).all()
assert area(moves).diff()[:touches].min() > 0
assert area(moves)[largest] > 9 * area(start)
assert moves[:, 0].min() < -1
assert torch.allclose(giou[covered], overlap[covered])
assert overlap[-1] > 0.99

print(f"the boxes touch after {touches} steps, the truth is covered after {covered}")
print(f"largest after {largest}: {area(moves)[largest] / area(start)[0]:.1f} times the start")

# %%
# Green is the truth, blue the box, grey its start, dashed the hull. Orange is level: from IoU alone
# this box learns nothing. The zigzag is an edge that jumps over the true one and back, by as much
# as the rate allows; it dies with the rate.
#
# .. alt::
#
#    Six frames of a blue box that descends 1 - GIoU to a green one that it does not touch: it
#    grows until it touches it, covers it, shrinks and fits. Below, the GIoU on the way, from -0.75
#    to 1 in 400 steps, and as a level line at 0 the IoU of a box that descends 1 - IoU and never
#    moves.

figure, axes = plt.subplot_mosaic("ABC;DEF;GGG", figsize=(10, 8), layout="constrained")
frames = [0, touches * 3 // 5, touches, covered, 160, 400]
names = "starts", "grows", "touches", "covers", "shrinks", "fits"


def draw(axis, box, **style):
    """One box as a rectangle."""
    x1, y1, x2, y2 = box.tolist()
    axis.add_patch(plt.Rectangle((x1, y1), x2 - x1, y2 - y1, **style))


for panel, frame, name in zip("ABCDEF", frames, names, strict=True):
    axis, box = axes[panel], moves[frame]
    hull = torch.cat([torch.min(box, truth[0])[:2], torch.max(box, truth[0])[2:]])
    draw(axis, hull, fill=False, ls="--", ec="0.6")
    draw(axis, start[0], fill=False, ec="0.5", lw=1.5)
    draw(axis, truth[0], fc=(*plt.matplotlib.colors.to_rgb("C2"), 0.3), ec="C2", lw=2.5)
    draw(axis, box, fc=(*plt.matplotlib.colors.to_rgb("C0"), 0.15), ec="C0", lw=2.5)
    axis.set(xlim=(-1.6, 9), ylim=(-1.2, 6), aspect="equal", xticks=[], yticks=[])
    axis.set_title(f"step {frame}: {name}, GIoU {giou[frame]:.2f}")
axes["G"].plot(giou, color="C0", lw=2.5, label="GIoU, descending 1 - GIoU")
axes["G"].plot(iou(stays, truth), color="C1", lw=2.5, label="IoU, descending 1 - IoU")
axes["G"].vlines(frames, -1, 1, color="0.8", lw=1, zorder=0)
axes["G"].set(xlabel="step", title="What each descent gains", ylim=(-1, 1.05))
axes["G"].legend(frameon=False, loc=(0.65, 0.08))
plt.show()
