"""Files of every kind, by their content → cells."""
