r"""
What does a transformer know of the order of the words?
=======================================================

Nothing, unless it is told. One encoder layer learns two tasks, one that needs the order and one
that does not, each with a positional encoding and without (:doc:`/notes/sequence/transformer`).
"""

# %%
# One layer, with and without positions
# -------------------------------------
#
# The layer is the one of the note, with one head. What tells it the order is the one line that adds
# :math:`\mathrm{PE}` to the embeddings; for the second model it adds zeros.

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from ptnotes.sequence.transformer import EncoderLayer, sinusoidal_encoding

DIGITS, T, D = 10, 12, 32
torch.set_num_threads(1)  # on tensors this small a second thread only costs time


class Reader(nn.Module):
    """Read digits (B, T), score the answers (B, T, DIGITS)."""

    def __init__(self, ordered):
        super().__init__()
        self.embed = nn.Embedding(DIGITS, D)
        self.PE = sinusoidal_encoding(T, D) if ordered else torch.zeros(T, D)
        self.layer = EncoderLayer(D, heads=1, d_ff=64)
        self.choose = nn.Linear(D, DIGITS)

    def forward(self, x):
        """Score each digit at each position."""
        return self.choose(self.layer(self.embed(x) + self.PE))

    def weights(self, x):
        """Give the weights a, (T, T), of one sentence (T)."""
        h = self.embed(x[None]) + self.PE
        return self.layer.self_attn(h, h)[1][0, 0].detach()


# %%
# Two tasks
# ---------
#
# At every position, name the *largest* digit of the sentence: it does not matter where it stands.
# At every position, name the digit at the *mirrored* position: all that matters is where it stands.

tasks = {
    "largest": lambda x: x.amax(1, keepdim=True).expand_as(x),
    "mirrored": lambda x: x.flip(1),
}


def train(name, ordered, steps=120):
    """Train on random digits; return the model and the share of right digits at each step."""
    torch.manual_seed(0)
    model, task, right = Reader(ordered), tasks[name], []
    optimizer = torch.optim.Adam(model.parameters())
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = 0.01 * (1 - step / steps)
        x = torch.randint(DIGITS, (64, T))
        scores = model(x)
        right.append((scores.argmax(-1) == task(x)).double().mean().item())
        optimizer.zero_grad()
        cross_entropy(scores.mT, task(x)).backward()
        optimizer.step()
    return model, right


runs = {(name, ordered): train(name, ordered) for name in tasks for ordered in (True, False)}
final = {run: sum(right[-20:]) / 20 for run, (_, right) in runs.items()}

assert min(final.values()) == final["mirrored", False] < 0.4
assert sorted(final.values())[1] > 0.9

# %%
# Without positions equal digits are one and the same to the layer: same query, same key, same
# value. So the three fives get equal rows, and the digits mirrored to them, 6, 1 and 1, are out of
# reach. To find the largest digit it is enough to know it when one sees it.
#
# .. alt::
#
#    Left, digits that are right, step by step: naming the largest digit is learnt soon, with and
#    without positions, mirroring only with them; without, it stays below 40 %. Middle, the weights
#    for mirroring lie on one diagonal. Right, those for the largest digit lie in one column, that
#    of the 9.

x = torch.tensor([3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8])
place, content = runs["mirrored", True][0].weights(x), runs["largest", False][0].weights(x)
fives = (x == 5).nonzero().flatten()

assert place.argmax(-1).tolist() == list(range(T))[::-1]
assert content.argmax(-1).tolist() == [x.argmax()] * T
assert torch.allclose(content[fives], content[fives[:1]], atol=1e-6)
assert torch.allclose(content[:, fives], content[:, fives[:1]], atol=1e-6)

figure, axes = plt.subplots(1, 3, figsize=(13, 4.4), layout="constrained")
for (name, ordered), (_, right) in runs.items():
    label = f"{name}, {'with' if ordered else 'without'} positions"
    smooth = torch.tensor(right).unfold(0, 10, 1).mean(-1)
    colour, style = "C0" if ordered else "C1", "-" if name == "mirrored" else ":"
    axes[0].plot(smooth, color=colour, ls=style, lw=2.5, label=label)
axes[0].set(title="Only one task needs the order", xlabel="step", ylabel="share of digits right")
axes[0].legend(frameon=False, loc="center right", bbox_to_anchor=(1, 0.45))
titles = "Mirrored, with positions: by place", "Largest, without: by content"
for axis, a, title in zip(axes[1:], (place, content), titles, strict=True):
    image = axis.imshow(a.numpy(), "Blues", vmin=0, vmax=1)
    axis.set(title=title, xlabel="digit read, $j$", ylabel="position that asks, $i$")
    axis.set(xticks=range(T), xticklabels=x.tolist(), yticks=range(T), yticklabels=x.tolist())
figure.colorbar(image, label="weight $a_{ij}$")
plt.show()
