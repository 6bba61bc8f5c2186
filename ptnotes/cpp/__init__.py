"""C++ beneath Python: one module a topic."""
