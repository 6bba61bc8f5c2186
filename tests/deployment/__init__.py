"""Tests of the chapter deployment."""
