"""Contacts, absences, replacements, links, access."""
