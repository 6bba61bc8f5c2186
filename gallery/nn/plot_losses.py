r"""
What does focal loss change when negatives swamp positives?
===========================================================

A detector looks at a thousand places to find one. Focal loss (:doc:`/api/nn/losses`) turns down
those that are easy (https://arxiv.org/abs/1708.02002). What of the model does it change, and what
not?
"""

# %%
# One positive in a thousand
# --------------------------
#
# The loss is :math:`-(1 - p_t)^\gamma \log p_t`, with the probability :math:`p_t` that the model
# gives to the truth; :math:`\gamma = 0` is the cross entropy. The model is a line: the probability
# of a point is :math:`\sigma(w_1 x_1 + w_2 x_2 + b)`, at first 0.01 everywhere, as in the paper.

import matplotlib.pyplot as plt
import torch

from ptnotes.nn.losses import sigmoid_focal_loss

torch.set_num_threads(1)  # on data this small a second thread only costs time
gammas = 0.0, 0.5, 1.0, 2.0, 5.0
# Background, look-alikes and positives: how many, how wide, and around which point.
clouds = (99_000, 1, -2, -1), (900, 0.6, 1.5, -1), (100, 0.6, 1.5, 1)


def sample(seed, times=1):
    """Points with a 1 for the bias, shape (N, 3), and which are positive, shape (N,)."""
    torch.manual_seed(seed)
    points = [torch.randn(n * times, 2) * s + torch.tensor(at) for n, s, *at in clouds]
    x = torch.nn.functional.pad(torch.cat(points), (0, 1), value=1).double()
    return x, (torch.arange(len(x)) >= 99_900 * times).double()


def pulls(w, gamma):
    """The loss, and the gradient of each logit."""
    logits = (x @ w).requires_grad_()
    loss = sigmoid_focal_loss(logits, truth, alpha=-1, gamma=gamma, reduction="sum")
    return loss, torch.autograd.grad(loss, logits)[0]


def fit(gamma):
    """The weights of the least loss, shape (3,)."""
    w = beginning.clone()
    optimizer = torch.optim.LBFGS([w], max_iter=100, line_search_fn="strong_wolfe")

    def closure():
        loss, pull = pulls(w, gamma)
        w.grad = x.T @ pull / 100
        return loss / 100

    optimizer.step(closure)
    return w


x, truth = sample(seed=0)
beginning = torch.tensor([0, 0, torch.tensor(0.01).logit()]).double()
fits = [fit(gamma) for gamma in gammas]

# %%
# Another way, the same line
# --------------------------
#
# Easy are the negatives that the cross entropy, once fitted, gives less than 0.05. At the first
# step nine tenths of all pull (the size of the gradient) is theirs, with :math:`\gamma = 2` three
# thousandths. Yet fitted to the end the line is the same: smaller weights make the easy less easy,
# until they pull as before. The focus changes the way, and the paper's deep detector gained by it;
# this line does not. And its outputs are no probabilities any more
# (https://arxiv.org/abs/2011.09172): with :math:`\gamma = 2` they add up to eight times the
# positives there are, with :math:`\gamma = 5` to almost sixty times.

easy = (truth == 0) & ((x @ fits[0]).sigmoid() < 0.05)
sizes = [
    torch.stack([pulls(w, gamma)[1].abs() for w, gamma in zip(weights, gammas, strict=True)])
    for weights in ([beginning] * 5, fits)
]
first, last = [(size[:, easy].sum(1) / size.sum(1)).tolist() for size in sizes]
fresh, positive = sample(seed=1, times=5)
scores = [fresh @ w for w in fits]
sums = torch.stack([score.sigmoid().sum() for score in scores]) / positive.sum()
cuts = [score[positive == 1].quantile(0.2) for score in scores]  # four of five are found
found = torch.stack([score > cut for score, cut in zip(scores, cuts, strict=True)])
shared = (found & found[0]).sum(1) / (found | found[0]).sum(1)  # by both, of either

assert easy.double().mean() > 0.99
assert 0.002 < first[3] < 0.004 < 0.9 < first[0] < 0.92
assert 0.1 < min(last) <= max(last) < 0.3
assert 0.9 < shared.min() < 1
assert torch.allclose(sums[[0, 3, 4]], torch.tensor([1.0, 8.0, 58.0]).double(), rtol=0.1)

# %%
# Above its line each model finds four positives in five. Only the cross entropy means what it says.
#
# .. alt::
#
#    Left, the share of the pull that easy negatives have: nine tenths at the first step without
#    focus, next to nothing where gamma is 2 or 5; between one and three tenths at the last.
#    Middle, a cloud of background, one of look-alikes and one of positives beside it, parted by
#    five lines that nearly coincide. Right, the share of positives against the probability that a
#    model states: nearly equal for gamma 0 alone; rare positives are stated too high, and the more
#    so, the larger gamma is.

figure, (left, middle, right) = plt.subplots(1, 3, figsize=(11.5, 4.4), layout="constrained")
for n, (name, share) in enumerate({"first step": first, "last step": last}.items()):
    bars = left.bar([k + 0.4 * n for k in range(5)], share, 0.4, label=name, color=str(0.7 - n / 2))
    left.bar_label(bars, fmt="{:.0%}", size=8)
left.set_xticks([k + 0.2 for k in range(5)], [f"$\\gamma = {gamma:g}$" for gamma in gammas])
left.set(title="Pull that comes from the easy negatives", yticks=[])
for n, name in {0: "background (1 in 110)", 99_000: "look-alikes", 99_900: "positives"}.items():
    middle.plot(*x[n : n + 900, :2].T, "o", ms=3, alpha=0.5, label=name)
for w, cut, score, gamma in zip(fits, cuts, scores, gammas, strict=True):
    middle.axline((0, float((cut - w[2]) / w[1])), slope=float(-w[0] / w[1]), color="k", lw=1)
    bins = score.argsort(descending=True)[:12_700].split([100 * 2**n for n in range(7)])
    points = [(score[b].sigmoid().mean(), positive[b].mean()) for b in bins]
    right.loglog(*torch.tensor(points).T, "o-", label=f"$\\gamma = {gamma:g}$")
middle.set(title="Five losses, one line", xlabel="$x_1$", ylabel="$x_2$", ylim=(-4.5, 4))
right.set(title="Is it a probability?", xlabel="said to be", ylabel="share of positives")
left.legend(), middle.legend(loc="lower left"), right.legend()
plt.show()
