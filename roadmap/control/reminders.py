"""Whom to tell what, and why: rules over situations. A situation is what many points have in common."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from roadmap.calendar import WorkCalendar
from roadmap.control.ladder import (
    DAY,
    Ladder,
    Rungs,
    digest_days,
    escalation_day,
    first_rung,
    look,
    owner_rungs,
    request_days,
)
from roadmap.control.state import has_lapsed

Audience = Literal["owner", "coordinator", "controller", "former", "new"]
Reason = Literal[
    "overdue",
    "due_today",
    "due_soon",
    "returned",
    "extended",
    "refused",
    "reassigned",
    "reopened",
    "handed_over",
    "opened",
    "accepted",
    "withdrawn",
    "submitted",
    "awaiting_decision",
    "asked_extension",
    "asked_transfer",
    "escalated",
    "still_overdue",
    "demanded",
    "ordered",
    "order_done",
    "order_declined",
    "no_channel",
    "undelivered",
    "co_opened",
    "co_soon",
    "co_due",
    "co_no_channel",
]

#: From the most urgent down: the order of the sections of a letter.
RANK: tuple[Reason, ...] = (
    "escalated",
    "still_overdue",
    "order_declined",
    "order_done",
    "demanded",
    "overdue",
    "due_today",
    "returned",
    "ordered",
    "asked_extension",
    "asked_transfer",
    "submitted",
    "awaiting_decision",
    "refused",
    "reassigned",
    "reopened",
    "co_due",
    "due_soon",
    "co_soon",
    "undelivered",
    "no_channel",
    "co_no_channel",
    "opened",
    "co_opened",
    "extended",
    "handed_over",
    "accepted",
    "withdrawn",
)


def rank(reason: str) -> int:
    """The place of a reason in ``RANK``; one that this release does not know comes last."""
    return RANK.index(reason) if reason in RANK else len(RANK)


REMINDERS: frozenset[Reason] = frozenset({"opened", "due_soon", "due_today", "overdue"})
#: What an owner must act on; a letter about it that reaches nobody is the coordinator's concern.
NEEDS_OWNER: frozenset[Reason] = REMINDERS | {"returned", "extended", "refused", "reassigned", "reopened", "demanded"}
REQUESTS: frozenset[Reason] = frozenset({"asked_extension", "asked_transfer"})
#: What a co-executor is told of a point that another body answers for: ``roadmap.control.co_executors`` decides.
OF_CO_EXECUTORS: frozenset[Reason] = frozenset({"co_opened", "co_soon", "co_due"})
#: What whoever controls says and hears: no mute holds it back.
OF_CONTROL: frozenset[Reason] = frozenset(
    {"escalated", "still_overdue", "demanded", "ordered", "order_done", "order_declined"}
)
#: What a decision tells the owner of a point that stays on control: the news, the same word as the reason.
OWNER_NEWS: dict[str, Reason] = {
    "returned": "returned",
    "extended": "extended",
    "refused": "refused",
    "reassigned": "reassigned",
    "reopened": "reopened",
}
#: Reasons whose ground the reader must see, with the action of the transition that recorded it.
GROUNDS: dict[Reason, str] = {
    "returned": "return",
    "extended": "extend",
    "refused": "refuse",
    "reassigned": "reassign",
    "reopened": "reopen",
    "handed_over": "reassign",
    "withdrawn": "withdraw",
    "demanded": "demand",
}
#: A newer line of these to the same official on the same point makes the older one superfluous.
SUPERSEDED: frozenset[Reason] = (
    REMINDERS
    | REQUESTS
    | OF_CO_EXECUTORS
    | {"still_overdue", "awaiting_decision", "ordered", "no_channel", "undelivered", "co_no_channel"}
)


@dataclass(frozen=True, slots=True)
class Situation:
    """The columns that decide; equal situations get equal decisions."""

    status: str
    opens_on: date
    deadline_on: date
    next_check_on: date
    news: str | None = None
    is_history: bool = False
    extension_asked_on: date | None = None
    """Since when a request for another deadline waits; None when none does."""
    transfer_asked_on: date | None = None
    """The same for «не моё»."""
    quiet_until: date | None = None
    """Before that day, and before the deadline, its owner is not reminded."""


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


def decide(
    situation: Situation,
    *,
    today: date,
    ladder: Ladder,
    calendar: WorkCalendar,
    extensions_by: Audience = "coordinator",
) -> Decision:
    """What a working day owes to the points of one situation. Asked twice in a day, the rows have moved on.

    ``extensions_by`` decides on another deadline; on another body always the coordinator.
    """
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
            lines = _waiting(situation, days)
        case _:
            lines = _requests(
                situation, days, today=today, ladder=ladder, calendar=calendar, extensions_by=extensions_by
            )
            if situation.status == "planned":
                lines += _owner_news(situation, days)
            else:
                lines += _reminded(situation, days, today=today, ladder=ladder)
    return Decision(lines, next_look(situation, after=today, ladder=ladder, calendar=calendar))


def next_look(
    situation: Situation, *, after: date, ladder: Ladder, calendar: WorkCalendar, told_on: date | None = None
) -> date | None:
    """The first day to look again at what was looked at on ``after``; None: never. News is not asked about.

    ``told_on``: the day the coordinator was first told of a result that waits; None: it was ``after`` itself.
    """
    if situation.is_history or situation.status in ("accepted", "withdrawn"):
        return None
    if situation.status == "submitted":
        return _following(request_days(told_on or after, ladder, calendar), after)
    days = [
        _following(request_days(asked_on, ladder, calendar), after)
        for asked_on in (situation.extension_asked_on, situation.transfer_asked_on)
        if asked_on is not None
    ]
    if situation.status == "planned":
        first = first_rung(situation.opens_on, situation.deadline_on, situation.quiet_until)
        days.append(max(first, after + DAY))
    else:
        days += [_following(rungs, after) for rungs in _rungs(situation, ladder)]
    return min((day for day in days if day is not None), default=None)


def relevant(
    reason: Reason,
    *,
    status: str,
    days: int,
    has_request: bool = True,
    is_idle: bool = False,
    is_moved: bool = False,
    is_quiet: bool = False,
) -> Reason | None:
    """What a reason decided earlier has become by the time the letter leaves; None when it is settled.

    ``days`` to the deadline on the day of sending; ``has_request``: a request or order of the reason's own kind still
    waits, of a co-executor its part does; ``is_idle``: it is history or waits for another stage, so nobody owes it now;
    ``is_moved``: the deadline is not the one that the reason was decided by. «Скоро» of another deadline is settled:
    that it moved is told by itself. ``is_quiet``: whoever answers asked meanwhile not to be reminded yet.
    """
    open_, lapsed = status in ("open", "returned"), has_lapsed(status, days) and not is_idle
    live = status == "planned" or open_
    shared = open_ and days >= 0 and has_request and not is_idle
    if reason in REMINDERS and days > 0 and (is_quiet or (is_moved and reason != "opened")):
        return None
    if reason in REMINDERS:
        return _reminder(days, opening=reason == "opened") if open_ or lapsed else None
    holds = {
        "returned": status == "returned",
        "extended": live or status == "submitted",
        "refused": live,
        "reassigned": live or status == "submitted",
        "reopened": live,
        "handed_over": True,
        "accepted": status == "accepted",
        "withdrawn": status == "withdrawn",
        "submitted": status == "submitted",
        "awaiting_decision": status == "submitted",
        "asked_extension": live and has_request,
        "asked_transfer": live and has_request,
        "escalated": lapsed,
        "still_overdue": lapsed,
        "demanded": live and not is_idle,
        "ordered": (live or status == "submitted") and has_request,
        "order_done": True,
        "order_declined": True,
        "no_channel": live,
        "undelivered": live,
        "co_no_channel": live,
        "co_opened": shared,
        "co_soon": shared and not is_moved,
        "co_due": shared and not is_moved,
    }
    # A reason of another release is told as it stands.
    return reason if holds.get(reason, True) else None


def _owner_news(situation: Situation, days: int) -> tuple[Told, ...]:
    reason = OWNER_NEWS.get(situation.news or "")
    return (Told(reason, "owner", days),) if reason else ()


def _since(situation: Situation) -> date:
    """From which day on rungs were not told: news has moved ``next_check_on`` to its own day, whose rungs may have
    been told that morning already."""
    return situation.next_check_on + (DAY if situation.news else 0 * DAY)


def _requests(
    situation: Situation,
    days: int,
    *,
    today: date,
    ladder: Ladder,
    calendar: WorkCalendar,
    extensions_by: Audience,
) -> tuple[Told, ...]:
    """Whoever decides hears of a request once it is asked, then every ``awaiting_every`` working days."""
    lines: list[Told] = []
    asked: tuple[tuple[date | None, Reason, Audience], ...] = (
        (situation.extension_asked_on, "asked_extension", extensions_by),
        (situation.transfer_asked_on, "asked_transfer", "coordinator"),
    )
    for asked_on, reason, to in asked:
        if asked_on is None:
            continue
        rungs: Rungs = look(request_days(asked_on, ladder, calendar), since=_since(situation), today=today)
        if rungs.reached or situation.news == "asked":
            lines.append(Told(reason, to, days))
    return tuple(lines)


def _waiting(situation: Situation, days: int) -> tuple[Told, ...]:
    """A reported result waits for the coordinator, who is reminded of it; the owner is left in peace."""
    if situation.news in ("extended", "refused", "reassigned"):
        return _owner_news(situation, days)
    reason: Reason = "submitted" if situation.news == "submitted" else "awaiting_decision"
    return (Told(reason, "coordinator", days),)


def _reminded(situation: Situation, days: int, *, today: date, ladder: Ladder) -> tuple[Told, ...]:
    """An open or returned point: news first, else the rung reached; the controller hears of long delays."""
    since = _since(situation)
    owner, first, weekly = (look(rungs, since=since, today=today) for rungs in _rungs(situation, ladder))
    lines = list(_owner_news(situation, days))
    if not lines and owner.reached:
        lines.append(Told(_reminder(days, opening=owner.reached == situation.opens_on), "owner", days))
    if first.reached:
        lines.append(Told("escalated", "controller", days))
    elif weekly.reached:
        lines.append(Told("still_overdue", "controller", days))
    return tuple(lines)


def _rungs(situation: Situation, ladder: Ladder) -> tuple[Iterable[date], Iterable[date], Iterable[date]]:
    """The days of an open or returned point: of its owner, of the controller the first time and from then on."""
    opens_on, deadline_on = situation.opens_on, situation.deadline_on
    return (
        owner_rungs(opens_on, deadline_on, ladder, quiet_until=situation.quiet_until),
        (escalation_day(opens_on, deadline_on, ladder),),
        digest_days(opens_on, deadline_on, ladder),
    )


def _following(days: Iterable[date], after: date) -> date | None:
    return look(days, since=date.max, today=after).following


def _reminder(days: int, *, opening: bool) -> Reason:
    if days < 0:
        return "overdue"
    if days == 0:
        return "due_today"
    return "opened" if opening else "due_soon"
