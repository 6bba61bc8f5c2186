"""C++ and CUDA blocks: whole programs, compiled, run, and compared with the `text` after them."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ptnotes.verify.block import EXCUSED, FAILED, PASSED, Block, Context, Outcome, State
from ptnotes.verify.compare import difference
from ptnotes.verify.cuda import gpu, nvcc
from ptnotes.verify.process import run_command
from ptnotes.verify.toolchain import ARCHITECTURES, Built, compile_cpp, compile_cuda

_ERROR = re.compile(r"^\S+?:\d+:\d+: (?:fatal )?(error: .*)$", re.MULTILINE)


def verify_cpp(blocks: Sequence[Block], context: Context) -> Iterator[Outcome]:
    """
    Compile and run a program; with `compiles=no` it must fail with the message that is said.

    Args:
        blocks: The program and, where it prints or fails, the text that it is to print.
        context: How long it may run, and where compiled programs are kept.
    """
    program, *said = blocks
    if program.excuse:
        yield from _all(blocks, EXCUSED, program.excuse)
        return
    built = compile_cpp(program.text, context.cache)
    if not program.options.compiles:
        yield from _refused(program, said, built)
    elif built.program is None:
        yield from _all(blocks, FAILED, f"does not compile: {_first_error(built.messages)}")
    else:
        yield from _run(program, said, built.program, context)


def verify_cuda(blocks: Sequence[Block], context: Context) -> Iterator[Outcome]:
    """
    Compile a program wherever nvcc is, and run it wherever a GPU is.

    Args:
        blocks: The program and the text that it is to print.
        context: How long it may run, and where compiled programs are kept.
    """
    program, *said = blocks
    if program.excuse:
        yield from _all(blocks, EXCUSED, program.excuse)
        return
    if nvcc() is None:
        why = "awaiting a GPU; no nvcc here, so not compiled either"
        yield from _all(blocks, State.NOT_COMPILED, why)
        return
    built = compile_cuda(program.text, context.cache)
    if built.program is None:
        yield from _all(blocks, FAILED, f"does not compile: {_first_error(built.messages)}")
    elif not (device := gpu()):
        targets = " and ".join(ARCHITECTURES)
        yield from _all(blocks, State.COMPILED, f"awaiting a GPU; compiled for {targets}")
    else:
        for outcome in _run(program, said, built.program, context):
            yield replace(outcome, device=device)


def _all(blocks: Sequence[Block], state: State, detail: str) -> Iterator[Outcome]:
    for block in blocks:
        yield Outcome(block, state, detail, block.line)


def _refused(program: Block, said: Sequence[Block], built: Built) -> Iterator[Outcome]:
    if built.program is not None:
        yield from _all([program, *said], FAILED, "compiles, though the page says it does not")
    elif not said:
        yield Outcome(program, FAILED, "needs a `text` block with the message", program.line)
    else:
        yield Outcome(program, PASSED, line=program.line)
        yield from _compared(said, _first_error(built.messages))


def _first_error(messages: str) -> str:
    found = _ERROR.search(messages)
    return found[1] if found else messages.strip().splitlines()[0] if messages.strip() else ""


def _run(
    program: Block, said: Sequence[Block], executable: Path, context: Context
) -> Iterator[Outcome]:
    seconds = program.options.timeout or context.seconds
    with tempfile.TemporaryDirectory(prefix="ptnotes-") as scratch:
        done = run_command([executable], Path(scratch), seconds, {"OMP_NUM_THREADS": "1"})
    if done.code != program.options.exit:
        last = done.output.strip().splitlines()[-1:] or [""]
        yield from _all([program, *said], FAILED, f"{done.cause(seconds)}: {last[0]}")
    elif done.output.strip() and not said:
        shown = done.output.strip().splitlines()[0]
        yield Outcome(
            program, FAILED, f"prints, and no `text` block says so: {shown}", program.line
        )
    else:
        yield Outcome(program, PASSED, line=program.line)
        yield from _compared(said, done.output)


def _compared(said: Sequence[Block], got: str) -> Iterator[Outcome]:
    for block in said:
        message = difference(block.text, got, block.options.tolerance)
        state = FAILED if message else PASSED
        yield Outcome(block, state, message or "", block.line)
