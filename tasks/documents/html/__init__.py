"""Web pages as blocks: what is seen of them."""
