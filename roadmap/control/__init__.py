"""Planning of points, reminders, extensions, discipline."""
