"""Russian words that every storey needs: plurals, days, cases, likeness, how typed words and days are read."""

from roadmap.language.text import (
    ON_PAGE,
    OUTSIDE_SECTIONS,
    brief,
    capitalize_first,
    cited,
    counted,
    day,
    ended,
    in_days,
    in_working_days,
    numbered,
    plural,
    post_of,
    section_words,
)

__all__ = [
    "ON_PAGE",
    "OUTSIDE_SECTIONS",
    "brief",
    "capitalize_first",
    "cited",
    "counted",
    "day",
    "ended",
    "in_days",
    "in_working_days",
    "numbered",
    "plural",
    "post_of",
    "section_words",
]
