"""Read the blocks of a Markdown page, with the parser that also builds the site."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

from ptnotes.verify.block import Block
from ptnotes.verify.options import Said, read_options
from ptnotes.verify.source import included_text

EXTENSIONS = {"dollarmath", "attrs_block", "attrs_inline", "colon_fence", "deflist"}

LANGUAGES = {
    "py": "python",
    "python3": "python",
    "pycon": "python",
    "ipython3": "python",
    "yml": "yaml",
    "c++": "cpp",
}
DATA = {"toml", "yaml", "json", "ini"}
# Kinds whose expected output is the `text` block right after them.
PRINTING = {"cpp", "cuda", "cmake"}

# A directive whose body is Markdown is read like the page; an opaque one holds no snippet.
MARKDOWN_DIRECTIVES = {
    "admonition", "attention", "caution", "danger", "error", "hint",
    "important", "note", "tip", "warning", "seealso", "versionadded", "versionchanged",
    "deprecated", "figure", "table", "list-table", "container", "only", "dropdown",
}  # fmt: skip
OPAQUE_DIRECTIVES = {
    "math", "toctree", "image", "contents", "glossary", "raw", "mermaid", "rubric",
    "automodule", "autofunction", "autoclass", "autodata",
    "currentmodule", "module", "index", "include",
}  # fmt: skip
CODE_DIRECTIVES = {"code", "code-block", "sourcecode"}

_DIRECTIVE = re.compile(r"\{(?P<name>[\w:.-]+)\}\s*(?P<argument>.*)")
_PROOF = re.compile(r"<!--\s*verify:(?P<options>.*?)-->", re.DOTALL)


@dataclass(frozen=True)
class Problem:
    """
    Something that keeps a page from being read.

    Args:
        line: The line of the page, from 1.
        message: What is wrong there.
    """

    line: int
    message: str


@dataclass
class Reader:
    """
    Turns the text of a page into blocks and problems.

    Args:
        name: The page's name.
        folder: The folder that `{literalinclude}` is relative to.
        markdown: Directives of the project's own whose body is read like the page.
        opaque: Directives of the project's own that hold no snippet.
    """

    name: str
    folder: Path
    markdown: frozenset[str] = frozenset()
    opaque: frozenset[str] = frozenset()
    blocks: list[Block] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    imports: frozenset[str] = frozenset()
    _depth: int = 0

    def read(self, text: str) -> None:
        """Read a whole page."""
        parser = create_md_parser(MdParserConfig(enable_extensions=EXTENSIONS), RendererHTML)
        self._read(parser, text, 1)

    def _read(self, parser: Any, text: str, first_line: int) -> None:
        lines = text.splitlines()
        options = Said()
        for token in parser.parse(text):
            line = first_line + (token.map[0] if token.map else 0)
            if token.type == "front_matter":
                self._front_matter(token.content, line)
            elif token.type == "html_block" and (proof := _PROOF.match(token.content)):
                options = read_options(proof["options"], line)
                self.problems += (Problem(line, message) for message in options.wrong)
                continue
            elif token.type == "code_block":
                self._code("", token.content, line, options)
            elif token.type in ("fence", "colon_fence"):
                if not _closed(token, lines):
                    self.problems.append(Problem(line, f"the fence {token.markup} is never closed"))
                else:
                    self._fence(parser, token, line, options)
            if token.block and token.type != "inline":
                options = Said()

    def _fence(self, parser: Any, token: Token, line: int, options: Said) -> None:
        info = token.info.strip()
        directive = _DIRECTIVE.match(info)
        if directive is None:
            self._code(info.split(" ")[0], token.content, line + 1, options)
            return
        name, argument = directive["name"], directive["argument"]
        body, skipped, settings = _body(token.content)
        if name == "code-cell":
            self._cell(body, line + 1 + skipped, options)
        elif name == "literalinclude":
            self._include(argument.strip(), settings, line, options)
        elif name in CODE_DIRECTIVES:
            self._code(argument, body, line + 1 + skipped, options)
        elif name in MARKDOWN_DIRECTIVES | self.markdown:
            self._depth += 1
            self._read(parser, body, line + 1 + skipped)
            self._depth -= 1
        elif name not in OPAQUE_DIRECTIVES | self.opaque:
            self.problems.append(Problem(line, f"unknown directive {{{name}}}"))

    def _cell(self, text: str, line: int, options: Said) -> None:
        if self._depth:
            message = "the site does not run a {code-cell} within a directive; use a fence"
            self.problems.append(Problem(line - 1, message))
        elif not text.strip():
            # `:load:` would show another file's code, of which nothing would be run here.
            message = "an empty {code-cell}; its code stands on the page"
            self.problems.append(Problem(line - 1, message))
        else:
            self._add("cell", text, line, "cells", "python", options)

    def _code(self, language: str, text: str, line: int, options: Said) -> None:
        language = LANGUAGES.get(language.lower(), language.lower())
        if language == "python":
            kind = "doctest" if re.search(r"^\s*>>>", text, re.MULTILINE) else "definition"
            self._add(kind, text, line, "fences", language, options)
        elif language == "text" and self.blocks and self.blocks[-1].kind in PRINTING:
            self._add("output", text, line, self.blocks[-1].namespace, language, options)
        else:
            kind, space = self._kind_and_space(language, options)
            self._add(kind, text, line, space, language, options)

    def _kind_and_space(self, language: str, options: Said) -> tuple[str, str]:
        """What proves a block in a language other than Python, and what it is run with."""
        if language == "cmake" or options.options.file:
            return "cmake", "project"
        if language == "console":
            return "console", "console"
        kind = "data" if language in DATA else language if language in PRINTING else "unknown"
        return kind, f"{kind} {len(self.blocks)}"

    def _include(self, target: str, settings: dict[str, str], line: int, options: Said) -> None:
        try:
            text = included_text(self.folder / target, settings)
        except (OSError, LookupError, SyntaxError) as error:
            self.problems.append(Problem(line, f"literalinclude {target}: {error}"))
            return
        if (language := settings.get("language", "")) in DATA:
            self._code(language, text, line, options)
            return
        language = "python" if target.endswith(".py") else "cpp"
        owner, dot, _ = settings.get("pyobject", "").partition(".")
        space = f"include {len(self.blocks)}"
        self._add("include", text, line, space, language, options, target, owner if dot else "")

    def _add(
        self,
        kind: str,
        text: str,
        line: int,
        space: str,
        language: str,
        said: Said,
        source: str = "",
        owner: str = "",
    ) -> None:
        self.problems += (Problem(said.line, message) for message in said.useless(kind))
        text = text.rstrip("\n")
        self.blocks.append(
            Block(self.name, line, kind, text, space, language, said.options, source, owner)
        )

    def _front_matter(self, text: str, line: int) -> None:
        try:
            table = yaml.safe_load(text) or {}
            self.imports = frozenset((table.get("verify") or {}).get("imports", ()))
        except (yaml.YAMLError, AttributeError, TypeError) as error:
            self.problems.append(Problem(line, f"front matter: {str(error).splitlines()[0]}"))


def _closed(token: Token, lines: list[str]) -> bool:
    """Whether a fence ends in its own marker: the parser closes an open one with its container."""
    assert token.map is not None
    first, end = token.map
    last = lines[end - 1].lstrip(" >\t") if end <= len(lines) else ""
    return end - 1 > first and last.startswith(token.markup)


def _body(content: str) -> tuple[str, int, dict[str, str]]:
    """Split a directive's content into its body, the number of lines before it, and its options."""
    lines = content.splitlines()
    settings: dict[str, str] = {}
    skipped = 0
    if lines and lines[0].strip() == "---":
        end = next((i for i, text in enumerate(lines[1:], 1) if text.strip() == "---"), 0)
        skipped = end + 1 if end else 0
    else:
        for text in lines:
            option = re.match(r":([\w-]+):\s*(.*)", text)
            if not option:
                break
            settings[option[1]] = option[2].strip()
            skipped += 1
    return "\n".join(lines[skipped:]), skipped, settings
