"""Tensors: one module a topic."""
