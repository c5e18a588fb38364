"""What a new edition of an act changes, and what reviewers settled that stays."""

from roadmap.editions.comparison import (
    DROPPED,
    KEPT,
    AnswerRefused,
    Change,
    Kind,
    Pair,
    Plan,
    Question,
    compare,
    shown,
)

__all__ = [
    "DROPPED",
    "KEPT",
    "AnswerRefused",
    "Change",
    "Kind",
    "Pair",
    "Plan",
    "Question",
    "compare",
    "shown",
]
