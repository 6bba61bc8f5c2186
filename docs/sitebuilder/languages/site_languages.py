"""The languages of the site: the one place that says how each is called, and where it lies."""

from __future__ import annotations

from typing import NamedTuple


class Language(NamedTuple):
    """
    A language of the site.

    Args:
        code: What Sphinx and gettext call it; also the folder of its catalogs.
        folder: The folder of the site that holds its pages.
        tag: What HTML calls it, in `lang` and `hreflang`.
        name: What it calls itself.
        english_name: What English calls it.
    """

    code: str
    folder: str
    tag: str
    name: str
    english_name: str


ENGLISH = Language("en", "en", "en", "English", "English")
CHINESE = Language("zh_CN", "zh", "zh-CN", "中文", "Chinese")
# The source first: the second language is made of what the first build has run.
LANGUAGES = (ENGLISH, CHINESE)


def language_of(name: str) -> Language:
    """
    Return a language by its code or its folder.

    Raises:
        ValueError: if the site has no such language.

    >>> language_of("zh").tag
    'zh-CN'
    """
    for language in LANGUAGES:
        if name in (language.code, language.folder):
            return language
    known = ", ".join(language.code for language in LANGUAGES)
    raise ValueError(f"name: the site has no language {name!r}, it has {known}")


def other_than(code: str) -> Language:
    """Return the language of the site that is not the one called `code`."""
    return next(language for language in LANGUAGES if language.code != code)
