"""Tests of the chapter reuse."""
