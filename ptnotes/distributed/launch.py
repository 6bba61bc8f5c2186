"""
Processes that compute together, in the terms of the note ``distributed/launch``: rank, world size.

`run_ranks` starts processes from Python and returns what each of them gave, for snippets and tests.
``torchrun --nproc-per-node 2 -m ptnotes.distributed.launch`` runs `main` in processes that torchrun
starts. Needs a system with ``fork``: Linux or macOS.
"""

import contextlib
import multiprocessing
import os
import pickle
import sys
import tempfile
import warnings
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist

from ptnotes._check import is_int, require, within

__all__ = ["main", "run_ranks"]

LOOPBACK = "lo0" if sys.platform == "darwin" else "lo"


def run_ranks(function: Callable[[], Any], ranks: int, seconds: float = 30.0) -> list[Any]:
    """
    Call a function in several processes, which form one process group with the backend gloo.

    Args:
        function: What each process calls; it may be defined in a session, since processes are
            forked.
        ranks: Number of processes, at least 1.
        seconds: How long a collective waits for the other processes, above 0.

    Returns:
        What the function returned, by rank; tensors as copies.

    Raises:
        RuntimeError: If a process raised or died; its message has a line for each such rank.
        ValueError: If *ranks* or *seconds* is out of range.

    Source: https://docs.pytorch.org/docs/stable/distributed.html#initialization

    >>> import torch.distributed as dist
    >>> from ptnotes.distributed.launch import run_ranks
    >>> run_ranks(lambda: (dist.get_rank(), dist.get_world_size()), ranks=2)
    [(0, 2), (1, 2)]
    """
    require(is_int(ranks, 1), "ranks", "an int of at least 1", ranks)
    require(within(seconds, above=0), "seconds", "a number above 0", seconds)
    context = multiprocessing.get_context("fork")
    with tempfile.TemporaryDirectory(prefix="ptnotes-") as folder, warnings.catch_warnings():
        # Python 3.12 and later warn of any fork of a process with threads; ours only compute.
        warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
        given = (function, ranks, seconds, Path(folder))
        processes = [context.Process(target=_work, args=(rank, *given)) for rank in range(ranks)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        codes = [process.exitcode for process in processes]
        answers = [_answer(Path(folder, str(rank)), code) for rank, code in enumerate(codes)]
    failed = [f"rank {rank}: {value}" for rank, (well, value) in enumerate(answers) if not well]
    if failed:
        raise RuntimeError("\n".join(failed))
    return [value for _well, value in answers]


def _work(rank: int, function: Callable[[], Any], ranks: int, seconds: float, folder: Path) -> None:
    torch.set_num_threads(1)  # the threads of the process that was forked are not here
    os.environ.setdefault("GLOO_SOCKET_IFNAME", LOOPBACK)
    dist.init_process_group(
        "gloo",
        init_method=f"file://{folder}/meeting",
        rank=rank,
        world_size=ranks,
        timeout=timedelta(seconds=seconds),
    )
    try:
        answer = (True, function())
    except Exception as error:
        answer = (False, f"{type(error).__name__}: {error}")
    Path(folder, str(rank)).write_bytes(pickle.dumps(answer))
    if answer[0]:
        # A connection that closes while another process still reads can end that process.
        with contextlib.suppress(RuntimeError):
            dist.barrier()
    dist.destroy_process_group()


def _answer(path: Path, code: int | None) -> tuple[bool, Any]:
    try:
        answer: tuple[bool, Any] = pickle.loads(path.read_bytes())
    except FileNotFoundError:
        return False, f"it ended without an answer, with the exit status {code}"
    return answer


def main() -> None:
    """
    Join the processes that torchrun has started, add up their ranks, and print what each knows.

    Source: https://docs.pytorch.org/docs/stable/elastic/run.html

    >>> import os
    >>> from ptnotes.distributed.launch import main
    >>> os.environ |= {"RANK": "0", "WORLD_SIZE": "1", "LOCAL_RANK": "0"}
    >>> os.environ |= {"MASTER_ADDR": "localhost", "MASTER_PORT": "0"}
    >>> main()
    rank 0 of 1, local rank 0, sum of the ranks 0
    """
    dist.init_process_group("gloo")  # reads RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT
    rank, world_size = dist.get_rank(), dist.get_world_size()
    local_rank = int(os.environ["LOCAL_RANK"])  # on a machine with GPUs: the GPU of this process
    total = torch.tensor(rank)
    dist.all_reduce(total)
    said = f"rank {rank} of {world_size}, local rank {local_rank}, sum of the ranks {total}\n"
    print(said, end="", flush=True)  # in one piece, so that no other process writes inside
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
