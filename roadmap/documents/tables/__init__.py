"""The tables of an order: parts joined, columns told by their header, each row accounted for."""
