"""Tests of the chapter sequence."""
