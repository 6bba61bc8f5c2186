"""Deployment: one module a topic."""
