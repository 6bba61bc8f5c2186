"""Proof on the page: what the ledger knows of it, and how the page shows it."""
