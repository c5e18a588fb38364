"""Charts of the analytic note: the trend of an indicator, who falls short, execution. PNG, no global state.

Texts are in DejaVu Sans as matplotlib ships it, so Cyrillic is right on any machine. Same data, same bytes.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any, Literal

from roadmap.monitoring import note_words as words
from roadmap.monitoring.deficits import FAR, reference
from roadmap.monitoring.ranking import Lag, gap, is_against_target, lagging, worst
from roadmap.monitoring.snapshot import ExecutionRow, IndicatorResult, Snapshot, TrendPoint

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, SOFT, GRID = "#263238", "#607d8b", "#dfe5e8"
BLUE, GREEN, AMBER, RED, GREY = "#1f4e8c", "#2e7d32", "#e0a030", "#c0392b", "#b0bec5"
WIDTH_MM = 165
SHOWN = 20
LONGEST_NAME = 40
MM = 25.4
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
        found[f"trend/{one.code}"] = trend(one, form=form)
        found[f"worst/{one.code}"] = worst_bodies(one, form=form)
    found["lagging"] = lagging_bodies(lagging(snapshot), form=form)
    found["sections"] = execution("Исполнение по разделам", snapshot.by_section, form=form)
    found["bodies"] = execution("Исполнение по исполнителям", snapshot.by_body, form=form)
    return {key: chart for key, chart in found.items() if chart is not None}


def trend(result: IndicatorResult, *, form: Form = "paper") -> Chart | None:
    """The indicator round by round with its target; the forecast dashed. None where no round has a number."""
    known = [point for point in result.trend if point.value is not None]
    if not known or result.way == "flag":
        return None
    figure, axes = _figure(68)
    points = result.trend[-12:]
    values = [float("nan") if point.value is None else point.value for point in points]
    days = [_at(point.ends_on) for point in points]
    axes.plot(days, values, color=BLUE, marker="o", linewidth=2, markersize=5, zorder=3, label="Значение")
    last, end = known[-1], [*days]
    if result.expected is not None and (year_end := _at(date(result.expected.year, 12, 31))) > _at(last.ends_on):
        line = [_at(last.ends_on), year_end]
        expected = [last.value or 0.0, result.expected.value]
        axes.plot(line, expected, color=BLUE, linestyle=(0, (4, 3)), linewidth=1.6, marker="o", zorder=3,
                  markerfacecolor="white", markersize=5, label="Прогноз")  # fmt: skip
        values.append(result.expected.value)
        end.append(year_end)
    if result.target is not None:
        axes.axhline(result.target, color=RED, linewidth=1.5, zorder=2, label=f"Цель: {words.aim(result)}")
        values.append(result.target)
    _trend_axes(axes, points, end, [value for value in values if value == value])
    _say_values(axes, result, list(zip(end, values, strict=False)))
    _legend(axes)
    shown = "; ".join(f"{point.period}: {words.amount(result, point.value)}" for point in points)
    alt = f"График: показатель {result.code} по раундам. {shown}. Цель: {words.target(result)}."
    return _chart(figure, f"Показатель {result.code} — динамика", alt, 68, form)


def _at(day: date) -> int:
    return day.toordinal()


def _trend_axes(axes: "Axes", points: Sequence[TrendPoint], days: list[int], values: list[float]) -> None:
    top, bottom = max(*values, 0.0), min(*values, 0.0)
    room = (top - bottom or 1.0) * 0.2
    axes.set_ylim(bottom - (room if bottom < 0 else 0), top + room)
    span = max(days[-1] - days[0], 90)
    axes.set_xlim(days[0] - span * 0.06, days[-1] + span * 0.08)
    step = -(-len(points) // 6)
    ticks = list(zip(days, (_short(point.period) for point in points), strict=False))[::-1][::step][::-1]
    if len(days) > len(points):
        # A name too near to the end of the forecast would be written over.
        ticks = [tick for tick in ticks if days[-1] - tick[0] > span * 0.13]
        ticks.append((days[-1], f"конец\n{date.fromordinal(days[-1]).year} г."))
    axes.set_xticks([day for day, _ in ticks], [name for _, name in ticks])
    axes.yaxis.set_major_locator(_locator())
    axes.yaxis.set_major_formatter(lambda value, _: words.exact(round(value, 4)) or "0")
    axes.grid(axis="y", color=GRID, linewidth=0.8)
    _plain_ticks(axes)


def _say_values(axes: "Axes", result: IndicatorResult, points: list[tuple[int, float]]) -> None:
    """The first, the last and the expected value in figures; every value where few stand there."""
    known = [(day, value) for day, value in points if value == value]
    few = known if len(known) <= 7 else [known[0], *known[-2:]]
    for day, value in few:
        is_near = result.target is not None and 0 <= result.target - value < 0.12 * axes.get_ylim()[1]
        offset, place = ((0, -7), "top") if is_near and value > 0.15 * axes.get_ylim()[1] else ((0, 7), "bottom")
        text = words.amount(result, value)
        axes.annotate(text, (day, value), offset, textcoords="offset points", ha="center", va=place, color=INK,
                      fontproperties=_font(8), zorder=4)  # fmt: skip


def _short(period: str) -> str:
    """«III кв.\n2026 г.» on an axis."""
    for long, short in (("квартал ", "кв.\n"), ("полугодие ", "полуг.\n")):
        if long in period:
            return period.replace(long, short)
    head, _, tail = period.partition(" ")
    return f"{head}\n{tail}"


def worst_bodies(result: IndicatorResult, *, form: Form = "paper") -> Chart | None:
    """Who falls short of one indicator, the worst 20 on top, beside the target. None where nobody or not judged."""
    behind = worst(result)
    against = reference(result)
    if not behind or against is None:
        return None
    shown = behind[:SHOWN]
    height = _bar_height(len(shown))
    figure, axes = _figure(height)
    values = [answer.value or 0.0 for answer in shown]
    places = range(len(shown))
    axes.barh(places, values, color=[_shade(result, value) for value in values], height=0.66, zorder=2)
    if result.value is not None and not is_against_target(result):
        label = f"По всем: {words.amount(result, result.value)}"
        axes.axvline(result.value, color=BLUE, linewidth=1.5, linestyle=(0, (4, 3)), zorder=3, label=label)
    if result.target is not None:
        axes.axvline(result.target, color=RED, linewidth=1.5, zorder=3, label=f"Цель: {words.aim(result)}")
    for place, value in zip(places, values, strict=True):
        text = words.amount(result, value)
        axes.annotate(text, (value, place), (4, 0), textcoords="offset points", va="center", color=INK,
                      fontproperties=_font(8), zorder=4, bbox=GROUND)  # fmt: skip
    axes.set_xlim(min(*values, 0.0), max(*values, against, result.target or 0.0) * 1.14 or 1)
    _bar_axes(axes, [answer.name for answer in shown])
    axes.xaxis.set_major_formatter(lambda value, _: words.exact(round(value, 4)) or "0")
    _legend(axes, _more(len(behind)))
    alt = f"Диаграмма: отстают по показателю {result.code}: " + "; ".join(
        f"{answer.name} — {words.amount(result, answer.value)}" for answer in shown
    )
    return _chart(figure, f"Показатель {result.code} — отстающие", f"{alt}. {_more(len(behind))}".strip(), height, form)


def _shade(result: IndicatorResult, value: float) -> str:
    return RED if gap(result, value) >= FAR else AMBER


def lagging_bodies(lags: Sequence[Lag], *, form: Form = "paper") -> Chart | None:
    """The map of lagging municipalities: how many indicators each falls short of, and for how many it gave nothing."""
    behind = [lag for lag in lags if lag.short]
    if not behind:
        return None
    shown = behind[:SHOWN]
    height = _bar_height(len(shown))
    figure, axes = _figure(height)
    places = range(len(shown))
    short, missing = [len(lag.short) for lag in shown], [len(lag.missing) for lag in shown]
    axes.barh(places, short, color=RED, height=0.66, zorder=2, label="показателей с отставанием")
    if any(missing):
        axes.barh(places, missing, left=short, color=GREY, height=0.66, zorder=2, label="показателей без данных")
    most = max(a + b for a, b in zip(short, missing, strict=True))
    for place, lag in enumerate(shown):
        text = f"в среднем −{words.percent(lag.gap)}"
        axes.annotate(text, (short[place] + missing[place], place), (5, 0), textcoords="offset points", va="center",
                      color=SOFT, fontproperties=_font(7.5))  # fmt: skip
    axes.set_xlim(0, most * 1.45)
    _bar_axes(axes, [lag.name for lag in shown])
    axes.set_xticks(range(0, most + 1, max(1, most // 6)))
    _plain_ticks(axes)
    _legend(axes, _more(len(behind)))
    told = "; ".join(f"{lag.name} — {len(lag.short)}" for lag in shown)
    alt = (
        f"Диаграмма: отстающие муниципалитеты по числу показателей с отставанием: {told}. {_more(len(behind))}".strip()
    )
    return _chart(figure, "Карта отстающих муниципалитетов", alt, height, form)


def _more(count: int) -> str:
    return f"показаны {SHOWN} наиболее отстающих, ещё {words.whole(count - SHOWN)}" if count > SHOWN else ""


def execution(title: str, rows: Sequence[ExecutionRow], *, form: Form = "paper") -> Chart | None:
    """Control points of the period, by how they came out; of many rows the 20 worst. None with nothing due."""
    due = [row for row in rows if row.due]
    if not due:
        return None
    shown = sorted(due, key=lambda row: (-(row.overdue + row.late), row.name))[:SHOWN] if len(due) > SHOWN else due
    height = _bar_height(len(shown), lines=2)
    figure, axes = _figure(height)
    left = [0] * len(shown)
    kinds = (("in_time", "в срок", GREEN), ("late", "с опозданием", AMBER), ("overdue", "не исполнено", RED))
    for name, label, colour in (*kinds, ("excused", "опоздание не по вине исполнителя", GREY)):
        parts = [getattr(row, name) for row in shown]
        if any(parts):
            axes.barh(range(len(shown)), parts, left=left, color=colour, height=0.62, zorder=2, label=label)
        left = [a + b for a, b in zip(left, parts, strict=True)]
    longest = max(*left, 1)
    for place, row in enumerate(shown):
        axes.annotate(words.percent(row.share), (left[place], place), (5, 0), textcoords="offset points", va="center",
                      color=INK, fontproperties=_font(8))  # fmt: skip
    axes.set_xlim(0, longest * 1.15)
    _bar_axes(axes, [row.name or "Без раздела" for row in shown], lines=2)
    axes.xaxis.set_major_locator(_locator(whole=True))
    _plain_ticks(axes)
    more = f"показаны {SHOWN} из {words.whole(len(due))}" if len(due) > SHOWN else ""
    _legend(axes, more)
    told = "; ".join(f"{row.name}: в срок {row.in_time} из {row.due}" for row in shown)
    return _chart(figure, title, f"Диаграмма: {title.lower()}. {told}. {more}".strip(), height, form)


def _bar_height(rows: int, *, lines: int = 1) -> float:
    return 24 + rows * (4.5 if lines == 1 else 7.4)


def _bar_axes(axes: "Axes", names: Sequence[str], *, lines: int = 1) -> None:
    axes.set_yticks(range(len(names)), [_folded(name, lines) for name in names])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(axis="x", color=GRID, linewidth=0.8)
    _plain_ticks(axes)


def _folded(name: str, lines: int) -> str:
    """A name in so many lines; what does not fit is an ellipsis, so that nothing runs out of the picture."""
    parts = wrap(name, LONGEST_NAME) or [""]
    if len(parts) > lines:
        parts = [*parts[: lines - 1], parts[lines - 1][: LONGEST_NAME - 1].rstrip(" ,.;") + "…"]
    return "\n".join(parts)


def _figure(height_mm: float) -> "tuple[Figure, Axes]":
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH_MM / MM, height_mm / MM), layout="constrained", facecolor="white")
    figure.get_layout_engine().set(w_pad=0.06, h_pad=0.06)  # type: ignore[union-attr, call-arg]
    axes = figure.add_subplot()
    axes.set_axisbelow(True)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(GREY)
    return figure, axes


def _plain_ticks(axes: "Axes") -> None:
    axes.tick_params(length=0, colors=SOFT, pad=4)
    for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
        label.set_fontproperties(_font(8))
        label.set_color(INK)


def _legend(axes: "Axes", title: str = "") -> None:
    """Above the chart, where it hides nothing; with what is left out."""
    figure: Any = axes.figure
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=4, frameon=False, prop=_font(8), handlelength=1.6,
                  title=title or None, title_fontproperties=_font(8), alignment="left", borderaxespad=0.2)  # fmt: skip


def _locator(*, whole: bool = False) -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=5, integer=whole)


@lru_cache(maxsize=8)
def _font(size: float) -> Any:
    import matplotlib
    from matplotlib.font_manager import FontProperties

    return FontProperties(fname=str(Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf")), size=size)


def _chart(figure: "Figure", name: str, alt: str, height: float, form: Form) -> Chart:
    """Drawn without the day and the version of the library in it."""
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=DOTS[form], metadata={"Software": None})
    return Chart(name, alt, content.getvalue(), height)
