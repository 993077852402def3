"""Databases: the rows of one query, as the cells of a file."""
