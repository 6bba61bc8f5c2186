"""Run a command with a time limit, its output bounded and its descendants gone when it returns."""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ptnotes.verify.cuda import nvcc

OUTPUT_LIMIT = 1_000_000
# A CUDA build of torch logs that this machine has no GPU: no output of anyone's code.
QUIET = "-torch.utils.cpp_extension"
FILE_LIMIT = 2_000_000_000


@dataclass(frozen=True)
class Finished:
    """
    What a command did.

    Args:
        code: Its exit status; negative for a signal, None when it was killed at its limit.
        output: What it printed, standard error included.
    """

    code: int | None
    output: str

    def cause(self, seconds: float) -> str:
        """How it ended, in words."""
        if self.code is None:
            return f"still running after {seconds:g} s, killed"
        if self.code < 0:
            return f"killed by {signal.Signals(-self.code).name}"
        return f"exit code {self.code}"


def tool_path() -> str:
    """A PATH on which the programs of this environment come first, then those of CUDA."""
    compiler = nvcc()
    folders = [Path(sys.executable).parent, *([compiler.parent] if compiler else [])]
    return os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")])


def run_command(
    command: Sequence[str | Path],
    folder: Path,
    seconds: float,
    environment: Mapping[str, str] | None = None,
) -> Finished:
    """
    Run a command in a folder, in a session of its own that ends with it.

    Args:
        command: Program and arguments.
        folder: Its working directory.
        seconds: How long it may run.
        environment: Variables besides those of this process.
    """
    own = {"LC_ALL": "C.UTF-8", "HOME": str(folder), "PATH": tool_path(), "TORCH_LOGS": QUIET}
    variables = {**os.environ, **own, **(environment or {})}
    with tempfile.TemporaryFile() as output:
        process = subprocess.Popen(
            [str(word) for word in command],
            cwd=folder,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_limit,
        )
        try:
            code: int | None = process.wait(seconds)
        except subprocess.TimeoutExpired:
            code = None
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        output.seek(0)
        text = output.read(OUTPUT_LIMIT + 1).decode("utf-8", "replace")
    if len(text) > OUTPUT_LIMIT:
        text = f"{text[:OUTPUT_LIMIT]}\n(more than {OUTPUT_LIMIT} bytes)"
    return Finished(code, text)


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_LIMIT, FILE_LIMIT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
