"""Which recommendation follows from which number; the rules are data."""
