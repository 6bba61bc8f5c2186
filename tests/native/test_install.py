"""An installation that fails says why: the compiler's first error, the network, the disk."""

import importlib.util
from types import ModuleType

import pytest

from tests.native.test_setup import ROOT

# As pip prints them, shortened.
NETWORK = """\
WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('<pip...>: \
Failed to establish a new connection: [Errno -3] Temporary failure in name resolution')': /simple/
ERROR: Could not find a version that satisfies the requirement torch==2.13.0 (from versions: none)
ERROR: No matching distribution found for torch==2.13.0
"""
COMPILER = """\
  error: subprocess-exited-with-error
  × Building editable for ptnotes (pyproject.toml) did not run successfully.
      csrc/ops/boxes/cpu.cpp:3:2: error: #error broken on purpose
      ptnotes: PTNOTES_NATIVE=require, but ptnotes._C cannot be built: its build failed: \
csrc/ops/boxes/cpu.cpp:3:2: error: #error broken on purpose.
ERROR: Failed building editable for ptnotes
"""
VERSION = """\
ERROR: Could not find a version that satisfies the requirement torch==9.9 (from versions: 2.13.0)
ERROR: No matching distribution found for torch==9.9
"""
DISK = "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n"


@pytest.fixture(scope="session")
def noxfile() -> ModuleType:
    """The project's noxfile."""
    spec = importlib.util.spec_from_file_location("project_noxfile", ROOT / "noxfile.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        (
            COMPILER,
            "PTNOTES_NATIVE=require, but ptnotes._C cannot be built: its build failed: "
            "csrc/ops/boxes/cpu.cpp:3:2: error: #error broken on purpose.",
        ),
        (
            NETWORK,
            "The network failed (NewConnectionError); connect and run the same command again.",
        ),
        (
            VERSION,
            "pip says: Could not find a version that satisfies the requirement torch==9.9 "
            "(from versions: 2.13.0)",
        ),
        (DISK, "The disk is full; free some space and run the same command again."),
        ("", "pip's message above says why."),
    ],
    ids=["compiler", "network", "version", "disk", "nothing"],
)
def test_the_cause_is_named(noxfile: ModuleType, printed: str, told: str) -> None:
    """And no other: a compiler's error is not blamed on the network."""
    assert noxfile.cause(printed) == told
