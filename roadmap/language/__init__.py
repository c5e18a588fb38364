"""Russian words that every storey needs: plurals, days, cases, likeness, how typed words and days are read."""

from roadmap.language.text import (
    OUTSIDE_SECTIONS,
    brief,
    capitalize_first,
    counted,
    day,
    ended,
    in_days,
    in_working_days,
    numbered,
    plural,
    section_words,
)

__all__ = [
    "OUTSIDE_SECTIONS",
    "brief",
    "capitalize_first",
    "counted",
    "day",
    "ended",
    "in_days",
    "in_working_days",
    "numbered",
    "plural",
    "section_words",
]
