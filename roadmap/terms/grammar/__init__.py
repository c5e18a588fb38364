"""From the words of a deadline to a tree."""
