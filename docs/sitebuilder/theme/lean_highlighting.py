"""Highlighted code with tags round those words only that look unlike the rest."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any, TextIO

from pygments.formatters.html import HtmlFormatter
from pygments.token import Token
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.highlighting import PygmentsBridge


class LeanFormatter(HtmlFormatter[str]):  # type: ignore[misc] # pygments has no types
    """Write code as HTML, and words that look like their surroundings as plain text."""

    def format_unencoded(self, tokensource: Iterator[tuple[Any, str]], outfile: TextIO) -> None:
        """Write the words of `tokensource` to `outfile`."""
        seen = ((kind if self._stands_out(kind) else Token, word) for kind, word in tokensource)
        super().format_unencoded(seen, outfile)

    @cached_property
    def _looks(self) -> dict[Any, dict[str, Any]]:
        return dict(self.style)

    def _stands_out(self, kind: Any) -> bool:
        while kind not in self._looks:  # a kind of one language alone looks like the one above it
            kind = kind.parent
        return any(self._looks[kind].values())


def format_lean(app: Sphinx, config: Config) -> None:
    """Let Sphinx, and the theme on top of it, format code with it."""
    PygmentsBridge.html_formatter = LeanFormatter
