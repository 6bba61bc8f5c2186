"""`ptnotes.verify.reach`: a change that matters is never missed, another reruns nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ptnotes.verify import reach as reaching
from ptnotes.verify.block import Block
from ptnotes.verify.imports import imports_of, packages_behind
from ptnotes.verify.page import read_page
from ptnotes.verify.project import Project, find_project
from ptnotes.verify.reach import ENGINE, Reach
from ptnotes.verify.receipts import page_key

SETTINGS = """
[tool.ptnotes.verify]
pages = ["docs", "lib"]
imports = ["lib", "torch"]
seconds = 60
pins = ["pins.txt"]

[tool.ptnotes.verify.native."lib._C"]
shared = ["setup.py", "src/module.cpp"]
own = ["src/{stem}/*"]
calls = "torch.ops.lib"
"""
FILES = {
    "pins.txt": "torch==2\n",
    "setup.py": "",
    "lib/__init__.py": "",
    "lib/_load.py": 'import importlib\nimportlib.import_module("lib._C")\n',
    "lib/shapes/__init__.py": "",
    "lib/shapes/near.py": "from ..base import far\n",
    "lib/shapes/boxes.py": "from lib import _load\nimport torch\ntorch.ops.lib.iou\n",
    "lib/base.py": "def far(): ...\n",
    "lib/unrelated.py": "",
    "lib/lazy.py": "def f(name):\n    import importlib\n    return importlib.import_module(name)\n",
    "src/module.cpp": "",
    "src/check.h": '#include "deep.h"\n',
    "src/deep.h": "",
    "src/other.h": "",
    "src/boxes/cpu.cpp": '#include "../check.h"\n// iou\n',
    "src/losses/cpu.cpp": '#include "../other.h"\n// focal\n',
    "data/table.json": "{}",
}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project whose package has another name than ours, with operators behind it."""
    root = tmp_path / "one"
    for name, text in {**FILES, "pyproject.toml": SETTINGS}.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


def project_at(root: Path) -> Project:
    """Return the project of a folder."""
    found = find_project(root)
    assert found is not None
    return found


def key(root: Path, code: str, kind: str = "doctest") -> str:
    """Return the environment of a block."""
    block = Block("docs/page.md", 1, kind, code, "fences")
    return Reach(project_at(root)).environment([block])


@pytest.fixture
def changes(root: Path) -> Callable[..., bool]:
    """Whether a change of a file changes the environment of a block."""

    def changed(code: str, name: str, kind: str = "doctest") -> bool:
        before = key(root, code, kind)
        with (root / name).open("a") as file:
            file.write("\n# changed\n" if name.endswith(".py") else "\n// changed\n")
        return key(root, code, kind) != before

    return changed


class TestModules:
    """Python modules of the project."""

    @pytest.mark.parametrize(
        ("code", "name"),
        [
            (">>> import lib.base\n", "lib/base.py"),
            (">>> from lib.shapes.near import far\n", "lib/shapes/near.py"),
            (">>> from lib.shapes.near import far\n", "lib/base.py"),
            (">>> from lib.shapes import near\n", "lib/base.py"),
            (">>> from lib.shapes import near\n", "lib/shapes/__init__.py"),
            (">>> def f():\n...     import lib.base\n", "lib/base.py"),
            (">>> from lib import lazy\n", "lib/unrelated.py"),
            (">>> import importlib; importlib.import_module('lib.base')\n", "lib/base.py"),
            (">>> import importlib; importlib.import_module('li' + 'b.base')\n", "lib/base.py"),
            (">>> __import__('li' + 'b.base')\n", "lib/base.py"),
            (">>> from importlib import import_module as load; load('x')\n", "lib/base.py"),
            (">>> import runpy; _ = runpy.run_module('li' + 'b.base')\n", "lib/base.py"),
            (">>> import lib.base\n>>> not python\n", "lib/base.py"),
        ],
    )
    def test_what_can_be_reached_counts(
        self, changes: Callable[..., bool], code: str, name: str
    ) -> None:
        """Directly, through another module, and where an import names no module."""
        assert changes(code, name)

    @pytest.mark.parametrize("name", ["lib/unrelated.py", "lib/lazy.py", "src/boxes/cpu.cpp"])
    def test_what_cannot_be_reached_does_not(self, changes: Callable[..., bool], name: str) -> None:
        """Neither another module nor an operator that nothing here calls."""
        assert not changes(">>> from lib.shapes.near import far\n", name)

    @pytest.mark.parametrize("kind", ["console", "cmake"])
    def test_a_command_names_what_it_runs(self, changes: Callable[..., bool], kind: str) -> None:
        """A module by its name, a file by its path, and a folder with all that it holds."""
        assert changes("$ python -m lib.shapes.near", "lib/base.py", kind)
        assert changes("$ cat data/table.json", "data/table.json", kind)
        assert changes("$ cmake -S src/boxes", "src/boxes/cpu.cpp", kind)


