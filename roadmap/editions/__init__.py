"""What a new edition of an act changes, and what reviewers settled that stays."""

from roadmap.editions.compare import (
    DROPPED,
    KEPT,
    AnswerRefused,
    Change,
    Kind,
    Pair,
    Plan,
    Question,
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
    "shown",
]
