"""One language while it is written: pages follow edits, and unproven blocks say so."""

from __future__ import annotations

import os
import subprocess
import sys

from sitebuilder.languages.site_languages import Language
from sitebuilder.places import ROOT


def main(language: Language) -> int:
    """Serve the pages of `language` until the reader interrupts; return the exit status."""
    command = [
        *(sys.executable, "-m", "sphinx_autobuild", "--watch", "ptnotes", "--watch", "gallery"),
        *("--ignore", "docs/gallery", "--ignore", "docs/locale/**/*.mo"),
        *("-d", f"build/preview-doctrees-{language.code}"),
        *("docs", f"build/preview-{language.code}"),
    ]
    settings = {"PTNOTES_PREVIEW": "1", "PTNOTES_LANGUAGE": language.code}
    return subprocess.run(command, cwd=ROOT, env=os.environ | settings, check=False).returncode
