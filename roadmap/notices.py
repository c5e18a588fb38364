"""Whom to tell what, and why: rules over situations. A situation is what many points have in common."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from roadmap.calendar import WorkCalendar
from roadmap.control import DAY, Ladder, digest_days, escalation_day, look, owner_rungs

Audience = Literal["owner", "coordinator", "controller"]
Reason = Literal[
    "overdue",
    "due_today",
    "due_soon",
    "returned",
    "extended",
    "opened",
    "accepted",
    "withdrawn",
    "submitted",
    "awaiting_decision",
    "escalated",
    "still_overdue",
    "no_channel",
]

#: From the most urgent down: the order of the sections of a letter.
RANK: tuple[Reason, ...] = (
    "escalated",
    "still_overdue",
    "overdue",
    "due_today",
    "returned",
    "submitted",
    "awaiting_decision",
    "due_soon",
    "no_channel",
    "opened",
    "extended",
    "accepted",
    "withdrawn",
)
REMINDERS: frozenset[Reason] = frozenset({"opened", "due_soon", "due_today", "overdue"})
#: What an owner must act on; a letter about it that reaches nobody is the coordinator's concern.
NEEDS_OWNER: frozenset[Reason] = REMINDERS | {"returned", "extended"}


@dataclass(frozen=True, slots=True)
class Situation:
    """The columns that decide; equal situations get equal decisions."""

    status: str
    opens_on: date
    deadline_on: date
    next_check_on: date
    news: str | None = None
    is_history: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """One reason for one audience; ``days`` to the deadline, negative when past."""

    reason: Reason
    to: Audience
    days: int


@dataclass(frozen=True, slots=True)
class Decision:
    """Who is told what today, and the first day to look again (None: never)."""

    lines: tuple[Told, ...]
    next_check_on: date | None


def decide(situation: Situation, *, today: date, ladder: Ladder, calendar: WorkCalendar) -> Decision:
    """What a working day owes to the points of one situation. Asked twice in a day, the rows have moved on."""
    if situation.is_history:
        return Decision((), None)
    days = (situation.deadline_on - today).days
    match situation.status, situation.news:
        case "accepted", "accepted":
            return Decision((Told("accepted", "owner", days),), None)
        case "withdrawn", "withdrawn":
            return Decision((Told("withdrawn", "owner", days),), None)
        case (("accepted" | "withdrawn"), _):
            return Decision((), None)
        case "submitted", _:
            return _waiting(situation, days, today=today, again=calendar.add_working_days(today, ladder.awaiting_every))
        case "planned", news:
            lines = (Told("extended", "owner", days),) if news == "extended" else ()
            return Decision(lines, max(situation.opens_on, today + DAY))
    return _reminded(situation, days, today=today, ladder=ladder)


def relevant(reason: Reason, *, status: str, days: int) -> Reason | None:
    """What a reason decided earlier has become by the time the letter leaves; None when it is settled.

    ``days`` to the deadline on the day of sending.
    """
    open_ = status in ("open", "returned")
    if reason in REMINDERS:
        return _reminder(days, opening=reason == "opened") if open_ else None
    holds = {
        "returned": status == "returned",
        "extended": status in ("planned", "open", "returned", "submitted"),
        "accepted": status == "accepted",
        "withdrawn": status == "withdrawn",
        "submitted": status == "submitted",
        "awaiting_decision": status == "submitted",
        "escalated": open_ and days < 0,
        "still_overdue": open_ and days < 0,
        "no_channel": open_,
    }
    return reason if holds[reason] else None


def _waiting(situation: Situation, days: int, *, today: date, again: date) -> Decision:
    """A reported result waits for the coordinator, who is reminded of it; the owner is left in peace."""
    if situation.news == "extended":
        return Decision((Told("extended", "owner", days),), again)
    reason: Reason = "submitted" if situation.news == "submitted" else "awaiting_decision"
    return Decision((Told(reason, "coordinator", days),), again)


def _reminded(situation: Situation, days: int, *, today: date, ladder: Ladder) -> Decision:
    """An open or returned point: news first, else the rung reached; the controller hears of long delays.

    News has moved ``next_check_on`` to its own day, whose rungs may have been told that morning already.
    """
    since = situation.next_check_on + (DAY if situation.news else 0 * DAY)
    span = (situation.opens_on, situation.deadline_on)
    owner = look(owner_rungs(*span, ladder), since=since, today=today)
    first = look([escalation_day(situation.deadline_on, ladder)], since=since, today=today)
    weekly = look(digest_days(situation.deadline_on, ladder), since=since, today=today)
    lines: list[Told] = []
    if situation.news == "returned" or situation.news == "extended":
        lines.append(Told("returned" if situation.news == "returned" else "extended", "owner", days))
    elif owner.reached:
        lines.append(Told(_reminder(days, opening=owner.reached == situation.opens_on), "owner", days))
    if first.reached:
        lines.append(Told("escalated", "controller", days))
    elif weekly.reached:
        lines.append(Told("still_overdue", "controller", days))
    following = [day for day in (owner.following, first.following, weekly.following) if day]
    return Decision(tuple(lines), min(following))


def _reminder(days: int, *, opening: bool) -> Reason:
    if days < 0:
        return "overdue"
    if days == 0:
        return "due_today"
    return "opened" if opening else "due_soon"
