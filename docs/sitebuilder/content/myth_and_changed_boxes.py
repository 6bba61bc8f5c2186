"""`{myth} claim` and `{changed} version` boxes, and the pages that collect them."""

from __future__ import annotations

from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import docname_join
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_id

from sitebuilder.class_names import BOX, BOX_ORIGIN
from sitebuilder.content.reading_order import reading_order
from sitebuilder.languages.site_words import _
from sitebuilder.proof.ledger_lookup import blocks

MYTH = "myth"
CHANGED = "changed"


class box_list(nodes.General, nodes.Element):  # noqa: N801 - docutils names its nodes so
    """The place of a page where all boxes of one kind are shown."""


class Box(SphinxDirective):
    """
    A box; its argument is its title, its body Markdown with ordinary fences.

    The claim of a myth is written as people say it; a change begins with the version since when
    it holds, such as `{changed} 2.6 torch.load reads weights only`.
    """

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True
    option_spec: ClassVar[dict[str, Any]] = {"name": directives.unchanged}

    def run(self) -> list[nodes.Node]:
        """Return the box."""
        self.assert_has_content()
        title, since = self.arguments[0], ""
        if self.name == CHANGED:
            since, _space, title = title.partition(" ")
        box = nodes.admonition(classes=[BOX, self.name], kind=self.name, since=since)
        self.set_source_info(box)
        box["ids"].append(make_id(self.env, self.state.document, self.name, self.arguments[0]))
        text, messages = self.parse_inline(title)
        heading = nodes.title(title, "", *text)
        self.set_source_info(heading)
        box += heading
        box += self.parse_content_to_nodes()
        self.add_name(box)
        return [box, *messages]


class BoxList(SphinxDirective):
    """All boxes of a kind: `{myths}` or `{changes}`."""

    def run(self) -> list[nodes.Node]:
        """Return the place; it is filled when all pages are read."""
        self.env.note_reread()  # any other page may have gained or lost a box
        return [box_list(kind={"myths": MYTH, "changes": CHANGED}[self.name])]


class FillLists(SphinxPostTransform):
    """Show every box of the site where a page asks for them; links are resolved from there."""

    default_priority = 5  # before Sphinx resolves references, at 10

    def run(self, **_settings: Any) -> None:
        """Fill the places of one page."""
        for place in list(self.document.findall(box_list)):
            shown: list[nodes.Node] = []
            for origin in reading_order(self.env.toctree_includes, self.env.config.root_doc):
                if origin == self.env.docname:
                    continue
                for box in boxes(self.env.get_doctree(origin)):
                    if box["kind"] == place["kind"]:
                        shown.append(self._copy(box, origin))
            place.replace_self(shown or [nodes.paragraph("", _("None yet."))])

    def _copy(self, box: nodes.admonition, origin: str) -> nodes.Element:
        """Copy a box, whose links now lead from this page, and add the way back to its own."""
        copy = box.deepcopy()
        if box["kind"] == MYTH:
            _leave_out_proofs(copy)
        for target in copy.findall(pending_xref):
            if target["reftype"] == "doc":  # the only target that counts from its own page
                target["reftarget"] = f"/{docname_join(origin, target['reftarget'])}"
            target["refdoc"] = self.env.docname
        uri = self.app.builder.get_relative_uri(self.env.docname, origin)
        title = self.env.titles[origin].astext()
        link = nodes.reference("", title, refuri=f"{uri}#{box['ids'][0]}", internal=True)
        label = _("Proof: ") if box["kind"] == MYTH else _("From: ")
        copy += nodes.paragraph("", label, link, classes=[BOX_ORIGIN])
        return copy


def _leave_out_proofs(box: nodes.admonition) -> None:
    """Take the code out of a box: there will be hundreds of boxes on one page."""
    for block in list(blocks(box)):
        while block.parent is not box:
            block = block.parent
        box.remove(block)


def label_boxes(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Open the title of each box with its kind: colour alone does not tell them apart."""
    for box in boxes(doctree):
        title = next(box.findall(nodes.title))
        label = _("Myth") if box["kind"] == MYTH else _("Changed in PyTorch %s") % box["since"]
        if title.children:
            label += _(": ")
        title.insert(0, nodes.inline("", label, classes=["box-label"]))


def boxes(doctree: nodes.document) -> list[nodes.admonition]:
    """Return all myths and changes of a page."""
    return [node for node in doctree.findall(nodes.admonition) if "kind" in node]
