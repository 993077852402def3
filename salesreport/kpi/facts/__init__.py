"""What happened: a dataset's columns and history, seen from a day, as events with credit."""
