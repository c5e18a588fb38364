"""The tables of the analytic note as rows of words. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from roadmap.language.text import NBSP, brief_item, ended
from roadmap.monitoring.indicators.ranking import Lag
from roadmap.monitoring.report import words
from roadmap.monitoring.snapshot import Advice, Answer, ExecutionRow, IndicatorResult, OverduePoint, Verdict

GOOD, FAIR, BAD, PLAIN, EMPTY = "D5EBD3", "FCE8C5", "F8CFCB", "FFFFFF", "ECEFF1"
VERDICT_TONE: dict[Verdict, str] = {
    "met": GOOD,
    "on_way": GOOD,
    "behind": FAIR,
    "not_met": BAD,
    "not_judged": PLAIN,
    "no_data": EMPTY,
}
SHOWN_ITEMS = 3
GIVEN_BEFORE = "Дано ранее, ещё не исполнено."
STATE_RU = {"no_data": "нет данных", "silent": "не представлено"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column: the name of its cell in a row, its title, its width in parts of 100, how it stands."""

    key: str
    title: str
    width: int
    align: Literal["left", "center", "right"] = "left"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: rows hold words by column, and under «tone» the ground of the ``toned`` cell (RRGGBB)."""

    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, str], ...]
    toned: str = ""
    more: str = ""
    """What is left out, in words."""

    def shortened(self, limit: int, more: str) -> "Grid":
        """The first rows only."""
        return replace(self, rows=self.rows[:limit], more=more)


def indicators_grid(results: Iterable[IndicatorResult]) -> Grid:
    """All indicators against their targets."""
    columns = (
        Column("code", "№", 7, "center"),
        Column("title", "Показатель", 35),
        Column("target", "Цель", 19, "center"),
        Column("value", "Значение", 12, "center"),
        Column("change", "К прошлому раунду", 12, "center"),
        Column("verdict", "Оценка", 15, "center"),
    )
    return Grid(columns, tuple(_indicator_row(one) for one in results), "verdict")


def _indicator_row(one: IndicatorResult) -> dict[str, str]:
    return {
        "code": one.code,
        "title": one.title,
        "target": words.target(one),
        "value": words.amount(one, one.value) + (f" ({words.coverage(one)})" if one.asked > 1 else ""),
        "change": words.covered_change(one) or "—",
        "verdict": one.verdict_words,
        "given": words.coverage(one),
        "forecast": words.forecast(one) or "—",
        "tone": VERDICT_TONE[one.verdict],
    }


def lagging_grid(lags: Sequence[Lag]) -> Grid:
    """Who falls short, the worst first."""
    columns = (
        Column("place", "№", 7, "center"),
        Column("name", "Муниципалитет", 35),
        Column("target", "Не\u00a0достигли цели, показатели", 21, "center"),
        Column("mean", "Хуже среднего по\u00a0региону, показатели", 21, "center"),
        Column("gap", "В\u00a0среднем на", 16, "center"),
    )
    return Grid(
        columns,
        tuple(
            {
                "place": str(n),
                "name": lag.name,
                "target": ", ".join(lag.below_target) or "—",
                "mean": ", ".join(lag.below_mean) or "—",
                "short": ", ".join(lag.short),
                "gap": words.percent(lag.gap),
                "missing": ", ".join(lag.missing),
                "tone": BAD if len(lag.below_target) > 1 else FAIR if lag.below_target else PLAIN,
            }
            for n, lag in enumerate(lags, start=1)
        ),
        "target",
    )


def execution_grid(title: str, rows: Iterable[ExecutionRow]) -> Grid:
    """Control points of the period by section, kind or body."""
    columns = (
        Column("name", title, 30),
        Column("due", "Срок наступил", 12, "center"),
        Column("in_time", "В срок", 10, "center"),
        Column("late", "С опоз\u00adданием", 12, "center"),
        Column("overdue", "Не испол\u00adнено", 12, "center"),
        Column("excused", "Из\u00a0них не\u00a0по вине", 12, "center"),
        Column("share", "В\u00a0срок, доля", 12, "center"),
    )
    return Grid(columns, tuple(_execution_row(row) for row in rows), "share")


def _execution_row(row: ExecutionRow) -> dict[str, str]:
    share = row.share
    tone = PLAIN if share is None else GOOD if share >= 0.9 else FAIR if share >= 0.7 else BAD
    counts = {name: words.whole(getattr(row, name)) for name in ("due", "in_time", "late", "overdue", "excused")}
    return {"name": row.name, **counts, "share": words.percent(share), "tone": tone}


def overdue_grid(points: Iterable[OverduePoint], *, with_body: bool = True) -> Grid:
    """What is not reported though its deadline is past, the longest first."""
    columns = (
        Column("number", "Пункт", 10, "center"),
        Column("title", "Мероприятие", 40 if with_body else 62),
        *((Column("body", "Исполнитель", 22),) if with_body else ()),
        Column("deadline", "Срок", 15, "center"),
        Column("days", "Дней", 13, "center"),
    )
    ordered = sorted(points, key=lambda point: (-point.days, point.key))
    return Grid(
        columns,
        tuple(
            {
                "number": point.number or "—",
                "title": point.title,
                "body": point.body,
                "deadline": f"{point.deadline_on:%d.%m.%Y}",
                "days": words.whole(point.days),
                "tone": BAD if point.days > 30 else FAIR,
            }
            for point in ordered
        ),
        "days",
    )


def advice_grid(advice: Iterable[Advice], *, with_body: bool = True) -> Grid:
    """Targeted recommendations: to whom, what, on what ground, by which item, by when."""
    columns = (
        *((Column("body", "Кому", 17),) if with_body else ()),
        Column("text", "Что рекомендуется", 27 if with_body else 34),
        Column("ground", "Основание", 20 if with_body else 26),
        Column("points", "Пункты дорожной карты", 24 if with_body else 28),
        Column("due", "Срок", 12, "center"),
    )
    return Grid(
        columns,
        tuple(
            {
                "body": one.body_name,
                "text": ended(ended(one.text), GIVEN_BEFORE if one.is_open_already else ""),
                "ground": ended(one.ground),
                "points": items_words(one.items),
                "due": f"{one.due_on:%d.%m.%Y}",
                "tone": PLAIN,
            }
            for one in advice
        ),
    )


def items_words(items: Sequence[str]) -> str:
    """Items by number with their titles cut, three at most: «2.3 Разработка…; 2.4 …; ещё 2»."""
    more = len(items) - SHOWN_ITEMS
    said = [brief_item(item) for item in items[:SHOWN_ITEMS]]
    return "; ".join([*said, f"ещё{NBSP}{more}"] if more > 0 else said) or "—"


ANSWER_COLUMNS = (
    Column("name", "Участник", 27),
    Column("numerator", "Числи\u00adтель", 11, "center"),
    Column("denominator", "Знаме\u00adнатель", 12, "center"),
    Column("value", "Значение", 14, "center"),
    Column("source", "Источник", 36),
)


def answers_grid(result: IndicatorResult) -> Grid:
    """Every number of an indicator with its source."""
    return Grid(ANSWER_COLUMNS, tuple(answer_row(result, answer) for answer in result.answers), "value")


def answer_row(result: IndicatorResult, answer: Answer) -> dict[str, str]:
    """One body's answer: what it gave, or that it gave nothing, and where that stands."""
    late = " (позже срока)" if answer.is_late else ""
    said = [part for part in (answer.source + late if answer.source else "", answer.reason) if part]
    given = answer.state == "given"
    return {
        "name": answer.name,
        "numerator": words.exact(answer.numerator) or "—",
        "denominator": words.exact(answer.denominator) or "—",
        "value": words.amount(result, answer.value) if given else STATE_RU[answer.state],
        "source": "; ".join(said) or "—",
        "tone": PLAIN if given else EMPTY,
    }
