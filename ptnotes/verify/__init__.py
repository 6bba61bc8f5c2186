"""
Find, run and compare every snippet a reader can see.

Blocks are read from pages (`page`, `markdown`, `source`), proven by a verifier each (`kinds`),
under the house `rules`, and leave `receipts`, with which the `ledger` of the site is closed.
"""
