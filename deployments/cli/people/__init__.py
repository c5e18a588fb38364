"""Commands of people: contacts of a body, absences, replacements, reminder schedules, calendars."""
