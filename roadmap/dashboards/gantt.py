"""The year of a roadmap as one inline SVG: rows of items, bars from the opening to the deadline, today's line. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from html import escape

from roadmap.calendar.spans import month_end
from roadmap.control.state import COLOURS_RU, WORST, Colour
from roadmap.dashboards.boards import BoardPoint, light
from roadmap.language import brief, day, section_words
from roadmap.language.months import MONTHS

LABEL, MONTH, HEAD, LANE, GAP, SECTION = 330, 74, 26, 13, 5, 24
WIDTH = LABEL + 12 * MONTH + 2
#: What fits the label column.
LABEL_CHARS, SECTION_CHARS = 44, 130
MIN_BAR = 5
"""A one-day duty is seen and can be hit with a finger's tip."""
COUNT_FROM = 18
"""A number fits a bar of so many pixels."""
FILL: dict[Colour, str] = {
    "red": "#b3261e",
    "yellow": "#e0a100",
    "green": "#2e7d32",
    "grey": "#a9b1bb",
    "none": "#e3e6ea",
}


@dataclass(frozen=True, slots=True)
class Bar:
    """One window of one item, or the deadlines of a month; ``point_id`` only when it is a single point."""

    first: BoardPoint
    opens_on: date
    deadline_on: date
    colour: Colour
    words: str
    count: int
    point_id: int | None
    is_month: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One item under its section, or one section under its roadmap; bars by day."""

    heading: str
    label: str
    bars: tuple[Bar, ...]


def item_rows(points: Iterable[BoardPoint], year: int, today: date) -> tuple[Row, ...]:
    """A row an item that has something to do in the year, in the order of the document, under its section.

    Points with the same window become one bar with the colour of the worst.
    """
    first, last = date(year, 1, 1), date(year, 12, 31)
    within = [p for p in points if p.opens_on <= last and p.deadline_on >= first and p.status != "withdrawn"]
    within.sort(key=lambda p: (p.roadmap_code, p.position, p.opens_on, p.deadline_on))
    return tuple(
        Row(
            item[0].section,
            f"{item[0].number} {item[0].title}",
            tuple(_bar(window, today) for window in _grouped(item, lambda p: (p.opens_on, p.deadline_on))),
        )
        for item in _grouped(within, lambda p: p.item_id)
    )


def section_rows(
    points: Iterable[BoardPoint], year: int, today: date, *, regions: Mapping[str, str]
) -> tuple[Row, ...]:
    """A row a section under its roadmap: a bar a month, counting the deadlines that lie in it."""
    within = [p for p in points if p.deadline_on.year == year and p.status != "withdrawn"]
    within.sort(key=lambda p: (regions.get(p.roadmap_code, ""), p.roadmap_code, p.position, p.deadline_on))
    return tuple(
        Row(
            regions.get(section[0].roadmap_code, section[0].roadmap_code),
            section_words(section[0].section),
            tuple(_month_bar(month, today) for month in _grouped(_by_month(section), lambda p: p.deadline_on.month)),
        )
        for section in _grouped(within, lambda p: (p.roadmap_code, p.section))
    )


def _by_month(points: Sequence[BoardPoint]) -> list[BoardPoint]:
    return sorted(points, key=lambda p: p.deadline_on)


def _grouped(points: Sequence[BoardPoint], key: Callable[[BoardPoint], object]) -> list[list[BoardPoint]]:
    groups: dict[object, list[BoardPoint]] = {}
    for point in points:
        groups.setdefault(key(point), []).append(point)
    return list(groups.values())


def _bar(points: Sequence[BoardPoint], today: date) -> Bar:
    worst = min((light(point, today) for point in points), key=lambda found: WORST.index(found.colour))
    one, is_one = points[0], len(points) == 1
    return Bar(one, one.opens_on, one.deadline_on, worst.colour, worst.words, len(points), one.id if is_one else None)


def _month_bar(points: Sequence[BoardPoint], today: date) -> Bar:
    bar, on = _bar(points, today), points[0].deadline_on
    return replace(bar, opens_on=on.replace(day=1), deadline_on=month_end(on), point_id=None, is_month=True)


def gantt_svg(rows: Sequence[Row], year: int, today: date, *, title: str, link: Callable[[Bar], str | None]) -> str:
    """The drawing, safe to put into a page: every word is escaped. ``link`` gives the address behind a bar.

    1. months across the top; 2. a line where the heading changes; 3. the rows, overlapping bars in lanes below each
    other; 4. today's line over all.
    """
    parts, y, heading = list[str](), HEAD, None
    for row in rows:
        if row.heading != heading:
            parts.append(_heading(row.heading, y))
            y += SECTION
        heading = row.heading
        lanes = _lanes(row.bars)
        height = max(lanes, default=0) * LANE + LANE + 2 * GAP
        parts.append(_label(row.label, y, height))
        parts += [_bar_svg(bar, lane, y, year, link(bar)) for bar, lane in zip(row.bars, lanes, strict=True)]
        y += height
    late = sum(bar.count for row in rows for bar in row.bars if bar.colour == "red")
    about = f"Строк: {len(rows)}. Просроченных контрольных точек: {late}. Полоса — от начала работы до срока."
    return "".join(
        (
            f'<svg class="gantt" xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y + 4}" '
            f'viewBox="0 0 {WIDTH} {y + 4}" role="group" aria-label="{escape(title)}" font-size="12">',
            f"<title>{escape(title)}</title><desc>{escape(about)}</desc>",
            _months(y),
            *parts,
            _today_line(year, today, y),
            "</svg>",
        )
    )


def _lanes(bars: Sequence[Bar]) -> list[int]:
    """The lane of each bar, from 0: the first one free on the day it begins."""
    ends: list[date] = []
    lanes = []
    for bar in bars:
        lane = next((n for n, end in enumerate(ends) if end < bar.opens_on), len(ends))
        ends[lane : lane + 1] = [bar.deadline_on]
        lanes.append(lane)
    return lanes


def _x(on: date, year: int) -> float:
    """Months are equally wide, days within a month too; days outside the year lie on its edges."""
    if on.year != year:
        return LABEL if on.year < year else LABEL + 12 * MONTH
    following = date(on.year + on.month // 12, on.month % 12 + 1, 1)
    length = (following - on.replace(day=1)).days
    return LABEL + (on.month - 1 + (on.day - 1) / length) * MONTH


def _months(bottom: int) -> str:
    parts = []
    for n, name in enumerate(MONTHS):
        x = LABEL + n * MONTH
        parts.append(f'<line x1="{x}" y1="0" x2="{x}" y2="{bottom}" stroke="#d8dde3"/>')
        parts.append(f'<text x="{x + MONTH / 2}" y="17" text-anchor="middle" fill="#444">{name}</text>')
    return "".join(parts)


def _heading(heading: str, y: int) -> str:
    words = escape(brief(section_words(heading), SECTION_CHARS))
    return (
        f'<rect x="0" y="{y}" width="{WIDTH}" height="{SECTION}" fill="#eef1f5"/>'
        f'<text x="6" y="{y + 16}" font-weight="bold" fill="#222">{words}</text>'
    )


def _label(label: str, y: int, height: int) -> str:
    return (
        f'<line x1="0" y1="{y + height}" x2="{WIDTH}" y2="{y + height}" stroke="#eef1f5"/>'
        f'<text x="6" y="{y + GAP + 11}" fill="#222">{escape(brief(label, LABEL_CHARS))}'
        f"<title>{escape(label)}</title></text>"
    )


def _bar_svg(bar: Bar, lane: int, y: int, year: int, address: str | None) -> str:
    left, right = _x(bar.opens_on, year), _x(bar.deadline_on, year) + MONTH / 31
    left = min(left, LABEL + 12 * MONTH - MIN_BAR)
    width, top = max(right - left - 1, MIN_BAR), y + GAP + lane * LANE
    many = f", точек: {bar.count}" if bar.count > 1 else ""
    words = escape(f"{day(bar.opens_on)} – {day(bar.deadline_on)}: {bar.words}{many}")
    drawn = (
        f'<rect class="bar" x="{left:.1f}" y="{top}" width="{width:.1f}" '
        f'height="{LANE - 2}" rx="2" fill="{FILL[bar.colour]}" stroke="#fff" data-light="{COLOURS_RU[bar.colour]}">'
        f"<title>{words}</title></rect>"
    )
    if bar.count > 1 and width >= COUNT_FROM:
        ink = "#222" if bar.colour in ("yellow", "grey") else "#fff"
        drawn += (
            f'<text x="{left + width / 2:.1f}" y="{top + LANE - 4}" text-anchor="middle" font-size="10" fill="{ink}" '
            f'pointer-events="none">{bar.count}</text>'
        )
    return f'<a href="{escape(address)}" aria-label="{words}">{drawn}</a>' if address else drawn


def _today_line(year: int, today: date, bottom: int) -> str:
    if today.year != year:
        return ""
    x = _x(today, year)
    return (
        f'<line class="today" x1="{x:.1f}" y1="{HEAD - 4}" x2="{x:.1f}" y2="{bottom}" stroke="#1f4e8c" '
        f'stroke-width="2"><title>Сегодня, {day(today)}</title></line>'
    )
