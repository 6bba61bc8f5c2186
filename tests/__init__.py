"""Tests, one file a topic, and what they share."""
