"""`katex_rendering`: the process that renders formulas is waited for, and never left behind."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sitebuilder.theme import katex_rendering
from sitebuilder.theme.katex_rendering import start_server

LATE = (
    "import socket, sys, time; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]);"
    "time.sleep(1); s.listen(); time.sleep(60)"
)


def server_of(code: str) -> type:
    """A server that runs Python in the place of node."""

    class Server:
        build_command = staticmethod(lambda socket: [sys.executable, "-c", code, str(socket)])
        timeout_error = staticmethod(lambda seconds: TimeoutError(f"{seconds} s"))

    return Server


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The processes that were started."""
    found: list[object] = []
    start: Callable[..., object] = katex_rendering.subprocess.Popen

    def remember(*arguments: object, **options: object) -> object:
        found.append(start(*arguments, **options))
        return found[-1]

    monkeypatch.setattr(katex_rendering.subprocess, "Popen", remember)
    return found


def test_server_that_listens_late(tmp_path: Path, started: list[object]) -> None:
    """A socket that is there before anyone listens is waited for, by one process."""
    process, connection = start_server(server_of(LATE), tmp_path, 30)
    connection.close()
    process.kill()
    process.wait()

    assert started == [process]


@pytest.mark.parametrize("code", ["import time; time.sleep(60)", "raise SystemExit(1)"])
def test_server_that_never_listens(code: str, tmp_path: Path, started: list[object]) -> None:
    """One that hangs or dies is an error, and no process stays to hold the output open."""
    with pytest.raises(TimeoutError):
        start_server(server_of(code), tmp_path, 2)
    (process,) = started

    assert process.wait(5) is not None  # type: ignore[attr-defined]
