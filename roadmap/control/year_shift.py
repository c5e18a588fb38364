"""Rehearsal copies: the meaning of a catalogue moved by whole years, with weekdays and month ends kept right.

The words are read in the document's own years; what moves is the dates they mean.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from roadmap.calendar.spans import DAY, add_years, month_end, slices
from roadmap.catalogue.schema import Catalogue, Item, Period
from roadmap.reading import Reading, Window

WEEK = timedelta(days=7)


def shift_years(catalogue: Catalogue, years: int) -> Catalogue:
    """The catalogue with its period, known events and target years moved; the act keeps its date, days off theirs."""
    period = catalogue.period.model_copy(
        update={
            "start": add_years(catalogue.period.start, years),
            "end": _shift_due(catalogue.period.end, years, words=""),
        }
    )
    indicators = tuple(
        entry.model_copy(update={"target_year": entry.target_year and entry.target_year + years})
        for entry in catalogue.indicators
    )
    parts = {
        part: tuple(_shift_event(item, years) for item in getattr(catalogue, part))
        for part in ("items", "directives", "duties")
    }
    return catalogue.model_copy(update={"period": period, "indicators": indicators, **parts})


def shift_reading(reading: Reading, years: int, *, period: Period) -> Reading:
    """The reading with its windows moved; ``period`` is the document's own, in which the words were read.

    A weekly recurrence is laid out anew in the moved span: the same weekday, whole calendar weeks. A window that
    ends with its month still does, unless the words name the number.
    """
    if not years:
        return reading
    if reading.every == "week":
        return replace(reading, windows=tuple(_shift_weekly(reading.windows, years, period=period)))
    return replace(reading, windows=tuple(_shift_window(w, years, words=reading.text) for w in reading.windows))


def _shift_event(item: Item, years: int) -> Item:
    if item.event is None or item.event.on is None:
        return item
    return item.model_copy(update={"event": item.event.model_copy(update={"on": add_years(item.event.on, years)})})


def _shift_window(window: Window, years: int, *, words: str) -> Window:
    due = _shift_due(window.due, years, words=words)
    if window.start is None or window.start == window.due:
        return Window(window.start and due, due)
    return Window(add_years(window.start, years), due)


def _shift_due(due: date, years: int, *, words: str) -> date:
    is_named = re.search(rf"\b{due.day}\b", words) is not None
    if due == month_end(due) and not is_named:
        return month_end(add_years(due.replace(day=1), years))
    return add_years(due, years)


def _shift_weekly(windows: tuple[Window, ...], years: int, *, period: Period) -> Iterator[Window]:
    if all(window.start in (None, window.due) for window in windows):
        yield from sorted(_shift_weekdays(windows, years, period=period), key=lambda window: window.due)
        return
    for run in _runs(windows, reach=DAY):
        start = run[0].start or run[0].due
        yield from slices(add_years(start, years), _shift_due(run[-1].due, years, words=""), "week")


def _shift_weekdays(windows: tuple[Window, ...], years: int, *, period: Period) -> Iterator[Window]:
    """Every weekday of a run on its own: «по вторникам и четвергам» is two runs."""
    for weekday in sorted({window.due.weekday() for window in windows}):
        for run in _runs([window for window in windows if window.due.weekday() == weekday], reach=WEEK):
            first, last = _span_of_weekdays(run[0].due, run[-1].due, period=period)
            start, end = add_years(first, years), _shift_due(last, years, words="")
            day = start + timedelta(days=(weekday - start.weekday()) % 7)
            while day <= end:
                yield Window(run[0].start and day, day)
                day += WEEK


def _span_of_weekdays(first: date, last: date, *, period: Period) -> tuple[date, date]:
    """The span the days were laid out in: a border of the period or of a month less than a week away, else the day."""
    before = [first - timedelta(days=n) for n in range(7)]
    after = [last + timedelta(days=n) for n in range(7)]
    start = period.start if period.start in before else next((day for day in before if day.day == 1), first)
    end = period.end if period.end in after else next((day for day in after if day == month_end(day)), last)
    return start, end


def _runs(windows: Iterable[Window], *, reach: timedelta) -> list[list[Window]]:
    """Windows that follow one another without a gap, together."""
    ordered = sorted(windows, key=lambda window: window.due)
    runs = [ordered[:1]] if ordered else []
    for before, after in pairwise(ordered):
        begins = after.due if reach == WEEK else after.start or after.due
        if begins - before.due > reach:
            runs.append([])
        runs[-1].append(after)
    return runs
