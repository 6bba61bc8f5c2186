"""A file made of another one, kept while its source and the code that makes it are the same."""

from __future__ import annotations

import hashlib
import inspect
import sys
from collections.abc import Callable
from pathlib import Path


def kept_file(folder: Path, name: str, make: Callable[..., str], *sources: str) -> Path:
    """
    Return a file with what `make` makes of `sources`; it is made only where it is not there.

    Args:
        folder: Where such files are kept, each in a folder of its own.
        name: The file's name.
        make: Returns the text of the file; the whole module that it is written in counts.
        sources: What `make` is called with.
    """
    code = inspect.getsource(sys.modules[make.__module__])
    key = hashlib.sha256("\0".join([code, make.__qualname__, *sources]).encode()).hexdigest()[:16]
    target = folder / key / name
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_suffix(".tmp")
        draft.write_text(make(*sources), "utf-8")
        draft.replace(target)
    return target
