"""
Attention in the symbols of the note ``sequence/attention``: scores e, weights a, context C.

Decoder states ``H`` ask, encoder states ``h`` answer; ``...`` stands for any leading dimensions.
"""

import math

import torch
from torch import Tensor


def _require(
    ok: bool, name: str, expected: str, given: object, error: type[Exception] = ValueError
) -> None:
    """
    Raise *error* unless *ok*, naming the argument, what was expected and what was given.
    """
    if not ok:
        msg = f"{name}: expected {expected}, given {given}"
        raise error(msg)


def _check(**arguments: tuple[Tensor, str]) -> None:
    """
    Require floating tensors of one dtype whose shapes fit names such as ``"... T_x d_h"``.
    """
    sizes: dict[str, int] = {}
    lead = torch.Size()
    dtype = None
    for name, (x, axes) in arguments.items():
        _require(isinstance(x, Tensor), name, "a tensor", type(x).__name__, TypeError)
        _require(x.is_floating_point(), name, "a floating dtype", x.dtype, TypeError)
        dtype = dtype or x.dtype
        # Under autocast the matrix products convert, so mixed dtypes are no mistake there.
        same = x.dtype == dtype or torch.is_autocast_enabled(x.device.type)
        _require(same, name, f"{dtype}, the dtype of {next(iter(arguments))}", x.dtype, TypeError)
        names = axes.removeprefix("... ").split()
        shape = tuple(x.shape)
        _require(
            len(shape) == len(names) or (axes.startswith("...") and len(shape) > len(names)),
            name, f"shape ({', '.join(axes.split())}{',' * (len(axes.split()) == 1)})", shape,
        )  # fmt: skip
        for axis, size in zip(names, shape[len(shape) - len(names) :], strict=True):
            fits = sizes.setdefault(axis, size) == size
            _require(fits, name, f"{axis} = {sizes[axis]} in ({', '.join(axes.split())})", shape)
        try:
            lead = torch.broadcast_shapes(lead, shape[: len(shape) - len(names)])
        except RuntimeError:
            _require(False, name, f"leading dimensions that broadcast with {tuple(lead)}", shape)


def dot_score(H: Tensor, h: Tensor) -> Tensor:
    """
    Score each state by its dot product with the query, ``e_ij = H^{i-1} . h^j``.

    Args:
        H: Queries, shape ``(..., T_y, d)``, floating.

        h: States, shape ``(..., T_x, d)``, same dtype.

    Returns:
        Scores e, shape ``(..., T_y, T_x)``, same dtype.

    Raises:
        TypeError, ValueError: If an argument's dtype or shape does not fit.

    Source: https://arxiv.org/abs/1508.04025 ("dot")

    >>> import torch
    >>> from ptnotes.attention import dot_score
    >>> dot_score(torch.tensor([[1.0, 2.0]]), torch.tensor([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]))
    tensor([[1., 2., 3.]])
    """
    _check(H=(H, "... T_y d"), h=(h, "... T_x d"))
    return H @ h.mT
