"""What a day's work on a roadmap stands on: calendar, zone, office hours."""
