"""
Export a small network for C++, as the program ``csrc/inference`` loads it.

``python -m ptnotes.deployment.export --kind aoti model.pt2`` writes the network compiled by
AOTInductor, ``--kind torchscript model.pt`` as TorchScript; beside it the batch ``batch.pt`` and
what the network makes of it in Python, ``expected.pt``. Every function raises ValueError for a
wrong argument, and names it, what it expected and what it was given.
"""

import argparse
import warnings
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from ptnotes._check import check_tensors, require

__all__ = [
    "BESIDE",
    "ROWS",
    "check_path",
    "example",
    "export_package",
    "export_script",
    "network",
    "notes",
]

ROWS = 64
# What main writes beside the model.
BESIDE = ("batch.pt", "expected.pt")


def network() -> nn.Sequential:
    """
    Return a network of one hidden layer, always with the same weights, in evaluation mode.

    It takes ``(B, 16)`` and gives ``(B, 4)``, rows that sum to 1, float32.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.nn.Sequential.html

    >>> import torch
    >>> from ptnotes.deployment.export import network
    >>> network()(torch.zeros(3, 16)).sum(dim=-1)
    tensor([1., 1., 1.], grad_fn=<SumBackward1>)
    """
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        hidden, out = nn.Linear(16, 32), nn.Linear(32, 4)
    return nn.Sequential(nn.LayerNorm(16), hidden, nn.ReLU(), out, nn.Softmax(dim=-1)).eval()


def example() -> Tensor:
    """
    Return a batch for `network`, shape ``(3, 16)``, float32.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.arange.html

    >>> from ptnotes.deployment.export import example
    >>> example().shape
    torch.Size([3, 16])
    """
    return torch.arange(3 * 16.0).sin().reshape(3, 16)


def notes(batch: Tensor) -> dict[str, str]:
    """
    Say what C++ has to know before it may run the file: torch's version, dtype and shape.

    Args:
        batch: A batch like those to come, shape ``(B, d)``, floating.

    Returns:
        ``torch``, ``dtype`` and ``shape``, in which the number of rows is a range.

    Source: https://docs.pytorch.org/docs/stable/generated/torch.jit.save.html (``_extra_files``)

    >>> from ptnotes.deployment.export import example, notes
    >>> notes(example())["shape"]
    '1..64, 16'
    """
    check_tensors(batch=(batch, "B d"))
    return {
        "torch": torch.__version__.split("+")[0],
        "dtype": str(batch.dtype).removeprefix("torch."),
        "shape": f"1..{ROWS}, {batch.size(1)}",
    }


def export_package(model: nn.Module, batch: Tensor, path: Path) -> None:
    """
    Compile a model with AOTInductor into a package; needs a C++ compiler, and takes a minute.

    Args:
        model: The model, in evaluation mode.
        batch: A batch like those to come, shape ``(B, d)`` with B of at least 2, floating.
        path: Where to write; ends in ``.pt2``.

    Source: https://docs.pytorch.org/docs/stable/user_guide/torch_compiler/torch.compiler_aot_inductor.html

    >>> from pathlib import Path
    >>> from ptnotes.deployment.export import example, export_package, network
    >>> export_package(network(), example(), Path("model.pt"))
    Traceback (most recent call last):
      ...
    ValueError: path: expected a name that ends in .pt2, given model.pt
    """
    said = notes(batch)
    check_path(path, ".pt2")
    # torch.export takes a size of 1 for a constant.
    require(batch.size(0) > 1, "batch", "at least 2 rows", batch.size(0))
    rows = torch.export.Dim("rows", min=1, max=ROWS)
    with torch.no_grad():
        program = torch.export.export(model, (batch,), dynamic_shapes=({0: rows},))
    settings = {"aot_inductor.metadata": said}
    with warnings.catch_warnings():
        # torch warns of a line of its own.
        warnings.filterwarnings("ignore", r"`isinstance\(treespec, LeafSpec\)`", FutureWarning)
        torch._inductor.aoti_compile_and_package(
            program, package_path=str(path), inductor_configs=settings
        )


def export_script(model: nn.Module, batch: Tensor, path: Path) -> None:
    """
    Write a model as TorchScript, which is deprecated: for programs that load nothing newer.

    Args:
        model: The model, in evaluation mode; its code must be TorchScript.
        batch: A batch like those to come, shape ``(B, d)``, floating.
        path: Where to write; ends in ``.pt``.

    Source: https://docs.pytorch.org/docs/stable/jit.html

    >>> from pathlib import Path
    >>> from ptnotes.deployment.export import example, export_script, network
    >>> export_script(network(), example(), Path("model.pt"))
    >>> Path("model.pt").stat().st_size > 0
    True
    """
    said = notes(batch)
    check_path(path, ".pt")
    with warnings.catch_warnings():
        # Known, and said above; whoever asks for this kind need not be told again.
        # A DeprecationWarning before torch 2.14, a FutureWarning since.
        warnings.filterwarnings("ignore", r"`torch\.jit\.")
        torch.jit.save(torch.jit.script(model), path, _extra_files=said)


def check_path(path: Path, suffix: str) -> None:
    """
    Require a name with this suffix, of its own, in a folder that exists.
    """
    require(path.suffix == suffix, "path", f"a name that ends in {suffix}", path)
    require(path.name not in BESIDE, "path", f"another name than {' and '.join(BESIDE)}", path)
    require(path.parent.is_dir(), "path", "a name in a folder that exists", path)


def main(arguments: Sequence[str] | None = None) -> None:
    """
    Export `network` as the command line says, with a batch and its result beside it.
    """
    parser = argparse.ArgumentParser(
        "python -m ptnotes.deployment.export", description=main.__doc__
    )
    kinds = {"aoti": export_package, "torchscript": export_script}
    parser.add_argument("--kind", choices=kinds, default="aoti", help="what to write")
    parser.add_argument("path", type=Path, help="ends in .pt2 for aoti, in .pt for torchscript")
    given = parser.parse_args(arguments)
    model, batch = network(), example()
    try:
        kinds[given.kind](model, batch, given.path)
    except ValueError as error:
        parser.error(str(error))
    for name, tensor in zip(BESIDE, (batch, model(batch).detach()), strict=True):
        torch.save(tensor, given.path.with_name(name))


if __name__ == "__main__":
    main()
