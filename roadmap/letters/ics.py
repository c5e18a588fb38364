"""Deadlines as iCalendar text (RFC 5545): an attachment of a letter, a feed for calendar programs. Pure.

1. Every point is one all-day event on its deadline; its UID never changes, so a moved deadline moves the event.
2. ``SEQUENCE`` grows with every change that a calendar must show: a move, a closing, another body.
3. What is overdue is one entry on the present day, not a heap of entries in the past.
4. What is done stays as «✓», what was withdrawn is CANCELLED, so that programs take it away.
"""

import hashlib
import re
import textwrap
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from icalendar import Alarm, Calendar, Event

from roadmap.control.state import is_overdue
from roadmap.language import in_days, numbered

PRODUCT = "-//Vekha//Deadlines//RU"
REFRESH = timedelta(hours=6)
#: All-day events begin at midnight: the reminder comes at nine o'clock of the day before.
REMIND = timedelta(hours=-15)
SUMMARY_LENGTH, TITLE_LENGTH = 120, 300
#: How many overdue points the one entry lists; the rest it counts.
LISTED = 50
_DAY = timedelta(days=1)
_CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """One control point as a calendar shows it; words are the document's own."""

    key: str
    number: str
    title: str
    term: str
    """The words of the act on the deadline."""
    answered: str = ""
    """Where a person's answer stands for them: the words of the act and what was accepted, as ``with_act_words``."""
    result: str
    source: str
    owner: str
    deadline_on: date
    status: str
    submitted_on: date | None = None
    is_history: bool = False
    blocked: bool = False
    changes: int
    """How many changes a calendar must show: moves, closing, another body."""
    changed_at: datetime
    """UTC; when the words or dates last changed."""

    @property
    def name(self) -> str:
        """«1.2. Форсайт-сессия»."""
        return _clean(numbered(self.number, self.title))


def calendar(
    deadlines: Iterable[Deadline], *, whose: str, today: date, name: str = "", sent_at: datetime | None = None
) -> str:
    """The iCalendar text of the deadlines; equal input gives equal text, in whatever order it comes.

    ``whose`` («official/12») names the one entry of what is overdue. With ``name`` it is a feed of that name; with
    ``sent_at`` (UTC) every event is stamped with the instant of the letter.
    """
    ordered = sorted(deadlines, key=lambda one: (one.deadline_on, one.key))
    overdue = [one for one in ordered if is_overdue(one, today)]
    events = [_overdue(overdue, whose=whose, today=today, sent_at=sent_at)] if overdue else []
    events += [_event(one, sent_at=sent_at) for one in ordered if not is_overdue(one, today)]
    head, tail = _around(_clean(name))
    return "".join([head, *(event.to_ical(sorted=False).decode() for event in events), tail])


@lru_cache
def _around(name: str) -> tuple[str, str]:
    """What stands before and after the events: the same in every letter, and not made anew for each."""
    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("method", "PUBLISH")
    if name:
        made.add("x-wr-calname", name)
        made.add("name", name)
        made.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        made.add("x-published-ttl", "PT6H")
    text: bytes = made.to_ical()
    head, end, rest = text.decode().rpartition("END:VCALENDAR")
    return head, end + rest


def uid(key: str) -> str:
    """The UID of a point: stable for ever, and it tells nothing."""
    return f"{hashlib.sha256(key.encode()).hexdigest()[:32]}@vekha"


def _event(one: Deadline, *, sent_at: datetime | None) -> Event:
    event = _all_day(uid(one.key), one.deadline_on, sequence=one.changes, stamp=sent_at or one.changed_at)
    event.add("last-modified", one.changed_at)
    event.add("summary", textwrap.shorten(f"{_mark(one)} {one.name}", SUMMARY_LENGTH, placeholder=" …"))
    event.add("description", _words(one))
    event.add("status", "CANCELLED" if one.status == "withdrawn" else "CONFIRMED")
    if one.status not in ("accepted", "withdrawn"):
        reminder = Alarm()
        reminder.add("action", "DISPLAY")
        reminder.add("description", f"Завтра срок: {textwrap.shorten(one.name, SUMMARY_LENGTH, placeholder=' …')}")
        reminder.add("trigger", REMIND)
        event.add_component(reminder)
    return event


def _mark(one: Deadline) -> str:
    marks = {"accepted": "✓ Исполнено:", "withdrawn": "Снято с контроля:", "submitted": "На проверке:"}
    return marks.get(one.status, "Срок:")


def _words(one: Deadline) -> str:
    ground = _clean(one.answered) or (f"в документе: {_clean(one.term)}" if one.term else "")
    words = [
        textwrap.shorten(one.name, TITLE_LENGTH, placeholder=" …"),
        f"Срок: {one.deadline_on:%d.%m.%Y}" + (f" ({ground})" if ground else ""),
        f"Результат: {_clean(one.result)}" if one.result else "",
        f"Ответственный: {_clean(one.owner)}",
        f"Где установлено: {_clean(one.source)}",
        # No personal link: a calendar is often shown to colleagues.
        "Ответить можно по ссылке из последнего письма.",
    ]
    return "\n".join(filter(None, words))


def _overdue(overdue: list[Deadline], *, whose: str, today: date, sent_at: datetime | None) -> Event:
    """«Просрочено: 3» on the present day; tomorrow's entry has the same UID and a higher SEQUENCE."""
    midnight = datetime.combine(today, time(), UTC)
    event = _all_day(uid(f"overdue/{whose}"), today, sequence=today.toordinal(), stamp=sent_at or midnight)
    event.add("last-modified", sent_at or midnight)
    event.add("summary", f"Просрочено: {len(overdue)}")
    lines = [
        f"{textwrap.shorten(one.name, SUMMARY_LENGTH, placeholder=' …')} — срок {one.deadline_on:%d.%m.%Y}, "
        f"просрочено на {in_days((today - one.deadline_on).days)}"
        for one in overdue[:LISTED]
    ]
    rest = len(overdue) - LISTED
    event.add("description", "\n".join([*lines, f"и ещё {rest}"] if rest > 0 else lines))
    event.add("status", "CONFIRMED")
    return event


def _all_day(uid: str, on: date, *, sequence: int, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("sequence", sequence)
    event.add("dtstamp", stamp)
    event.add("dtstart", on)
    event.add("dtend", on + _DAY)
    event.add("transp", "TRANSPARENT")
    return event


def _clean(words: str) -> str:
    """One line without control characters, which no calendar program may be given."""
    return " ".join(_CONTROL_CHARACTERS.sub(" ", words).split())
