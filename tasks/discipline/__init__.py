"""How bodies keep their terms: judged points, lists by body, the day as it was."""

from tasks.discipline.statistics import (
    discipline,
    judged,
)

__all__ = [
    "discipline",
    "judged",
]
