"""Repetitions that the text anchors itself: «раз в две недели, начиная с …», «сентябрь 2023 г., далее ежегодно»."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

from roadmap.calendar.spans import MONTHS, add_months
from roadmap.reading import Reading, Window
from roadmap.terms.grammar.nodes import Paces, Part, Point, Since, Stretch, Then, UnclearError, Until
from roadmap.terms.meaning.checks import (
    check_apart,
    check_list,
    check_overlap,
    contradiction,
    describe,
    due_first,
    window_of,
)
from roadmap.terms.meaning.dates import Dated, bounds, end, stretch_bounds, with_years
from roadmap.terms.meaning.limits import limits_of
from roadmap.terms.meaning.rhythms import Limits, in_each_year

_DAY = timedelta(days=1)


def then_yearly(text: str, parts: tuple[Part, ...], then: Then, period: Limits) -> Reading:
    """The dated terms, and the same in every later year to the end of the period."""
    if then.every != "year":
        raise UnclearError(f"Неясно, от какого дня считать «{describe(then)}».")
    items: list[Dated] = []
    for part in parts:
        if isinstance(part, Stretch | Until):
            items.append(part)
        elif part != then:
            raise contradiction(then, part)
    after = parts[parts.index(then) + 1 :]
    if after and len(parts) == len(after) + 2 and all(end(part).year is None for part in items[1:]):
        if len(after) > 1 or not _is_anniversary(items[0], items[1]):
            return _then_others(text, items[0], items[1:], period)
        items = items[:1]
    items = with_years(items)
    check_list(items)
    for item in items:
        check_overlap(window_of(item), period)
    windows = sorted({window for item in items for window in _yearly(item, period.end)}, key=due_first)
    check_apart(windows)
    return Reading(text, "recurring", "then-yearly", tuple(windows), every="year")


def _is_anniversary(first: Dated, later: Dated) -> bool:
    """«До 25.12.2023, далее ежегодно до 25 декабря» says the same day twice."""
    if isinstance(first, Until) or isinstance(later, Until):
        return isinstance(first, Until) and first._replace(point=first.point._replace(year=None)) == later
    return first.first._replace(year=None, of=False) == later.first._replace(of=False) and (
        first.last._replace(year=None, of=False) == later.last._replace(of=False)
    )


def _then_others(text: str, first: Dated, later: list[Dated], period: Limits) -> Reading:
    """One dated term, then other days of every year after its own."""
    once = window_of(first)
    check_overlap(once, period)
    check_list(later)
    following = in_each_year(Limits(once.due + _DAY, period.end), later) if once.due < period.end else []
    windows = [once, *sorted(set(following), key=due_first)]
    if len(windows) < 2 or (windows[1].start or windows[1].due).year == once.due.year:
        raise UnclearError(f"Неясно, с какого года «{describe(later[0])}» ежегодно.")
    check_apart(windows)
    return Reading(text, "recurring", "then-other-days", tuple(windows), every="year")


def _yearly(item: Dated, latest: date) -> Iterator[Window]:
    for later in count():
        window = window_of(_later(item, later))
        if (window.start or window.due) > latest:
            return
        yield window if window.start is None else Window(window.start, min(window.due, latest))


def _later(item: Dated, years: int) -> Dated:
    def moved(point: Point) -> Point:
        return point._replace(year=point.year + years) if point.year is not None else point

    if isinstance(item, Until):
        return item._replace(point=moved(item.point))
    return item._replace(first=moved(item.first), last=moved(item.last))


def at_paces(text: str, parts: tuple[Part, ...], period: Limits) -> Reading:
    """Windows of so many units on end, each due on its last day: from the day the text names, else months and years
    from the beginning of the period."""
    paces = next(part for part in parts if isinstance(part, Paces))
    bounding: list[Part] = []
    for part in parts:
        if isinstance(part, Since | Stretch | Until):
            bounding.append(part)
        elif part != paces:
            raise contradiction(paces, part)
    since = [bounds(part.point)[0] for part in bounding if isinstance(part, Since)]
    since += [stretch_bounds(part)[0] for part in bounding if isinstance(part, Stretch)]
    if not since and paces.unit == "week":
        raise UnclearError("Не сказано, с какого дня вести счёт: допишите «начиная с …».")
    limits, _ = limits_of(bounding, period)
    if not since and _after(period.start, paces, 1) - _DAY > limits.end:
        raise UnclearError("Период комплекса мер короче одного повторения: допишите «начиная с …» или назовите срок.")
    windows = tuple(_paced(since[0] if since else period.start, paces, limits))
    return Reading(text, "recurring", "every-several" if since else "every-several-of-period", windows)


def _paced(start: date, paces: Paces, limits: Limits) -> Iterator[Window]:
    for n in count():
        first = _after(start, paces, n)
        if first > limits.end:
            return
        try:
            due = min(_after(start, paces, n + 1) - _DAY, limits.end)
        except (OverflowError, ValueError):
            due = limits.end
        if due >= limits.start:
            yield Window(first, due)
        if due == limits.end:
            return


def _after(start: date, paces: Paces, times: int) -> date:
    if paces.unit == "week":
        return start + timedelta(weeks=paces.number * times)
    return add_months(start, paces.number * times * MONTHS[paces.unit])
