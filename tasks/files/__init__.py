"""Files beside the database: evidence, tables, archives, and how a bad file is refused."""
