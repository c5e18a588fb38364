"""The day's control, and a rehearsal of many days."""
