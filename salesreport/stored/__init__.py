"""Results that were worked out once, stored beside their dataset for the next pack."""
