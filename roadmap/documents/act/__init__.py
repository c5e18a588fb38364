"""The act itself: its head, the period it holds for, the region it belongs to."""
