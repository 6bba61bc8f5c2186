"""Benchmarks, one file a topic."""
