"""The native extension, loaded once; where it is not there, the package works without it."""

import importlib
import re
from collections.abc import Callable
from typing import Any, NoReturn

import torch

from ptnotes._check import require

HOW = "PTNOTES_NATIVE=require pip install --no-build-isolation -e ."


def load() -> str:
    """
    Load ``ptnotes._C``, which registers the operators; return why not, or nothing.
    """
    try:
        built_for = importlib.import_module("ptnotes._C").built_for_torch
    except ImportError as error:
        return f"the native extension is not there ({error})"
    given = str(torch.__version__)
    # The number in its headers is without what follows in "2.14.0.dev20270101+cpu".
    same = re.match(rf"{re.escape(built_for)}(?!\d)", given)
    return "" if same else f"it was built for torch {built_for}, this is {given}"


missing = load()


def need(operator: str, **tensors: object) -> None:
    """
    Raise ImportError, with how to get it, unless the native operators can be called.

    Raise TypeError for one of *tensors* that is none.
    """
    if missing:
        msg = f"{operator}: {missing}; to build it, with a C++ compiler there, run `{HOW}`"
        raise ImportError(msg)
    for name, x in tensors.items():
        require(isinstance(x, torch.Tensor), name, "a tensor", type(x).__name__, TypeError)


def differentiate(
    operator: str, backward: Callable[..., Any], setup_context: Callable[..., None]
) -> None:
    """
    Give an operator its gradient, and float32 under autocast.
    """
    if missing:
        return
    name = f"ptnotes::{operator}"
    torch.library.register_autograd(name, backward, setup_context=setup_context)
    for device in ("cpu", "cuda"):
        # As torch does for the cross entropy: float16 logits, float32 targets, one loss.
        torch.library.register_autocast(name, device, torch.float32)


def differentiate_once(
    operator: str, backward: Callable[..., Any], setup_context: Callable[..., None]
) -> None:
    """
    The same for an operator whose ``_backward`` has no gradient of its own.
    """
    differentiate(operator, backward, setup_context)
    if missing:
        return

    def refuse(ctx: Any, *grads: Any) -> NoReturn:
        # Autograd would otherwise pass over the gradient of a gradient in silence.
        msg = (
            f"{operator}: the gradient of its gradient is not implemented; "
            f"{operator}_reference has one"
        )
        raise NotImplementedError(msg)

    torch.library.register_autograd(f"ptnotes::{operator}_backward", refuse)
