"""What tests of `ptnotes.cpp.pyargs` expect of each format unit, and how they look for leaks."""

import contextlib
import ctypes
import sys
import tracemalloc
from collections.abc import Callable

BITS = {"b": 8, "B": 8, "h": 16, "H": 16, "i": 32, "I": 32, "L": 64, "K": 64} | {
    unit: 8 * ctypes.sizeof(c_type)
    for unit, c_type in (("l", ctypes.c_long), ("k", ctypes.c_ulong), ("n", ctypes.c_ssize_t))
}
CHECKED, MASKED = "bhilLn", "BHIkK"
WIDE = {"u", "u#", "Z", "Z#"}
OLD = {"t#", "w", "w#"}
BEFORE_3_12 = sys.version_info < (3, 12)
BEFORE_3_13 = sys.version_info < (3, 13)
BEFORE_3_14 = sys.version_info < (3, 14)

TAKES = {
    **dict.fromkeys("bBhHiIlLn", "int bool HasIndex"),
    **dict.fromkeys("kK", "int bool" if BEFORE_3_14 else "int bool HasIndex"),
    **dict.fromkeys("fd", "int bool float HasIndex HasFloat"),
    "D": "int bool float complex HasIndex HasFloat",
    "c": "bytes bytearray",
    "C": "str",
    "s": "str",
    "s#": "str bytes",
    "s*": "str bytes bytearray memoryview",
    "z": "str None",
    "z#": "str bytes None",
    "z*": "str bytes bytearray memoryview None",
    "y": "bytes",
    "y#": "bytes",
    "y*": "bytes bytearray memoryview",
    "w*": "bytearray",
    "es": "str",
    "es#": "str",
    "et": "str bytes bytearray",
    "et#": "str bytes bytearray",
    "U": "str",
    "S": "bytes",
    "Y": "bytearray",
    "O!": "list",
    "O&": "int bool float",
    "u": "str" if BEFORE_3_12 else "",
    "u#": "str" if BEFORE_3_12 else "",
    "Z": "str None" if BEFORE_3_12 else "",
    "Z#": "str None" if BEFORE_3_12 else "",
    "t#": "",
    "w": "",
    "w#": "",
    "i?": "" if BEFORE_3_14 else "int bool None HasIndex",
}


def stable(call: Callable[[], object], *watched: object) -> None:
    """
    Calling 300 times leaves the reference counts of the watched objects as they are.

    Others in this process hold None and small ints too, so a few more or less are no leak.
    """
    call()
    before = [sys.getrefcount(one) for one in watched]
    for _ in range(300):
        call()

    assert all(abs(sys.getrefcount(one) - n) < 100 for one, n in zip(watched, before, strict=True))


def growth(call: Callable[[], object]) -> int:
    """
    Bytes that a hundred calls leave behind.
    """
    call()
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for _ in range(100):
            call()
        return tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()


def attempt_call(call: Callable[..., object], *arguments: object) -> None:
    """
    Call, whatever comes of it: failing must not leak either.
    """
    with contextlib.suppress(Exception):
        call(*arguments)
