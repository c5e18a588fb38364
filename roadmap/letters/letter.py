"""One letter: everything one official must know of one roadmap on one day, the most urgent first."""

import textwrap
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from roadmap.control.reminders import Reason, rank
from roadmap.language import ended, numbered, plural
from roadmap.letters.greeting import greeting
from roadmap.letters.wording import OPENING, SUBJECT, Section, section_of, time_left

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
    """From which roadmap, and who coordinates it (words for people; ``reply_to`` an address or empty)."""

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

    It stands before the points; ``subject`` is its share of the subject, ``why`` says why it came.
    """

    subject: str
    text: str
    html: Markup
    why: str
    files: tuple[Attachment, ...] = ()


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
) -> Letter:
    """The letter of one official and day; it has at least one line or part."""
    ordered = sorted(lines, key=lambda line: (rank(line.reason), line.deadline_on, line.key))
    reasons = list(dict.fromkeys(line.reason for line in ordered))
    values = {
        "subject": _subject(visible_id, addressee, origin, ordered, parts),
        "visible_id": visible_id,
        "addressee": addressee,
        "origin": origin,
        "greeting": greeting(addressee.name),
        "preheader": _preheader(ordered, parts),
        "opening": OPENING[addressee.role],
        "parts": parts,
        "sections": _sections(ordered),
        "rest": max(0, len(ordered) - MOST_LINES),
        "links": links,
        "page": PAGE[addressee.role],
        "reasons": "; ".join([*(part.why for part in parts), *(section_of(reason).why for reason in reasons)]),
        "today": f"{today:%d.%m.%Y}",
    }
    text, html = (templates.get_template(f"letter.{form}.j2").render(values) for form in ("txt", "html"))
    files = tuple(file for part in parts for file in part.files)
    return Letter(str(values["subject"]), text, html, origin.reply_to, files=files)


def _sections(ordered: Sequence[Line]) -> list[tuple[Section, int, list[dict[str, Any]]]]:
    """(section, how many points it is about, those told in full) of the lines in their order."""
    told = ordered[:MOST_LINES]
    counts = Counter(line.reason for line in ordered)
    return [
        (section_of(reason), counts[reason], [_shown(line) for line in told if line.reason == reason])
        for reason in dict.fromkeys(line.reason for line in told)
    ]


def _subject(
    visible_id: str, addressee: Addressee, origin: Origin, lines: Sequence[Line], parts: Sequence[Part]
) -> str:
    """«Сроки: просрочено — 1, срок сегодня — 2. Краснодарский край [В-000123]»: a phone shows the beginning only."""
    counts = Counter(line.reason for line in lines)
    shown = [part.subject for part in parts]
    shown += [f"{section_of(reason).counted} — {n}" for reason, n in list(counts.items())[:COUNTED_REASONS]]
    rest = sum(list(counts.values())[COUNTED_REASONS:])
    shown += [f"ещё — {rest}"] if rest else []
    told = ended(f"{SUBJECT[addressee.role]}: {', '.join(shown)}")
    return f"{told} {origin.region} [{visible_id}]"


def _preheader(lines: Sequence[Line], parts: Sequence[Part]) -> str:
    """What a list of letters shows beside the subject: the most urgent point, or what the letter is about."""
    if not lines:
        return "; ".join(part.subject for part in parts)
    shown = _shown(lines[0])
    return shortened(f"{shown['title']} — {', '.join(filter(None, (shown['due'], shown['left'])))}", PREHEADER_LENGTH)


def _shown(line: Line) -> dict[str, Any]:
    """The words of one line, in the order a reader asks for them; empty ones are not shown."""
    what = numbered(line.number, f"Назвать даты проведения: {line.title}" if line.names_dates else line.title)
    due = f"{line.deadline_on:%d.%m.%Y}"
    left = "" if line.reason in CLOSED else time_left(line.days, line.working_days)
    return {
        "title": shortened(what, TITLE_LENGTH),
        "due": due,
        "left": left,
        "result": shortened(line.result, RESULT_LENGTH),
        "note": line.note,
        "note_label": NOTE_LABEL.get(line.reason, "Основание"),
        "source": line.source,
        "owner": line.owner,
        "executors": shortened(line.executors, WORDS_LENGTH),
        "instead_of": line.instead_of,
        "url": line.url,
        "asked": [shortened(title, TITLE_LENGTH) for title in line.asked],
        "asked_for": plural(len(line.asked), "показателю", "показателям", "показателям"),
    }


def shortened(words: str, length: int) -> str:
    """At most ``length`` characters, cut between words; runs of blanks become one."""
    return textwrap.shorten(words, length, placeholder=" …")
