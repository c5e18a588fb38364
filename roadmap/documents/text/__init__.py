"""The running text of an order: whole passages, numbered points, duties of a regulation, definitions."""
