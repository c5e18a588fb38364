"""Commands that start Vekha and do a day's work."""
