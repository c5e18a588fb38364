"""The analytic note as words and tables, before it is a file: Word, PDF and HTML show the same ``ReportView``. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from roadmap.calendar.zones import local
from roadmap.catalogue.schema import RHYTHM_RU
from roadmap.language.text import NBSP, capitalize_first, ended
from roadmap.monitoring.indicators.ranking import lagging, worst
from roadmap.monitoring.report import words
from roadmap.monitoring.report.heat_table import Heat, heat_of
from roadmap.monitoring.report.pages import own_grid, own_lead
from roadmap.monitoring.report.summary import summary
from roadmap.monitoring.report.tables import (
    Grid,
    advice_grid,
    answers_grid,
    execution_grid,
    indicators_grid,
    lagging_grid,
    overdue_grid,
)
from roadmap.monitoring.snapshot import Answer, IndicatorResult, Snapshot

#: With more bodies the appendix is a workbook of its own.
APPENDIX_BODIES = 100
#: The longest tables of the note itself; the rest is in the workbook.
SHOWN_ROWS = 100
SHOWN_WORST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail:
    """One indicator: its title, what is said of it, where the document names it."""

    code: str
    title: str
    sentence: str
    document: str
    """The target as the document words it, with the place."""
    worst: str
    """Who falls short, in a sentence; empty where nobody or not judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """Everything the note says, in Russian."""

    heading: str
    subject: str
    """«Ежеквартальный мониторинг за III квартал 2026 г.»"""
    region: str
    title: str
    act: str
    period: str
    summary: tuple[str, ...]
    remarks: tuple[str, ...]
    indicators: Grid
    details: tuple[Detail, ...]
    lagging: Grid
    sections: Grid
    kinds: Grid
    bodies: Grid
    execution: str
    overdue: Grid
    advice: Grid
    heat: Heat | None
    appendix: tuple[tuple[str, Grid], ...]
    appendix_words: str
    closing: str


def report_of(snapshot: Snapshot, *, zone: str = "UTC") -> ReportView:
    """The note of a snapshot; instants are told on the clocks of ``zone``."""
    lags = lagging(snapshot)
    big = is_big(snapshot)
    return ReportView(
        heading="Аналитическая справка",
        subject=f"{_adjective(snapshot)} мониторинг за{NBSP}{snapshot.period}",
        region=snapshot.region,
        title=snapshot.title,
        act=snapshot.act,
        period=snapshot.period,
        summary=summary(snapshot),
        remarks=tuple(ended(line) for line in snapshot.remarks),
        indicators=indicators_grid(snapshot.indicators),
        details=tuple(_detail(one) for one in snapshot.indicators),
        lagging=_cut(
            lagging_grid([lag for lag in lags if lag.short]),
            SHOWN_WORST,
            "в приложении" if big else "на карте дефицитов",
        ),
        sections=_cut(execution_grid("Раздел", snapshot.by_section), SHOWN_ROWS),
        kinds=_cut(execution_grid("Вид мероприятия", snapshot.by_kind), SHOWN_ROWS),
        bodies=_cut(execution_grid("Исполнитель", snapshot.by_body), SHOWN_ROWS),
        execution=words.execution(snapshot.execution),
        overdue=_cut(overdue_grid(snapshot.overdue), SHOWN_ROWS),
        advice=_cut(advice_grid(snapshot.advice), SHOWN_ROWS),
        heat=_shown_heat(snapshot),
        appendix=() if big else tuple((appendix_title(one), answers_grid(one)) for one in _answered(snapshot)),
        appendix_words=_appendix_words(snapshot, big=big),
        closing=words.closing(snapshot, local(snapshot.as_of, zone)),
    )


def is_big(snapshot: Snapshot) -> bool:
    """Whether every number of the appendix goes to a workbook: more than 100 bodies were asked."""
    return len({answer.body for one in snapshot.indicators for answer in one.answers}) > APPENDIX_BODIES


def has_workbook(snapshot: Snapshot) -> bool:
    """Whether there is a workbook at all: for the appendix, or for tables of which the note shows the beginning."""
    tables = (snapshot.overdue, snapshot.advice, snapshot.by_body, snapshot.by_section)
    return is_big(snapshot) or any(len(rows) > SHOWN_ROWS for rows in tables)


def appendix_title(result: IndicatorResult) -> str:
    """«Показатель 3. Доля педагогических работников…»."""
    return f"Показатель {result.code}. {result.title}"


def _adjective(snapshot: Snapshot) -> str:
    return RHYTHM_RU[snapshot.rhythm].capitalize()


