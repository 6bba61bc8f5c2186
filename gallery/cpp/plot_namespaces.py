r"""
Which numbers of the storage does a view read?
==============================================

One storage of twelve numbers, and nine tensors over it. They differ in three things only: sizes,
strides and offset. :doc:`/notes/cpp/namespaces` says what holds them together in C++.
"""

# %%
# Nine tensors, no copy
# ---------------------
#
# The storage holds 0 to 11, so a number of a view is also its place in the storage. Element
# :math:`(i_0, i_1)` lies at place :math:`o + i_0 s_0 + i_1 s_1`, with the offset :math:`o` and the
# strides :math:`s_k` of the view.

import itertools

import matplotlib.pyplot as plt
import torch

x = torch.arange(12).view(3, 4)
views = {
    "x": x,
    "x.T": x.T,
    "x.view(2, 6)": x.view(2, 6),
    "x[1]": x[1],
    "x[:, 2]": x[:, 2],
    "x[::2, 1::2]": x[::2, 1::2],
    "x.diagonal()": x.diagonal(),
    "x[0].expand(3, 4)": x[0].expand(3, 4),
    "x.flatten().unfold(0, 4, 2)": x.flatten().unfold(0, 4, 2),
}


def place(view, index):
    """Where an element lies in the storage, counted in elements."""
    steps = zip(index, view.stride(), strict=True)
    return view.storage_offset() + sum(i * s for i, s in steps)


storage = x.untyped_storage()
for view in views.values():
    assert view.untyped_storage().data_ptr() == storage.data_ptr()
    for index in itertools.product(*map(range, view.shape)):
        assert place(view, index) == view[index]

# %%
# A copy has a storage of its own. Whoever writes to a view writes to all of them, and to several
# elements at once where they share a place.

assert x.T.contiguous().untyped_storage().data_ptr() != storage.data_ptr()
assert views["x.flatten().unfold(0, 4, 2)"].numel() == 20 > x.numel()
assert len(set(views["x[0].expand(3, 4)"].flatten().tolist())) == 4

# %%
# Above, each view with the places that it reads; below it, the storage, with a bar as high as a
# place is read often. A row that is expanded reads four places three times, windows that overlap
# read most places twice, and neither takes a byte.
#
# .. alt::
#
#    Nine views of the numbers 0 to 11, each as a grid above the one storage, whose places light up
#    where the view reads them. The transpose and the reshaped view light all twelve once; a row, a
#    column, every other element and the diagonal light three or four; the expanded row lights four
#    places three times; the windows light most places twice.

colours = plt.get_cmap("viridis")(torch.linspace(0.15, 0.95, 12).numpy())
figure, axes = plt.subplots(3, 3, figsize=(12, 10.8), layout="constrained")


def cell(axis, x, y, number, colour):
    """One square with its place in the storage."""
    axis.add_patch(plt.Rectangle((x, y), 1, 1, facecolor=colour, edgecolor="white", lw=2))
    dark = sum(colour[:3]) < 1.3
    axis.text(x + 0.5, y + 0.52, number, ha="center", va="center", color="w" if dark else "k")


for axis, (name, view) in zip(axes.flat, views.items(), strict=True):
    grid = view if view.dim() == 2 else view[None]
    rows, columns = grid.shape
    for i, j in itertools.product(range(rows), range(columns)):
        n = int(grid[i, j])
        cell(axis, 6 - columns / 2 + j, i - rows / 2 + 2.7, n, colours[n])
    for n in range(12):
        often = int((view == n).sum())
        cell(axis, n, 7.6, n, colours[n] if often else (0.9, 0.9, 0.9, 1))
        axis.add_patch(plt.Rectangle((n + 0.08, 7.5), 0.84, -0.45 * often, color=colours[n], lw=0))
    sizes, strides = tuple(view.shape), view.stride()
    about = f"sizes {sizes}  strides {strides}  offset {view.storage_offset()}"
    axis.set_title(name, family="monospace", size=13, weight="bold")
    axis.text(6, -0.5, about, ha="center", size=11.5)
    axis.set(xlim=(-0.1, 12.1), ylim=(8.8, -1), aspect="equal")
    axis.axis("off")
plt.show()
