"""
All that the builder does to a page, in the order in which it runs: the table `PHASES`.

A phase runs before those below it: the priorities that Sphinx wants are counted from the order of
the table, so to move a phase is to move its line. Of one stage, phases of other extensions run
first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from docutils import nodes
from docutils.transforms import Transform
from sphinx.application import Sphinx
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.util.docutils import SphinxDirective

from sitebuilder.build import incremental
from sitebuilder.content import (
    alt_texts,
    architecture,
    benchmark_tables,
    chapter_cards,
    exercises,
    gallery_pages,
    line_ends,
    myth_and_changed_boxes,
    page_summaries,
    pictures_first,
    prerequisites,
    reference_pages,
    repository_links,
)
from sitebuilder.languages import (
    chinese_spaces,
    language_links,
    one_document,
    site_words,
    untranslated_text,
)
from sitebuilder.outputs import downloads, markdown_twin
from sitebuilder.proof import close_ledger, gallery_freshness, marks, replay, verification_tables
from sitebuilder.theme import katex_rendering, lean_highlighting, lean_stylesheet, maths_fonts

# The stages of a build, in the order in which Sphinx comes to them.
SETTINGS_READ = "config-inited"
BUILDER_READY = "builder-inited"
OUTDATED = "env-get-outdated"
UNTRANSLATED = "transform, before Sphinx translates"
PAGE_READ = "collector"
ALL_READ = "env-updated"
UNRESOLVED = "post-transform, before Sphinx resolves references"
RESOLVED = "doctree-resolved"
RENDERED = "html-page-context"
FINISHED = "build-finished"
STAGES = (
    *(SETTINGS_READ, BUILDER_READY, OUTDATED, UNTRANSLATED, PAGE_READ),
    *(ALL_READ, UNRESOLVED, RESOLVED, RENDERED, FINISHED),
)
TRANSFORMS = {UNTRANSLATED: 10, UNRESOLVED: 5}  # Sphinx translates at 20 and resolves at 10
FIRST = 500  # of our priorities, which is the last that other extensions use in these stages


class Phase(NamedTuple):
    """
    One thing that the builder does.

    Args:
        stage: When Sphinx calls it.
        does: The function, transform or collector.
        why: Why it runs there: after what, or before what.
    """

    stage: str
    does: Callable[..., Any] | type[Transform] | type[EnvironmentCollector]
    why: str


PHASES = (
    Phase(SETTINGS_READ, site_words.load_words, "before any phase says a word of ours"),
    Phase(SETTINGS_READ, gallery_freshness.check, "before sphinx-gallery looks at what it made"),
    Phase(SETTINGS_READ, replay.replay_scripts, "before sphinx-gallery runs what is left"),
    Phase(SETTINGS_READ, pictures_first.crop_cards, "before sphinx-gallery makes cards"),
    Phase(SETTINGS_READ, katex_rendering.use_assets, "before Sphinx checks the static folders"),
    Phase(SETTINGS_READ, lean_stylesheet.prepare, "before Sphinx checks the static folders"),
    Phase(SETTINGS_READ, lean_highlighting.format_lean, "before the theme derives its formatter"),
    Phase(SETTINGS_READ, reference_pages.prepare_reference, "before autosummary writes the pages"),
    Phase(SETTINGS_READ, incremental.note_tools, "before Sphinx compares settings with the last"),
    Phase(BUILDER_READY, close_ledger.read_ledger_anew, "receipts may have come since"),
    Phase(BUILDER_READY, gallery_pages.keep_literal_blocks, "sphinx-gallery has registered by now"),
    Phase(
        BUILDER_READY, lean_stylesheet.switch_off_search, "the builder has said that it searches"
    ),
    Phase(OUTDATED, gallery_pages.reread_cards, "their words are those of other pages"),
    Phase(UNTRANSLATED, untranslated_text.KeepFixedText, "first: what later phases add is text"),
    Phase(UNTRANSLATED, untranslated_text.DropComments, "no comment is a message"),
    Phase(UNTRANSLATED, marks.MarkNotRun, "a reason is translated with its page"),
    Phase(UNTRANSLATED, gallery_pages.OwnGalleryLinks, "what it removes is no message"),
    Phase(UNTRANSLATED, alt_texts.OfferAltTexts, "what a picture shows is a message"),
    Phase(PAGE_READ, one_document.OneDocument, "the page is translated by now"),
    Phase(PAGE_READ, close_ledger.Receipts, "the blocks are those of the page as read"),
    Phase(ALL_READ, page_summaries.forget, "summaries of the last build are old"),
    Phase(ALL_READ, incremental.write_new_navigation, "now all titles are known"),
    Phase(UNRESOLVED, myth_and_changed_boxes.FillLists, "links of copied boxes lead from here"),
    Phase(RESOLVED, verification_tables.fill, "tables hold code: before the ledger closes"),
    Phase(RESOLVED, benchmark_tables.fill, "tables hold code: before the ledger closes"),
    Phase(RESOLVED, architecture.fill, "tables hold code: before the ledger closes"),
    Phase(RESOLVED, chapter_cards.fill, "before Chinese spaces, which titles need too"),
    Phase(RESOLVED, myth_and_changed_boxes.label_boxes, "after lists are filled with boxes"),
    Phase(RESOLVED, exercises.number_exercises, "before Chinese spaces, which labels need too"),
    Phase(RESOLVED, gallery_pages.translate_cards, "titles are translated by now"),
    Phase(RESOLVED, gallery_pages.add_chapter_links, "titles are translated by now"),
    Phase(RESOLVED, alt_texts.place_alt_texts, "they are translated by now"),
    Phase(
        RESOLVED, pictures_first.move_pictures, "after `place_alt_texts`, which looks beside code"
    ),
    Phase(RESOLVED, prerequisites.add_prerequisites, "before Chinese spaces, as titles are text"),
    Phase(RESOLVED, marks.name_marks, "the reason is translated by now"),
    Phase(RESOLVED, marks.mark_by_result, "after `name_marks`, which would name its marks again"),
    Phase(RESOLVED, marks.mark_versions, "after `name_marks`, which would name its marks again"),
    Phase(RESOLVED, close_ledger.close, "after all that adds blocks, before any changes"),
    Phase(RESOLVED, marks.show_blank_lines, "after the ledger has seen the blocks as written"),
    Phase(RESOLVED, repository_links.add_report_links, "after the ledger has counted the blocks"),
    Phase(RESOLVED, chinese_spaces.close_up_page, "after the last change of words"),
    Phase(RESOLVED, line_ends.guide_lines, "last: it cuts words and formulas into pieces"),
    Phase(RENDERED, site_words.add_words, "templates speak with them"),
    Phase(RENDERED, close_ledger.count, "before any phase changes the HTML"),
    Phase(RENDERED, language_links.add_languages, "for the template"),
    Phase(RENDERED, maths_fonts.name_fonts, "the formulas are HTML by now"),
    Phase(RENDERED, lean_stylesheet.keep_used_assets, "after `name_fonts`: no fonts, no styles"),
    Phase(RENDERED, lean_stylesheet.add_tools, "for the template"),
    Phase(RENDERED, page_summaries.describe, "for the template"),
    Phase(RENDERED, markdown_twin.write_twin, "the page is final"),
    Phase(RENDERED, downloads.write_downloads, "the page is final"),
    Phase(RENDERED, repository_links.add_edit_link, "for the template"),
    Phase(FINISHED, markdown_twin.write_contents, "all pages are written"),
    Phase(FINISHED, incremental.remove_leftovers, "what no page of today has written is old"),
)

DIRECTIVES: dict[str, type[SphinxDirective]] = {
    "alt": alt_texts.AltText,
    "architecture": architecture.Architecture,
    "benchmarks": benchmark_tables.Benchmarks,
    "changed": myth_and_changed_boxes.Box,
    "changes": myth_and_changed_boxes.BoxList,
    "chapters": chapter_cards.Chapters,
    "exercise": exercises.Exercise,
    "myth": myth_and_changed_boxes.Box,
    "myths": myth_and_changed_boxes.BoxList,
    "solution": exercises.Solution,
    "verification": verification_tables.Verification,
}
# What stands in a page until a phase fills it.
PLACES: tuple[type[nodes.Element], ...] = (
    architecture.architecture_picture,
    benchmark_tables.benchmark_part,
    chapter_cards.chapter_list,
    myth_and_changed_boxes.box_list,
    verification_tables.verification_part,
)
# What HTML shows in a way of ours: how it opens and closes.
SHOWN: dict[type[nodes.Element], tuple[Callable[..., None], Callable[..., None]]] = {
    exercises.solution: (exercises.fold, exercises.end_fold),
}
# Settings of `conf.py` by name, and what is done again when they change.
SETTINGS: dict[str, Literal["html", "env"]] = {
    "base_url": "html",
    "reference_package": "env",
    "repository": "html",
    "tools": "env",
}


def module_of(part: Callable[..., Any]) -> str:
    """Return the name of the module that a phase, a directive or a node is written in."""
    return part.__module__.rsplit(".", 1)[-1]


def register(app: Sphinx, modules: frozenset[str] = frozenset()) -> None:
    """
    Register what the tables name.

    Args:
        app: The application of one build.
        modules: The modules to take, by name; empty for all.

    Raises:
        ValueError: if `modules` names one that no table has.
    """
    parts = [*(phase.does for phase in PHASES), *DIRECTIVES.values(), *PLACES]
    if unknown := modules - {module_of(part) for part in parts}:
        raise ValueError(f"modules: no phase is written in {', '.join(sorted(unknown))}")
    for setting, rebuilds in SETTINGS.items():
        app.add_config_value(setting, "", rebuilds, types=frozenset({str}))
    app.add_config_value("chapters", [], "env", types=frozenset({list}))
    app.add_html_theme(lean_stylesheet.OURS.name, str(lean_stylesheet.OURS))
    for place in PLACES:
        app.add_node(place)
    for node, visitors in SHOWN.items():
        app.add_node(node, html=visitors)
    for name, directive in DIRECTIVES.items():
        if not modules or module_of(directive) in modules:
            app.add_directive(name, directive)
    for number, phase in enumerate(PHASES):
        if not modules or module_of(phase.does) in modules:
            _register_phase(app, phase, FIRST + number)


def _register_phase(app: Sphinx, phase: Phase, priority: int) -> None:
    does: Any = phase.does
    if phase.stage in TRANSFORMS:
        # Those of one stage run in the order in which they are registered.
        does.default_priority = TRANSFORMS[phase.stage]
        (app.add_transform if phase.stage == UNTRANSLATED else app.add_post_transform)(does)
    elif phase.stage == PAGE_READ:
        app.add_env_collector(does)
    else:
        app.connect(phase.stage, does, priority=priority)
