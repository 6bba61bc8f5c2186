"""Tests of the chapter nn."""
