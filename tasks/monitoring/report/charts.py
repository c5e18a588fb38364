"""Charts of the analytic note: the trend of an indicator, who falls short, execution. PNG, no global state.

Texts are in DejaVu Sans as matplotlib ships it, so Cyrillic is right on any machine. Same data, same bytes.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from roadmap.language.text import ended
from roadmap.monitoring.indicators.gaps import FAR, reference
from roadmap.monitoring.indicators.ranking import Lag, gap, lagging, notion_of, worst
from roadmap.monitoring.report import words
from roadmap.monitoring.snapshot import ExecutionRow, IndicatorResult, Snapshot, TrendPoint
from tasks.monitoring.report.chart_axes import (
    AMBER,
    BLUE,
    GREEN,
    GREY,
    GRID,
    HALF_MM,
    INK,
    LONGEST_HALF,
    LONGEST_NAME,
    PAIR_MM,
    RED,
    SHOWN,
    SOFT,
    WIDTH_MM,
    bar_axes,
    bar_height,
    figure_of,
    font,
    legend,
    locator,
    plain_ticks,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Behind a number that may stand on a line.
GROUND = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart: what file it is, what it shows in words, its picture and its size on paper."""

    name: str
    """«Показатель 3 — динамика», without the ending."""
    alt: str
    content: bytes
    height_mm: float
    width_mm: float = WIDTH_MM


Form = Literal["paper", "screen"]
#: Dots per inch: a picture for print, and one for pages that hold many.
DOTS: dict[Form, int] = {"paper": 170, "screen": 100}


def charts_of(snapshot: Snapshot, *, form: Form = "paper") -> dict[str, Chart]:
    """Every chart of a snapshot: «trend/3», «worst/3» by the indicator's code, «lagging», «sections», «bodies»."""
    found: dict[str, Chart | None] = {}
    for one in snapshot.indicators:
        # Side by side where there are both: a page holds more, and a telephone shows them one under another.
        wide = HALF_MM if _has_trend(one) and _has_worst(one) else WIDTH_MM
        found[f"trend/{one.code}"] = trend(one, form=form, wide=wide)
        found[f"worst/{one.code}"] = worst_bodies(one, form=form, wide=wide)
    found["lagging"] = lagging_bodies(lagging(snapshot), form=form)
    found["sections"] = execution("Исполнение по разделам", snapshot.by_section, form=form)
    found["bodies"] = execution("Исполнение по исполнителям", snapshot.by_body, form=form)
    return {key: chart for key, chart in found.items() if chart is not None}


def _has_trend(result: IndicatorResult) -> bool:
    """Whether there is a way to draw: two rounds with a number at least."""
    return result.way != "flag" and sum(point.value is not None for point in result.trend[-12:]) > 1


def _has_worst(result: IndicatorResult) -> bool:
    return bool(worst(result)) and reference(result) is not None


def trend(result: IndicatorResult, *, form: Form = "paper", wide: float = WIDTH_MM) -> Chart | None:
    """The indicator round by round with its target; the forecast dashed. None with less than two numbers."""
    if not _has_trend(result):
        return None
    figure, axes = figure_of(PAIR_MM, wide)
    marks: list[float] = []
    points = result.trend[-12:]
    values = [_or_gap(point.value) for point in points]
    days = [_at(point.ends_on) for point in points]
    if _is_alike(points):
        line = values
        axes.plot(days, values, color=BLUE, marker="o", linewidth=2, markersize=5, zorder=3, label="Значение")
    else:
        # A line through values of other bodies each time would show a change that is none.
        line = [_or_gap(point.like) for point in points]
        axes.plot(days, values, color=GREY, marker="s", linewidth=0, markersize=5, zorder=3, label="Все ответившие")
        axes.plot(days, line, color=BLUE, marker="o", linewidth=2, markersize=5, zorder=3, label="Одни и те же")
    end, values = [*days], [*line]
    drawn = [(day, value) for day, value in zip(days, line, strict=True) if value == value]
    if result.expected is not None and drawn and (year_end := _at(date(result.expected.year, 12, 31))) > drawn[-1][0]:
        axes.plot([drawn[-1][0], year_end], [drawn[-1][1], result.expected.value], color=BLUE, linestyle=(0, (4, 3)),
                  linewidth=1.6, marker="o", zorder=3, markerfacecolor="white", markersize=5,
                  label="Прогноз" if result.expected.low is None else "Прогноз, ориентировочно")  # fmt: skip
        if result.expected.low is not None and result.expected.high is not None:
            low, high = result.expected.low, result.expected.high
            axes.fill_between([drawn[-1][0], year_end], [drawn[-1][1], low], [drawn[-1][1], high], color=BLUE,
                              alpha=0.12, linewidth=0, zorder=1)  # fmt: skip
            marks = [low, high]
        values.append(result.expected.value)
        end.append(year_end)
    if result.target is not None:
        axes.axhline(result.target, color=RED, linewidth=1.5, zorder=2, label=f"Цель: {words.aim(result)}")
        values.append(result.target)
    seen = [value for value in (*values, *marks, *(_or_gap(point.value) for point in points)) if value == value]
    _trend_axes(axes, points, end, seen, ticks=4 if wide == HALF_MM else 6)
    _say_values(axes, result, end, values, few=5 if wide == HALF_MM else 7)
    legend(axes)
    shown = "; ".join(f"{point.period}: {words.point(result, point)}" for point in points)
    ahead = f" Прогноз {words.forecast(result)}." if result.expected else ""
    alt = f"График: показатель {result.code} по раундам. {shown}. Цель: {words.target(result)}.{ahead}"
    return _chart(figure, f"Показатель {result.code} — динамика", alt, PAIR_MM, form, wide)


