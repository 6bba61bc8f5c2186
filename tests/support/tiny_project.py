"""A tiny project with one page or a few, built by Sphinx with phases of the site's builder."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from ptnotes.verify import receipts
from ptnotes.verify.block import EXCUSED, PASSED, Outcome, State
from ptnotes.verify.page import read_page
from ptnotes.verify.project import find_project
from ptnotes.verify.reach import Reach

REPOSITORY = Path(__file__).resolve().parents[2]

PYPROJECT = """\
[tool.ptnotes.verify]
pages = ["README.md", "README.zh-CN.md", "docs", "gallery", "ptnotes"]
imports = ["torch"]
exclude = ["docs/conf.py", "docs/gallery/*", "docs/_*"]
scripts = ["gallery"]
records = "docs/_proofs"
directives.markdown = ["changed", "exercise", "myth", "solution"]
directives.opaque = ["benchmarks", "changes", "chapters", "myths", "verification"]
"""

CONF = """\
import os
project = "tiny"
language = os.environ.get("PTNOTES_LANGUAGE", "en")
base_url = os.environ.get("PTNOTES_BASE_URL", "")
repository = os.environ.get("PTNOTES_REPOSITORY", "")
extensions = ["myst_parser", "sitebuilder"]
site_phases = {names!r}
locale_dirs = ["locale"]
gettext_compact = False
gettext_location = False
exclude_patterns = ["locale"]
trim_doctest_flags = False
nitpicky = True
myst_enable_extensions = ["colon_fence", "dollarmath"]
html_theme = "basic"
html_use_index = False
html_copy_source = False
"""

NAMES = (
    *("site_words", "untranslated_text", "myth_and_changed_boxes", "marks", "close_ledger"),
    *("verification_tables", "incremental"),
)


@dataclass(frozen=True)
class Built:
    """
    What came of a build.

    Args:
        status: Sphinx's exit status.
        problems: What it wrote on stderr.
        folder: The built pages.
    """

    status: int
    problems: str
    folder: Path

    def page(self, name: str = "index") -> str:
        """Return the HTML of a page."""
        return (self.folder / f"{name}.html").read_text("utf-8")


class TinyProject:
    """
    A project in a folder of its own.

    Args:
        root: The folder.
        names: The modules of the builder whose phases are under test.
    """

    def __init__(self, root: Path, names: tuple[str, ...] = NAMES) -> None:
        self.root = root.resolve()
        (root / "docs").mkdir(parents=True)
        (root / "pyproject.toml").write_text(PYPROJECT)
        conf = CONF.format(names=list(names))
        (root / "docs" / "conf.py").write_text(conf)

    def write(self, name: str, text: str) -> None:
        """Write a file of the project."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")

    def configure(self, settings: str) -> None:
        """Add to the settings of Sphinx."""
        with (self.root / "docs" / "conf.py").open("a", encoding="utf-8") as conf:
            conf.write(settings)

    def translate(self, docname: str, messages: dict[str, str]) -> None:
        """Write the Chinese catalog of a page."""
        head = {"": "Content-Type: text/plain; charset=UTF-8\\n"}
        entries = [f'msgid "{a}"\nmsgstr "{b}"\n' for a, b in (head | messages).items()]
        self.write(f"docs/locale/zh_CN/LC_MESSAGES/{docname}.po", "\n".join(entries))

    def prove(self, date: str = "2026-01-02") -> None:
        """Write receipts for all blocks there are, without running them, as where no GPU is."""
        project = find_project(self.root)
        assert project is not None
        reach = Reach(project)
        for path in project.page_paths():
            page = read_page(path, project)
            written = []
            for group in page.groups():
                keys, contents = receipts.keys(group, reach), receipts.contents(group, reach)
                for block, key, content in zip(group, keys, contents, strict=True):
                    reason = block.options.not_run
                    state = EXCUSED if reason else PASSED
                    if not block.options.fits(version("torch")):
                        state = State.OTHER_TORCH
                    if block.kind == "cuda":
                        state = State.COMPILED
                    new = receipts.new_receipt(Outcome(block, state, reason), key, content)
                    written.append(receipts.Receipt(**{**new.__dict__, "date": date}))
            receipts.save(project, page.name, written)

    def build(self, language: str = "en", builder: str = "html", **variables: str) -> Built:
        """Build the pages as the site is built: every warning is an error."""
        folder = self.root / "build" / builder / language
        done = subprocess.run(
            [
                *(sys.executable, "-m", "sphinx", "-q", "-b", builder, "-W", "--keep-going", "-n"),
                *("-d", str(self.root / "build" / "doctrees" / f"{builder}-{language}")),
                *(str(self.root / "docs"), str(folder)),
            ],
            capture_output=True,
            text=True,
            check=False,
            env={
                **{
                    key: value
                    for key, value in os.environ.items()
                    if not key.startswith("PTNOTES_")
                },
                "PTNOTES_LANGUAGE": language,
                "PYTHONPATH": os.pathsep.join([str(REPOSITORY), str(REPOSITORY / "docs")]),
                **variables,
            },
        )
        return Built(done.returncode, done.stderr, folder)
