r"""
What is left of the signal after fifty layers?
==============================================

A layer multiplies the size of what passes through it by a factor that is set when its weights are
drawn. Fifty layers multiply fifty times. Five ways to draw them, from
:doc:`/notes/nn/initialization`.
"""

# %%
# Forward and back
# ----------------
#
# Each network is fifty layers :math:`x \leftarrow f(W x)` of width 128, without biases. We follow
# the root mean square of the activations from the first layer to the last, and of the gradient from
# the last to the first.

import matplotlib.pyplot as plt
import torch
from torch.nn import init

from ptnotes.nn.initialization import signal

torch.manual_seed(0)
torch.set_num_threads(1)  # on matrices this small a second thread only costs time
ways = {
    "normal, std 1": init.normal_,
    "Kaiming": init.kaiming_normal_,
    "Xavier": init.xavier_normal_,
    "nn.Linear's default": lambda W: init.kaiming_uniform_(W, a=5**0.5),
    "normal, std 0.01": lambda W: init.normal_(W, std=0.01),
}
seen = {f: [signal(way, f, width=128) for way in ways.values()] for f in (torch.relu, torch.tanh)}

# %%
# With ReLU one line is level
# ---------------------------
#
# Kaiming keeps the size, there and back. Xavier loses a factor of :math:`\sqrt 2` a layer, torch's
# default :math:`\sqrt 6`. With tanh, which cannot grow, the largest weights look fine on the way
# forward: every unit is saturated at 1. Their gradient tells the truth.

great, kaiming, xavier, default, tiny = range(5)
relu, tanh = (
    [(outputs.log10(), gradients.log10()) for outputs, gradients in pairs]
    for pairs in seen.values()
)

assert all(part.abs().max() < 1 for part in relu[kaiming])
assert -9 < relu[xavier][0][-1] < -6
assert -21 < relu[default][0][-1] < -18
assert tanh[great][0].abs().max() < 0.1
assert tanh[great][1][0] > 15
assert -2 < tanh[xavier][0][-1] < -0.5

# %%
# The dashed lines are gradients; they begin at the last layer, on the right. A level pair of lines
# is what an initialization is for.
#
# .. alt::
#
#    The size of the outputs and gradients of 50 layers, by layer, for five initializations; on the
#    left with relu, on the right with tanh. With relu only Kaiming stays level: a standard
#    deviation of 1 explodes, Xavier, the default of nn.Linear and 0.01 fade. With tanh Xavier and
#    Kaiming stay nearly level; at a standard deviation of 1 the outputs stay and the gradients
#    explode.

figure, axes = plt.subplots(1, 2, figsize=(11, 4.6), layout="constrained", sharey=True)
layer = torch.arange(1, 51)
for axis, (f, pairs) in zip(axes, seen.items(), strict=True):
    for number, (name, (outputs, gradients)) in enumerate(zip(ways, pairs, strict=True)):
        axis.semilogy(layer, outputs, color=f"C{number}", lw=2.5, label=name)
        axis.semilogy(layer, gradients, "--", color=f"C{number}", lw=1.5)
    axis.set(title=f.__name__, xlabel="layer", ylim=(1e-22, 1e26))
axes[0].set_ylabel("root mean square")
axes[0].plot([], [], "--", color="0.4", label="gradients")
figure.legend(*axes[0].get_legend_handles_labels(), loc="outside right center", frameon=False)
plt.show()
