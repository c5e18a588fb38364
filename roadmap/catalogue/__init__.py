"""Orders as reviewed data: the strict schema, the loader and the five built-in systems."""
