"""Tests of the chapter training."""
