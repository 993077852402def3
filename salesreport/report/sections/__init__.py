"""The sections of a report, one module per subject: each takes a `Context` and returns a `Section`."""
