"""Pages that the builder knows by name: the one place that says how they are called."""

from __future__ import annotations

HOME = "index"
NOTES = "notes/index"
GALLERY = "gallery/index"
REFERENCE = "api/index"
GLOSSARY = "glossary"
MYTHS = "myths"
CHANGES = "changes"
VERIFICATION = "verification"
BENCHMARKS = "benchmarks"

# They name the subjects of all other pages and are about none of them.
LISTS = frozenset({BENCHMARKS, CHANGES, GLOSSARY, MYTHS, VERIFICATION})


def in_development(docname: str) -> bool:
    """Whether a page is for those who change the site; it says little to those who read it."""
    return docname.startswith("development/")


def in_gallery(docname: str) -> bool:
    """Whether sphinx-gallery has written a page."""
    return docname.startswith("gallery/")


def in_reference(docname: str) -> bool:
    """Whether a page shows docstrings, which are English in both languages."""
    return docname.startswith("api/") and docname != REFERENCE
