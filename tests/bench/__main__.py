"""
Time the operators against their formulas and save the run: `nox -s bench`, or with names of topics.

All figures of a run come from one process on one machine; only their ratios mean anything
elsewhere.
"""

from __future__ import annotations

import datetime
import json
import platform
import sys
from importlib import import_module
from pathlib import Path

import torch

from tests.bench.measure import Cases, measure

# Each module here that has cases of its own.
TOPICS = [
    path.stem
    for path in sorted(Path(__file__).parent.glob("[!_]*.py"))
    if "def cases(" in path.read_text("utf-8")
]
SAVED = Path(__file__).resolve().parent.parent.parent / "docs" / "benchmarks"


def environment(device: str) -> dict[str, object]:
    """Say on what the figures were taken."""
    cpu = f"{platform.machine()} {torch.backends.cpu.get_cpu_capability()}"
    return {
        "date": datetime.date.today().isoformat(),
        "device": torch.cuda.get_device_name() if device == "cuda" else cpu,
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "python": platform.python_version(),
        "os": platform.system(),
    }


def show(row: dict[str, object]) -> None:
    """Print the times of a case and what they are of ours."""
    ours = float(str(row["ours"]))
    beside = row["beside"]
    assert isinstance(beside, dict)
    others = {name: float(str(row[name])) for name in ("eager", "compiled", "floor")}
    name = f"{row['operator']}{' and backward' if row['backward'] else ''}"
    print(f"{name:<36} {row['size']:<22} ours {ours:9.3f} ms", end="")
    for way, milliseconds in {**others, **beside}.items():
        print(f"   {way} {milliseconds:9.3f} ms {milliseconds / ours:6.2f}×", end="")
    print(flush=True)


def main(names: list[str]) -> None:
    """Run the topics on the best device that there is; a run of all is saved."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    said = environment(device)
    print(", ".join(f"{name} {value}" for name, value in said.items()))
    rows = []
    for topic in names or TOPICS:
        cases: Cases = import_module(f"tests.bench.{topic}").cases
        for case in cases(device):
            rows.append(measure(case, device))
            show(rows[-1])
    if not names:
        SAVED.mkdir(exist_ok=True)
        text = json.dumps({**said, "rows": rows}, indent=1, ensure_ascii=False)
        (SAVED / f"{device}.json").write_text(f"{text}\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
