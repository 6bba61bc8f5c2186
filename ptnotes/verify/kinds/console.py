"""Console blocks: every `$` line is run in a scratch folder and what follows it is compared."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ptnotes.verify.block import EXCUSED, FAILED, PASSED, Block, Context, Outcome
from ptnotes.verify.compare import difference
from ptnotes.verify.cuda import for_cmake
from ptnotes.verify.process import run_command, tool_path

# Their first plain word names a command of their own, with options of its own.
_WITH_COMMANDS = {"pip", "apt-get", "git", "nvidia-smi", "docker", "conda", "uv"}


@dataclass(frozen=True)
class Line:
    """
    A command of a console block.

    Args:
        offset: Its line within the block, from 0.
        command: What stands behind `$`, with its continuation lines.
        output: What it is to print.
    """

    offset: int
    command: str
    output: str


def verify_console(blocks: Sequence[Block], context: Context) -> Iterator[Outcome]:
    """
    Run the commands of a page in one scratch folder; of those not run, check the options.

    Args:
        blocks: The console blocks of a page, in order.
        context: How long a command may run.
    """
    with tempfile.TemporaryDirectory(prefix="ptnotes-") as scratch:
        for block in blocks:
            lines = _lines(block.text)
            if not lines:
                yield Outcome(block, FAILED, "no line begins with `$ `", block.line)
            elif block.excuse:
                yield _checked(block, lines, context)
            else:
                yield _run(block, lines, Path(scratch), context)


def _lines(text: str) -> list[Line]:
    found: list[Line] = []
    for offset, line in enumerate(text.splitlines()):
        if line.startswith("$ "):
            found.append(Line(offset, line[2:], ""))
        elif found and found[-1].command.endswith("\\") and line.startswith("> "):
            found[-1] = Line(found[-1].offset, f"{found[-1].command}\n{line[2:]}", "")
        elif found:
            last = found[-1]
            found[-1] = Line(last.offset, last.command, f"{last.output}{line}\n")
    return found


def _run(block: Block, lines: Sequence[Line], folder: Path, context: Context) -> Outcome:
    seconds = block.options.timeout or context.seconds
    for line in lines:
        command = ["bash", "-c", line.command]
        done = run_command(command, folder, seconds, for_cmake(context.cache))
        where = block.line + line.offset
        message = difference(line.output, done.output)
        if done.code != block.options.exit:
            last = (done.output.strip().splitlines() or [""])[-1]
            message = f"{done.cause(seconds)}: {last}"
        if message:
            return Outcome(block, FAILED, f"$ {line.command}\n{message}", where)
    return Outcome(block, PASSED, line=block.line)


def _checked(block: Block, lines: Sequence[Line], context: Context) -> Outcome:
    """Refuse options that a tool's help does not know; a tool that is not here is left alone."""
    for line in lines:
        for words in _commands(line.command):
            unknown = _unknown_options(words, context.seconds)
            if unknown:
                message = f"{' '.join(words)}: its --help knows no {', '.join(unknown)}"
                return Outcome(block, FAILED, message, block.line + line.offset)
    return Outcome(block, EXCUSED, block.excuse or "", block.line)


def _commands(text: str) -> Iterator[list[str]]:
    """The simple commands of a line, without variables set before them."""
    words: list[str] = []
    for word in [*shlex.split(text, comments=True), "&&"]:
        if word in ("&&", "||", "|", ";"):
            if words:
                yield words
            words = []
        elif words or not re.match(r"\w+=", word):
            words.append(word)


def _unknown_options(words: Sequence[str], seconds: float) -> list[str]:
    name = Path(words[0]).name
    program = [name]
    rest = list(words[1:])
    if name in ("python", "python3"):
        if rest[:1] != ["-m"]:
            return []
        program, rest = [sys.executable, "-m", rest[1]], rest[2:]
    elif name == "sudo":
        return _unknown_options(rest, seconds)
    if Path(program[-1]).name in _WITH_COMMANDS and rest and not rest[0].startswith("-"):
        program.append(rest.pop(0))
    found = shutil.which(program[0], path=tool_path())
    if found is None:
        return []
    program[0] = found
    done = run_command([*program, "--help"], Path(tempfile.gettempdir()), seconds)
    options = [word.split("=")[0] for word in _own_options(rest)]
    return [o for o in options if not re.search(rf"(?<![\w-]){re.escape(o)}(?![\w-])", done.output)]


def _own_options(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        if word == "--":
            return
        if word.startswith("-") and word != "-":
            yield word
