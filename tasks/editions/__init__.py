"""Load a roadmap, amend it, add items of our own, keep training copies."""
