"""From files without a source spec to one: which preset fits, and what must be asked."""
