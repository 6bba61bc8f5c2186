r"""
What are the bytes of an installed torch?
=========================================

Read off the record that its wheel left behind, on the machine that draws the picture. What the
parts are for, :doc:`/notes/foundations/installation` says.
"""

# %%
# The record of a wheel
# ---------------------
#
# Each installed package has a list of its files. The packages with NVIDIA's libraries, which a
# build for CUDA requires, are counted with torch; here there may be none.

from collections import Counter
from importlib.metadata import distribution, distributions

import matplotlib.pyplot as plt

packages = [distribution("torch")]
packages += [d for d in distributions() if d.name.startswith(("nvidia-", "cuda-"))]
files = [file for package in packages for file in package.files or [] if file.locate().is_file()]
sizes = {file: file.locate().stat().st_size for file in files}


def part(file):
    """What a file is for, by its place and its name."""
    if "test" in file.parts or "bin" in file.parts:
        return "tests and tools"
    if file.suffix in (".so", ".dylib", ".dll", ".a", ".lib") or ".so." in file.name:
        return "libraries"
    if "include" in file.parts or file.suffix in (".h", ".cuh", ".hpp"):
        return "C++ headers"
    return {".py": "Python", ".pyi": "Python", ".pyc": "Python, compiled"}.get(file.suffix, "other")


amount, number = Counter(), Counter()
for file, size in sizes.items():
    amount[part(file)] += size
    number[part(file)] += 1

assert amount["libraries"] > amount.total() / 2
assert number["libraries"] / number.total() < 0.1
assert number["C++ headers"] > number["Python"]
assert amount["Python"] / amount.total() < 0.2

# %%
# More than half of the bytes are libraries, a few files. Most files are headers, which only a
# compiler reads. The Python that one sees in a traceback is the small rest, and so is what pip
# compiled of it.
#
# Below are the ten largest files, and one stands out: ``libtorch_cpu`` holds the operators and
# their kernels. ``libtorch_python`` binds them to Python. Tests come along as programs.
#
# .. alt::
#
#    Above, two bars divided by kind. Of the bytes well over half are libraries, the rest tests and
#    tools, Python and headers; of the files most are C++ headers. Below, the ten largest files:
#    libtorch_cpu is by far the largest, libtorch_python comes next; most others are tests and
#    tools.

figure, (above, below) = plt.subplots(
    2, 1, figsize=(10, 7.2), height_ratios=[1, 2], layout="constrained"
)
colours = {
    "libraries": "C0",
    "tests and tools": "C7",
    "C++ headers": "C1",
    "Python": "C2",
    "Python, compiled": "C8",
    "other": "0.8",
}
for y, counts in enumerate((amount, number)):
    left = 0.0
    for name, colour in colours.items():
        share = counts[name] / counts.total()
        label = name if y == 0 else None
        above.barh(y, share, left=left, color=colour, edgecolor="white", label=label)
        if share > 0.035:
            above.text(left + share / 2, y, f"{share:.0%}", ha="center", va="center", color="w")
        left += share
above.set_yticks([0, 1], ["bytes", "files"], size=12)
above.set(xlim=(0, 1), xticks=[], ylim=(1.5, -0.5), frame_on=False)
above.set_title(f"{amount.total() / 1e6:.0f} MB in {number.total()} files")
above.legend(ncols=6, loc="upper center", bbox_to_anchor=(0.5, 0.02), frameon=False)
largest = sorted(sizes, key=sizes.get, reverse=True)[:10]
bars = below.barh(
    [file.name.split(".")[0] for file in largest],
    [sizes[file] / 1e6 for file in largest],
    color=[colours[part(file)] for file in largest],
)
below.bar_label(bars, fmt=" %.0f MB")
below.invert_yaxis()
below.set(title="The ten largest files", xticks=[])
below.spines[["top", "right", "bottom"]].set_visible(False)
plt.show()
