"""`ptnotes.verify.kinds.python`: sessions are compared, errors and warnings must come as said."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ptnotes.verify.block import EXCUSED, FAILED, PASSED, Outcome

Outcomes = Callable[..., list[Outcome]]

ERROR = "Traceback (most recent call last):\n  ...\n"


def session(text: str) -> str:
    """A page of one session."""
    return f"```python\n{text}\n```\n"


class TestSession:
    """A session with `>>>`."""

    def test_names_the_statement(self, outcomes: Outcomes) -> None:
        """The report names the line of the statement that printed something else."""
        (outcome,) = outcomes("# T\n\n" + session(">>> x = 1\n>>> x + 1\n3"))

        assert (outcome.state, outcome.line) == (FAILED, 5)
        assert outcome.detail == ">>> x + 1\nexpected: 3\ngot:      2"

    def test_output_below_python(self, outcomes: Outcomes) -> None:
        """What a subprocess or C code prints counts as printed."""
        text = ">>> import os\n>>> _ = os.system('echo deep')\n{}"
        claimed, hidden = (
            outcomes(session(text.format(s)), f"docs/{i}.md")[0] for i, s in enumerate(["deep", ""])
        )

        assert (claimed.state, hidden.state) == (PASSED, FAILED)

    def test_error_as_said(self, outcomes: Outcomes) -> None:
        """An expected error passes with its type and its message."""
        page = session(f">>> 1 / 0\n{ERROR}ZeroDivisionError: division by zero")

        assert outcomes(page)[0].state == PASSED

    @pytest.mark.parametrize(
        ("code", "said"),
        [
            ("1 / 0", "ValueError: division by zero"),
            ("1 / 0", "ZeroDivisionError: division by one"),
            ("1 / 0", "ZeroDivisionError"),
            ("1 / 1", "ZeroDivisionError: division by zero"),
        ],
    )
    def test_error_not_as_said(self, outcomes: Outcomes, code: str, said: str) -> None:
        """Another type, another message, no message and no error at all are each red."""
        assert outcomes(session(f">>> {code}\n{ERROR}{said}"))[0].state == FAILED

    def test_warning_as_said(self, outcomes: Outcomes) -> None:
        """A warning is part of what is printed: said it passes, unsaid or missing it is red."""
        warn = ">>> import warnings\n>>> warnings.warn('old', FutureWarning)\n"
        pages = [warn + "FutureWarning: old", warn, ">>> 1\nFutureWarning: old\n1"]
        states = [outcomes(session(p), f"docs/{i}.md")[0].state for i, p in enumerate(pages)]

        assert states == [PASSED, FAILED, FAILED]

    def test_warnings_come_every_time(self, outcomes: Outcomes) -> None:
        """Torch's once-a-process warnings do not depend on what ran before."""
        text = (
            ">>> import torch\n>>> x = torch.zeros(2, 3, 4)\n>>> _ = x.mT.T\n"
            "UserWarning: ⟨varies⟩of `x.T` on tensors of dimension other than 2⟨varies⟩"
        )
        both = outcomes(session(text) + session(text.split("\n", 1)[1]))

        assert [o.detail for o in both] == ["", ""]

    def test_malformed(self, outcomes: Outcomes) -> None:
        """A prompt without its blank is reported, not skipped."""
        (outcome,) = outcomes(session(">>>x = 1"))

        assert outcome.state == FAILED
        assert "lacks blank" in outcome.detail

    def test_tolerance(self, outcomes: Outcomes) -> None:
        """A tolerance at the block is honoured."""
        page = session(">>> 0.123\n0.12")
        wide = session(">>> 0.123\n0.15")

        assert outcomes(page)[0].state == PASSED
        assert outcomes(wide)[0].state == FAILED
        assert outcomes("<!-- verify: tolerance=0.1 -->\n" + wide)[0].state == PASSED


class TestSilent:
    """Blocks without prompts."""

    def test_names_the_line(self, outcomes: Outcomes) -> None:
        """An error names the line of the page it came from, also from within a function."""
        page = "\n\n```python\ndef f():\n    return 1 / 0\n\nf()\n```\n" + session(">>> f")
        outcome = outcomes(page)[0]

        assert (outcome.line, outcome.detail) == (5, "raises ZeroDivisionError: division by zero")

    @pytest.mark.parametrize(
        ("code", "report"),
        [
            ("print(1)", "prints, so write it with prompts: 1"),
            ("import warnings; warnings.warn('old', FutureWarning)", "warns FutureWarning: old"),
        ],
    )
    def test_stays_silent(self, outcomes: Outcomes, code: str, report: str) -> None:
        """What it prints or warns nobody would compare, so it may not."""
        outcome = outcomes(f"```python\n{code}\nx = 1\n```\n" + session(">>> x\n1"))[0]

        assert (outcome.state, outcome.detail) == (FAILED, report)


def test_a_tag_allows_no_error(outcomes: Outcomes) -> None:
    """`raises-exception` only permits an error, so here it permits none."""
    (outcome,) = outcomes("```{code-cell}\n:tags: [raises-exception]\n1 / 0\n```\n")

    assert (outcome.state, outcome.line) == (FAILED, 3)


def test_not_run(outcomes: Outcomes) -> None:
    """A block with a reason is not run, also between others of its namespace."""
    page = (
        session(">>> x = 1")
        + "<!-- verify: not-run=needs two GPUs; review=2099-01-01 -->\n"
        + session(">>> x = 2")
        + session(">>> x\n1")
    )

    assert [(o.state, o.detail) for o in outcomes(page)] == [
        (PASSED, ""),
        (EXCUSED, "needs two GPUs (review by 2099-01-01)"),
        (PASSED, ""),
    ]
