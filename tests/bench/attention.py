"""Time the formula of the note against torch's one call, in one run: `nox -s bench`."""

from __future__ import annotations

import platform

import torch
import torch.nn.functional as F
from torch.utils.benchmark import Timer

from ptnotes.attention import attention

SIZES = [(2, 4, 64, 32), (2, 8, 256, 64), (1, 8, 1024, 64)]  # (B, heads, T, d_k)


def seconds(call: str, Q: torch.Tensor) -> float:
    """Return the median time of a call, in seconds."""
    names = {"F": F, "attention": attention, "Q": Q}
    return Timer(call, globals=names).blocked_autorange(min_run_time=0.5).median


def main() -> None:
    """Print a line a size: both times and their ratio."""
    print(f"torch {torch.__version__}, {platform.machine()}, {torch.get_num_threads()} threads")
    print(f"{'(B, heads, T, d_k)':<20} {'formula':>10} {'one call':>10} {'ratio':>7}")
    for size in SIZES:
        Q = torch.randn(size)
        ours = seconds("attention(Q, Q, Q)", Q)
        theirs = seconds("F.scaled_dot_product_attention(Q, Q, Q)", Q)
        print(f"{size!s:<20} {ours * 1e3:7.2f} ms {theirs * 1e3:7.2f} ms {ours / theirs:7.2f}")


if __name__ == "__main__":
    main()
