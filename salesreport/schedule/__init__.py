"""Entries for schedulers that are there already; we have none of our own."""
