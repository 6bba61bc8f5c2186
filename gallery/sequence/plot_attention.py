"""
What does the bottleneck cost, and where does attention look?
=============================================================

One small network learns to write digits backwards twice: from one vector that must hold the whole
sentence, and with attention over all encoder states (:doc:`/notes/sequence/attention`).
"""

# %%
# The bottleneck is attention with one state to look at
# -----------------------------------------------------
#
# A bidirectional GRU reads the digits and leaves a state :math:`h^j` at each. A second GRU starts
# from the last ones and writes: its state :math:`H^{i-1}` knows the digits before the
# :math:`i`-th, asks for a context :math:`C^i`, and both together choose the digit.
# For the bottleneck the encoder hands over *one* state, its last of each direction side by side:
# a softmax over one score is 1, so :math:`C^i` is that vector at every step.

import matplotlib.pyplot as plt
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from ptnotes.sequence.attention import attention_weights, context, multiplicative_score

DIGITS, LONGEST = 10, 16
torch.set_num_threads(1)  # on tensors this small a second thread only costs time


class Reverser(nn.Module):
    """Write digits backwards, with attention or from one fixed vector."""

    def __init__(self, attend):
        super().__init__()
        self.attend = attend
        self.embed = nn.Embedding(DIGITS + 1, 16)  # the last one means "start"
        self.encoder = nn.GRU(16, 24, batch_first=True, bidirectional=True)
        self.decoder = nn.GRU(16, 48, batch_first=True)
        self.W = nn.Parameter(torch.randn(48, 48) / 48**0.5)
        self.choose = nn.Linear(48 + 48, DIGITS)

    def forward(self, x, y):
        """Score each digit (B, T_y, 10) from x and the y before it; give the weights a too."""
        h, last = self.encoder(self.embed(x))
        vector = torch.cat([last[0], last[1]], -1)
        h = h if self.attend else vector.unsqueeze(1)
        before = torch.cat([torch.full_like(y[:, :1], DIGITS), y[:, :-1]], 1)
        H, _ = self.decoder(self.embed(before), vector.unsqueeze(0))
        a = attention_weights(multiplicative_score(H, h, self.W))
        return self.choose(torch.cat([H, context(a, h)], -1)), a


# %%
# Both learn from the same batches, of 2 to 16 digits, and are judged on what they write alone.


def train(attend):
    """Train on 300 batches of random digits."""
    torch.manual_seed(0)
    model = Reverser(attend)
    optimizer = torch.optim.Adam(model.parameters())
    for step in range(300):
        optimizer.param_groups[0]["lr"] = 0.02 * (1 - step / 300)
        x = torch.randint(DIGITS, (32, int(torch.randint(2, LONGEST + 1, ()))))
        loss = cross_entropy(model(x, x.flip(1))[0].mT, x.flip(1))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return model


@torch.no_grad()
def write(model, x):
    """Write digit by digit; give the digits and the weights."""
    y = torch.zeros_like(x)
    for i in range(x.size(1)):
        y[:, i] = model(x, y)[0][:, i].argmax(-1)
    return y, model(x, y)[1]


attend, fixed = train(True), train(False)
lengths = range(2, LONGEST + 1, 2)
tests = [torch.randint(DIGITS, (100, n)) for n in lengths]
share = [[(write(m, x)[0] == x.flip(1)).double().mean() for x in tests] for m in (attend, fixed)]
looks = write(attend, tests[5])[1].argmax(-1)

assert share[1][0] > 0.9
assert 0.25 < share[0][-1] - share[1][-1] < 0.75
assert (looks == torch.arange(12).flip(0)).double().mean() > 0.7

# %%
# The vector holds a short sentence and loses a long one; attention reads each digit where it is.
# Nobody told it where: it learnt the anti-diagonal from the digits alone, and by place, not by
# digit: among 12 digits some must repeat, and still it nearly always looks at the mirrored place.
#
# .. alt::
#
#    Left, digits that are right against the length of the sentence: both begin near 100 %; as
#    sentences grow, attention falls a little, and one fixed vector falls far below it, towards the
#    10 % of guessing. Right, the weights of 12 digits written over 12 digits read: one dark cell a
#    row, along the diagonal from the last digit read to the first.

x = torch.tensor([[3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8]])
y, a = write(attend, x)
figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.6), layout="constrained")
for row, name, colour in zip(share, ("attention", "one fixed vector"), ("C0", "C1"), strict=True):
    left.plot(lengths, row, "o-", color=colour, lw=2.5)
    left.text(10.2, row[4] + 0.04, name, color=colour, size=12)
left.axhline(1 / DIGITS, color="0.6", ls="--")
left.text(2, 0.12, "guessing", color="0.4")
left.set(title="One vector forgets", xlabel="sentence length", ylabel="digits right", ylim=(0, 1.1))
left.yaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
figure.colorbar(right.imshow(a[0].numpy(), "Blues", vmin=0, vmax=1), label="weight $a_{ij}$")
right.set_xticks(range(12), x[0].tolist())
right.set_yticks(range(12), y[0].tolist())
right.set(title="Attention reads backwards", xlabel="digit read, $j$", ylabel="digit written, $i$")
plt.show()
