"""What each column of a table holds: by the words of its heading, by its cells."""
