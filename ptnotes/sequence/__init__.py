"""Sequence models: one module a topic."""
