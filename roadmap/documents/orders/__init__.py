"""What the text of an order asks for: its points, who is addressed, terms, plans that are lists."""
