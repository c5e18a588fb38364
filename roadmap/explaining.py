"""Why a deadline is what it is, and what another setting of the roadmap would make of it."""

from dataclasses import dataclass
from datetime import date

from roadmap.calendar import WorkCalendar
from roadmap.catalogue.schema import Catalogue, Item
from roadmap.planning import PlannedPoint, plan_item, read_item
from roadmap.reading import Reading
from roadmap.shifting import shift_years

SETTINGS: dict[str, tuple[str, ...]] = {
    "roll": ("preceding", "following", "none"),
    "report_by": ("period_end", "next_month_10"),
}


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

    def points(settings: dict[str, str]) -> list[PlannedPoint]:
        under = moved.model_copy(update=settings)
        return plan_item(under, moved_item, reading, calendar=calendar, window_days=window_days)

    now = points({})
    otherwise = {
        (setting, value): _changes(now, points({setting: value}))
        for setting, values in SETTINGS.items()
        for value in values
        if value != getattr(moved, setting)
    }
    return Explained(moved_item, reading, tuple(now), otherwise)


def _changes(now: list[PlannedPoint], then: list[PlannedPoint]) -> tuple[Change, ...]:
    """Points pair off in order: a setting moves deadlines and drops none, unless two then fall on one day."""
    return tuple(
        Change(one.key, one.deadline_on, other.deadline_on)
        for one, other in zip(now, then, strict=False)
        if one.deadline_on != other.deadline_on
    )
