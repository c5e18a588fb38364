"""One letter: everything one official must know of one roadmap on one day, the most urgent first."""

import re
import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from roadmap.control.co_executors import PASSED
from roadmap.control.reminders import OF_CO_EXECUTORS, Reason, rank
from roadmap.language import ended, numbered, plural
from roadmap.language.text import NBSP
from roadmap.letters.greeting import greeting
from roadmap.letters.wording import OPENING, SUBJECT, Section, section_of, time_left, times_missed

TITLE_LENGTH, RESULT_LENGTH, WORDS_LENGTH, PREHEADER_LENGTH = 200, 300, 160, 140
#: How many reasons the subject counts; a phone shows no more.
COUNTED_REASONS = 3
#: How many lines a letter tells in full; the rest are counted and stand on the page.
MOST_LINES = 60
#: The name of the page a letter leads to, and what its card is opened for.
PAGE = {
    "executor": ("Мои сроки", "Открыть и ответить"),
    "coordinator": ("Контроль", "Открыть и решить"),
    "controller": ("На моём контроле", "Открыть карточку"),
}
#: What a line's note is called where it is no ground of a decision.
NOTE_LABEL: dict[Reason, str] = {
    "undelivered": "Не доставлено",
    "demanded": "Требование",
    "ordered": "Поручение",
    "order_done": "Поручение",
    "order_declined": "Поручение",
    "escalated": "Сейчас",
    "still_overdue": "Сейчас",
    "co_opened": "О следующих сроках",
    "co_no_channel": "Без адреса",
}
#: Nothing is left to do about these, and no time runs.
CLOSED: frozenset[Reason] = frozenset({"accepted", "withdrawn", "handed_over"})

