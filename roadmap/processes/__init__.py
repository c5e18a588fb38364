"""The work behind an item: stages, who holds each, how long it may take; data in YAML, rules pure."""
