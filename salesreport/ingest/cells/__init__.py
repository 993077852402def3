"""Cells: what stands in one, and what it means as a text, a number, a day, an instant or a currency."""
