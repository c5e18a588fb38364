"""Shapes of the coordinator's monitoring pages: the trend as a small drawing, the map of deficits in a chosen order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from roadmap.monitoring.indicators.gaps import EXECUTION, Cell, Column, DeficitMap, Level, Row
from roadmap.monitoring.report.words import NO_DATA, point
from roadmap.monitoring.snapshot import IndicatorResult, Snapshot, Verdict

WIDTH, HEIGHT, PAD = 132, 36, 5
#: The sign beside a number: the colour alone would tell a colour-blind reader nothing.
SIGNS: Mapping[Level, str] = {-2: "▼▼", -1: "▼", 0: "●", 1: "▲", 2: "▲▲"}
#: Class of the style sheet by level; a number that is compared with nothing is plain.
TONES: Mapping[Level, str] = {-2: "low2", -1: "low1", 0: "even", 1: "high1", 2: "high2"}
VERDICT_LAMP: Mapping[Verdict, str] = {
    "met": "green",
    "on_way": "green",
    "behind": "yellow",
    "not_met": "red",
    "not_judged": "none",
    "no_data": "grey",
}
BY_BODY, BY_DEFICIT = "body", "deficit"


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell of the map as it is drawn; ``code`` is the body's code where the value has a history to show."""

    words: str
    sign: str
    tone: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One body of the map; None where it is not asked."""

    body: str
    deficit: int
    cells: tuple[Shown | None, ...]


def heat_rows(
    found: DeficitMap, snapshot: Snapshot, *, by: str = BY_DEFICIT, is_reversed: bool = False
) -> list[HeatRow]:
    """The rows of the map: the greatest deficit first, by name, or by the value of one column, the least first.

    Bodies without the number stand last in either direction; ``by`` is a column's code, «body» or «deficit».
    """
    values, codes = _given(snapshot)
    rows = list(found.rows)
    place = next((n for n, column in enumerate(found.columns) if column.code == by), None)
    if by == BY_BODY:
        rows.sort(key=lambda row: row.body.casefold(), reverse=is_reversed)
    elif place is None:
        rows = rows[::-1] if is_reversed else rows
    else:
        known = [(value, row) for row in rows if (value := _value(row, place, found.columns, values)) is not None]
        known.sort(key=lambda one: (-one[0] if is_reversed else one[0], one[1].body.casefold()))
        sorted_ones = [row for _, row in known]
        there = {id(row) for row in sorted_ones}
        rows = [*sorted_ones, *(row for row in rows if id(row) not in there)]
    return [_shown(row, found.columns, codes) for row in rows]


def is_order(found: DeficitMap, by: str) -> bool:
    """Whether the map can be put in this order."""
    return by in (BY_BODY, BY_DEFICIT) or any(column.code == by for column in found.columns)


def sparkline(result: IndicatorResult) -> str:
    """The comparable values of the rounds as one small SVG, the target as a broken line; empty with fewer than two.

    Safe to put into a page: every word is escaped. A round without a value, or of other bodies, leaves a gap.
    """
    points = [one.value if one.given is None else one.like for one in result.trend]
    known = [value for value in points if value is not None]
    if len(known) < 2:
        return ""
    marks = [*known, *([result.target] if result.target is not None else [])]
    low, high = min(marks), max(marks)
    step = (WIDTH - 2 * PAD) / max(len(result.trend) - 1, 1)

    def y(value: float) -> float:
        return HEIGHT / 2 if high == low else HEIGHT - PAD - (value - low) / (high - low) * (HEIGHT - 2 * PAD)

    at = [(PAD + n * step, y(value)) if value is not None else None for n, value in enumerate(points)]
    parts = [_line(run) for run in _runs(at)]
    if result.target is not None:
        height = y(result.target)
        parts.insert(0, f'<path d="M{PAD} {height:.1f}H{WIDTH - PAD}" stroke="#7a5600" stroke-dasharray="3 3"/>')
    last = next(place for place in reversed(at) if place is not None)
    parts.append(f'<circle cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="3" fill="#1f4e8c"/>')
    words = escape(trend_words(result))
    return (
        f'<svg class="trend" xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{words}" fill="none" stroke-width="1.5">'
        f"<title>{words}</title>{''.join(parts)}</svg>"
    )


def trend_words(result: IndicatorResult) -> str:
    """«II квартал 2026 г. — 70,1 % (10 из 12); III квартал 2026 г. — 72,4 % (12 из 12)»."""
    return "; ".join(f"{one.period} — {point(result, one)}" for one in result.trend)


def _runs(at: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for place in at:
        if place is None:
            runs.append([])
        else:
            runs[-1].append(place)
    return [run for run in runs if run]


def _line(run: Sequence[tuple[float, float]]) -> str:
    if len(run) == 1:
        return f'<circle cx="{run[0][0]:.1f}" cy="{run[0][1]:.1f}" r="2" fill="#1f4e8c"/>'
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in run)
    return f'<polyline points="{points}" stroke="#1f4e8c"/>'


_Place = tuple[str, str]


def _given(snapshot: Snapshot) -> tuple[dict[_Place, float], dict[_Place, str]]:
    """Values and codes of bodies by (short name, column)."""
    values: dict[_Place, float] = {}
    codes: dict[_Place, str] = {}
    for one in snapshot.indicators:
        for answer in one.answers:
            codes[answer.name, one.code] = answer.body
            if answer.value is not None:
                values[answer.name, one.code] = answer.value
    for row in snapshot.by_body:
        if row.own_share is not None:
            values[row.name, EXECUTION] = row.own_share
    return values, codes


def _value(row: Row, place: int, columns: Sequence[Column], values: Mapping[_Place, float]) -> float | None:
    return values.get((row.body, columns[place].code)) if row.cells[place] is not None else None


def _shown(row: Row, columns: Sequence[Column], codes: Mapping[_Place, str]) -> HeatRow:
    cells = tuple(
        None if cell is None else _cell(cell, codes.get((row.body, column.code), ""))
        for cell, column in zip(row.cells, columns, strict=True)
    )
    return HeatRow(row.body, row.deficit, cells)


def _cell(cell: Cell, code: str) -> Shown:
    if cell.level is None:
        return Shown(cell.words, "", "blank" if cell.words == NO_DATA else "plain", code)
    return Shown(cell.words, SIGNS[cell.level], TONES[cell.level], code)
