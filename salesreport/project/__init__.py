"""A client's folder, and the documents that travel with the package."""
