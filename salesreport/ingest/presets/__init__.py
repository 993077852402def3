"""Presets: what CRMs call their columns, states and files, as a file of settings each."""
