"""A draft of the next roadmap made from the old one: years shifted in the words, doubts left as questions."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from roadmap import terms
from roadmap.calendar import WorkCalendar
from roadmap.catalogue.calendar import calendar_of
from roadmap.catalogue.draft_yaml import Draft, DraftEntry
from roadmap.catalogue.schema import Act, Catalogue, Indicator, Item, Period
from roadmap.control.year_shift import shift_reading, shift_years
from roadmap.language import counted
from roadmap.reading import Reading

YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
SPAN = re.compile(r"(?<!\d)(20\d\d)(\s*(?:[-\u2010-\u2015]|по)\s*)(20\d\d)(?!\d)")
DAY_OF_MONTH = re.compile(r"(?<!\d)(\d{1,2})(?=(?:[-\u2011]?го)?\s+[а-яё]{3,}|\.\d)", re.IGNORECASE)
NO_TERM = "срок в документе не назван — впишите его в term или оставьте: исполнителя попросят назвать даты"
#: Beginnings of titles that name a thing done once: «Утверждение положения», «Определён ответственный».
ONCE = re.compile(
    r"(утверд|утвержд|разработ|созда|назнач|определ|внес|внесен|принят|приня|заключ|сформир|формирование|"
    r"корректиров|открыт|издан|направить|разместить|обеспечить размещение)",
    re.IGNORECASE,
)


def next_edition(old: Catalogue, *, first: int, last: int) -> Draft:
    """The draft for the years ``first`` to ``last``; each item whose shift has no meaning bears a question.

    A term is shifted in its words and read again: it must mean exactly the old dates moved by whole years, and must lie
    in the new period; otherwise it is a question. Years that run to the end of the old period run to the end of the
    new one. ``ValueError`` when the years run backwards.
    """
    if last < first:
        raise ValueError(f"Годы {first}-{last} идут назад: поставьте меньший первым")
    shift = first - old.period.start.year
    period = Period(
        start=date(first, 1, 1), end=date(last, 12, 31), ground="годы заданы при составлении проекта; акта ещё нет"
    )
    maker = _Maker(old, period=period, shift=shift)
    parts = {
        part: tuple(maker.item(item, origin=part) for item in getattr(old, part))
        for part in ("directives", "items", "duties")
    }
    indicators = tuple(maker.indicator(entry) for entry in old.indicators)
    catalogue = old.model_copy(
        update={
            "code": f"{old.code}-{first}-{last}" if last > first else f"{old.code}-{first}",
            "act": Act(kind=old.act.kind, authority=old.act.authority, document=f"проект по образцу: {old.act.words}"),
            "period": period,
            "days_off": (),
            "working_days": (),
            "indicators": tuple(entry.value for entry in indicators),
            **{part: tuple(entry.value for entry in entries) for part, entries in parts.items()},
        }
    )
    questions: dict[str, tuple[str, ...]] = {"act": ("впишите номер, дату и название нового акта",)}
    if YEAR.search(old.title):
        questions["title"] = ("в названии назван год прежнего периода — исправьте",)
    if old.days_off or old.working_days:
        questions["days_off"] = (f"впишите региональные нерабочие дни на {_years(period)}",)
    if any(one.ground for one in old.monitoring):
        questions["monitoring"] = ("ритм мониторинга и его основание — по прежнему акту: подтвердите или исправьте",)
    for post in ("controller", "coordinator"):
        if (named := getattr(old, post)) is not None and named.name:
            questions[post] = (f"по прежнему акту — {named.name}: подтвердите или исправьте",)
    entries = {part: tuple(entry.questions for entry in made) for part, made in parts.items()}
    entries["indicators"] = tuple(entry.questions for entry in indicators)
    head = (
        f"Проект на {_years(period)} по дорожной карте «{old.code}» ({old.act.words}): годы в сроках сдвинуты на "
        f"{_shift_words(shift)}, остальное — слова прежнего акта.",
        "Ответьте на каждый вопрос в записи под ним и удалите его строку; затем поставьте карту на контроль: "
        "vekha load ФАЙЛ",
    )
    return Draft(catalogue=catalogue, questions=questions, entries=entries, head=head)


def _years(period: Period) -> str:
    first, last = period.start.year, period.end.year
    return f"{first} год" if first == last else f"{first}–{last} годы"


def _shift_words(shift: int) -> str:
    return counted(shift, "год", "года", "лет")


class _Maker:
    """One item or indicator at a time, with what is asked about it."""

    def __init__(self, old: Catalogue, *, period: Period, shift: int) -> None:
        self.old = old
        self.period = period
        self.shift = shift
        self.moved = shift_years(old, shift).period
        self.calendar = WorkCalendar({})

    def item(self, item: Item, *, origin: str) -> DraftEntry[Item]:
        """The item with its term shifted, its event open, and the questions about it."""
        term, questions = self._term(item)
        is_standing = origin == "duties" and not item.term.strip()
        if ONCE.match(item.title.strip()) and self._is_single(item) and not is_standing:
            questions.append("разовое мероприятие: нужно ли оно в новом периоде")
        elif origin == "directives":
            questions.append("поручение прежнего акта: нужно ли оно в новом")
        for field, words in (("title", "названии"), ("result", "результате")):
            if found := YEAR.findall(getattr(item, field)):
                questions.append(f"в {words} назван год {', '.join(dict.fromkeys(found))} — исправьте")
        event = item.event and item.event.model_copy(update={"on": None})
        if item.event and item.event.on:
            questions.append(f"дата события «{item.event.words}» в новом периоде неизвестна")
        said = {field: its for field, its in item.words.items() if field != "term"}
        # What the old act did itself a new one has yet to do.
        moved = item.model_copy(update={"term": term, "event": event, "words": said, "done_by": None})
        return DraftEntry(moved, tuple(questions))

    def indicator(self, entry: Indicator) -> DraftEntry[Indicator]:
        """The indicator with its target's year shifted; a target of a year is always asked about."""
        if entry.target_year is None and not YEAR.search(entry.words):
            return DraftEntry(entry, ())
        year = entry.target_year and entry.target_year + self.shift
        moved = entry.model_copy(update={"target_year": year, "words": self._shifted(entry.words)})
        return DraftEntry(moved, ("целевое значение прежнего периода — подтвердите число и год",))

    def _shifted(self, words: str) -> str:
        return YEAR.sub(lambda year: str(int(year[1]) + self.shift), words)

    def _term(self, item: Item) -> tuple[str, list[str]]:
        if not item.term.strip():
            return item.term, [] if item.rhythm or not item.controlled else [NO_TERM]
        before = terms.read(
            item.term, start=self.old.period.start, end=self.old.period.end, calendar=calendar_of(self.old)
        )
        words = self._shifted(item.term)
        asked = list(self._doubts(item, before, words))
        return self._stretched(words), asked

    def _stretched(self, words: str) -> str:
        """The shifted words with a span that ran to the end of the old period running to the end of the new one."""
        end = self.period.end.year

        def to_end(span: re.Match[str]) -> str:
            runs_out = int(span[3]) == self.moved.end.year and int(span[1]) < end
            return f"{span[1]}{span[2]}{end}" if runs_out else span[0]

        return SPAN.sub(to_end, words)

    def _doubts(self, item: Item, before: Reading, words: str) -> Iterator[str]:
        if before.kind == "unreadable":
            yield f"срок «{item.term}» не прочитан и в прежней редакции"
            return
        if before.kind == "external":
            yield f"сроки назначает внешний план ({before.plan or 'без названия'}) — впишите срок по новому плану"
            return
        again = terms.read(words, start=self.moved.start, end=self.moved.end, calendar=calendar_of(self.old))
        wanted = shift_reading(before, self.shift, period=self.old.period)
        if _meaning(again) != _meaning(wanted):
            by = _shift_words(self.shift)
            yield f"прежний срок «{item.term}» сдвинуть на {by} без потерь нельзя — впишите новый"
            return
        words = self._stretched(words)
        placed = terms.read(words, start=self.period.start, end=self.period.end, calendar=calendar_of(self.old))
        if placed.kind == "unreadable":
            yield f"срок «{words}» не подходит к новому периоду ({'; '.join(placed.problems).rstrip('.')})"
            return
        if YEAR.search(words):
            yield from self._spans(words, placed)
            yield from self._days_off(words, placed)

    def _spans(self, words: str, placed: Reading) -> Iterator[str]:
        """A term that names its years fits a period of the same length only, unless it names the whole of it."""
        first, last = self.period.start.year, self.period.end.year
        named = {int(year) for year in YEAR.findall(words)}
        if max(named) > last:
            yield f"срок «{words}» выходит за новый период ({_years(self.period)}) — впишите новый"
            return
        is_open = placed.kind == "recurring" and named == {first} and not SPAN.search(words)
        spans = [(int(span[1]), int(span[3])) for span in SPAN.finditer(words)]
        if is_open or (first, last) in spans or self.moved.end.year == last:
            return
        if placed.kind in ("continuous", "recurring"):
            yield f"новый период другой длины ({_years(self.period)}): охватывает ли его срок «{words}»"
        elif len({window.due.year for window in placed.windows}) > 1:
            missing = ", ".join(str(year) for year in range(first, last + 1) if year not in named)
            yield f"новый период другой длины: в сроке «{words}» не назван {missing} год — добавьте или подтвердите"

    def _days_off(self, words: str, placed: Reading) -> Iterator[str]:
        """A day that was chosen by its number may fall on a day off in another year."""
        if placed.kind != "windows":
            return
        named = {int(number) for number in DAY_OF_MONTH.findall(words)}
        days = {day for window in placed.windows for day in (window.start, window.due) if day and day.day in named}
        for day in sorted(days):
            if not self.calendar.is_working(day):
                yield f"{day:%d.%m.%Y} — нерабочий день ({self.calendar.day_off_name(day)}): подтвердите или исправьте"

    def _is_single(self, item: Item) -> bool:
        reading = terms.read(
            item.term, start=self.old.period.start, end=self.old.period.end, calendar=calendar_of(self.old)
        )
        return (
            item.rhythm is None and reading.kind in ("windows", "relative", "unreadable") and len(reading.windows) <= 1
        )


def _meaning(reading: Reading) -> tuple[Any, ...]:
    return reading.kind, reading.windows, reading.every, reading.plan, reading.relative, reading.event
