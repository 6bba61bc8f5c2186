"""A site is built again when something of it has changed, and not otherwise."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sitebuilder.build import build_site, inputs

FILES = ("docs/index.md", "docs/locale/zh.po", "gallery/plot_a.py", "ptnotes/a.py", "csrc/a.cpp")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with a site that was built from it."""
    root = tmp_path / "one"
    for name in (*FILES, ".cache/receipts/a.json", "site/index.html", "docs/gallery/a.rst"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("before\n", "utf-8")
    (root / "build").mkdir()
    inputs.remember(root)
    return root


class TestCurrent:
    """`is_current`: whether the site is that of today's sources."""

    def test_unchanged(self, root: Path) -> None:
        """Nothing has to be done."""
        assert inputs.is_current(root)

    @pytest.mark.parametrize("name", [*FILES, ".cache/receipts/a.json", "docs/new.md"])
    def test_changed(self, root: Path, name: str) -> None:
        """A page, a translation, code, a receipt: each shows on the site."""
        (root / name).write_text("after\n", "utf-8")

        assert not inputs.is_current(root)

    def test_what_a_build_writes_is_no_change(self, root: Path) -> None:
        """Or no build would ever find itself current."""
        (root / "docs/gallery/a.rst").write_text("after\n", "utf-8")

        assert inputs.is_current(root)

    def test_another_address(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The address stands in every page."""
        monkeypatch.setenv("PTNOTES_BASE_URL", "https://example.org")

        assert not inputs.is_current(root)

    def test_no_site(self, root: Path) -> None:
        """What is deleted is built again."""
        shutil.rmtree(root / "site")

        assert not inputs.is_current(root)

    def test_a_copied_tree_does_no_work(self, root: Path, tmp_path: Path) -> None:
        """Wherever it lies, and whatever times its files have."""
        copied = tmp_path / "other" / "two"
        shutil.copytree(root, copied, copy_function=shutil.copy)

        assert inputs.is_current(copied)


class TestBuild:
    """`main` builds only what is not current."""

    def test_a_current_site_is_left_alone(
        self, root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """And the command says so."""
        monkeypatch.setattr(build_site, "ROOT", root)
        monkeypatch.setattr(build_site, "build", lambda root: pytest.fail("it was built"))

        assert build_site.main() == 0
        assert "nothing has changed" in capsys.readouterr().out

    def test_a_failed_build_is_not_current(
        self, root: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Not even when the change that made it fail is taken back."""

        def fail(root: Path) -> None:
            raise build_site.BuildError("problems")

        (root / "docs/index.md").write_text("after\n", "utf-8")
        monkeypatch.setattr(build_site, "ROOT", root)
        monkeypatch.setattr(build_site, "build", fail)

        assert build_site.main() == 1
        (root / "docs/index.md").write_text("before\n", "utf-8")
        assert not inputs.is_current(root)