class TestNative:
    """Sources in C++ behind a module."""

    CODE = ">>> from lib.shapes import boxes\n"

    @pytest.mark.parametrize(
        "name", ["src/boxes/cpu.cpp", "src/check.h", "src/deep.h", "src/module.cpp", "setup.py"]
    )
    def test_its_operator_counts(self, changes: Callable[..., bool], name: str) -> None:
        """With the headers that it includes, directly or not, and what all share."""
        assert changes(self.CODE, name)

    @pytest.mark.parametrize("name", ["src/losses/cpu.cpp", "src/other.h"])
    def test_another_operator_does_not(self, changes: Callable[..., bool], name: str) -> None:
        """Each operator has a folder of its own."""
        assert not changes(self.CODE, name)

    def test_a_call_past_the_modules_reaches_all(self, changes: Callable[..., bool]) -> None:
        """An operator that none of the reached folders has may be in any."""
        assert changes(f"{self.CODE}>>> torch.ops.lib.focal\n", "src/losses/cpu.cpp")


class TestEngine:
    """The part of the engine that runs and compares a block."""

    @pytest.mark.parametrize(
        ("kind", "name"),
        [
            ("doctest", "runner.py"),
            ("doctest", "sandbox.py"),
            ("doctest", "compare.py"),
            ("doctest", "prove.py"),
            ("cpp", "toolchain.py"),
            ("console", "process.py"),
        ],
    )
    def test_what_runs_and_compares_counts(self, root: Path, kind: str, name: str) -> None:
        """Through the imports of the kind's verifier."""
        assert ENGINE / "ptnotes/verify" / name in Reach(project_at(root)).engine(kind)

    @pytest.mark.parametrize("name", ["mutate.py", "plugin.py", "__main__.py", "ledger.py"])
    def test_what_does_not_run_blocks_does_not(self, root: Path, name: str) -> None:
        """A docstring there proves nothing anew."""
        for kind in ("doctest", "cpp", "console", "data"):
            assert ENGINE / "ptnotes/verify" / name not in Reach(project_at(root)).engine(kind)

    def test_another_kind_does_not_count(self, root: Path) -> None:
        """How C++ is compiled says nothing of Python."""
        engine = Reach(project_at(root)).engine("doctest")

        assert not [path.name for path in engine if path.name in ("toolchain.py", "native.py")]


class TestSurroundings:
    """What is installed."""

    def test_torch_counts(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """So do the versions of Python and the system."""
        before = key(root, ">>> 1\n")
        monkeypatch.setattr(reaching, "surroundings", lambda: ("2.14.0", "3.11", "Linux"))

        assert key(root, ">>> 1\n") != before

    def test_pins_count_for_tools(self, changes: Callable[..., bool]) -> None:
        """A block in Python depends on the packages it imports instead."""
        assert changes("$ ls", "pins.txt", "console")
        assert not changes(">>> import torch\n", "pins.txt")

    def test_packages_with_all_they_need(self) -> None:
        """By their installed versions."""
        names = {line.split("==")[0] for line in packages_behind(frozenset({"torch", "json"}))}

        assert {"torch", "sympy", "mpmath"} <= names
        assert not {"pytest", "ruff"} & names


def test_keys_do_not_know_where_the_tree_lies(root: Path, tmp_path: Path) -> None:
    """A copied project has the same keys, so it proves nothing anew."""
    (root / "docs").mkdir()
    (root / "docs/a.md").write_text("```python\n>>> from lib.shapes import boxes\n```\n", "utf-8")
    copied = tmp_path / "other" / "two"
    shutil.copytree(root, copied)
    keys = []
    for project in map(project_at, (root, copied)):
        page = read_page(project.root / "docs/a.md", project)
        keys.append(page_key(page, Reach(project)))

    assert keys[0] == keys[1]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import a.b as c", {"a.b"}),
        ("from . import x", {"p.q", "p.q.x"}),
        ("from ..r import x", {"p.r", "p.r.x"}),
        ("__import__('z')", {"z"}),
        ("not python (", set()),
    ],
)
def test_imports(text: str, names: set[str]) -> None:
    """Each by its full name."""
    assert imports_of(text, "p.q").names == names
