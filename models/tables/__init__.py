"""A file a noun: what is stored, with its constraints."""
