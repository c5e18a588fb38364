"""Who is reminded of what today, and what rides in whose letter."""
