"""How bodies keep their terms: judged points, lists by body, the day as it was."""

from tasks.discipline.discipline import (
    judged,
)

__all__ = [
    "judged",
]
