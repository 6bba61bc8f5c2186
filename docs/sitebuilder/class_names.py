"""CSS classes that several files share; the stylesheet `site.css` and our scripts name them too."""

from __future__ import annotations

# Ours.
BOX = "box"
BOX_ORIGIN = "box-origin"
EXERCISE = "exercise"
GALLERY_FILTER = "gallery-filter"
SOLUTION = "solution"
PROOF_MARK = "proof-mark"
NOT_RUN = "not-run"
RECEIPTS = "receipts"

# Of Sphinx, of the notebooks and of the gallery.
HEADER_LINK = "headerlink"
CELL_OUTPUT = "cell_output"
SCRIPT_OUTPUT = "sphx-glr-script-out"
DOWNLOAD_NOTE = "sphx-glr-download-link-note"
GALLERY_FOOTER = "sphx-glr-footer"
GALLERY_CARD = "sphx-glr-thumbcontainer"
GALLERY_CARD_TITLE = "sphx-glr-thumbnail-title"

# Written by running a block during the build: results of snippets, not snippets.
RESULTS = frozenset({CELL_OUTPUT, SCRIPT_OUTPUT})
