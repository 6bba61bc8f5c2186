r"""
Which objects does a format unit take, and what does it make of them?
=====================================================================

Every format unit of ``PyArg_ParseTuple`` meets every object of a list, on the Python that draws the
picture. Nothing in it is copied from a manual; :doc:`/notes/cpp/pyargs` explains what it shows.
"""

# %%
# Refused is good, changed is dangerous
# -------------------------------------
#
# C receives what was meant (kept), something else without a word (changed), or nothing, and an
# error says so. Text is kept when C sees its UTF-8, a character when C sees its number, an object
# with ``__index__`` or ``__float__`` when C sees what these return.

import matplotlib.pyplot as plt
import numpy as np

from ptnotes.cpp.pyargs import SAMPLES, grid, table

outcomes = grid()
verdicts = {unit: [outcome.verdict for outcome in row.values()] for unit, row in outcomes.items()}
rows = {row.unit: row for row in table()}

# %%
# Few units change one of these numbers. Those of unsigned integers wrap, ``b`` apart, which checks;
# ``f`` rounds, and makes infinity of what is too great; ``p`` asks for truth and refuses nothing.
# All other units of integers raise ``OverflowError``.

numbers = ["0", "-1", "2**7", "2**8", "2**31", "2**63", "2**64", "1.5", "0.1", "1e300"]
silent = {u for u in outcomes for name in numbers if outcomes[u][name].verdict == "changed"}

assert silent == {"B", "H", "I", "k", "K", "f", "p"}
assert {u for u, row in rows.items() if row.overflow == "wraps"} == {"B", "H", "I", "k", "K"}
assert outcomes["f"]["1e300"].value == float("inf")
assert all("OverflowError" in verdicts[unit] for unit in "bhilLn")

# %%
# Text is stricter. A pointer without a length refuses a NUL inside. A pointer with one refuses
# memory that could move, even a ``memoryview`` of constant bytes; the units with ``*``, which lock
# it in a ``Py_buffer``, take both. Only ``é`` is changed, by the ``e`` units: they make Latin-1.

assert all(outcomes[unit][r"'a\0b'"].verdict == "ValueError" for unit in "sz")
assert all(outcomes[unit]["memoryview"].verdict == "TypeError" for unit in ("s#", "z#", "y#"))
assert all(outcomes[unit]["memoryview"].verdict == "kept" for unit in ("s*", "z*", "y*"))
assert all(outcomes[unit]["'é'"].verdict == "changed" for unit in ("es", "es#", "et", "et#"))

# %%
# The last rows are units that come and go: those of ``wchar_t`` end with Python 3.11, ``t#``, ``w``
# and ``w#`` are left from Python 2, and ``?`` begins with 3.14.
#
# .. alt::
#
#    A table of more than forty format units against 25 objects, coloured by what happens. Units of
#    integers take integers alone; of those that do not fit, b, h, i, l, L and n raise
#    OverflowError, and B, H, I, k and K change them without a word. f, d and D take numbers, p
#    takes everything and makes it 0 or 1, units of text and bytes take their own kind, O keeps
#    everything. The last rows are units that Python has no longer, or not yet.

assert all(set(verdicts[unit]) == {"SystemError"} for unit in ("t#", "w", "w#"))

colours = {
    "kept": ("#2a9d8f", "kept"),
    "changed": ("#f4a261", "changed, silently"),
    "TypeError": ("#eef0f2", "TypeError"),
    "OverflowError": ("#9db4d6", "O  OverflowError"),
    "ValueError": ("#b8a1d9", "V  ValueError"),
    "SystemError": ("#5c6370", "no such unit"),
}
order, units, names = list(colours), list(outcomes), list(SAMPLES)
for unit in units:
    if not rows[unit].accepts:  # "i?" looks at its int before this Python stumbles over the "?"
        verdicts[unit] = ["SystemError"] * len(names)
kinds = np.array([[order.index(verdict) for verdict in verdicts[unit]] for unit in units])
figure, axis = plt.subplots(figsize=(9, 12.5), layout="constrained")
image = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c, _ in colours.values()])
axis.imshow(image[kinds], aspect="auto")


def mark(unit, name):
    """What stands in a cell: the value that C got instead, or the first letter of an error."""
    outcome = outcomes[unit][name]
    if outcome.verdict != "changed":
        return {"OverflowError": "O", "ValueError": "V"}.get(verdicts[unit][names.index(name)], "")
    value = outcome.value[0] if isinstance(outcome.value, tuple) else outcome.value
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, float):
        return "inf" if value == float("inf") else "≈"
    return str(value) if value < 1000 else f"$2^{{{value.bit_length()}}}$-1"


for y, unit in enumerate(units):
    for x, name in enumerate(names):
        axis.text(x, y, mark(unit, name), ha="center", va="center", size=8)
for last in ("n", "D", "C", "w*", "et#", "O&"):
    axis.axhline(units.index(last) + 0.5, color="0.2", lw=1.2, zorder=3)
names = [f"$2^{{{name[3:]}}}$" if name.startswith("2**") else name for name in names]
axis.set_xticks(range(len(names)), names, rotation=65, ha="left", rotation_mode="anchor")
axis.set_yticks(range(len(units)), units, family="monospace")
axis.xaxis.tick_top()
axis.set_xticks(np.arange(len(names)) + 0.5, minor=True)
axis.set_yticks(np.arange(len(units)) + 0.5, minor=True)
axis.grid(which="minor", color="white", lw=1.5)
axis.tick_params(which="both", length=0)
axis.spines[:].set_visible(False)
for colour, label in colours.values():
    axis.scatter([], [], marker="s", s=90, color=colour, label=label)
figure.legend(loc="outside lower center", ncols=3, frameon=False)
plt.show()
