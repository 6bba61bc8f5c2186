"""CMake blocks: with the page's own files they are configured, built and run as a project."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from ptnotes.verify.block import EXCUSED, FAILED, PASSED, Block, Context, Outcome
from ptnotes.verify.compare import difference
from ptnotes.verify.cuda import for_cmake, torch_folder
from ptnotes.verify.process import run_command
from ptnotes.verify.toolchain import COMPILE_SECONDS

# What CMake and compilers write before an error; an option such as `-Werror` is none.
_ERROR = re.compile(r"\bCMake Error\b|\berror: |\bFAILED: ")
_TARGET = re.compile(r"^\s*add_executable\s*\(\s*([\w.-]+)", re.MULTILINE | re.IGNORECASE)


def verify_cmake(blocks: Sequence[Block], context: Context) -> Iterator[Outcome]:
    """
    Write the page's files into a folder, configure, build, run each executable, and compare.

    Args:
        blocks: Blocks with a `file` option, the `cmake` block among them, and the text printed.
        context: How long the program may run.
    """
    excuse = next((block.excuse for block in blocks if block.excuse), None)
    if excuse:
        yield from (Outcome(block, EXCUSED, excuse, block.line) for block in blocks)
        return
    files = [block for block in blocks if block.kind != "output"]
    said = [block for block in blocks if block.kind == "output"]
    lists = [block for block in files if block.language == "cmake"]
    if not lists:
        message = "has a `file` name, and no `cmake` block of the page builds it"
        yield from (Outcome(block, FAILED, message, block.line) for block in blocks)
        return
    with tempfile.TemporaryDirectory(prefix="ptnotes-") as scratch:
        for block in files:
            name = "CMakeLists.txt" if block.language == "cmake" else block.options.file
            Path(scratch, name).write_text(block.text + "\n", "utf-8")
        failure, printed = _build_and_run(Path(scratch), lists[-1].text, context)
    for block in files:
        yield Outcome(block, FAILED if failure else PASSED, failure, block.line)
    for block in said:
        message = failure or difference(block.text, printed) or ""
        yield Outcome(block, FAILED if message else PASSED, message, block.line)


def _build_and_run(folder: Path, lists: str, context: Context) -> tuple[str, str]:
    """Return why the project failed, or nothing, and what its programs printed."""
    prefix = f"-DCMAKE_PREFIX_PATH={torch_folder() / 'share' / 'cmake'}"
    steps = [
        ["cmake", "-Werror=dev", "-S", ".", "-B", "build", "-G", "Ninja", prefix],
        ["cmake", "--build", "build"],
        *([f"build/{target}"] for target in _TARGET.findall(lists)),
    ]
    printed = ""
    for step in steps:
        limit = COMPILE_SECONDS if step[0] == "cmake" else context.seconds
        done = run_command(step, folder, limit, for_cmake(context.cache))
        if done.code != 0:
            errors = [line for line in done.output.splitlines() if _ERROR.search(line)]
            last = (errors or done.output.strip().splitlines() or [""])[0]
            return f"{' '.join(step[:2])}: {done.cause(limit)}: {last.strip()}", ""
        if step[0] != "cmake":
            printed += done.output
    return "", printed
