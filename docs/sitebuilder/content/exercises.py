"""`{exercise} title` boxes, each with its `{solution}` folded under it."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_id
from sphinx.writers.html5 import HTML5Translator

from sitebuilder.class_names import BOX, EXERCISE, SOLUTION
from sitebuilder.languages.site_words import _

log = logging.getLogger(__name__)


class solution(nodes.General, nodes.Element):  # noqa: N801 - docutils names its nodes so
    """The solution of the exercise before it; `label` is the word that unfolds it."""


class Exercise(SphinxDirective):
    """A box with a task; its argument says what to do, its body is Markdown."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        """Return the box."""
        self.assert_has_content()
        box = nodes.admonition(classes=[BOX, EXERCISE])
        self.set_source_info(box)
        box["ids"].append(make_id(self.env, self.state.document, self.name, self.arguments[0]))
        text, messages = self.parse_inline(self.arguments[0])
        heading = nodes.title(self.arguments[0], "", *text)
        self.set_source_info(heading)
        box += heading
        box += self.parse_content_to_nodes()
        return [box, *messages]


class Solution(SphinxDirective):
    """What solves the exercise right before it; its body is Markdown."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the solution, which the page folds."""
        self.assert_has_content()
        node = solution("", *self.parse_content_to_nodes())
        self.set_source_info(node)
        return [node]


def number_exercises(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Number the exercises of a page, and warn of one that does not have one solution."""
    tasks = [node for node in doctree.findall(nodes.admonition) if EXERCISE in node["classes"]]
    for number, task in enumerate(tasks, 1):
        title = next(task.findall(nodes.title))
        label = _("Exercise %s") % number + _(": ")
        title.insert(0, nodes.inline("", label, classes=["box-label"]))
        if not isinstance(task.next_node(descend=False, siblings=True), solution):
            log.warning("exercise %s has no solution right after it", number, location=task)
    for node in doctree.findall(solution):
        node["label"] = _("Solution")
        before = node.parent[node.parent.index(node) - 1]
        if not (isinstance(before, nodes.admonition) and EXERCISE in before["classes"]):
            log.warning("a solution has no exercise right before it", location=node)


def fold(translator: HTML5Translator, node: solution) -> None:
    """Open a part that the reader unfolds."""
    translator.body.append(f'<details class="{SOLUTION}"><summary>{node["label"]}</summary>\n')


def end_fold(translator: HTML5Translator, node: solution) -> None:
    """Close what `fold` opened."""
    translator.body.append("</details>\n")