templates = Environment(
    loader=PackageLoader("roadmap.letters"),
    autoescape=select_autoescape(("html.j2",), default=False),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_NUMBER = re.compile(r" — (?=\d)")


def _unparted(words: str) -> str:
    """«просрочено — 6» is not parted at the end of a line."""
    return _NUMBER.sub(f"{NBSP}—{NBSP}", words)


templates.filters["unparted"] = _unparted


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    """To whom: ``role`` is executor, coordinator or controller."""

    role: str
    post: str
    name: str = ""

    @property
    def title(self) -> str:
        """«Начальник управления образования, Иванова И. И.»"""
        return ", ".join(filter(None, (self.post, self.name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """From which roadmap, and who coordinates it (as ``greeting.signature`` says; ``reply_to`` an address or empty)."""

    region: str
    title: str
    act: str
    coordinator: str = ""
    reply_to: str = ""
    is_rehearsal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One reason of one control point. ``days`` and ``working_days`` to the deadline, negative when past."""

    reason: Reason
    key: str
    number: str
    title: str
    result: str
    deadline_on: date
    days: int
    working_days: int
    source: str
    """Where the document asks for it."""
    owner: str
    executors: str = ""
    note: str = ""
    """The ground of a decision or a request; of a lost letter, to whom it went."""
    names_dates: bool = False
    """The duty is to name the dates that the document leaves to another plan."""
    instead_of: str = ""
    """Post of the absent official for whom the addressee stands in."""
    url: str = ""
    """The card of the point, where it can be answered."""
    asked: tuple[str, ...] = ()
    """Titles of the indicators whose values are asked for; ``url`` is their form then."""
    is_overdue: bool = False
    """The point is overdue, whatever the reason it is told for."""
    role: str = ""
    """«соисполнитель» or as the document calls the addressee who takes part; the dates are those of his own part."""
    whole_due_on: date | None = None
    """The deadline of the whole point, where the dates are those of a part."""
    parts: str = ""
    """Which co-executors have given their part («представили 2 из 3»), for the one who answers."""
    repeats: "Repeats | None" = None
    """The line tells of a duty not done for several terms: ``deadline_on`` and ``url`` are of the oldest."""

    @property
    def points(self) -> tuple[str, ...]:
        """Keys of the points the line is about."""
        return self.repeats.keys if self.repeats else (self.key,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeats:
    """A duty not done for several terms; ``is_unbroken``: for all of them from the oldest to the last."""

    keys: tuple[str, ...]
    last_on: date
    is_unbroken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Where a letter leads: the addressee's page and calendar feed; empty where there is none."""

    page: str = ""
    calendar: str = ""
    until: date | None = None
    """The last day on which a personal link opens the page; None: the page asks for a log-in of its own."""
    code: str = ""
    """What the page asks for instead of a link that opens it by itself."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file beside the words of a letter; ``name`` is shown to its reader."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A section about something other than single points: a table of the week, a question about the address.

    It stands before the points, or after them; ``subject`` is its share of the subject, ``why`` says why it came.
    """

    subject: str
    text: str
    html: Markup
    why: str
    files: tuple[Attachment, ...] = ()
    is_after: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lead:
    """What a letter begins with, right after the greeting: how its reader stands in all.

    ``subject`` is the first share of the subject; ``is_alarming``: something is overdue.
    """

    subject: str
    lines: tuple[str, ...]
    is_alarming: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """Ready to send."""

    subject: str
    text: str
    html: str
    reply_to: str = ""
    calendar: str = ""
    """iCalendar text of the deadlines in the letter; empty: nothing is attached."""
    files: tuple[Attachment, ...] = ()
    """Attached to e-mail; other channels carry the text alone."""


def letter(
    visible_id: str,
    addressee: Addressee,
    *,
    origin: Origin,
    lines: Sequence[Line],
    today: date,
    links: Links = Links(),
    parts: Sequence[Part] = (),
    lead: Lead | None = None,
) -> Letter:
    """The letter of one official and day; it has at least one line or part.

    With a ``lead`` the subject says how much is overdue in all, and not how much of it this letter tells.
    """
    ordered = sorted(lines, key=_place)
    why = [*(one.why for one in parts), *(section_of(line.reason).why for line in ordered)]
    values = {
        "subject": _subject(visible_id, addressee, origin, ordered, parts, lead),
        "visible_id": visible_id,
        "addressee": addressee,
        "origin": origin,
        "greeting": greeting(addressee.name),
        "preheader": _preheader(ordered, parts, lead),
        "lead": lead,
        "opening": _opening(addressee.role, ordered, parts),
        "parts": [one for one in parts if not one.is_after],
        "after": [one for one in parts if one.is_after],
        "sections": _sections(ordered),
        "rest": sum(len(line.points) for line in ordered[MOST_LINES:]),
        "links": links,
        "page": PAGE[addressee.role],
        "reasons": "; ".join(dict.fromkeys(why)),
        "today": f"{today:%d.%m.%Y}",
    }
    text, html = (templates.get_template(f"letter.{form}.j2").render(values) for form in ("txt", "html"))
    files = tuple(file for one in parts for file in one.files)
    return Letter(str(values["subject"]), text, html, origin.reply_to, files=files)


def _opening(role: str, lines: Sequence[Line], parts: Sequence[Part]) -> str:
    """What the letter is about: of what its reader only takes part in it says so."""
    shared = [line.reason in OF_CO_EXECUTORS for line in lines]
    if role != "executor" or not any(shared):
        return OPENING[role]
    return OPENING["co_executor" if all(shared) and not parts else "both"]


def told_overdue(lines: Sequence[Line]) -> int:
    """How many points that are overdue the letter tells in full."""
    told = sorted(lines, key=_place)[:MOST_LINES]
    return len({key for line in told if line.is_overdue for key in line.points})


def part(name: str, subject: str, why: str, values: dict[str, Any], *, is_after: bool = False) -> Part:
    """A part made of its two templates."""
    text, html = (templates.get_template(f"{name}.{form}.j2").render(values) for form in ("txt", "html"))
    return Part(subject=subject, text=text.strip(), html=Markup(html), why=why, is_after=is_after)


def _place(line: Line) -> tuple[int, date, str]:
    return (rank(line.reason), line.deadline_on, line.key)


def _sections(ordered: Sequence[Line]) -> list[tuple[Section, int, list[dict[str, Any]]]]:
    """(section, how many points it is about, those told in full) of the lines in their order."""
    told, counts = ordered[:MOST_LINES], _counts(ordered)
    return [
        (section_of(reason), counts[reason], [_shown(line) for line in told if line.reason == reason])
        for reason in dict.fromkeys(line.reason for line in told)
    ]


def _counts(lines: Sequence[Line]) -> Counter[Reason]:
    """Points by reason, in the order of the lines."""
    counts: Counter[Reason] = Counter()
    for line in lines:
        counts[line.reason] += len(line.points)
    return counts


def _subject(
    visible_id: str,
    addressee: Addressee,
    origin: Origin,
    lines: Sequence[Line],
    parts: Sequence[Part],
    lead: Lead | None,
) -> str:
    """«Сроки: просрочено — 1, срок сегодня — 2. Краснодарский край [В-000123]»: a phone shows the beginning only."""
    counts = _counts(lines)
    if lead:
        del counts["overdue"]
    shown = [lead.subject] if lead else []
    shown += [one.subject for one in parts if one.subject and not one.is_after]
    room = COUNTED_REASONS - (lead is not None)
    shown += [f"{section_of(reason).counted} — {n}" for reason, n in list(counts.items())[:room]]
    rest = sum(list(counts.values())[room:])
    shown += [f"ещё — {rest}"] if rest else []
    shown += [one.subject for one in parts if one.subject and one.is_after]
    told = ended(f"{SUBJECT[addressee.role]}: {', '.join(shown)}")
    return f"{told} {origin.region} [{visible_id}]"


def _preheader(lines: Sequence[Line], parts: Sequence[Part], lead: Lead | None) -> str:
    """What a list of letters shows beside the subject: how all stands, the most urgent point, or what else it says."""
    if lead and len(lead.lines) > 1:
        return shortened(" ".join(lead.lines), PREHEADER_LENGTH)
    if not lines:
        return "; ".join(one.subject for one in parts if one.subject)
    shown = _shown(lines[0])
    when = filter(None, (shown["due"], shown["left"]))
    return shortened(f"{shown['title']} — {', '.join(when)}", PREHEADER_LENGTH)


def _shown(line: Line) -> dict[str, Any]:
    """The words of one line, in the order a reader asks for them; empty ones are not shown."""
    what = numbered(line.number, f"Назвать даты проведения: {line.title}" if line.names_dates else line.title)
    title = shortened(what, TITLE_LENGTH)
    if line.repeats:
        last, whole = line.repeats.last_on, line.repeats.is_unbroken
        title += f" — {times_missed(len(line.points), line.deadline_on, last, is_unbroken=whole)}"
    is_past = line.whole_due_on is not None and line.days < 0
    left = PASSED if is_past else "" if line.reason in CLOSED else time_left(line.days, line.working_days)
    return {
        "title": title,
        "due_label": _due_label(line),
        "due": f"{line.deadline_on:%d.%m.%Y}",
        "left": left,
        "result": shortened(line.result, RESULT_LENGTH),
        "note": line.note,
        "note_label": NOTE_LABEL.get(line.reason, "Основание"),
        "source": line.source,
        "owner": line.owner,
        "role": line.role,
        "whole_due": f"{line.whole_due_on:%d.%m.%Y}" if line.whole_due_on else "",
        "parts": line.parts,
        "executors": shortened(line.executors, WORDS_LENGTH),
        "instead_of": line.instead_of,
        "url": line.url,
        "asked": [shortened(title, TITLE_LENGTH) for title in line.asked],
        "asked_for": plural(len(line.asked), "показателю", "показателям", "показателям"),
    }


def _due_label(line: Line) -> str:
    if line.whole_due_on is not None:
        return "Срок вашей части"
    return "Самый давний срок" if line.repeats else "Срок"


def shortened(words: str, length: int) -> str:
    """At most ``length`` characters, cut between words, within one that is very long; runs of blanks become one."""
    whole = " ".join(words.split())
    found = textwrap.shorten(whole, length, placeholder=" …")
    is_kept = found == whole or len(found) > length // 2
    return found if is_kept else f"{whole[: length - 1]}…"
