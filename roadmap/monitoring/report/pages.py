"""The own page of a body: its values beside the region's and the target. Pure."""

from collections.abc import Sequence

from roadmap.language.text import ended
from roadmap.monitoring.indicators.gaps import reference
from roadmap.monitoring.indicators.ranking import is_short, notion_of
from roadmap.monitoring.report import words
from roadmap.monitoring.report.tables import BAD, EMPTY, GOOD, PLAIN, STATE_RU, Column, Grid
from roadmap.monitoring.snapshot import Answer, IndicatorResult

Own = Sequence[tuple[IndicatorResult, Answer]]


def own_grid(own: Own) -> Grid:
    """A body's values against the region and the target."""
    columns = (
        Column("code", "№", 7, "center"),
        Column("title", "Показатель", 37),
        Column("value", "Ваше значение", 18, "center"),
        Column("region", "По региону", 15, "center"),
        Column("target", "Цель", 23, "center"),
    )
    return Grid(columns, tuple(_row(result, answer) for result, answer in own), "value")


def _row(result: IndicatorResult, answer: Answer) -> dict[str, str]:
    given = answer.state == "given"
    compared = given and reference(result) is not None
    tone = EMPTY if not given else PLAIN if not compared else BAD if is_short(result, answer.value) else GOOD
    return {
        "code": result.code,
        "title": result.title,
        "value": words.amount(result, answer.value) if given else STATE_RU[answer.state],
        "region": words.amount(result, result.value),
        "target": words.target(result),
        "numerator": words.exact(answer.numerator),
        "denominator": words.exact(answer.denominator),
        "tone": tone,
    }


def own_lead(own: Own) -> str:
    """What the page says first: what was given, what falls short."""
    if not own:
        return "Данных по показателям у вас не запрашивалось."
    missing = [result.code for result, answer in own if answer.state != "given"]
    asked = f"Запрошены данные по {words.number_of(len(own), 'to_indicators')}"
    said = [f"{asked}; представлены все." if not missing else f"{asked}; не представлены: {', '.join(missing)}."]
    short = [result for result, answer in own if is_short(result, answer.value)]
    for notion, what in (("target", "цели"), ("mean", "среднего по\u00a0региону")):
        found = [result for result in short if notion_of(result) == notion]
        if found:
            side = words.beyond(found).capitalize()
            codes = ", ".join(result.code for result in found)
            said.append(f"{side} {what}: {words.number_of(len(found), 'indicator')} — {codes}.")
    if not short and any(answer.value is not None and reference(result) is not None for result, answer in own):
        said.append("Значений хуже цели или среднего по\u00a0региону нет.")
    return ended(*said)
