"""What each page reads, in one query plan; pages write nothing themselves."""
