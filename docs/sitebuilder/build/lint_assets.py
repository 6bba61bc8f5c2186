"""Check our scripts and stylesheets with Biome, which is fetched once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sitebuilder import npm
from sitebuilder.places import CACHE, PACKAGE

NAME = "@biomejs/biome"
VERSION = "2.6.8"


def main() -> int:
    """Check the files of the builder; the exit status is 0 when nothing is found."""
    try:
        return check(PACKAGE)
    except RuntimeError as error:
        print(f"Scripts and stylesheets were not checked: {error}", file=sys.stderr)
        return 1


def check(folder: Path) -> int:
    """
    Check the scripts and stylesheets below a folder, which holds Biome's settings.

    Returns:
        Biome's exit status: 0 when it found nothing, not even a warning.

    Raises:
        RuntimeError: if Biome is not there and cannot be fetched.
    """
    biome = npm.install(NAME, VERSION, CACHE / "biome" / VERSION) / "bin" / "biome"
    command = [npm.node(), str(biome), "lint", "--error-on-warnings", "."]
    return subprocess.run(command, cwd=folder, check=False).returncode
