"""Карта дефицитов: body × indicator, how far each stands from what it is compared with. Pure.

From the day of its target an indicator is compared with the target, before it and without one with the value of all
together; execution of the roadmap with «всё в срок». Who meets the target is never below level.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from roadmap.monitoring.indicators.compute import shown
from roadmap.monitoring.indicators.verdict import meets
from roadmap.monitoring.snapshot import Answer, ExecutionRow, IndicatorResult, Snapshot

Level = Literal[-2, -1, 0, 1, 2]
NEAR, FAR = 0.05, 0.25
"""Up to a twentieth off is level 0, up to a quarter ±1, from there on ±2."""
EXECUTION = "execution"
LEVEL_RU: dict[Level, str] = {
    -2: "хуже на четверть и больше",
    -1: "хуже",
    0: "на уровне или цель достигнута",
    1: "лучше",
    2: "лучше на четверть и больше",
}


@dataclass(frozen=True, slots=True)
class Cell:
    """A number of a body: as people read it, and its level (None: there is no number, or nothing to compare with)."""

    words: str
    level: Level | None


@dataclass(frozen=True, slots=True)
class Column:
    """An indicator, or the execution of the roadmap; ``compared`` says with what."""

    code: str
    heading: str
    title: str
    compared: str


@dataclass(frozen=True, slots=True)
class Row:
    """A body; a cell for each column, None where it is not asked."""

    body: str
    """Short name."""
    cells: tuple[Cell | None, ...]

    @property
    def deficit(self) -> int:
        """How far the body falls short, all in all: the sum of the levels below zero, as a positive number."""
        return -sum(min(cell.level or 0, 0) for cell in self.cells if cell)


@dataclass(frozen=True, slots=True)
class DeficitMap:
    """Bodies with the greatest deficits first, those of equal deficit by name."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def deficits(snapshot: Snapshot, *, with_execution: bool = True) -> DeficitMap:
    """The map of a round: every body that was asked, and those that had control points due.

    Execution names bodies by short name: where two that were asked share one, it is shown for neither.
    """
    columns = [_column(one) for one in snapshot.indicators]
    cells: dict[str, list[Cell | None]] = {}
    codes: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    width = len(columns) + with_execution
    for place, one in enumerate(snapshot.indicators):
        for answer in one.answers:
            codes.setdefault(answer.name, set()).add(answer.body)
            names[answer.body] = answer.name
            cells.setdefault(answer.body, [None] * width)[place] = _cell(one, answer)
    if with_execution:
        columns.append(Column(EXECUTION, "Исполнение", "Исполнение дорожной карты в срок", "всё в срок"))
        for row in snapshot.by_body:
            mine = codes.get(row.name, {f"{EXECUTION}/{row.name}"})
            if len(mine) == 1:
                (body,) = mine
                names[body] = row.name
                cells.setdefault(body, [None] * width)[-1] = _executed(row)
    rows = [Row(names[body], tuple(listed)) for body, listed in sorted(cells.items())]
    return DeficitMap(tuple(columns), tuple(sorted(rows, key=lambda row: (-row.deficit, row.body))))


def level_of(value: float, compared: float, comparison: str | None) -> Level:
    """The level of a value: its distance from ``compared``, in parts of it, less counting as better for at_most."""
    distance = (value - compared) * (-1 if comparison == "at_most" else 1)
    part = distance / abs(compared) if compared else float((distance > 0) - (distance < 0))
    size = 2 if abs(part) >= FAR else 1 if abs(part) > NEAR else 0
    levels: Sequence[Level] = (-2, -1, 0, 1, 2)
    return levels[2 + (size if part > 0 else -size)]


def reference(one: IndicatorResult) -> float | None:
    """What the bodies' values are compared with; None for a total, which grows with the size of a body.

    «Да/нет» has no mean, and a «нет» is no shortfall before the day of its target.
    """
    if one.way == "total" or (one.way == "flag" and one.target is not None and not one.is_judged_by_target):
        return None
    if one.way == "flag":
        return 1.0
    return one.target if one.is_judged_by_target else one.value


def meets_target(one: IndicatorResult, value: float) -> bool:
    """Whether a value is what the target asks for; False without a target."""
    return one.target is not None and one.comparison is not None and meets(value, one.comparison, one.target)


def _column(one: IndicatorResult) -> Column:
    against = reference(one)
    if against is None:
        compared = "не сравнивается"
    elif one.way == "flag":
        compared = "да"
    else:
        said = "целевое значение" if one.is_judged_by_target else "среднее по региону"
        compared = f"{said}: {shown(against, one)}"
    return Column(one.code, f"{one.number}", one.title, compared)


def _cell(one: IndicatorResult, answer: Answer) -> Cell:
    against = reference(one)
    if answer.value is None:
        return Cell("нет данных", None)
    if against is None:
        return Cell(shown(answer.value, one), None)
    level = level_of(answer.value, against, one.comparison)
    return Cell(shown(answer.value, one), 0 if level < 0 and meets_target(one, answer.value) else level)


def _executed(row: ExecutionRow) -> Cell:
    if row.own_share is None:
        return Cell("нет данных", None)
    digits = f"{row.own_share * 100:.0f}"
    return Cell(f"{digits}\u00a0%", level_of(row.own_share, 1.0, "at_least"))