def _answered(snapshot: Snapshot) -> Iterable[IndicatorResult]:
    return (one for one in snapshot.indicators if one.answers)


def _detail(result: IndicatorResult) -> Detail:
    short = worst(result)
    said = ""
    if short:
        names = [f"{answer.name}{NBSP}— {words.amount(result, answer.value)}" for answer in short]
        head = f"{capitalize_first(words.compared(result))}{NBSP}— {words.number_of(len(short), 'participant')}"
        said = ended(f"{head}: {words.listed(names, 10)}")
    document = f"В документе: «{result.words}»" if result.words else "В документе целевое значение не названо"
    return Detail(
        code=result.code,
        title=appendix_title(result),
        sentence=words.indicator(result),
        document=ended(f"{document} ({result.place})" if result.place else document),
        worst=said,
    )


def _cut(grid: Grid, limit: int, where: str = "в приложении (.xlsx)") -> Grid:
    """The first rows, and in words how many more there are."""
    more = len(grid.rows) - limit
    if more <= 0:
        return grid
    return grid.shortened(limit, f"Показаны первые {limit}; ещё {words.whole(more)}{NBSP}— {where}.")


def _shown_heat(snapshot: Snapshot) -> Heat | None:
    """The heat table, the worst rows of a long one."""
    heat = heat_of(snapshot)
    if heat is None or len(heat.rows) <= SHOWN_ROWS:
        return heat
    of = words.whole(len(heat.rows))
    more = f"Показаны {SHOWN_ROWS} с{NBSP}наибольшими дефицитами из{NBSP}{of}; все — в приложении."
    return heat.shortened(SHOWN_ROWS, more)


def _appendix_words(snapshot: Snapshot, *, big: bool) -> str:
    if not any(_answered(snapshot)):
        return "Данных по показателям в этом раунде не запрашивалось."
    if big:
        return (
            "Значения каждого участника с источником (числитель, знаменатель, кто, когда и где внёс), полные таблицы "
            "исполнения и карта дефицитов приведены в отдельной книге .xlsx, приложенной к справке."
        )
    return "Значения, из которых рассчитаны показатели, и источник каждого: кто, когда и где внёс."


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A body's own page: its values against the region and the target, its overdue points, its recommendations."""

    heading: str
    body: str
    subject: str
    region: str
    title: str
    act: str
    lead: str
    indicators: Grid
    execution: str
    overdue: Grid
    advice: Grid
    closing: str


class Pages:
    """The own pages of bodies, with what is needed to find a body's part of a snapshot at once."""

    def __init__(self, snapshot: Snapshot, *, zone: str = "UTC") -> None:
        self._snapshot = snapshot
        self._as_of: datetime = local(snapshot.as_of, zone)
        self._answers: dict[str, list[tuple[IndicatorResult, Answer]]] = {}
        for result in snapshot.indicators:
            for answer in result.answers:
                self._answers.setdefault(answer.body, []).append((result, answer))

    @cached_property
    def _closing(self) -> str:
        """The hash of a large snapshot takes a third of a second: once for all pages."""
        return words.closing(self._snapshot, self._as_of)

    def bodies(self, shorts: Mapping[str, str]) -> tuple[str, ...]:
        """Codes of the bodies that have a page: asked, overdue, recommended to; ``shorts`` are short names by code."""
        overdue = {point.body for point in self._snapshot.overdue}
        advised = {one.body for one in self._snapshot.advice}
        return tuple(
            code
            for code, short in shorts.items()
            if code in self._answers or code in advised or {code, short} & overdue
        )

    def page(self, body: str, short: str, *, is_alone: bool = True) -> Page:
        """The page of a body by its code and short name.

        Rows of execution name bodies by short name; where two share one (``is_alone`` false) a row is shown only when
        its key names the code, so that nothing of another body is told.
        """
        snapshot = self._snapshot
        own = self._answers.get(body, [])
        overdue = [
            point
            for point in snapshot.overdue
            if point.body == body or (point.body == short and (is_alone or body in point.key.split("/")))
        ]
        row = next((row for row in snapshot.by_body if is_alone and row.name == short), None)
        return Page(
            heading="Страница участника мониторинга",
            body=short,
            subject=f"{_adjective(snapshot)} мониторинг за{NBSP}{snapshot.period}",
            region=snapshot.region,
            title=snapshot.title,
            act=snapshot.act,
            lead=own_lead(own),
            indicators=own_grid(own),
            execution=words.execution(row) if row else "",
            overdue=overdue_grid(overdue, with_body=False),
            advice=advice_grid([one for one in snapshot.advice if one.body == body], with_body=False),
            closing=self._closing,
        )
