r"""
What does an index read, and where does a write go?
===================================================

Twelve indices into one tensor, in Python and in C++. Some give a view, and a write through it
reaches the tensor; others give a copy. :doc:`/notes/cpp/tensors` has the C++ side.
"""

# %%
# A view or a copy
# ----------------
#
# The numbers 0 to 11 lie in three rows. Each index is applied, and what it gives is overwritten
# with -1, as ``x.index({...}) = -1`` does in C++. Whether the tensor has changed afterwards says
# which of the two it was.

import matplotlib.pyplot as plt
import torch

x = torch.arange(12).view(3, 4)
even, rows, columns = torch.tensor([0, 2]), torch.tensor([2, 0]), torch.tensor([3, 1])
indices = {
    "x[1]": "{1}",
    "x[-1, 2]": "{-1, 2}",
    "x[1:3]": "{Slice(1, 3)}",
    "x[:, 2]": "{Slice(), 2}",
    "x[1:, ::2]": "{Slice(1), Slice(None, None, 2)}",
    "x[1, :, None]": "{1, Slice(), None}",
    "x[::2]": "{Slice(None, None, 2)}",
    "x[even]": "{even}",
    "x[:, columns]": "{Slice(), columns}",
    "x[rows, columns]": "{rows, columns}",
    "x[rows][:, columns]": "{rows}).index({Slice(), columns}",
    "x[x > 8]": "{x > 8}",
}


def read(code):
    """What an index gives, and whether a write to it reaches the tensor."""
    names = {"x": x.clone(), "even": even, "rows": rows, "columns": columns}
    got = eval(code, names)
    numbers = got.clone()
    got.fill_(-1)
    return numbers, bool((names["x"] == -1).any())


results = {code: read(code) for code in indices}
copies = {code for code, (_, reaches) in results.items() if not reaches}

# %%
# It is the kind of index that decides. Numbers, slices and ``None`` give views; a tensor among the
# indices gives a copy, even where a slice would have read the same numbers.

assert copies == {c for c in indices if any(t in c for t in ("even", "rows", "columns", ">"))}
assert results["x[::2]"][0].equal(results["x[even]"][0])

# %%
# Two index tensors are taken in pairs, (2, 3) and (0, 1). For all rows with all columns one indexes
# twice. What a mask gives has one dimension, with as many elements as the mask has true ones.

assert results["x[rows, columns]"][0].tolist() == [11, 1]
assert results["x[rows][:, columns]"][0].tolist() == [[11, 9], [3, 1]]
assert results["x[x > 8]"][0].shape == (3,)

# %%
# In each panel the tensor is on the left, with what is read in colour, and what the index gives
# on the right. Green panels are views. Red ones are copies: an assignment to ``x.index(...)``
# writes to the copy and nowhere else; ``x.index_put_({...}, value)`` writes to the tensor.
#
# .. alt::
#
#    Twelve panels: an index, what it reads of a tensor of three rows and four columns, and what
#    comes out. Seven are views, in green: numbers, slices and None. Five are copies, in red:
#    whatever is indexed by a tensor, even where its numbers could be a slice, or by a condition.

colours = plt.get_cmap("viridis")(torch.linspace(0.15, 0.95, 12).numpy())
figure, axes = plt.subplots(4, 3, figsize=(13, 11.9), layout="constrained")


def grid(axis, numbers, left, shown):
    """Draw numbers as squares, in colour where they are among those shown."""
    for i, row in enumerate(numbers):
        for j, n in enumerate(row):
            colour = colours[n] if n in shown else (0.92, 0.92, 0.92, 1)
            corner = left + j, i - len(numbers) / 2
            axis.add_patch(plt.Rectangle(corner, 1, 1, facecolor=colour, edgecolor="white", lw=2))
            ink = "0.6" if n not in shown else "w" if sum(colour[:3]) < 1.3 else "k"
            axis.text(corner[0] + 0.5, corner[1] + 0.52, n, ha="center", va="center", color=ink)


for axis, (code, cpp) in zip(axes.flat, indices.items(), strict=True):
    numbers, reaches = results[code]
    table = numbers if numbers.dim() == 2 else numbers.reshape(1, -1)
    colour = "C2" if reaches else "C3"
    grid(axis, x.tolist(), 0, set(numbers.flatten().tolist()))
    grid(axis, table.tolist(), 6, set(range(12)))
    axis.annotate("", (5.7, 0), (4.3, 0), arrowprops={"arrowstyle": "->", "color": "0.3"})
    kind = "view" if reaches else "copy"
    axis.text(0, 2.15, f"{kind}, sizes {list(numbers.shape)}", size=12, color=colour, weight="bold")
    axis.text(0, -2.85, code, family="monospace", size=13, weight="bold")
    axis.text(0, -2.2, f"x.index({cpp})", family="monospace", size=10.5, color="0.3")
    axis.set(xlim=(-0.4, 10.4), ylim=(2.5, -3.5), aspect="equal", xticks=[], yticks=[])
    axis.set_facecolor((*plt.matplotlib.colors.to_rgb(colour), 0.05))
    axis.spines[:].set(color=colour, lw=1.5)
figure.suptitle("even = [0, 2]    rows = [2, 0]    columns = [3, 1]", family="monospace")
plt.show()
