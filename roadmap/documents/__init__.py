"""From the blocks of an order to a draft catalogue: what was found, where it stands, and what must be asked."""
