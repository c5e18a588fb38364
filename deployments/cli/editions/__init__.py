"""Commands of editions: amend, next-edition."""
