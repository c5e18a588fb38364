"""Why a deadline is what it is, and what another setting of the roadmap would make of it."""

from dataclasses import dataclass, replace
from datetime import date

from roadmap.calendar import WorkCalendar
from roadmap.catalogue.schema import Catalogue, Item
from roadmap.control.planning import PlannedPoint, control_every, plan_item, read_item
from roadmap.control.year_shift import shift_years
from roadmap.reading import Reading, Window

SETTINGS: dict[str, tuple[str, ...]] = {
    "roll": ("preceding", "following", "none"),
    "report_by": ("period_end", "next_month_10"),
}


#: Body and due day of the window as read → the point.
Identified = dict[tuple[str | None, date], PlannedPoint]


@dataclass(frozen=True, slots=True)
class Change:
    """A point that another setting would move."""

    key: str
    deadline_on: date
    would_be: date


@dataclass(frozen=True, slots=True)
class Explained:
    """An item's reading and points, and the points that each other value of a setting would move."""

    item: Item
    reading: Reading
    points: tuple[PlannedPoint, ...]
    otherwise: dict[tuple[str, str], tuple[Change, ...]]


def explain_item(
    catalogue: Catalogue, item: Item, *, calendar: WorkCalendar, window_days: int = 14, shift: int = 0
) -> Explained:
    """The same reading and points as planning gives; ``catalogue`` is the document's own, ``shift`` moves the years."""
    moved = shift_years(catalogue, shift) if shift else catalogue
    moved_item = next(entry for _, entry in moved.duties_by_origin() if entry.code == item.code)
    reading = read_item(catalogue, item, shift=shift)

    def points(settings: dict[str, str]) -> Identified:
        under = moved.model_copy(update=settings)
        return _identified(under, moved_item, reading, calendar=calendar, window_days=window_days)

    now = points({})
    otherwise = {
        (setting, value): _changes(now, points({setting: value}))
        for setting, values in SETTINGS.items()
        for value in values
        if value != getattr(moved, setting)
    }
    planned = plan_item(moved, moved_item, reading, calendar=calendar, window_days=window_days)
    return Explained(moved_item, reading, tuple(planned), otherwise)


def _identified(
    catalogue: Catalogue, item: Item, reading: Reading, *, calendar: WorkCalendar, window_days: int
) -> Identified:
    """The points under the body and the window they come from, which no setting changes.

    A setting may move the due day of a recurring window, and two windows onto one day, so each is planned alone; a
    window of the catalogue's coarser rhythm holds all windows of the document up to its own due day.
    """

    def planned(one: Item, part: Reading) -> list[PlannedPoint]:
        return plan_item(catalogue, one, part, calendar=calendar, window_days=window_days)

    if reading.kind != "recurring":
        return {(point.body_code, point.planned_due_on): point for point in planned(item, reading)}
    plain = catalogue.model_copy(update={"report_by": "period_end"})
    base = plan_item(plain, item, reading, calendar=calendar, window_days=window_days)
    every = replace(reading, every=control_every(item, reading) or reading.every)
    alone = item.model_copy(update={"rhythm": None, "control": None})
    found: Identified = {}
    before = date.min
    for due in sorted({point.planned_due_on for point in base}):
        start = next(window.start for window in _by_due(reading) if before < window.due <= due)
        part = replace(every, windows=(Window(start, due),))
        found |= {(point.body_code, due): point for point in planned(alone, part)}
        before = due
    return found


def _by_due(reading: Reading) -> list[Window]:
    return sorted(reading.windows, key=lambda window: window.due)


def _changes(now: Identified, then: Identified) -> tuple[Change, ...]:
    """The points of one window and body whose deadlines differ."""
    return tuple(
        Change(one.key, one.deadline_on, other.deadline_on)
        for identity, one in now.items()
        if (other := then.get(identity)) is not None and one.deadline_on != other.deadline_on
    )
