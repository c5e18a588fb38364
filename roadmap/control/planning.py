"""From a reading to control points: what is due, from when it is worked on, and the day it really ends."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from roadmap import terms
from roadmap.calendar import Roll, WorkCalendar
from roadmap.calendar.spans import DAY, add_months, slices, unit
from roadmap.catalogue.calendar import calendar_of
from roadmap.catalogue.schema import Catalogue, Item, Origin
from roadmap.control.own_words import rhythm_in_words
from roadmap.control.year_shift import shift_reading, shift_years
from roadmap.reading import Every, Reading, Window

Purpose = Literal["result", "name_dates"]

OWN_RHYTHM = "own-rhythm"
WORDS_RHYTHM = "words-rhythm"
#: Rules whose days hang on the working days of their month.
COUNTED_IN_MONTHS = "working-day-of-"
CONTINUOUS_EVERY: Every = "quarter"
"""Our rhythm for «весь период» and the like, not the document's."""
DAYS_BEFORE_DATE = 30
"""How long before «до …» the work opens."""
DAYS_TO_NAME_DATES = 30
WORKING_DAYS_TO_NAME = 10
CONTROL_EVERY: dict[str, Every | None] = {"each": None, "monthly": "month", "quarterly": "quarter"}
UNITS: tuple[Every, ...] = ("week", "month", "quarter", "half_year", "year")
MOVED_TO = {"preceding": "предшествующий", "following": "следующий"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPoint:
    """One control point to be. ``planned_due_on`` is part of the key and never moves; ``due_on`` starts equal to it.

    ``deadline_on`` is ``due_on`` after the working-day rule; ``deadline_note`` says in Russian what moved and why.
    """

    key: str
    item_code: str
    body_code: str | None
    owner_code: str
    purpose: Purpose
    planned_due_on: date
    opens_on: date
    due_on: date
    deadline_on: date
    deadline_note: str
    quiet_until: date | None = None
    """Of a weekly duty the deadline: it is reminded of on that day and the day after, not all the week."""


@dataclass(frozen=True, slots=True)
class _Duty:
    """A day on which something is due, before owners and working days."""

    opens_on: date
    due_on: date
    purpose: Purpose = "result"
    note: str = ""
    is_weekly: bool = False
    event: date | None = None
    """The day from which it is counted: it cannot end before the day after."""


def read_item(catalogue: Catalogue, item: Item, *, shift: int = 0, calendar: WorkCalendar | None = None) -> Reading:
    """The dated meaning of an item's term, moved by ``shift`` years.

    Words are read in the document's own period. An item without a term but with a rhythm of the catalogue recurs
    by that rhythm over the whole period (rule ``own-rhythm``, or ``words-rhythm`` where the item's own words say it:
    «ежегодных»). ``calendar`` None: that of the catalogue alone.
    """
    calendar = calendar or calendar_of(catalogue)
    period = catalogue.period
    if not item.term.strip() and item.rhythm:
        if shift:
            period = shift_years(catalogue, shift).period
        windows = slices(period.start, period.end, item.rhythm)
        said = rhythm_in_words(item)
        rule, words = (WORDS_RHYTHM, said[1]) if said else (OWN_RHYTHM, "")
        return Reading(text=words, kind="recurring", rule=rule, windows=windows, every=item.rhythm)
    reading = terms.read(item.term, start=period.start, end=period.end, calendar=calendar)
    if shift and reading.rule.startswith(COUNTED_IN_MONTHS):
        # Which day is the fifth working day of a month differs from year to year: the words are read once more.
        moved = shift_years(catalogue, shift).period
        return terms.read(item.term, start=moved.start, end=moved.end, calendar=calendar)
    return shift_reading(reading, shift, period=period)


def read_co_terms(
    catalogue: Catalogue, item: Item, *, shift: int = 0, calendar: WorkCalendar | None = None
) -> list[tuple[str, Reading]]:
    """(body, dated meaning) of every co-executor that has a term of its own inside the item."""
    return [
        (own.body, read_item(catalogue, item.model_copy(update={"term": own.term}), shift=shift, calendar=calendar))
        for own in item.co_terms
    ]


def plan(
    catalogue: Catalogue, *, calendar: WorkCalendar, window_days: int = 14, shift: int = 0
) -> list[tuple[Origin, Item, Reading, list[PlannedPoint]]]:
    """Every item with its origin, reading and control points, in the order of the document.

    ``catalogue`` is the document's own; ``shift`` moves the outcome by whole years (a rehearsal copy).
    """
    moved = shift_years(catalogue, shift) if shift else catalogue
    planned = []
    for (origin, item), (_, moved_item) in zip(catalogue.duties_by_origin(), moved.duties_by_origin(), strict=True):
        reading = read_item(catalogue, item, shift=shift, calendar=calendar)
        points = plan_item(moved, moved_item, reading, calendar=calendar, window_days=window_days)
        for body, own in read_co_terms(catalogue, item, shift=shift, calendar=calendar):
            points += plan_item(moved, moved_item, own, calendar=calendar, window_days=window_days, co_executor=body)
        planned.append((origin, moved_item, reading, points))
    return planned


def plan_item(
    catalogue: Catalogue,
    item: Item,
    reading: Reading,
    *,
    calendar: WorkCalendar,
    window_days: int = 14,
    co_executor: str | None = None,
) -> list[PlannedPoint]:
    """The control points of one item, or of one co-executor of it with a term of its own.

    The same reading gives the same keys, for ever. None for an item that is not controlled, for ``on_demand`` and for
    words that are ``unreadable`` (a question, never a guess). An item to which the document gives no term at all has
    one point, to name it.
    """
    if not item.controlled:
        return []
    duties = _merged(_duties(catalogue, item, reading, calendar=calendar, window_days=window_days))
    members = (co_executor,) if co_executor else _members(catalogue, item)
    return [_point(catalogue, item, duty, member, calendar) for duty in duties for member in members]


def _duties(
    catalogue: Catalogue, item: Item, reading: Reading, *, calendar: WorkCalendar, window_days: int
) -> Iterable[_Duty]:
    match reading.kind:
        case "windows":
            begins = catalogue.period.start
            windows = _regrouped(reading, control_every(item, reading)) if item.control else reading.windows
            return [_Duty(_opens(window, begins, window_days), window.due) for window in windows]
        case "recurring":
            every = control_every(item, reading)
            return _recurring(catalogue, _regrouped(reading, every), every or reading.every or "week")
        case "continuous":
            return _continuous(catalogue, reading.windows, control_every(item, reading) or CONTINUOUS_EVERY)
        case "external":
            return _external(catalogue, reading)
        case "relative":
            return [_relative(catalogue, item, reading, calendar)]
        case "unreadable" if not reading.text.strip():
            return [_naming(catalogue, calendar, unknown="срок в документе не назван")]
        case "on_demand" | "unreadable":
            return []


def control_every(item: Item, reading: Reading) -> Every | None:
    """The rhythm of the control points where the catalogue sets one: ``control`` before ``rhythm``.

    None leaves the reading's own; points never come more often than the document's words.
    """
    if item.control is None:
        return item.rhythm
    wanted = CONTROL_EVERY[item.control]
    if wanted is None or (reading.every and UNITS.index(wanted) < UNITS.index(reading.every)):
        return None
    return wanted


def _opens(window: Window, begins: date, window_days: int) -> date:
    """Not before the document's period begins; a term that ended before it opens on its own day."""
    if window.due < begins:
        return window.due
    if window.start is None:
        return max(begins, window.due - timedelta(days=DAYS_BEFORE_DATE))
    return max(begins, min(window.start, window.due - timedelta(days=window_days)))


def _regrouped(reading: Reading, rhythm: Every | None) -> tuple[Window, ...]:
    """The windows in the catalogue's coarser rhythm, each due with the last of its group."""
    windows = tuple(sorted(reading.windows, key=lambda window: window.due))
    if rhythm is None or rhythm == reading.every:
        return windows
    groups: dict[tuple[date, date], list[Window]] = {}
    for window in windows:
        groups.setdefault(unit(window.due, rhythm), []).append(window)
    return tuple(Window(group[0].start, group[-1].due) for group in groups.values())


def _recurring(catalogue: Catalogue, windows: tuple[Window, ...], every: Every) -> Iterator[_Duty]:
    """Each opens with its calendar unit, after the one before was due."""
    earliest = catalogue.period.start
    for window in windows:
        due, note = _reported(catalogue, window, every)
        opens = max(min(unit(window.due, every)[0], window.start or window.due), earliest)
        yield _Duty(min(opens, due), due, note=note, is_weekly=every == "week")
        earliest = max(due + DAY, catalogue.period.start)


def _reported(catalogue: Catalogue, window: Window, every: Every) -> tuple[date, str]:
    """«Ежемесячно», «ежеквартально» without a day: by the 10th of the next month, where the roadmap is set so.

    Ground: указ губернатора Свердловской области, п. 16-17.
    """
    has_day = window.start in (None, window.due) or window.due not in (unit(window.due, every)[1], catalogue.period.end)
    if catalogue.report_by == "period_end" or every not in ("month", "quarter") or has_day:
        return window.due, ""
    due = (unit(window.due, "month")[1] + DAY).replace(day=10)
    return due, f"день в документе не назван: отчёт до 10-го числа следующего месяца, {due:%d.%m.%Y}"


def _continuous(catalogue: Catalogue, spans: Iterable[Window], every: Every) -> Iterator[_Duty]:
    """A point at the end of each calendar unit of the span; the last one is the end of the span."""
    begins = catalogue.period.start
    for span in spans:
        for part in slices(span.start or begins, span.due, every):
            assert part.start is not None
            yield _Duty(min(max(part.start, begins), part.due), part.due, is_weekly=every == "week")


def _external(catalogue: Catalogue, reading: Reading) -> Iterator[_Duty]:
    """«Назвать даты» once a year until the plan is entered: by 31 January, the first time no sooner than in 30 days."""
    start, end = catalogue.period.start, catalogue.period.end
    note = (
        f"сроки назначает план ({reading.plan or 'внешний'}); напоминание раз в год задано программой, а не документом"
    )
    first = max(date(start.year, 1, 31), start + timedelta(days=DAYS_TO_NAME_DATES))
    dues = [min(first, end), *(date(year, 1, 31) for year in range(first.year + 1, end.year + 1))]
    for due in dues:
        if due <= end:
            yield _Duty(_opens(Window(None, due), start, 0), due, "name_dates", note)


def _relative(catalogue: Catalogue, item: Item, reading: Reading, calendar: WorkCalendar) -> _Duty:
    """Counted from the day after the event; while its date is unknown, a point to name it."""
    event = item.event.on if item.event else None
    if event is None:
        return _naming(catalogue, calendar, unknown="дата события не названа")
    due = _after(event, reading, calendar)
    if due is None:
        return _naming(catalogue, calendar, unknown="число месяцев после события не прочитано")
    counts_back = due < event
    if counts_back:
        return _Duty(due - timedelta(days=DAYS_BEFORE_DATE), due)
    return _Duty(event, due, event=event)


def _after(event: date, reading: Reading, calendar: WorkCalendar) -> date | None:
    """«В течение месяца» ends on the same number, or on the month's last day where there is none."""
    if reading.relative is None:
        return None
    n, unit_of_count = reading.relative
    if unit_of_count == "months":
        return add_months(event, n)
    return calendar.add_working_days(event, n) if unit_of_count == "working_days" else event + timedelta(days=n)


def _naming(catalogue: Catalogue, calendar: WorkCalendar, *, unknown: str) -> _Duty:
    """The coordinator is asked for a date that the document leaves open."""
    start = catalogue.period.start
    note = f"{unknown}; 10 рабочих дней на то, чтобы назвать, заданы программой, а не документом"
    return _Duty(start, calendar.add_working_days(start, WORKING_DAYS_TO_NAME), "name_dates", note)


def _merged(duties: Iterable[_Duty]) -> list[_Duty]:
    """One duty a day: two windows that end together are one point, open from the earlier of the two."""
    by_day: dict[date, _Duty] = {}
    for duty in duties:
        same = by_day.get(duty.due_on, duty)
        by_day[duty.due_on] = replace(duty, opens_on=min(duty.opens_on, same.opens_on))
    return sorted(by_day.values(), key=lambda duty: duty.due_on)


def _members(catalogue: Catalogue, item: Item) -> tuple[str | None, ...]:
    if item.fan_out is None:
        return (None,)
    return next(body.members for body in catalogue.bodies if body.code == item.fan_out)


def _point(catalogue: Catalogue, item: Item, duty: _Duty, member: str | None, calendar: WorkCalendar) -> PlannedPoint:
    rule = catalogue.roll
    deadline = calendar.roll(duty.due_on, rule)
    if duty.event is not None and deadline <= duty.event:
        # Ten days from 31 December end inside the holidays, which begin before them.
        rule = "following"
        deadline = calendar.roll(duty.due_on, rule)
    moved = _move_note(duty.due_on, deadline, rule=rule, calendar=calendar)
    return PlannedPoint(
        key=f"{catalogue.code}/{item.code}/{member or '-'}/{duty.due_on.isoformat()}",
        item_code=item.code,
        body_code=member,
        owner_code=member or item.owner,
        purpose=duty.purpose,
        planned_due_on=duty.due_on,
        opens_on=min(duty.opens_on, deadline, duty.due_on),
        due_on=duty.due_on,
        deadline_on=deadline,
        deadline_note="; ".join(note for note in (duty.note, moved) if note),
        quiet_until=deadline if duty.is_weekly else None,
    )


def _move_note(due: date, deadline: date, *, rule: Roll, calendar: WorkCalendar) -> str:
    if rule == "none":
        return ""
    if deadline == due:
        return "" if calendar.is_final(due.year) else f"{not_approved(due.year)}, срок может быть уточнён"
    note = (
        f"{due:%d.%m.%Y} — нерабочий день ({calendar.day_off_name(due)}), "
        f"срок перенесён на {MOVED_TO[rule]} рабочий день {deadline:%d.%m.%Y}"
    )
    return note if calendar.is_final(due.year) else f"{note}; {not_approved(due.year)}"


def working_day_is_past(due: date) -> str:
    """Why a day off is no deadline any more where the rule is the working day before it."""
    return f"{due:%d.%m.%Y} — нерабочий день, а рабочий день перед ним уже прошёл: укажите рабочий день"


def not_approved(year: int) -> str:
    """What is said of a day in a year whose transfers of days off the government has not decreed yet."""
    return f"производственный календарь на {year} год ещё не утверждён"
