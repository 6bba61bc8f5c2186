"""
Time the two commands on a project of full size: `nox -s clock`, or `-- FOLDER` to keep the project.

The project is this one with copies of its notes and examples, in both languages, with their tests
and queries, until there are as many as the finished site will have. Copies answer each other's
queries and share titles of boxes, so the tests that ask for one answer fail in it by design; their
time is that of tests that pass.
"""

from __future__ import annotations

import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NOTES, EXAMPLES = 48, 45
# What there is one of: the chapter on C++, whose programs are dear to compile, and installing.
SINGLE = {"cpp", "foundations"}
LABEL = re.compile(r"^\([\w-]+\)=\n", re.MULTILINE)
LIMITS = {
    "docs, clean": 900,
    "docs, unchanged": 20,
    "docs, one note edited": 40,
    "docs, one translation edited": 40,
    "tests": 900,
}


def main(arguments: list[str]) -> int:
    """Make the project, run the commands in it, and print each time beside its limit."""
    folder = Path(arguments[0] if arguments else tempfile.mkdtemp(prefix="full-size-")).resolve()
    print(f"{multiply(ROOT, folder)} in {folder}", flush=True)
    times = dict(measure(folder))
    for name, seconds in times.items():
        mark = "" if seconds <= LIMITS[name] else "  over"
        print(f"{name:<30} {seconds:6.0f} s   at most {LIMITS[name]} s{mark}")
    if not arguments:
        shutil.rmtree(folder)
    return any(seconds > LIMITS[name] for name, seconds in times.items())


def measure(folder: Path) -> Iterator[tuple[str, float]]:
    """Yield the name and seconds of each command, the failing tests included."""
    yield "docs, clean", nox(folder, "docs")
    yield "docs, unchanged", nox(folder, "docs")
    edit(
        folder / "docs/notes/training/momentum.md", ">>> import torch\n", ">>> import torch  # as\n"
    )
    yield "docs, one note edited", nox(folder, "docs")
    edit(folder / "docs/locale/zh_CN/LC_MESSAGES/notes/training/momentum.po", "。", "！")
    yield "docs, one translation edited", nox(folder, "docs")
    yield "tests", nox(folder, "tests", allowed=(0, 1))


def nox(folder: Path, command: str, allowed: tuple[int, ...] = (0,)) -> float:
    """Run one of the project's commands and return its seconds."""
    own = {key: value for key, value in os.environ.items() if not key.startswith("PTNOTES_")}
    started = time.monotonic()
    words = [sys.executable, "-m", "nox", "-s", command]
    done = subprocess.run(words, cwd=folder, env=own, check=False)
    if done.returncode not in allowed:
        sys.exit(f"nox -s {command} failed in {folder}")
    return time.monotonic() - started


def multiply(source: Path, target: Path) -> str:
    """Copy a project's own files, and its notes and examples until there are enough; say so."""
    listed = subprocess.check_output(["git", "ls-files", "-z"], cwd=source, text=True)
    for name in filter(None, listed.split("\0")):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source / name, target / name)
    subprocess.run(["git", "init", "-q", "."], cwd=target, check=True)
    notes = copies(target, sorted(target.glob("docs/notes/*/*.md")), NOTES)
    examples = copies(target, sorted(target.glob("gallery/*/plot_*.py")), EXAMPLES)
    return f"{NOTES} notes ({notes} of them copies) and {EXAMPLES} examples ({examples} copies)"


def copies(root: Path, pages: list[Path], wanted: int) -> int:
    """Copy pages in turn until there are enough; return how many copies were made."""
    pages = [page for page in pages if page.stem != "index"]
    originals = [page for page in pages if page.parent.name not in SINGLE]
    rounds = ((page, number) for number in itertools.count(2) for page in originals)
    missing = list(itertools.islice(rounds, wanted - len(pages)))
    for page, number in missing:
        copy_page(root, page, number)
    return len(missing)


def copy_page(root: Path, page: Path, number: int) -> None:
    """Copy a note or an example with its title numbered, its catalog, its queries and its tests."""
    text, title = page.read_text("utf-8"), ""
    name = f"{page.stem}_{number}"
    if page.suffix == ".md":
        title = re.search(r"^# (.+)$", text, re.MULTILINE)[1]
        text = LABEL.sub("", text).replace(f"# {title}\n", f"# {title} {number}\n", 1)
        index = page.with_name("index.md")
        edit(index, f"\n{page.stem}\n", f"\n{page.stem}\n{name}\n")
    else:
        title = text.splitlines()[1]
        text = text.replace(f"{title}\n", f"{title} {number}\n{'=' * (len(title) + 3)}\n\n", 1)
        text = re.sub(r"\n\n=+\n", "\n", text, count=1)
    page.with_stem(name).write_text(text, "utf-8")
    queries = page.with_suffix(".queries.toml")
    shutil.copy(queries, queries.with_name(f"{name}.queries.toml"))
    inner = page.relative_to(root).with_suffix(".po").as_posix().removeprefix("docs/")
    catalog = root / "docs/locale/zh_CN/LC_MESSAGES" / inner
    words = catalog.read_text("utf-8")
    old = re.search(rf'msgid "{re.escape(title)}"\nmsgstr "(.*)"\n', words)
    # No blank follows full-width punctuation.
    blank = "" if old[1].endswith(("？", "！")) else " "
    new = f'msgid "{title} {number}"\nmsgstr "{old[1]}{blank}{number}"\n'
    catalog.with_stem(name).write_text(words.replace(old[0], new, 1), "utf-8")
    for test in root.glob(f"tests/{page.parent.name}/test_{page.stem}.py"):
        shutil.copy(test, test.with_stem(f"test_{name}"))


def edit(path: Path, old: str, new: str) -> None:
    """Replace the first occurrence of a text in a file, which must hold it."""
    text = path.read_text("utf-8")
    if old not in text:
        raise ValueError(f"old: expected a text of {path.name}, given {old!r}")
    path.write_text(text.replace(old, new, 1), "utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
