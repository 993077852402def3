"""The contracts of metrics, a module per family, and the question they answer."""
