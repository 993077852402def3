"""The source spec: how an export maps to the canonical tables, and which of its files are read."""
