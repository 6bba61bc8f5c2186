r"""
Why divide by the square root of d_k?
=====================================

Without the division the scores grow with :math:`d_k`, the softmax settles on one state, and
learning stalls. Measured on vectors of independent standard normal numbers, as the argument for the
division assumes (https://arxiv.org/abs/1706.03762, section 3.2.1); more of it is in
:doc:`/notes/sequence/attention`.
"""

# %%
# What 512 queries see among 64 keys
# ----------------------------------
#
# :math:`q \cdot k` is a sum of :math:`d_k` products, each of mean 0 and variance 1, so its variance
# is :math:`d_k`. Divided by :math:`\sqrt{d_k}` it is 1, whatever :math:`d_k` is. We measure it and
# what follows from it: how many states share the weight (:math:`\exp` of the entropy of
# :math:`a_i`, at most 64), and the norm of the gradient :math:`\partial L / \partial e_i` behind
# the softmax for a random :math:`\partial L / \partial a_i`; its median, since a tie still learns.

import matplotlib.pyplot as plt
import torch

from ptnotes.sequence.attention import attention_weights, context, dot_score, scaled_dot_score

torch.manual_seed(0)
torch.set_num_threads(1)  # on tensors this small a second thread only costs time
sizes = [2**n for n in range(11)]


def measure(score, Q, K):
    """Variance of the scores, states that share the weight, norm of the typical gradient."""
    e = score(Q, K).requires_grad_()
    a = attention_weights(e)
    (gradient,) = torch.autograd.grad(a, e, torch.randn(a.shape))
    entropy = torch.special.entr(a).sum(-1)
    return e.var().item(), entropy.mean().exp().item(), gradient.norm(dim=-1).median().item()


pairs = [(torch.randn(512, 1, d), torch.randn(512, 64, d)) for d in sizes]
plain, scaled = [
    torch.tensor([measure(score, Q, K) for Q, K in pairs]).T
    for score in (dot_score, scaled_dot_score)
]

assert torch.allclose(plain[0], torch.tensor(sizes).float(), rtol=0.2)
assert torch.allclose(scaled[0], torch.ones(len(sizes)), rtol=0.2)
assert plain[1, -1] < 2
assert scaled[1].min() > 30
assert scaled[2, -1] / plain[2, -1] > 100
assert 1 <= scaled[2].max() / scaled[2].min() < 2

# %%
# Why training stalls
# -------------------
#
# Now each of 64 queries learns to find its own key, :math:`d_k = 1024`, by gradient descent on
# :math:`|C^i - v^i|^2`. Scaled, nearly all find it. Unscaled, each has settled on some key before
# the first step, and no rate from 0.01 to 10 brings the loss down to half.

Q, K, V = torch.randn(64, 1024), torch.randn(64, 1024), torch.eye(64)


def descend(score, rate):
    """Mean loss at each of 200 steps, and the share of the queries that look at their own key."""
    q, losses = Q, []
    for _ in range(200):
        q = q.detach().requires_grad_()
        C = context(attention_weights(score(q, K)), V)
        loss = (C - V).square().sum()
        (gradient,) = torch.autograd.grad(loss, q)
        q = q - rate * gradient
        losses.append(loss.item() / 64)
    return losses, (C.argmax(-1) == torch.arange(64)).double().mean()


stalled = [descend(dot_score, rate) for rate in (0.01, 0.1, 1, 10)]
learnt, found = descend(scaled_dot_score, 10)

assert learnt[-1] < 0.1
assert found > 0.9
assert all(losses[-1] > losses[0] / 2 and found < 0.2 for losses, found in stalled)

# %%
# Orange is the plain product, blue the scaled one.
#
# .. alt::
#
#    Four panels, the plain product in orange, the scaled one in blue. As d grows from 1 to 1024
#    the variance of the plain scores rises to about 1000, the weight shrinks from some forty
#    states to one, and the gradient falls by more than two orders of magnitude; scaled, all three
#    stay level. Last, the loss over 200 steps: unscaled it stalls at four rates, scaled it falls
#    to nearly 0.

figure, axes = plt.subplots(2, 2, figsize=(10, 7), layout="constrained")
titles = "Variance of the scores", "States that share the weight", "Gradient behind the softmax"
for axis, title, orange, blue in zip(axes.flat, titles, plain, scaled, strict=False):
    axis.plot(sizes, orange, "o-", color="C1", lw=2.5, label="$q \\cdot k$")
    axis.plot(sizes, blue, "o-", color="C0", lw=2.5, label="$q \\cdot k\\, /\\, \\sqrt{d_k}$")
    axis.set_xscale("log", base=2)
    axis.set(title=title, xlabel="$d_k$", yscale="linear" if title == titles[1] else "log")
axes[0, 0].legend(frameon=False, fontsize=12)
last = axes[1, 1]
for losses, _ in stalled:
    last.plot(losses, color="C1", lw=2.5, alpha=0.6)
last.plot(learnt, color="C0", lw=2.5)
last.text(45, 1.4, "unscaled: four rates, all stall", color="C1", size=12)
last.text(45, 0.1, "scaled", color="C0", size=12)
last.set(title="Learning to find a key, $d_k = 1024$", xlabel="step", ylabel="loss", ylim=0)
plt.show()
