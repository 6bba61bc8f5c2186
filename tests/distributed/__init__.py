"""Tests of the chapter distributed."""
