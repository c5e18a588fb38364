"""Which process a point goes through, and why some points go without stages. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from roadmap.processes.schema import Per, Process

About = Literal["all", "municipality", "body", "keeper"]
"""Whom a point is about: nobody in particular, one municipality, one other body, the body that answers for the item."""
WithoutStages = Literal["continuous", "past", "few_days"]
"""Why a point is done in one go: a duty that runs all the time, a day that is past, too few days left."""

_SERVED: Mapping[Per, frozenset[About]] = {
    "point": frozenset({"all", "municipality", "body", "keeper"}),
    "municipality": frozenset({"all", "municipality"}),
    "body": frozenset({"body"}),
}


def choose(processes: Mapping[str, Process], kind: str, about: About) -> Process | None:
    """The process of a kind for a point about somebody; None where its points have no stages.

    Where each body of a group has a point of its own, the body that answers for the item has nobody to sign with.
    """
    fitting = (one for one in processes.values() if one.serves == kind and about in _SERVED[one.per])
    return next(fitting, None)


def why_without_stages(
    process: Process, *, opens_on: date, deadline_on: date, today: date, is_continuous: bool
) -> WithoutStages | None:
    """Why a point that has a process is done in one go all the same; None where its stages begin.

    What is past, or is left fewer than ``min_days`` calendar days, is not given stages: their new days would forgive
    what is overdue, or be noise.
    """
    if is_continuous and not process.continuous:
        return "continuous"
    if deadline_on < today:
        return "past"
    return "few_days" if (deadline_on - max(opens_on, today)).days < process.min_days else None
