"""Reusing models: one module a topic."""
