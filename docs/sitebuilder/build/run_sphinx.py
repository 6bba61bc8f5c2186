"""Run Sphinx on the site in a process of its own, with a short line of progress now and then."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from sitebuilder.languages.site_languages import Language

SECONDS_BETWEEN_LINES = 5.0
FULL = 20_000_000  # bytes; with less left, what failed failed for want of space
COLOUR = re.compile(r"\x1b\[[\d;]*m")
STEPS = ("reading sources", "writing output", "generating gallery", "executing")


class BuildError(Exception):
    """The site cannot be built; the message is one sentence for the reader."""


def run_sphinx(
    root: Path,
    language: Language,
    builder: str,
    output: Path,
    doctrees: Path,
    *settings: str,
    heard: Callable[[str], None] | None = None,
) -> None:
    """
    Build one language.

    Args:
        root: The project's folder.
        language: The language.
        builder: `html` or `gettext`.
        output: Where to write.
        doctrees: Where Sphinx keeps what it has read.
        settings: Settings of `conf.py` to change, each `name=value`.
        heard: Called with each line that Sphinx prints.

    Raises:
        BuildError: if Sphinx fails or warns; what it says is on stderr.
    """
    flags = ["-b", builder, "-W", "--keep-going", "-n", "--no-color", "-d", str(doctrees)]
    changes = [part for setting in settings for part in ("-D", setting)]
    command = [sys.executable, "-m", "sphinx", *flags, *changes, str(root / "docs"), str(output)]
    paths = [str(root), str(root / "docs"), os.environ.get("PYTHONPATH", "")]
    environment = {
        **os.environ,
        "PTNOTES_LANGUAGE": language.code,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
    }
    environment.pop("PTNOTES_PREVIEW", None)
    with subprocess.Popen(
        command,
        cwd=root,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        try:
            name = "messages" if builder == "gettext" else language.english_name
            report(process.stdout, name, heard)
            process.wait()
        finally:
            # Also when we are interrupted: nothing that Sphinx started may outlive the build.
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    if process.returncode and shutil.disk_usage(root).free < FULL:
        raise BuildError("the disk is full; free some space and build again")
    if process.returncode:
        raise BuildError(f"Sphinx found problems in the {language.english_name} pages, named above")


def report(lines: Iterable[str], name: str, heard: Callable[[str], None] | None = None) -> None:
    """Print what is being built, and every few seconds how far it is; pass each line on."""
    print(f"{name}: building", flush=True)
    printed = time.monotonic()
    for line in lines:
        text = COLOUR.sub("", line).strip()
        if heard:
            heard(text)
        if text.startswith(STEPS) and time.monotonic() - printed > SECONDS_BETWEEN_LINES:
            print(f"{name}: {text}", flush=True)
            printed = time.monotonic()
