"""The customers: in which category each is, equipment lent to them, what they owe."""
