"""
Each page once more as Markdown, for readers that are programs: `page.md` beside `page.html`.

Written from the finished page, so that both languages take one path and a page that is written
again brings its twin along; `llms.txt` lists them.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx_markdown_builder.contexts import IndentContext, SubContextParams
from sphinx_markdown_builder.translator import MarkdownTranslator

from sitebuilder.content.page_summaries import summary_of
from sitebuilder.content.reading_order import reading_order
from sitebuilder.content.special_pages import HOME
from sitebuilder.languages.site_words import _

PAGE = re.compile(r"\.html(?=$|#)")
PROMPT = re.compile(r"^>>> ", re.MULTILINE)


class Twin(MarkdownTranslator):  # type: ignore[misc] # its package has no types
    """A page as Markdown; what HTML alone can show is left out."""

    def block(self, node: nodes.Element) -> str:
        """Return a block of code, fenced."""
        text = node.astext().rstrip()
        language = "python" if PROMPT.search(text) else node.get("language", "")
        language = "text" if language in ("none", "default", "output") else language
        return f"```{language.lower()}\n{text}\n```"

    def address(self, node: nodes.Element) -> str:
        """Return where a link leads: from twin to twin within the site."""
        uri = f"#{node['refid']}" if "refid" in node else node.get("refuri", "")
        return PAGE.sub(".md", uri) if node.get("internal") else uri

    def picture(self, uri: str, alt: str) -> str:
        """Return a picture of the page."""
        builder = self.builder
        return f"![{alt}]({builder.imgpath}/{builder.images.get(uri, Path(uri).name)})"

    def visit_literal_block(self, node: nodes.Element) -> None:
        """Keep every line as it stands."""
        self.add(self.block(node), prefix_eol=2, suffix_eol=2)
        raise nodes.SkipNode

    visit_doctest_block = visit_literal_block

    def visit_raw(self, node: nodes.Element) -> None:
        """Leave HTML out."""
        raise nodes.SkipNode

    visit_target = visit_comment = visit_raw

    def visit_reference(self, node: nodes.Element) -> None:
        """Write a link."""
        if not (address := self.address(node)):
            return
        self.add("[")
        node["twin"] = f"]({address})"

    def depart_reference(self, node: nodes.Element) -> None:
        """Close what `visit_reference` opened."""
        self.add(node.attributes.pop("twin", ""))

    def visit_image(self, node: nodes.Element) -> None:
        """Write a picture."""
        alt = node.get("alt", "")
        self.add(self.picture(node["uri"], alt), prefix_eol=2, suffix_eol=2)
        raise nodes.SkipNode

    visit_imgsgnode = visit_image

    def visit_admonition(self, node: nodes.Element) -> None:
        """Quote a box."""
        self._push_context(IndentContext("> ", empty=True, params=SubContextParams(2, 2)))

    def depart_admonition(self, node: nodes.Element) -> None:
        """End the quotation."""
        self._pop_context()

    def visit_solution(self, node: nodes.Element) -> None:
        """Say that what follows solves the exercise."""
        self.add(f"**{node['label']}**", prefix_eol=2, suffix_eol=2)

    def visit_title(self, node: nodes.Element) -> None:
        """Write a heading; that of a box is no section."""
        if isinstance(node.parent, nodes.admonition):
            self.add("**", prefix_eol=2)
        else:
            self.add(f"{'#' * self.status.section_level} ", prefix_eol=2)

    def depart_title(self, node: nodes.Element) -> None:
        """End a heading."""
        if isinstance(node.parent, nodes.admonition):
            self.add("**")
        self.ensure_eol(2)

    def unknown_visit(self, node: nodes.Node) -> None:
        """Keep the words of whatever else there is."""

    def unknown_departure(self, node: nodes.Node) -> None:
        """Nothing to close."""


def write_twin(
    app: Sphinx,
    pagename: str,
    templatename: str,
    context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Write the twin of one page."""
    if doctree is None:
        return
    twin = Twin(doctree, app.builder)
    doctree.walkabout(twin)
    path = Path(app.outdir, f"{pagename}.md")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(twin.astext(), "utf-8")


def write_contents(app: Sphinx, exception: Exception | None) -> None:
    """Write `llms.txt`: every page in reading order, with what it is about."""
    if exception is not None or app.builder.format != "html":
        return
    env = app.env
    lines = [f"# {app.config.project}", "", f"> {summary_of(env, HOME)}", ""]
    top = env.toctree_includes.get(HOME, [])
    for docname in sorted(top, key=lambda name: name in env.toctree_includes):
        if docname in env.toctree_includes:
            lines += ["", f"## {env.titles[docname].astext()}", ""]
        for name in reading_order(env.toctree_includes, docname):
            title = env.titles[name].astext()
            lines.append(f"- [{title}]({name}.md){_(': ')}{summary_of(env, name)}")
    Path(app.outdir, "llms.txt").write_text("\n".join(lines) + "\n", "utf-8")
