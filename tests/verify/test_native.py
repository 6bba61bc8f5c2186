"""C++, CUDA, CMake and console blocks: compiled, run and compared, or refused with one sentence."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ptnotes.verify import toolchain
from ptnotes.verify.__main__ import main
from ptnotes.verify.block import EXCUSED, FAILED, PASSED, Outcome, State
from ptnotes.verify.cuda import nvcc

Outcomes = Callable[..., list[Outcome]]

needs_compiler = pytest.mark.skipif(toolchain.compiler() is None, reason="no C++ compiler here")
needs_nvcc = pytest.mark.skipif(nvcc() is None, reason="no nvcc here")


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder of compiled programs for all tests."""
    return tmp_path_factory.mktemp("compiled")


@pytest.fixture(autouse=True)
def _one_cache(compiled: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cached = toolchain._cached
    monkeypatch.setattr(toolchain, "_cached", lambda cache, *rest: cached(compiled, *rest))


@pytest.fixture
def fresh_tools() -> Iterator[None]:
    """Look for compilers again, before and after."""
    for find in (toolchain.compiler, nvcc):
        find.cache_clear()
    yield
    for find in (toolchain.compiler, nvcc):
        find.cache_clear()


def cpp(body: str, text: str = "", options: str = "") -> str:
    """A page with one program and the text it is to print."""
    page = f"```cpp\n#include <cstdio>\n#include <cstdlib>\n{body}\n```\n"
    page = f"<!-- verify: {options} -->\n{page}" if options else page
    return page + (f"\n```text\n{text}\n```\n" if text else "")


@needs_compiler
class TestCpp:
    """Whole programs."""

    def test_prints_as_said(self, outcomes: Outcomes) -> None:
        """A program and its output are two proven blocks; other output is red."""
        body = 'int main() { std::printf("%.3f\\n", 1 / 3.0); }'

        assert [o.state for o in outcomes(cpp(body, "0.33"))] == [PASSED, PASSED]
        assert [o.state for o in outcomes(cpp(body, "0.34"))] == [PASSED, FAILED]

    @pytest.mark.parametrize(
        ("body", "options", "report"),
        [
            ("int main() { int unused; }", "", "error: unused variable 'unused'"),
            ("int main() { return 3; }", "", "exit code 3"),
            ("int main() { std::abort(); }", "", "killed by SIGABRT"),
            ("int main() { for (;;) std::rand(); }", "timeout=1", "running after 1 s, killed"),
            ('int main() { std::puts("x"); }', "", "prints, and no `text` block says so: x"),
        ],
    )
    def test_bad_program(self, outcomes: Outcomes, body: str, options: str, report: str) -> None:
        """A warning, a status, a signal, an endless loop and unsaid output are each red."""
        (outcome,) = outcomes(cpp(body, "", options))

        assert outcome.state == FAILED
        assert report in outcome.detail

    def test_status_as_said(self, outcomes: Outcomes) -> None:
        """A program that fails as said passes."""
        assert outcomes(cpp("int main() { return 3; }", "", "exit=3"))[0].state == PASSED

    def test_must_not_compile(self, outcomes: Outcomes) -> None:
        """What must not compile passes with the compiler's message and is red if it compiles."""
        wrong, message = "int main() { return x; }", "error: 'x' was not declared in this scope"
        right = "int main() { return 0; }"

        for body, text, states in (
            (wrong, message, [PASSED, PASSED]),
            (wrong, message.replace("x", "y", 1), [PASSED, FAILED]),
            (wrong, "", [FAILED]),
            (right, message, [FAILED, FAILED]),
        ):
            assert [o.state for o in outcomes(cpp(body, text, "compiles=no"))] == states

    def test_isolation(self, outcomes: Outcomes) -> None:
        """A program writes to a folder of its own that is gone afterwards."""
        outcomes(cpp('int main() { std::fclose(std::fopen("left.txt", "w")); }'))

        assert not Path("left.txt").exists()

    @pytest.mark.slow
    def test_against_libtorch(self, outcomes: Outcomes, compiled: Path) -> None:
        """ATen, read first, is precompiled, and another header may include it again."""
        page = (
            "```cpp\n#include <ATen/ATen.h>\n#include <torch/types.h>\n#include <iostream>\n"
            "int main() { std::cout << torch::ones({2}).sum().item<float>() << '\\n'; }\n```\n"
            "```text\n2\n```\n"
        )

        assert [(o.state, o.detail) for o in outcomes(page)] == [(PASSED, "")] * 2


def test_missing_compiler(
    outcomes: Outcomes, monkeypatch: pytest.MonkeyPatch, fresh_tools: None
) -> None:
    """Without a compiler a program is red with a sentence that says what to do."""
    monkeypatch.setenv("CXX", "no-such-compiler")
    (outcome,) = outcomes(cpp("int main() {}"))

    assert outcome.state == FAILED
    assert "no C++ compiler here: install g++, or name one in CXX" in outcome.detail


CUDA = (
    "```cuda\n#include <cstdio>\n__global__ void f() {}\n"
    'int main() { f<<<1, 1>>>(); std::printf("1\\n"); }\n```\n\n```text\n1\n```\n'
)


@needs_nvcc
def test_cuda_is_compiled(outcomes: Outcomes) -> None:
    """Without a GPU a CUDA program is compiled and waits; one that does not compile is red."""
    good, broken = outcomes(CUDA), outcomes(CUDA.replace("f<<<", "g<<<"))

    assert [o.state for o in broken] == [FAILED, FAILED]
    if shutil.which("nvidia-smi") is None:
        assert [o.state for o in good] == [State.COMPILED, State.COMPILED]
        assert all(o.state.awaits_gpu for o in good)
        assert good[0].detail == "awaiting a GPU; compiled for sm_80 and sm_90"


def test_toolkit_folder_without_nvcc(
    outcomes: Outcomes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fresh_tools: None
) -> None:
    """A CUDA_HOME that holds no nvcc is no nvcc, and no error."""
    monkeypatch.setenv("CUDA_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(toolchain.os, "access", lambda path, mode: False)

    found = outcomes(CUDA)
    assert {o.state for o in found} == {State.NOT_COMPILED}
    assert {o.detail for o in found} == {"awaiting a GPU; no nvcc here, so not compiled either"}


PROJECT = (
    "<!-- verify: file=main.cpp -->\n```cpp\n#include <cstdio>\n"
    'int main() { std::puts("hi"); }\n```\n\n'
    "```cmake\ncmake_minimum_required(VERSION 3.20)\nproject(hi CXX)\n"
    "add_executable(hi main.cpp)\n```\n\n```text\nhi\n```\n"
)


@needs_compiler
class TestCMake:
    """A project from the page's own text."""

    def test_project(self, outcomes: Outcomes) -> None:
        """Its files, its lists and its output are proven together."""
        assert [(o.state, o.detail) for o in outcomes(PROJECT)] == [(PASSED, "")] * 3

    @pytest.mark.parametrize(
        ("old", "new", "report"),
        [
            ("main.cpp)", "gone.cpp)", "cmake -Werror=dev: exit code 1"),
            ("puts", "pots", "cmake --build: exit code 1"),
            ("\nhi\n", "\nho\n", "expected: ho"),
        ],
    )
    def test_broken_project(self, outcomes: Outcomes, old: str, new: str, report: str) -> None:
        """A wrong list, a wrong source and a wrong output are each red."""
        found = outcomes(PROJECT.replace(old, new))

        assert report in next(o.detail for o in found if o.state == FAILED)

    def test_file_without_project(self, outcomes: Outcomes) -> None:
        """A file that no `cmake` block builds is red."""
        assert outcomes(PROJECT.split("```cmake")[0])[0].state == FAILED


def console(text: str, options: str = "") -> str:
    """A page of one console block."""
    return (f"<!-- verify: {options} -->\n" if options else "") + f"```console\n{text}\n```\n"


class TestConsole:
    """Commands."""

    def test_runs_in_one_folder(self, outcomes: Outcomes) -> None:
        """Blocks of a page share a scratch folder; each command's output is compared."""
        page = console("$ echo one > f\n$ cat f\none") + console("$ wc -c < f \\\n>   \n4")

        assert [(o.state, o.detail) for o in outcomes(page)] == [(PASSED, "")] * 2
        assert not Path("f").exists()

    @pytest.mark.parametrize(
        ("text", "options", "report"),
        [
            ("$ echo one\ntwo", "", "expected: two"),
            ("$ false", "", "exit code 1"),
            ("$ sleep 45", "timeout=1", "still running after 1 s"),
            ("echo one", "", "no line begins with `$ `"),
        ],
    )
    def test_bad_command(self, outcomes: Outcomes, text: str, options: str, report: str) -> None:
        """Other output, a status, a long run and a line without a prompt are each red."""
        (outcome,) = outcomes(console(text, options))

        assert outcome.state == FAILED
        assert report in outcome.detail

    def test_not_run_is_checked(self, outcomes: Outcomes) -> None:
        """Of a command that is not run the options are those the tool itself knows."""
        good = outcomes(console("$ A=1 python -m pip install -q x && pip -V", "not-run=net"))[0]
        bad = outcomes(console("$ pip install --quite x", "not-run=net"))[0]

        assert (good.state, good.detail) == (EXCUSED, "net")
        assert (bad.state, bad.detail) == (
            FAILED,
            "pip install --quite x: its --help knows no --quite",
        )


def test_compile_step(
    write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The step before the proof compiles every program of the project and fails for none."""
    page = write(cpp("int main() {}") + CUDA + cpp("broken", "", "not-run=x"), "docs/page.md")
    monkeypatch.chdir(page.parent)
    monkeypatch.setattr(toolchain, "_torch_includes", lambda *rest: [])

    assert main(["--compile"]) == 0
    assert "2 programs compiled" in capsys.readouterr().out
