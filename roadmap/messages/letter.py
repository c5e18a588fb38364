"""One letter: everything one official must know of one roadmap on one day, the most urgent first."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from roadmap.messages.words import OPENING, SECTIONS, SUBJECT, time_left
from roadmap.notices import RANK, Reason

TITLE_LENGTH, RESULT_LENGTH, WORDS_LENGTH = 200, 300, 160
#: How many reasons the subject counts; a phone shows no more.
COUNTED_REASONS = 3
CLOSED: frozenset[Reason] = frozenset({"accepted", "withdrawn"})

_templates = Environment(
    loader=PackageLoader("roadmap.messages"),
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
    """The ground of a return, an extension, a withdrawal."""
    names_dates: bool = False
    """The duty is to name the dates that the document leaves to another plan."""


@dataclass(frozen=True, slots=True)
class Letter:
    """Ready to send."""

    subject: str
    text: str
    html: str
    reply_to: str = ""


def letter(visible_id: str, addressee: Addressee, *, origin: Origin, lines: Sequence[Line], today: date) -> Letter:
    """The letter of one official and day; ``lines`` must not be empty."""
    ordered = sorted(lines, key=lambda line: (RANK.index(line.reason), line.deadline_on, line.key))
    reasons = list(dict.fromkeys(line.reason for line in ordered))
    sections = [(SECTIONS[reason], [_shown(line) for line in ordered if line.reason == reason]) for reason in reasons]
    values = {
        "subject": _subject(visible_id, addressee, origin, ordered),
        "visible_id": visible_id,
        "addressee": addressee,
        "origin": origin,
        "opening": OPENING[addressee.role],
        "sections": sections,
        "reasons": "; ".join(SECTIONS[reason].why for reason in reasons),
        "today": f"{today:%d.%m.%Y}",
    }
    text, html = (_templates.get_template(f"letter.{form}.j2").render(values) for form in ("txt", "html"))
    return Letter(str(values["subject"]), text, html, origin.reply_to)


def _subject(visible_id: str, addressee: Addressee, origin: Origin, lines: Sequence[Line]) -> str:
    """«[В-000123] Сроки по дорожной карте: просрочено 1, сегодня 2 — Краснодарский край»."""
    counts: dict[Reason, int] = {}
    for line in lines:
        counts[line.reason] = counts.get(line.reason, 0) + 1
    shown = [f"{SECTIONS[reason].counted} {n}" for reason, n in list(counts.items())[:COUNTED_REASONS]]
    rest = sum(list(counts.values())[COUNTED_REASONS:])
    shown += [f"ещё {rest}"] if rest else []
    return f"[{visible_id}] {SUBJECT[addressee.role]}: {', '.join(shown)} — {origin.region}"


def _shown(line: Line) -> dict[str, str]:
    """The words of one line, in the order a reader asks for them; empty ones are not shown."""
    what = f"{line.number}. {line.title}" if line.number else line.title
    if line.names_dates:
        what = f"Назвать даты проведения: {what}"
    due = f"{line.deadline_on:%d.%m.%Y}"
    left = "" if line.reason in CLOSED else time_left(line.days, line.working_days)
    return {
        "title": shortened(what, TITLE_LENGTH),
        "due": due,
        "left": left,
        "result": shortened(line.result, RESULT_LENGTH),
        "note": line.note,
        "source": line.source,
        "owner": line.owner,
        "executors": shortened(line.executors, WORDS_LENGTH),
        "key": line.key,
    }


def shortened(words: str, length: int) -> str:
    """At most ``length`` characters, cut between words; runs of blanks become one."""
    return textwrap.shorten(words, length, placeholder=" …")