def _or_gap(value: float | None) -> float:
    return float("nan") if value is None else value


def _is_alike(points: Sequence[TrendPoint]) -> bool:
    """Whether the published values are those of the same bodies; of a snapshot of 0.3.0 nobody can say."""
    return points[-1].given is None or all(point.value == point.like for point in points)


def _at(day: date) -> int:
    return day.toordinal()


def _trend_axes(
    axes: "Axes", points: Sequence[TrendPoint], days: list[int], values: list[float], *, ticks: int
) -> None:
    top, bottom = max(*values, 0.0), min(*values, 0.0)
    room = (top - bottom or 1.0) * 0.2
    axes.set_ylim(bottom - (room if bottom < 0 else 0), top + room)
    span = max(days[-1] - days[0], 90)
    axes.set_xlim(days[0] - span * 0.06, days[-1] + span * 0.08)
    step = -(-len(points) // ticks)
    named = list(zip(days, (_short(point, of="/" if ticks < 6 else " из ") for point in points), strict=False))[::-1][
        ::step
    ][::-1]
    if len(days) > len(points):
        # A name too near to the end of the forecast would be written over.
        named = [tick for tick in named if days[-1] - tick[0] > span * 0.8 / ticks]
        named.append((days[-1], f"конец\n{date.fromordinal(days[-1]).year} г."))
    axes.set_xticks([day for day, _ in named], [name for _, name in named])
    axes.yaxis.set_major_locator(locator())
    axes.yaxis.set_major_formatter(lambda value, _: words.exact(round(value, 4)) or "0")
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    plain_ticks(axes)


def _say_values(axes: "Axes", result: IndicatorResult, days: list[int], values: list[float], *, few: int) -> None:
    """The first, the last and the expected value in figures; every value where ``few`` stand there."""
    known = [(day, value) for day, value in zip(days, values, strict=False) if value == value]
    for day, value in known if len(known) <= few else [known[0], *known[-2:]]:
        is_near = result.target is not None and 0 <= result.target - value < 0.12 * axes.get_ylim()[1]
        offset, place = ((0, -7), "top") if is_near and value > 0.15 * axes.get_ylim()[1] else ((0, 7), "bottom")
        text = words.amount(result, value)
        axes.annotate(text, (day, value), offset, textcoords="offset points", ha="center", va=place, color=INK,
                      fontproperties=font(8), zorder=4)  # fmt: skip


def _short(point: TrendPoint, *, of: str) -> str:
    """«III кв.\n2026 г.\n10 из 12» on an axis: the period, and who gave the value."""
    name = point.period
    for long, short in (("квартал ", "кв.\n"), ("полугодие ", "полуг.\n")):
        name = name.replace(long, short)
    if "\n" not in name:
        name = "\n".join(name.split(" ", 1))
    return name if point.given is None or point.asked is None else f"{name}\n{point.given}{of}{point.asked}"


def worst_bodies(result: IndicatorResult, *, form: Form = "paper", wide: float = WIDTH_MM) -> Chart | None:
    """Who falls short of one indicator, the worst 10 on top, beside the target. None where nobody or not judged."""
    behind = worst(result)
    against = reference(result)
    if not behind or against is None:
        return None
    shown = behind[:SHOWN]
    height = PAIR_MM if wide == HALF_MM else bar_height(len(shown))
    figure, axes = figure_of(height, wide)
    values = [answer.value or 0.0 for answer in shown]
    places = range(len(shown))
    axes.barh(places, values, color=[_shade(result, value) for value in values], height=0.66, zorder=2)
    if result.value is not None and notion_of(result) == "mean":
        label = f"Среднее: {words.amount(result, result.value)}"
        axes.axvline(result.value, color=BLUE, linewidth=1.5, linestyle=(0, (4, 3)), zorder=3, label=label)
    if result.target is not None:
        axes.axvline(result.target, color=RED, linewidth=1.5, zorder=3, label=f"Цель: {words.aim(result)}")
    for place, value in zip(places, values, strict=True):
        text = words.amount(result, value)
        axes.annotate(text, (value, place), (4, 0), textcoords="offset points", va="center", color=INK,
                      fontproperties=font(8), zorder=4, bbox=GROUND)  # fmt: skip
    axes.set_xlim(
        min(*values, 0.0), max(*values, against, result.target or 0.0) * (1.32 if wide == HALF_MM else 1.14) or 1
    )
    bar_axes(axes, [answer.name for answer in shown], longest=LONGEST_HALF if wide == HALF_MM else LONGEST_NAME)
    if wide == HALF_MM:
        # Few bars stand on top, no thicker than many.
        axes.set_ylim(max(len(shown), 7) - 0.4, -0.6)
    axes.xaxis.set_major_formatter(lambda value, _: words.exact(round(value, 4)) or "0")
    legend(axes, _more(len(behind)))
    alt = f"Диаграмма: показатель {result.code}, {words.compared(result)}: " + "; ".join(
        f"{answer.name} — {words.amount(result, answer.value)}" for answer in shown
    )
    what = "цели" if notion_of(result) == "target" else "среднего по региону"
    name = f"Показатель {result.code} — {words.beyond([result])} {what}"
    return _chart(figure, name, ended(ended(alt), _more(len(behind))), height, form, wide)


def _shade(result: IndicatorResult, value: float) -> str:
    return RED if gap(result, value) >= FAR else AMBER


def lagging_bodies(lags: Sequence[Lag], *, form: Form = "paper") -> Chart | None:
    """Who falls short where: by how many indicators of the target, of the mean, and for how many it gave nothing."""
    behind = [lag for lag in lags if lag.short]
    if not behind:
        return None
    shown = behind[:SHOWN]
    height = bar_height(len(shown))
    figure, axes = figure_of(height)
    left = [0] * len(shown)
    kinds = (
        ([len(lag.below_target) for lag in shown], RED, "показателей, где не достигнута цель"),
        ([len(lag.below_mean) for lag in shown], AMBER, "показателей хуже среднего"),
        ([len(lag.missing) for lag in shown], GREY, "показателей без данных"),
    )
    for counts, colour, label in kinds:
        if any(counts):
            axes.barh(range(len(shown)), counts, left=left, color=colour, height=0.66, zorder=2, label=label)
        left = [a + b for a, b in zip(left, counts, strict=True)]
    most = max(left)
    for place, lag in enumerate(shown):
        text = f"в среднем на {words.percent(lag.gap)}"
        axes.annotate(text, (left[place], place), (5, 0), textcoords="offset points", va="center",
                      color=SOFT, fontproperties=font(7.5))  # fmt: skip
    axes.set_xlim(0, most * 1.45)
    bar_axes(axes, [lag.name for lag in shown])
    axes.set_xticks(range(0, most + 1, max(1, most // 6)))
    plain_ticks(axes)
    legend(axes, _more(len(behind)))
    told = "; ".join(f"{lag.name} — {len(lag.short)}" for lag in shown)
    alt = ended(
        ended(f"Диаграмма: по скольким показателям значения хуже цели или среднего по региону: {told}"),
        _more(len(behind)),
    )
    return _chart(figure, "Где значения хуже цели или среднего по региону", alt, height, form)


def _more(count: int) -> str:
    return f"показаны {SHOWN} с наибольшим отрывом, ещё {words.whole(count - SHOWN)}" if count > SHOWN else ""


def execution(title: str, rows: Sequence[ExecutionRow], *, form: Form = "paper") -> Chart | None:
    """Control points of the period, by how they came out; of many rows the 10 worst. None with nothing due."""
    due = [row for row in rows if row.due]
    if not due:
        return None
    shown = sorted(due, key=lambda row: (-(row.overdue + row.late), row.name))[:SHOWN] if len(due) > SHOWN else due
    names = [row.name for row in shown]
    lines = 2 if any(len(name) > LONGEST_NAME for name in names) else 1
    height = bar_height(len(shown), lines=lines)
    figure, axes = figure_of(height)
    left = [0] * len(shown)
    kinds = (("in_time", "в срок", GREEN), ("late", "с опозданием", AMBER), ("overdue", "не исполнено", RED))
    for name, label, colour in kinds:
        parts = [getattr(row, name) for row in shown]
        if any(parts):
            axes.barh(range(len(shown)), parts, left=left, color=colour, height=0.62, zorder=2, label=label)
        left = [a + b for a, b in zip(left, parts, strict=True)]
    longest = max(*left, 1)
    for place, row in enumerate(shown):
        axes.annotate(words.percent(row.share), (left[place], place), (5, 0), textcoords="offset points", va="center",
                      color=INK, fontproperties=font(8))  # fmt: skip
    axes.set_xlim(0, longest * 1.15)
    bar_axes(axes, names, lines=lines)
    axes.xaxis.set_major_locator(locator(whole=True))
    plain_ticks(axes)
    more = f"показаны {SHOWN} из {words.whole(len(due))}" if len(due) > SHOWN else ""
    legend(axes, more)
    told = "; ".join(f"{row.name}: в срок {row.in_time} из {row.due}" for row in shown)
    return _chart(figure, title, ended(f"Диаграмма: {title.lower()}. {ended(told)}", more), height, form)


def _chart(figure: "Figure", name: str, alt: str, height: float, form: Form, wide: float = WIDTH_MM) -> Chart:
    """Drawn without the day and the version of the library in it."""
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=DOTS[form], metadata={"Software": None})
    return Chart(name, alt, content.getvalue(), height, wide)
