"""
The commands of the builder: `python -m sitebuilder build`, and so on; `--help` lists them.

The folder `docs` must be on the path, as `nox` and `pytest` put it there.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from sitebuilder.languages.site_languages import ENGLISH, LANGUAGES, language_of


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0 when nothing is wrong."""
    options = parser().parse_args(arguments)
    # Imported late: to measure pages needs a browser's library, and to build them does not.
    if options.command == "build":
        from sitebuilder.build import build_site

        return build_site.main()
    if options.command == "translate":
        from sitebuilder.languages import update_catalogs

        return update_catalogs.main(options.check)
    if options.command == "lint":
        from sitebuilder.build import lint_assets

        return lint_assets.main()
    if options.command == "budget":
        from sitebuilder.build import budget

        return budget.main()
    from sitebuilder.build import preview

    return preview.main(language_of(options.language))


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line."""
    found = argparse.ArgumentParser(prog="python -m sitebuilder", description=__doc__)
    commands = found.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="build the site in both languages into site/, all or nothing")
    translate = commands.add_parser("translate", help="bring the Chinese catalogs up to date")
    translate.add_argument("--check", action="store_true", help="write nothing")
    commands.add_parser("lint", help="check scripts and stylesheets with Biome")
    commands.add_parser("budget", help="print what was measured beside each budget")
    serve = commands.add_parser("serve", help="show one language and follow edits")
    folders = [language.folder for language in LANGUAGES]
    serve.add_argument("language", nargs="?", default=ENGLISH.folder, choices=folders)
    return found


if __name__ == "__main__":
    sys.exit(main())
