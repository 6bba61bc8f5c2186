"""What a block says of its own proof, in the comment before it: `<!-- verify: timeout=60 -->`."""

from __future__ import annotations

import datetime
import math
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Options:
    """
    The options of a block; each has a value that stands for nothing said.

    Args:
        tolerance: How far a number may lie from the printed one, times the larger of 1 and its
            size.
        timeout: Seconds that the block may run.
        not_run: Why the block cannot run here.
        review: The day on which to look at that reason again.
        compiles: Whether a program is to compile.
        exit: The exit status with which a program or command is to end.
        file: The name of the file that the block becomes in its project.
        since: The first release of torch that the block holds for, such as `(2, 14)`.
        before: The first release of torch that it does not hold for any more.
        needs: What has to be there for the block to run, a key of `ptnotes.verify.needs.NEEDS`.
    """

    tolerance: float | None = None
    timeout: float | None = None
    not_run: str = ""
    review: datetime.date | None = None
    compiles: bool = True
    exit: int = 0
    file: str = ""
    since: tuple[int, ...] = ()
    before: tuple[int, ...] = ()
    needs: str = ""

    def fits(self, torch: str) -> bool:
        """
        Whether the block holds for a torch.

        Args:
            torch: Its version, such as `2.14.0.dev20270101+cu130`; what follows the numbers of the
                release does not count.
        """
        release = read_release(torch)
        return self.since <= release and not (self.before and release >= self.before)


def read_release(version: str) -> tuple[int, ...]:
    """
    Return the numbers of a release.

    Raises:
        ValueError: if the text does not begin with two numbers, as in `2.14`.

    >>> from ptnotes.verify.options import read_release
    >>> read_release("2.14.1+cu130")
    (2, 14, 1)
    """
    found = re.match(r"\d+(\.\d+)+", version)
    if found is None:
        raise ValueError(f"version: expected numbers such as 2.14, given {version!r}")
    return tuple(map(int, found[0].split(".")))


NOTHING_SAID = Options()

# The options that each kind reads: another one at such a block would change nothing.
READ_BY = {
    "doctest": {"tolerance", "timeout", "not-run", "review"},
    "docstring": {"tolerance", "timeout", "not-run", "review"},
    "definition": {"timeout", "not-run", "review"},
    "cell": {"timeout", "not-run", "review"},
    "gallery": {"timeout", "not-run", "review"},
    "include": set[str](),
    "data": {"not-run", "review"},
    "cpp": {"timeout", "not-run", "review", "compiles", "exit"},
    "cuda": {"timeout", "not-run", "review", "exit"},
    "output": {"tolerance"},
    "cmake": {"not-run", "review", "file"},
    "console": {"timeout", "not-run", "review", "exit"},
    "unknown": {"not-run", "review"},
}
for kind in READ_BY.keys() - {"include"}:
    READ_BY[kind] |= {"since", "before"}
for kind in ("cmake", "console"):
    READ_BY[kind] |= {"needs"}


@dataclass(frozen=True)
class Said:
    """
    A comment with options, as it was read.

    Args:
        options: What it says.
        names: The options that it names.
        line: Its line on the page.
        wrong: What is wrong with it, empty if nothing is.
    """

    options: Options = NOTHING_SAID
    names: frozenset[str] = frozenset()
    line: int = 0
    wrong: tuple[str, ...] = ()

    def useless(self, kind: str) -> list[str]:
        """Say which of the options a block of a kind does not read."""
        read = READ_BY[kind]
        known = ", ".join(sorted(read)) or "none"
        return [
            f"verify: {name} says nothing of a {kind} block, which reads {known}"
            for name in sorted(self.names - read)
        ]


def read_options(text: str, line: int) -> Said:
    """
    Read the options of a comment.

    Args:
        text: What stands behind `verify:`, parted by `;`.
        line: The comment's line on the page.
    """
    values: dict[str, Any] = {}
    wrong = []
    for part in filter(None, (part.strip() for part in text.split(";"))):
        name, _, value = (word.strip() for word in part.partition("="))
        if name not in READERS or not value:
            wrong.append(f"verify: {part!r} is not KEY=VALUE of {', '.join(sorted(READERS))}")
            continue
        read, expected = READERS[name]
        try:
            values[name] = read(value)
        except ValueError:
            wrong.append(f"verify: {name}: expected {expected}, given {value!r}")
    if "review" in values and "not-run" not in values:
        wrong.append("verify: review: a review date needs a not-run reason")
    if values.get("since", ()) >= values.get("before", (sys.maxsize,)):
        wrong.append("verify: since: expected a release below that of `before`")
    options = Options(**{name.replace("-", "_"): value for name, value in values.items()})
    return Said(options, frozenset(values), line, tuple(wrong))


def _positive(text: str) -> float:
    value = float(text)
    if not (math.isfinite(value) and value > 0):
        raise ValueError
    return value


def _yes_or_no(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError
    return text == "yes"


def _status(text: str) -> int:
    value = int(text)
    if value not in range(256):
        raise ValueError
    return value


def _need(text: str) -> str:
    if text != "cuda-toolkit":
        raise ValueError
    return text


def _release(text: str) -> tuple[int, ...]:
    if not re.fullmatch(r"[\d.]+", text):
        raise ValueError
    return read_release(text)


READERS: dict[str, tuple[Callable[[str], Any], str]] = {
    "tolerance": (_positive, "a number above 0"),
    "timeout": (_positive, "seconds, a number above 0"),
    "not-run": (str, "a reason"),
    "review": (datetime.date.fromisoformat, "a date such as 2027-01-31"),
    "compiles": (_yes_or_no, "yes or no"),
    "exit": (_status, "a status from 0 to 255"),
    "file": (str, "a file's name"),
    "since": (_release, "a release of torch such as 2.14"),
    "before": (_release, "a release of torch such as 2.14"),
    "needs": (_need, "cuda-toolkit"),
}
