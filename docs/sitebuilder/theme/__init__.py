"""How pages look: stylesheet, formulas, fonts, highlighted code."""
