"""Tests of the chapter tensors."""
