"""Rows: which are kept, repaired or set aside, and why; what is noticed in them."""
