"""From the tree of a deadline to dates, rhythms and spans."""
