r"""
Which kernels does one call visit?
==================================

An operator with a kernel at every dispatch key, each of which reports that it was called and passes
the call on. The same call, in nine situations; :doc:`/notes/cpp/operators` builds operators.
"""

# %%
# A kernel that reports
# ---------------------
#
# A kernel above the backends gets the keys of the call, and calls again with those below its own.
# Backends compute, ``Meta`` shapes only. ``Python`` is where a ``TorchDispatchMode`` listens.

import matplotlib.pyplot as plt
import torch
from torch._C import DispatchKey, _dispatch_keyset_full_after
from torch.utils._python_dispatch import TorchDispatchMode

library = torch.library.Library("report", "DEF")
library.define("double(Tensor x) -> Tensor")
double = torch.ops.report.double
visits = []


def report(key):
    """Add a kernel that reports and passes the call on to what ranks below *key*."""
    below = _dispatch_keyset_full_after(getattr(DispatchKey, key))

    def kernel(keys, x):
        visits.append(key)
        return double.default.redispatch(keys & below, x)

    library.impl("double", kernel, key, with_keyset=True)


class Listen(TorchDispatchMode):
    """Report what reaches Python, and do it."""

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        visits.append("Python")
        return func(*args, **(kwargs or {}))


for key in ("AutocastCPU", "AutogradCPU", "AutogradMeta", "ADInplaceOrView"):
    report(key)
library.impl("double", lambda x: visits.append("CPU") or 2 * x, "CPU")
library.impl("double", lambda x: visits.append("Meta") or torch.empty_like(x), "Meta")

# %%
# Nine situations
# ---------------
#
# A tensor that needs no gradient visits the kernel of autograd all the same, and so does one under
# ``no_grad``: it is asked, and has nothing to note. ``inference_mode`` skips it. And
# ``torch.compile`` asks ``Meta`` before anything is computed.

x = torch.ones(2)


def visited(call, argument, around=torch.enable_grad):
    """The keys that one call visits, in order."""
    visits.clear()
    with around():
        call(argument() if callable(argument) else argument)
    return tuple(visits)


compiled = torch.compile(double, backend="aot_eager", fullgraph=True)
calls = {
    "float32": visited(double, x),
    "requires_grad": visited(double, x.clone().requires_grad_()),
    "no_grad()": visited(double, x.clone().requires_grad_(), torch.no_grad),
    "inference_mode(),\nx from outside": visited(double, x, torch.inference_mode),
    "inference_mode()": visited(double, lambda: torch.ones(2), torch.inference_mode),
    'autocast("cpu")': visited(double, x, lambda: torch.autocast("cpu")),
    "TorchDispatchMode": visited(double, x, Listen),
    'device="meta"': visited(double, x.to("meta")),
    "torch.compile,\nfirst call": visited(compiled, x),
}
usual = ("AutogradCPU", "ADInplaceOrView", "CPU")

assert calls["float32"] == calls["requires_grad"] == calls["no_grad()"] == usual
assert calls["inference_mode()"] == usual[2:]
assert calls['autocast("cpu")'] == ("AutocastCPU", *usual)
assert calls["TorchDispatchMode"] == (*usual[:2], "Python", "CPU")
assert "Meta" in calls["torch.compile,\nfirst call"]
assert visited(compiled, x) == usual

# %%
# Each column is a call, which enters above. A number says how often, if more than once.
#
# .. alt::
#
#    A chart of nine calls, from left to right, and the dispatch keys that they pass on their way
#    down. A plain call and one under no_grad pass AutogradCPU, ADInplaceOrView and CPU; under
#    inference_mode only CPU is left, and ADInplaceOrView where x comes from outside; autocast adds
#    AutocastCPU on top; a TorchDispatchMode adds Python before CPU; a meta tensor ends at Meta;
#    the first call of torch.compile passes Autograd several times and visits Meta, too.

rows = ["AutocastCPU", "AutogradCPU", "AutogradMeta", "ADInplaceOrView", "Python", "CPU", "Meta"]
roles = ["casts", "notes gradients", "", "versions, views", "Python listens", "computes", "shapes"]
colours = ["C4", "C1", "C1", "C2", "C7", "C0", "C9"]
figure, axis = plt.subplots(figsize=(11, 6.6), layout="constrained")
for y, (key, role, colour) in enumerate(zip(rows, roles, colours, strict=True)):
    axis.axhspan(y - 0.42, y + 0.42, color=colour, alpha=0.12, lw=0)
    axis.text(len(calls) - 0.4, y, role, va="center", size=11)
    for n, path in enumerate(calls.values()):
        axis.plot([n] * 2, [-0.75, max(map(rows.index, path))], color="0.35", lw=1, zorder=2)
        if often := path.count(key):
            axis.plot(n, y, "o", ms=19, color=colour, zorder=3)
            axis.text(n, y, often if often > 1 else "", ha="center", va="center", color="w")
axis.set_yticks(range(len(rows)), rows, family="monospace", size=11)
axis.set_xticks(range(len(calls)), calls, rotation=40, ha="left", family="monospace")
axis.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
axis.set(xlim=(-0.6, len(calls) + 1.1), ylim=(len(rows) - 0.4, -0.8), frame_on=False)
plt.show()
