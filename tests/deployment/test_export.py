"""`ptnotes.deployment.export`: what it writes and refuses; C++'s part is in test_inference.py."""

import warnings
from pathlib import Path

import pytest
import torch

from ptnotes.deployment.export import example, export_package, export_script, main, network, notes
from tests.support.tensors import refuses


class TestNetwork:
    """
    ``network`` and ``example``.
    """

    def test_always_the_same(self) -> None:
        """
        The same weights each time, and torch's generator goes on as if nothing had happened.
        """
        torch.manual_seed(1)
        first = torch.rand(1)
        torch.manual_seed(1)
        ours, again = network().state_dict(), network().state_dict()

        assert torch.equal(torch.rand(1), first)
        assert all(torch.equal(ours[name], again[name]) for name in ours)

    def test_tells_the_rows_apart(self) -> None:
        """
        Rows of the example give different answers, so that a mixed-up row would be noticed.
        """
        rows = network()(example())

        assert (rows.diff(dim=0).abs().amax(dim=1) > 0.01).all()


class TestNotes:
    """
    ``notes``.
    """

    def test_what_is_said(self) -> None:
        """
        The version has no build behind it, the dtype no module before it.
        """
        assert notes(torch.zeros(2, 5, dtype=torch.float64)) == {
            "torch": torch.__version__.split("+")[0],
            "dtype": "float64",
            "shape": "1..64, 5",
        }

    def test_errors(self) -> None:
        """
        A batch that is none.
        """
        refuses(
            ValueError,
            "batch: expected shape (B, d), given (16,)",
            lambda: notes(torch.zeros(16)),
        )
        refuses(
            TypeError,
            "batch: expected a floating tensor, given torch.int64",
            lambda: notes(torch.zeros(2, 16, dtype=torch.int64)),
        )


class TestScript:
    """
    ``export_script``.
    """

    def test_same_numbers_without_a_warning(self, tmp_path: Path) -> None:
        """
        What Python loads again computes the same bits, and carries the notes.
        """
        path = tmp_path / "model.pt"
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            export_script(network(), example(), path)
        said = dict.fromkeys(notes(example()), "")
        with pytest.warns((DeprecationWarning, FutureWarning), match=r"torch\.jit\.load"):
            loaded = torch.jit.load(path, _extra_files=said)

        assert torch.equal(loaded(example()), network()(example()))
        assert {name: text.decode() for name, text in said.items()} == notes(example())


class TestErrors:
    """
    Paths and batches that are refused before anything is compiled.
    """

    @pytest.mark.parametrize(
        ("export", "suffix", "wrong"),
        [(export_package, ".pt2", "model.pt"), (export_script, ".pt", "model.pt2")],
    )
    def test_path(self, tmp_path: Path, export: type, suffix: str, wrong: str) -> None:
        """
        The name, its folder, and what lies beside it.
        """
        refuses(
            ValueError,
            f"path: expected a name that ends in {suffix}, given {wrong}",
            lambda: export(network(), example(), Path(wrong)),
        )
        path = tmp_path / "nowhere" / f"model{suffix}"
        refuses(
            ValueError,
            f"path: expected a name in a folder that exists, given {path}",
            lambda: export(network(), example(), path),
        )

    def test_one_row(self) -> None:
        """
        One row would be compiled as the only size there is.
        """
        refuses(
            ValueError,
            "batch: expected at least 2 rows, given 1",
            lambda: export_package(network(), example()[:1], Path("model.pt2")),
        )


class TestMain:
    """
    The command.
    """

    def test_torchscript(self, tmp_path: Path) -> None:
        """
        The model, a batch, and what is expected of it.
        """
        main(["--kind", "torchscript", str(tmp_path / "model.pt")])

        assert sorted(path.name for path in tmp_path.iterdir()) == [
            *("batch.pt", "expected.pt", "model.pt")
        ]
        batch, expected = (torch.load(tmp_path / name) for name in ("batch.pt", "expected.pt"))
        assert torch.equal(batch, example())
        assert torch.equal(expected, network()(batch))

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["model.pt"], "path: expected a name that ends in .pt2, given model.pt"),
            (
                ["--kind", "torchscript", "batch.pt"],
                "path: expected another name than batch.pt and expected.pt, given batch.pt",
            ),
            (["--kind", "onnx", "model.pt"], "argument --kind: invalid choice: 'onnx'"),
        ],
    )
    def test_errors(
        self, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str
    ) -> None:
        """
        The usage and one sentence, status 2.
        """
        with pytest.raises(SystemExit) as ended:
            main(arguments)

        assert ended.value.code == 2
        assert f"python -m ptnotes.deployment.export: error: {message}" in capsys.readouterr().err
