"""From a queued reminder to a letter that was sent."""
