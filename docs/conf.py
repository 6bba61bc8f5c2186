"""Sphinx settings of the site, one language a build: `PTNOTES_LANGUAGE` is `en` or `zh_CN`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

# Sphinx, started by itself, knows no other folder; all else is told where the builder lies.
sys.path.insert(0, str(Path(__file__).resolve().parent))
from sitebuilder.languages.site_languages import ENGLISH, language_of
from sitebuilder.places import CACHE

# With a backend named here, notebooks would run and show no figure.
os.environ.pop("MPLBACKEND", None)

project = "ptnotes"
author = "the ptnotes authors"
language = os.environ.get("PTNOTES_LANGUAGE", ENGLISH.code)
base_url = os.environ.get("PTNOTES_BASE_URL", "").rstrip("/")
html_baseurl = f"{base_url}/{language_of(language).folder}/" if base_url else ""
repository = os.environ.get("PTNOTES_REPOSITORY", "").rstrip("/")  # such as https://host/owner/name

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.napoleon",
    "sphinxcontrib.katex",
    "sphinx_gallery.gen_gallery",
    "sphinx_markdown_builder",  # the settings of its translator
    "sitebuilder",
]
exclude_patterns = [
    "_*",
    "locale",
    "sitebuilder",
    "api/_*",
    "gallery/**/*.ipynb",
    "gallery/**/*.json",
    "gallery/**/*.py",
    "gallery/**/*.zip",
    "gallery/**/*.md5",
    "gallery/sg_execution_times.rst",
    "gallery/**/sg_execution_times.rst",
    "sg_execution_times.rst",
]
nitpicky = True
nitpick_ignore_regex = [
    # No inventory is fetched from another host, so names of other packages stay plain text.
    (r"py:.*", r"(torch|numpy|matplotlib|collections|typing|pathlib|int|float|bool|str|None)\b.*"),
    (r"py:.*", r"(optional|Tensor|Generator|Callable|Sequence|Iterator|Iterable|Mapping)"),
]
keep_warnings = False
smartquotes = False
trim_doctest_flags = False  # the ledger looks blocks up as they stand; `marks` trims later
# Said of any folder above the gallery whose name has a space; our own file names have none.
suppress_warnings = ["sphinx_gallery.space_in_filename"]

# Translation
locale_dirs = ["locale"]
gettext_compact = False
gettext_location = False
gettext_uuid = False
figure_language_filename = "{root}{ext}"

# Notes
myst_enable_extensions = ["attrs_block", "attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
myst_dmath_double_inline = True
nb_execution_mode = "cache"
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_execution_show_tb = True
# myst-nb's own key knows the cells only; `gallery_freshness` drops what else has changed.
nb_execution_cache_path = str(CACHE / "notebooks")
nb_merge_streams = True

# Gallery, in the order of the notes
chapters = ["foundations", "tensors", "autograd", "nn", "training", "data", "sequence", "reuse"]
chapters += ["deployment", "distributed", "cpp", "appendix"]
sphinx_gallery_conf = {
    "examples_dirs": ["../gallery"],
    "gallery_dirs": ["gallery"],
    "filename_pattern": r"plot_\w+\.py$",
    "subsection_order": [f"../gallery/{name}" for name in chapters],
    "within_subsection_order": "FileNameSortKey",
    "abort_on_example_error": True,
    "image_scrapers": ("sitebuilder.proof.replay.place_figures",),
    "download_all_examples": False,
    "show_signature": False,
    "write_computation_times": False,
    "min_reported_time": sys.maxsize,
    "capture_repr": (),
    "css": ("sg_gallery",),
    "thumbnail_size": (400, 280),
    "reset_modules": ("matplotlib",),
}

# Reference: a page a module (`reference_pages`)
reference_package = "ptnotes"
autosummary_ignore_module_all = False
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
napoleon_numpy_docstring = False

# Maths: rendered by the build, with assets of its own (`katex_rendering`).
katex_prerender = True
math_renderer = "katex"

# HTML
html_theme = "ptnotes"  # in `sitebuilder/theme`; it inherits from shibuya
html_title = "ptnotes"
html_static_path = ["_static"]
html_css_files = ["site.css", "search.css"]
html_js_files = [(name, {"defer": "defer"}) for name in ("search.js", "copy.js", "gallery.js")]
html_favicon = "_static/favicon.svg"
html_copy_source = False
html_show_sourcelink = False
html_use_index = False
html_domain_indices = False
