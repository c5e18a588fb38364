"""What the coordinator sees at a glance: lights, the queue, the load. Pure: facts in, rows of the page out."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

from roadmap.catalogue import schema
from roadmap.control import state
from roadmap.control.state import NAMES, OVERDUE, OWED, SOON_DAYS, WORST, Colour, Light
from roadmap.language import section_words

URGENT_DAYS = 3
STALE_DAYS = 5
"""A decision that waits for so long is urgent whatever the deadline."""

#: What the filter «состояние» offers: code → words.
STATES_RU: dict[str, str] = {
    "decide": "Ждёт решения",
    "overdue": OVERDUE,
    "soon": "Срок в ближайшие 7 дней",
    **{code: words for code, words in NAMES.items() if code != "history"},
}
KINDS_RU = schema.KINDS_RU


class BoardPoint(state.Point, Protocol):
    """A control point as the boards need it."""

    @property
    def id(self) -> int: ...

    @property
    def key(self) -> str: ...

    @property
    def roadmap_code(self) -> str: ...

    @property
    def item_id(self) -> int: ...

    @property
    def position(self) -> int:
        """Order of the item in the document."""

    @property
    def number(self) -> str:
        """As printed, or its place in the document where several items share what is printed."""

    @property
    def title(self) -> str:
        """What is to be done, on one line."""

    @property
    def section(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def owner_id(self) -> int: ...

    @property
    def owner(self) -> str:
        """Short name of the body that answers."""

    @property
    def purpose(self) -> str: ...

    @property
    def due_on(self) -> date: ...

    @property
    def closed_on(self) -> date | None: ...

    @property
    def has_open_request(self) -> bool:
        """A request of the owner waits for a decision."""

    @property
    def demanded_until(self) -> date | None: ...

    @property
    def personal_since(self) -> date | None: ...

    @property
    def is_reachable(self) -> bool:
        """Whether letters to the owner are known to arrive, or at least not known to be lost."""


def light(point: BoardPoint, today: date) -> Light:
    """The light of a point on the board, requests and lost letters included."""
    return state.light(point, today, has_open_request=point.has_open_request, is_reachable=point.is_reachable)


def has_state(point: BoardPoint, wanted: str, today: date) -> bool:
    """Whether the filter «состояние» keeps the point: «ждёт решения» and «срок близко» lie across the others."""
    if wanted == "decide":
        return point.status == "submitted" or point.has_open_request
    if wanted == "soon":
        is_due = 0 <= (point.deadline_on - today).days <= SOON_DAYS
        return is_due and point.status in OWED
    return state.state_of(point, today) == wanted


@dataclass(frozen=True, slots=True)
class Cell:
    """The points of one body in one section, by colour; withdrawn ones are not counted."""

    counts: dict[Colour, int]

    @property
    def colour(self) -> Colour:
        """The worst that is there."""
        return next((colour for colour in WORST if self.counts.get(colour)), "none")

    @property
    def total(self) -> int:
        """Points counted."""
        return sum(self.counts.values())

    def of(self, colour: Colour) -> int:
        """How many are of a colour."""
        return self.counts.get(colour, 0)


@dataclass(frozen=True, slots=True)
class LightRow:
    """One body across the sections; ``cells`` follow ``LightTable.sections``, None where it has nothing."""

    owner_id: int
    owner: str
    cells: tuple[Cell | None, ...]
    total: Cell


@dataclass(frozen=True, slots=True)
class LightTable:
    """The traffic lights of one roadmap, the body that needs most attention first; ``sections`` in words."""

    sections: tuple[str, ...]
    rows: tuple[LightRow, ...]
    total: Cell


def light_table(points: Iterable[BoardPoint], today: date) -> LightTable:
    """Bodies × sections, counted; sections in the order of the document."""
    counted: defaultdict[tuple[int, str], Counter[Colour]] = defaultdict(Counter)
    first: dict[str, int] = {}
    names: dict[int, str] = {}
    for point in points:
        colour = light(point, today).colour
        if colour == "none":
            continue
        counted[point.owner_id, point.section][colour] += 1
        names[point.owner_id] = point.owner
        first[point.section] = min(first.get(point.section, point.position), point.position)
    sections = tuple(sorted(first, key=lambda section: first[section]))
    rows = [_light_row(owner_id, name, sections, counted) for owner_id, name in names.items()]
    rows.sort(key=lambda row: (-row.total.of("red"), -row.total.of("yellow"), row.owner.casefold()))
    return LightTable(tuple(map(section_words, sections)), tuple(rows), _sum(row.total for row in rows))


def _light_row(
    owner_id: int, owner: str, sections: Sequence[str], counted: dict[tuple[int, str], Counter[Colour]]
) -> LightRow:
    cells = tuple(
        Cell(dict(counted[owner_id, section])) if (owner_id, section) in counted else None for section in sections
    )
    return LightRow(owner_id, owner, cells, _sum(cell for cell in cells if cell is not None))


def _sum(cells: Iterable[Cell]) -> Cell:
    total: Counter[Colour] = Counter()
    for cell in cells:
        total.update(cell.counts)
    return Cell(dict(total))


def is_urgent(deadline_on: date, since: date, today: date) -> bool:
    """A decision must be taken today: the deadline is at most three days off, or it has waited for five."""
    return deadline_on <= today + timedelta(days=URGENT_DAYS) or since <= today - timedelta(days=STALE_DAYS)


def queue_order(deadline_on: date, since: date, today: date) -> tuple[bool, date, date]:
    """Sort key of the queue: urgent ones first, among them the one that has waited longest."""
    return (not is_urgent(deadline_on, since, today), since, deadline_on)


@dataclass(frozen=True, slots=True)
class LoadRow:
    """How many points fall due to one official in each month; ``cells`` follow ``Load.months``."""

    who: str
    cells: tuple[int, ...]
    total: int


@dataclass(frozen=True, slots=True)
class Load:
    """The load of the months ahead, the busiest first."""

    months: tuple[date, ...]
    rows: tuple[LoadRow, ...]

    @property
    def peak(self) -> int:
        """The fullest month of anybody: the longest bar."""
        return max((max(row.cells) for row in self.rows), default=0)


def load(points: Iterable[BoardPoint], who: dict[int, str], today: date, *, months: int = 12) -> Load:
    """Live points by the one who answers (``who`` by body; the body's name where nobody is) and month of the deadline.

    What is overdue is work of the present month.
    """
    ahead = months_ahead(today, months)
    columns = {month: n for n, month in enumerate(ahead)}
    rows: dict[int, list[int]] = {}
    names: dict[int, str] = {}
    for point in points:
        column = columns.get(max(point.deadline_on, today).replace(day=1))
        if point.status in OWED and column is not None:
            rows.setdefault(point.owner_id, [0] * months)[column] += 1
            names[point.owner_id] = who.get(point.owner_id, point.owner)
    found = [LoadRow(names[owner_id], tuple(cells), sum(cells)) for owner_id, cells in rows.items()]
    found.sort(key=lambda row: (-row.total, row.who.casefold()))
    return Load(ahead, tuple(found))


def months_ahead(today: date, months: int = 12) -> tuple[date, ...]:
    """The first days of the present month and of those that follow."""
    return tuple(_month(today, n) for n in range(months))


def _month(day: date, ahead: int) -> date:
    years, month = divmod(day.month - 1 + ahead, 12)
    return date(day.year + years, month + 1, 1)
