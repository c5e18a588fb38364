"""Russian words that every storey needs: plurals, days, cases, likeness, how typed words and days are read."""

from roadmap.language.text import brief, capitalize_first, counted, day, ended, in_days, in_working_days, plural

__all__ = ["brief", "capitalize_first", "counted", "day", "ended", "in_days", "in_working_days", "plural"]
