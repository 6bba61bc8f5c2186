"""Whatever a block does, it is contained, reported, and the next page is unaffected."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from ptnotes.verify.block import FAILED, PASSED, Outcome

Outcomes = Callable[..., list[Outcome]]

USE = "\n```python\n>>> used\n1\n```\n"


def page(code: str) -> str:
    """A page with one block without prompts and one that uses it."""
    return f"```python\n{code}\nused = 1\n```\n{USE}"


def test_endless_block(outcomes: Outcomes) -> None:
    """A block that goes on is killed in its own time; those after it were not reached."""
    # It would end by itself, and pass, before the limit of all blocks.
    loop = "from time import time\nend = time() + 45\n"
    loop += "try:\n    while time() < end: pass\nexcept: pass"
    first, second = outcomes("<!-- verify: timeout=1 -->\n" + page(loop))

    assert first.detail == "still running after 1 s, killed"
    assert second.detail == "not reached: still running after 1 s, killed"


@pytest.mark.parametrize(
    ("code", "report"),
    [
        ("import sys; sys.exit(3)", "the block calls sys.exit(3)"),
        ("import os; os._exit(7)", "the process ended: exit code 7"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "killed by SIGSEGV"),
        ("input()", "EOFError"),
        ("print('x' * 2_000_000)", "printed 2000001 bytes; 1000000 are allowed"),
        ("import os; os.write(1, b'x' * 2_000_000)", "printed 2000000 bytes"),
        ("class E(Exception):\n    __str__ = None\nraise E()", "E: <exception str() failed>"),
        ("import os\nif os.fork(): os.wait()", "forks, and the copy runs on past the block"),
        (
            "from threading import Timer\nt = Timer(60, print); t.name = 'stray'; t.start()",
            "leaves a thread running: stray",
        ),
        ("import subprocess\nsubprocess.Popen(['sleep', '60'])", "leaves a process running: sleep"),
        (
            "import subprocess\nsubprocess.Popen(['sleep', '61'], start_new_session=True)",
            "leaves a process running: sleep",
        ),
    ],
)
def test_bad_block(outcomes: Outcomes, code: str, report: str) -> None:
    """Each way of misbehaving fails its block with a report that says what it was."""
    found = outcomes(page(code))

    assert found[0].state == FAILED
    assert report in found[0].detail


def test_own_programs(outcomes: Outcomes) -> None:
    """A block finds the programs of its environment, such as ninja, also where not activated."""
    bin_folder = Path(sys.executable).parent
    (first, _) = outcomes(page(f"import os\nassert os.get_exec_path()[0] == {str(bin_folder)!r}"))

    assert (first.state, first.detail) == (PASSED, "")


def test_nothing_survives(outcomes: Outcomes) -> None:
    """A process started by a block is gone when the page is done."""
    outcomes(page("import subprocess\nsubprocess.Popen(['sleep', '87.5'], start_new_session=True)"))

    assert not [p for p in psutil.process_iter(["cmdline"]) if "87.5" in (p.info["cmdline"] or [])]


def test_writing(outcomes: Outcomes, tmp_path: Path) -> None:
    """A block writes to a scratch folder of its page; anywhere else is refused."""
    here = Path.cwd()
    inside = page("open('here.txt', 'w').write('x')\nimport tempfile\ntempfile.mkdtemp()")
    before = set(here.iterdir())

    assert [o.state for o in outcomes(inside)] == [PASSED, PASSED]
    for code in (
        f"open({str(tmp_path / 'there.txt')!r}, 'w')",
        f"import os; os.mkdir({str(tmp_path / 'there')!r})",
        f"import os; open('a', 'w'); os.rename('a', {str(tmp_path / 'b')!r})",
    ):
        assert "a snippet may write to its own folder only" in outcomes(page(code))[0].detail
    assert set(here.iterdir()) == before
    assert not list(tmp_path.glob("there*"))


def test_settings_end_with_their_page(outcomes: Outcomes) -> None:
    """A default dtype is left to the rest of its page, noted, and unknown to the next."""
    show = "```python\n>>> import torch\n>>> torch.get_default_dtype()\n{}\n```\n"
    change = "```python\n>>> import torch\n>>> torch.set_default_dtype(torch.float64)\n```\n"
    changed, seen = outcomes(change + show.format("torch.float64"), "docs/a.md")
    (next_page,) = outcomes(show.format("torch.float32"), "docs/b.md")

    assert (changed.state, seen.state, next_page.state) == (PASSED, PASSED, PASSED)
    assert changed.notes == ("leaves the default dtype changed: torch.float64",)


def test_fences_and_cells_do_not_see_each_other(outcomes: Outcomes) -> None:
    """A kernel never saw the fences of the page, so a code cell does not see them here either."""
    text = "```python\n>>> x = 1\n```\n\n```{code-cell} python\nx\n```\n"

    assert [o.state for o in outcomes(text)] == [PASSED, FAILED]


def test_source_of_a_function_is_found(outcomes: Outcomes) -> None:
    """Code that looks up its own text, as torch.jit does, finds it."""
    text = page("def f():\n    return 1\nimport inspect\nassert 'return 1' in inspect.getsource(f)")

    assert [o.state for o in outcomes(text)] == [PASSED, PASSED]


def test_data_loader_workers_may_fork(outcomes: Outcomes) -> None:
    """Processes that end with their block, as those of a DataLoader, are no fault."""
    code = (
        "import torch\nfrom torch.utils.data import DataLoader\n"
        "got = [int(b.sum()) for b in DataLoader(torch.arange(4), batch_size=2, num_workers=1)]\n"
        "assert got == [1, 5]"
    )

    assert [(o.state, o.detail) for o in outcomes(page(code))] == [(PASSED, ""), (PASSED, "")]
