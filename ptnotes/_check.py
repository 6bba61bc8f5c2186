"""Checks of arguments: each names the argument, what was expected and what was given."""

from math import inf
from numbers import Real

import torch
from torch import Tensor


def require(
    ok: bool, name: str, expected: str, given: object, error: type[Exception] = ValueError
) -> None:
    """
    Raise *error* unless *ok*: which argument, what was expected, what was given.
    """
    if not ok:
        msg = f"{name}: expected {expected}, given {given}"
        raise error(msg)


def is_int(value: object, least: int = 0) -> bool:
    """
    Whether *value* is an int of at least *least*; a bool is none.
    """
    return isinstance(value, int) and not isinstance(value, bool) and value >= least


def within(value: object, above: float = -inf, least: float = -inf, below: float = inf) -> bool:
    """
    Whether *value* is a number, neither NaN nor infinite, in the bounds; a bool is none.
    """
    if not isinstance(value, Real) or isinstance(value, bool):
        return False
    return above < float(value) < below and float(value) >= least


def check_tensors(**arguments: tuple[Tensor, str]) -> None:
    """
    Require floating tensors of one dtype whose shapes fit names such as ``"... T_x d_h"``.
    """
    sizes: dict[str, int] = {}
    lead: tuple[int, ...] = ()
    dtype = None
    for name, (x, axes) in arguments.items():
        given = getattr(x, "dtype", type(x).__name__)
        floating = isinstance(x, Tensor) and x.is_floating_point()
        require(floating, name, "a floating tensor", given, TypeError)
        dtype = dtype or x.dtype
        # Autocast converts inside the matrix products, so there mixed dtypes are no mistake.
        same = x.dtype == dtype or torch.is_autocast_enabled(x.device.type)
        require(same, name, f"{dtype} as {next(iter(arguments))} has", x.dtype, TypeError)
        named = axes.removeprefix("... ").split()
        outer = x.dim() - len(named)
        form, shape = f"shape ({axes.replace(' ', ', ')})", tuple(x.shape)
        require(outer == 0 or (outer > 0 and axes[0] == "."), name, form, shape)
        for axis, size in zip(named, shape[outer:], strict=True):
            fits = sizes.setdefault(axis, size) == size
            require(fits, name, f"{form} with {axis} = {sizes[axis]}", shape)
        pairs = zip(reversed(lead), reversed(shape[:outer]), strict=False)
        fits = all(m == n or 1 in (m, n) for m, n in pairs)
        require(fits, name, f"{form} where ... broadcasts with {lead}", shape)
        lead = tuple(torch.broadcast_shapes(lead, shape[:outer]))  # type: ignore[no-untyped-call]
