"""One migration a change of the schema."""
