"""The native extension, loaded once; where it is not there, the package works without it."""

import importlib
import re

import torch

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


def need(operator: str) -> None:
    """
    Raise ImportError, with how to get it, unless the native operators can be called.
    """
    if missing:
        msg = f"{operator}: {missing}; to build it, with a C++ compiler there, run `{HOW}`"
        raise ImportError(msg)
