"""Training: one module a topic."""
