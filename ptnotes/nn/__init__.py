"""Networks: one module a topic."""
