"""Tests of the extension and how it is built."""
