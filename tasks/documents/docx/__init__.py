"""Word files as blocks: what is seen of them, numbered as Word numbers it."""
