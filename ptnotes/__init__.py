"""Small reference implementations of what the notes explain, one module a topic."""
