"""`csrc/inference`: built by CMake, it computes what Python computes, and refuses the rest."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch
from filelock import FileLock
from torch import Tensor

from ptnotes.deployment.export import example, export_script, network, notes
from ptnotes.verify.cuda import for_cmake
from ptnotes.verify.process import QUIET, tool_path
from ptnotes.verify.toolchain import compiler

ROOT = Path(__file__).resolve().parents[2]
VERSION = torch.__version__.split("+")[0]
OWN = {"PATH": tool_path(), "LC_ALL": "C", "TORCH_LOGS": QUIET}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(compiler() is None, reason="no C++ compiler here"),
]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    A folder with the program and what Python exported, made once for all workers of pytest.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "made"
    with FileLock(f"{folder}.lock"):
        if not (folder / "complete").exists():
            folder.mkdir(exist_ok=True)
            make(folder)
            (folder / "complete").touch()
    return folder


def make(folder: Path) -> None:
    """
    Build and export side by side; the compiler may say nothing of our sources.
    """
    export = [sys.executable, "-m", "ptnotes.deployment.export", "--kind"]
    package = start([*export, "aoti", folder / "model.pt2"])
    prefix = f"CMAKE_PREFIX_PATH={torch.utils.cmake_prefix_path}"
    configure = ["cmake", "-S", ROOT / "csrc/inference", "-B", folder, "-G", "Ninja", "-D", prefix]
    for command in (
        configure,
        ["cmake", "--build", folder],
        [*export, "torchscript", folder / "model.pt"],
    ):
        process = start(command)
        said = process.communicate()[0]
        assert process.returncode == 0, said
        assert "warning" not in said, said
    said = package.communicate()[0]
    assert package.returncode == 0, said


def start(command: list[str | Path]) -> subprocess.Popen[str]:
    """
    Start a program of this environment.
    """
    return subprocess.Popen(
        command,
        env=os.environ | for_cmake(ROOT / ".cache" / "native") | OWN,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def infer(made: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """
    Run the program.
    """
    return subprocess.run([made / "infer", *arguments], capture_output=True, text=True)


def result(made: Path, model: str, batch: Tensor, folder: Path) -> Tensor:
    """
    What the program makes of a batch.
    """
    torch.save(batch, folder / "batch.pt")
    run = infer(made, made / model, folder / "batch.pt", folder / "result.pt")
    assert (run.returncode, run.stderr) == (0, "")
    computed: Tensor = torch.load(folder / "result.pt")
    return computed


models = pytest.mark.parametrize("model", ["model.pt2", "model.pt"])


class TestNumbers:
    """
    Results.
    """

    @models
    def test_example(self, made: Path, tmp_path: Path, model: str) -> None:
        """
        The batch that the export wrote gives what the export expected, and a line says the shapes.
        """
        run = infer(made, made / model, made / "batch.pt", tmp_path / "result.pt")
        computed, expected = torch.load(tmp_path / "result.pt"), torch.load(made / "expected.pt")

        assert (run.returncode, run.stderr) == (0, "")
        torch.testing.assert_close(computed, expected)
        shapes, times = run.stdout.splitlines()
        assert shapes == f"torch {VERSION}, batch float32 [3, 16], result float32 [3, 4]"
        assert times.startswith("load ")

    @models
    @pytest.mark.parametrize("rows", [1, 2, 64])
    def test_rows(self, made: Path, tmp_path: Path, model: str, rows: int) -> None:
        """
        Any number of rows in the range gives what Python computes.
        """
        batch = torch.arange(rows * 16.0).cos().reshape(rows, 16)
        with torch.no_grad():
            expected = network()(batch)

        torch.testing.assert_close(result(made, model, batch, tmp_path), expected)

    def test_script_is_equal(self, made: Path, tmp_path: Path) -> None:
        """
        TorchScript calls the operators that Python calls, so every bit is the same.
        """
        assert torch.equal(result(made, "model.pt", example(), tmp_path), network()(example()))

    def test_package_is_what_python_loads(self, made: Path, tmp_path: Path) -> None:
        """
        The package computes the same bits from Python and from C++.
        """
        loaded = torch._inductor.aoti_load_package(str(made / "model.pt2"))

        assert torch.equal(result(made, "model.pt2", example(), tmp_path), loaded(example()))
        assert notes(example()).items() <= loaded.loader.get_metadata().items()

    @models
    def test_transposed(self, made: Path, tmp_path: Path, model: str) -> None:
        """
        A batch saved as a view of other strides is read as its numbers, not as its memory.
        """
        batch = example().T.contiguous().T
        assert not batch.is_contiguous()

        computed = result(made, model, batch, tmp_path)

        torch.testing.assert_close(computed, network()(example()).detach())


class TestRefusals:
    """
    What the program refuses: one line, status 2.
    """

    def refused(self, made: Path, message: str, *arguments: str | Path) -> None:
        """
        The program says this line and nothing else.
        """
        run = infer(made, *arguments)

        assert (run.stderr, run.stdout, run.returncode) == (f"{message}\n", "", 2)

    @pytest.mark.parametrize("count", [0, 2, 4])
    def test_usage(self, made: Path, count: int) -> None:
        """
        Three arguments.
        """
        self.refused(made, "usage: infer MODEL BATCH RESULT", *["x"] * count)

    def test_model_name(self, made: Path) -> None:
        """
        The name says the kind.
        """
        message = "MODEL: expected a name that ends in .pt2 or .pt, given model.onnx"

        self.refused(made, message, "model.onnx", made / "batch.pt", "r.pt")

    @models
    def test_no_model(self, made: Path, tmp_path: Path, model: str) -> None:
        """
        A file or a folder that is not there.
        """
        path = tmp_path / model
        message = f"MODEL: expected a file, given {path}, where there is none"

        self.refused(made, message, path, made / "batch.pt", "r.pt")

    @pytest.mark.parametrize(
        ("content", "fault"),
        [
            (b"", "not a ZIP archive"),
            (b"not a package", "not a ZIP archive"),
            (b"PK\3\4" + bytes(5000), "failed finding central directory"),
        ],
    )
    def test_no_package(self, made: Path, tmp_path: Path, content: bytes, fault: str) -> None:
        """
        A file of something else, or cut short; torch's reason stands in brackets.
        """
        for name, reader in (("model.pt2", "to initialize"), ("model.pt", "reading")):
            (tmp_path / name).write_bytes(content)
            self.no_package(made, tmp_path / name, f"{reader} zip archive: {fault}")

    def no_package(self, made: Path, path: Path, reason: str) -> None:
        """
        The program refuses a model with this end of torch's reason.
        """
        run = infer(made, path, made / "batch.pt", "r.pt")

        export = "python -m ptnotes.deployment.export"
        start = f"MODEL: expected a file that `{export}` wrote, given {path} ("
        assert run.stderr.startswith(start)
        assert run.stderr.endswith(f"{reason})\n")
        assert (len(run.stderr.splitlines()), run.stdout, run.returncode) == (1, "", 2)

    def test_foreign_models(self, made: Path, tmp_path: Path) -> None:
        """
        Files that torch wrote by itself: a program not compiled, weights alone, no notes.
        """
        package, script = tmp_path / "model.pt2", tmp_path / "model.pt"
        torch.export.save(torch.export.export(network(), (example(),)), package)
        self.no_package(
            made, package, "Failed to find wrapper metadata for model 'model' in the zip archive."
        )
        torch.save(network().state_dict(), script)
        self.no_package(made, script, "locating file constants.pkl: file not found")
        with pytest.warns((DeprecationWarning, FutureWarning), match=r"torch\.jit"):
            torch.jit.save(torch.jit.script(network()), script)
        self.no_package(made, script, "(it does not say its torch")

    def test_other_torch(self, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """
        A file of another torch, which is not even loaded.
        """
        monkeypatch.setattr(torch, "__version__", "1.0.0+cpu")
        export_script(network(), example(), tmp_path / "model.pt")
        with (
            zipfile.ZipFile(made / "model.pt2") as old,
            zipfile.ZipFile(tmp_path / "model.pt2", "w") as new,
        ):
            for name in old.namelist():
                content = old.read(name)
                if name.endswith("_metadata.json"):
                    content = content.replace(f'"{VERSION}"'.encode(), b'"1.0.0"')
                elif name.endswith(".so"):
                    content = b"not to be loaded"
                new.writestr(name, content)
        for name in ("model.pt2", "model.pt"):
            message = (
                f"MODEL: expected a file of torch {VERSION}, as this program is, "
                "given one of torch 1.0.0; export it again"
            )
            self.refused(made, message, tmp_path / name, made / "batch.pt", "r.pt")

    @models
    @pytest.mark.parametrize(
        ("batch", "given"),
        [
            (torch.zeros(3, 15), "float32 [3, 15]"),
            (torch.zeros(0, 16), "float32 [0, 16]"),
            (torch.zeros(65, 16), "float32 [65, 16]"),
            (torch.zeros(16), "float32 [16]"),
            (torch.zeros(1, 3, 16), "float32 [1, 3, 16]"),
            (torch.tensor(1.0), "float32 []"),
            (torch.zeros(3, 16, dtype=torch.float64), "float64 [3, 16]"),
            (torch.zeros(3, 16, dtype=torch.int64), "int64 [3, 16]"),
        ],
    )
    def test_batch(self, made: Path, tmp_path: Path, model: str, batch: Tensor, given: str) -> None:
        """
        A batch of another shape or dtype.
        """
        torch.save(batch, tmp_path / "batch.pt")
        message = f"BATCH: expected float32 [1..64, 16], given {given}"

        self.refused(made, message, made / model, tmp_path / "batch.pt", "r.pt")

    def test_no_batch(self, made: Path) -> None:
        """
        A file that is not there, or a folder.
        """
        for path in (made / "nowhere.pt", made):
            message = f"BATCH: expected a file, given {path}, where there is none"

            self.refused(made, message, made / "model.pt", path, "r.pt")

    @pytest.mark.parametrize("content", [b"", b"no tensor", {"x": torch.zeros(2)}, [1], network()])
    def test_no_tensor(self, made: Path, tmp_path: Path, content: object) -> None:
        """
        A file that holds something else than one tensor.
        """
        path = tmp_path / "batch.pt"
        if isinstance(content, bytes):
            path.write_bytes(content)
        else:
            torch.save(content, path)
        message = f"BATCH: expected a tensor that torch.save wrote, given {path}"

        self.refused(made, message, made / "model.pt", path, "r.pt")

    def test_no_result(self, made: Path, tmp_path: Path) -> None:
        """
        A folder that is not there.
        """
        path = tmp_path / "nowhere" / "result.pt"
        message = f"RESULT: expected a file that can be written, given {path}"

        self.refused(made, message, made / "model.pt", made / "batch.pt", path)
