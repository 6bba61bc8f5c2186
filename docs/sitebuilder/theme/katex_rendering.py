"""KaTeX as the site serves it: rendered by the build, stylesheet and fonts beside the pages."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import tinycss2
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinxcontrib import katex
from tinycss2 import ast

from sitebuilder import npm
from sitebuilder.places import CACHE
from sitebuilder.theme.kept_file import kept_file

logger = logging.getLogger(__name__)
KATEX = CACHE / "katex" / katex.katex_version
SECONDS = 60.0

STYLE = "katex/katex.min.css"  # below the folder of static files
OTHER_FONTS = (".woff", ".ttf")  # browsers that know woff2 take that, and these only weigh


def install(cache: Path = KATEX) -> Path:
    """
    Fetch stylesheet and fonts of the very KaTeX that renders, once.

    Args:
        cache: Folder of that version.

    Returns:
        The folder to serve as static files; it holds `katex/katex.min.css` and `katex/fonts/`.

    Raises:
        RuntimeError: if they are not in the cache and cannot be fetched.
    """
    if (cache / STYLE).is_file():
        return cache
    cache.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache.parent) as scratch:
        draft = Path(scratch) / "draft"
        archive = npm.fetch("katex", katex.katex_version, Path(scratch))
        _unpack(archive, draft / "katex")
        shutil.rmtree(cache, ignore_errors=True)
        draft.rename(cache)
    return cache


def _unpack(archive: Path, folder: Path) -> None:
    (folder / "fonts").mkdir(parents=True)
    with tarfile.open(archive) as package:
        for member in package.getmembers():
            name = member.name.removeprefix("package/")
            keep = re.fullmatch(r"dist/(katex\.min\.css|fonts/\w+-\w+\.woff2)|LICENSE", name)
            source = package.extractfile(member) if keep else None
            if source:
                target = folder / name.removeprefix("dist/")
                target.write_bytes(source.read())


def stylesheet() -> Path:
    """Return KaTeX's stylesheet with no fonts but woff2."""
    style = (KATEX / STYLE).read_text("utf-8")
    return kept_file(CACHE / "theme", STYLE, lean_fonts, style)


def lean_fonts(style: str) -> str:
    """
    Return a stylesheet in which each font has its woff2 file alone.

    >>> lean_fonts('@font-face{src:url(A.woff2) format("woff2"),url(A.ttf) format("truetype")}')
    '@font-face{src:url(A.woff2) format("woff2")}'
    """
    rules = tinycss2.parse_stylesheet(style)
    for rule in rules:
        if isinstance(rule, ast.AtRule) and rule.lower_at_keyword == "font-face":
            rule.content = _without_other_kinds(rule.content or [])
    return tinycss2.serialize(rules)


def _without_other_kinds(tokens: Sequence[ast.Node]) -> list[ast.Node]:
    """Leave out the sources of other kinds, each with the comma before it."""
    kept: list[ast.Node] = []
    leaves_out = False
    for token in tokens:
        if _sign(token) in (",", ";"):
            leaves_out = False
        if isinstance(token, ast.URLToken) and token.value.endswith(OTHER_FONTS):
            leaves_out = True
            while kept and (_sign(kept[-1]) == "," or isinstance(kept[-1], ast.WhitespaceToken)):
                kept.pop()
        if not leaves_out:
            kept.append(token)
    return kept


def _sign(token: ast.Node) -> str:
    return token.value if isinstance(token, ast.LiteralToken) else ""


def use_assets(app: Sphinx, config: Config) -> None:
    """Point the KaTeX extension at our node and assets."""
    try:
        config.html_static_path.append(str(install()))
    except RuntimeError as error:
        raise ExtensionError(str(error)) from error
    config.html_static_path.append(str(stylesheet().parents[1]))  # in the place of the full one
    config.katex_css_path = STYLE
    katex.NODEJS_BINARY = npm.node()
    katex.KATEX_DEFAULT_OPTIONS = {"throwOnError": True, "strict": False}
    # A busy machine needs longer than the five seconds that the extension gives its server.
    katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = SECONDS
    katex.KaTeXServer.start_server_process = classmethod(start_server)
    katex.render_latex = render


def render(latex: str, options: dict[str, object] | None = None) -> str:
    """Render a formula; one that KaTeX cannot read fails the build, not the page."""
    try:
        html: str = _render(latex, options)
        return html
    except katex.KaTeXError as error:
        logger.warning("KaTeX cannot render %r: %s", latex, error, type="katex")
        return ""


def start_server(
    server: type[katex.KaTeXServer], folder: Path, seconds: float
) -> tuple[subprocess.Popen[bytes], socket.socket]:
    """
    Start the process that renders formulas, and wait until it listens.

    The extension's own connects as soon as the socket is there, a moment before anyone listens;
    refused, it leaves the process behind, which then holds the build's output open for ever.
    """
    path = folder / "katex.sock"
    nothing = subprocess.DEVNULL
    process = subprocess.Popen(
        server.build_command(socket=path), stdin=nothing, stdout=nothing, stderr=nothing, cwd=folder
    )
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            connection.close()
            time.sleep(0.01)
        else:
            return process, connection
    process.kill()
    raise server.timeout_error(seconds)


_render = katex.render_latex
