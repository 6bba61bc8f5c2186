"""Tests of the chapter cpp."""
