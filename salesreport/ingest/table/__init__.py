"""One canonical table: the cells of its columns, wherever they are, and its rows with their account."""
