"""`ptnotes.distributed.launch`: what processes return, and what is said when they fail."""

import os
import subprocess
import sys

import pytest
import torch
import torch.distributed as dist

from ptnotes.distributed.launch import run_ranks
from tests.support.tensors import refuses


class TestRunRanks:
    """
    ``run_ranks``.
    """

    @pytest.mark.parametrize("ranks", [1, 2, 4])
    def test_answers_by_rank(self, ranks: int) -> None:
        """
        Each process is one of its own, and tensors come back whole.
        """
        answers = run_ranks(lambda: (torch.arange(100_000) + dist.get_rank(), os.getpid()), ranks)

        assert len({pid for _tensor, pid in answers} | {os.getpid()}) == ranks + 1
        for rank, (tensor, _pid) in enumerate(answers):
            assert torch.equal(tensor, torch.arange(100_000) + rank)

    def test_they_compute_together(self) -> None:
        """
        A collective reaches all of them.
        """

        def total() -> int:
            x = torch.tensor(dist.get_rank())
            dist.all_reduce(x)
            return int(x)

        assert run_ranks(total, 4) == [6, 6, 6, 6]

    def test_errors_of_ranks(self) -> None:
        """
        One that raises and one that dies are named, with what is known.
        """

        def fail() -> None:
            if dist.get_rank() == 1:
                raise ValueError("no data")
            if dist.get_rank() == 2:
                os._exit(3)

        message = "rank 1: ValueError: no data\n"
        message += "rank 2: it ended without an answer, with the exit status 3"
        refuses(RuntimeError, message, lambda: run_ranks(fail, 3))

    def test_wrong_arguments(self) -> None:
        """
        They are refused by name.
        """
        message = "ranks: expected an int of at least 1, given 0"
        refuses(ValueError, message, lambda: run_ranks(dist.get_rank, 0))
        message = "seconds: expected a number above 0, given 0"
        refuses(ValueError, message, lambda: run_ranks(dist.get_rank, 1, seconds=0))


def test_torchrun() -> None:
    """
    The module runs under torchrun, each line in one piece.
    """
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    command += ["--nproc-per-node", "2", "-m", "ptnotes.distributed.launch"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)

    assert sorted(done.stdout.splitlines()) == [
        "rank 0 of 2, local rank 0, sum of the ranks 1",
        "rank 1 of 2, local rank 1, sum of the ranks 1",
    ]
