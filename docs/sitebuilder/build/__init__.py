"""Running Sphinx, building both languages, and measuring what came of it."""
