"""Indicators of a round from what bodies answered: sums, values, trend, verdict. Pure.

A share and a ratio are the sum of numerators over the sum of denominators of those who gave both; a total is a sum;
«да/нет» is yes only where all asked say yes. Missing data are «нет данных», never zero.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from math import fsum

from roadmap.catalogue.schema import Indicator
from roadmap.monitoring.indicators.due import due_on, is_due, is_same_count, is_same_span, part
from roadmap.monitoring.indicators.forecast import expected, rounded
from roadmap.monitoring.indicators.like import MOST, Like, Numbers, compare
from roadmap.monitoring.indicators.verdict import direction, is_worse, meets, verdict
from roadmap.monitoring.periods import Period
from roadmap.monitoring.snapshot import Answer, IndicatorResult, TrendPoint, Way

EARLIER = 8
"""So many earlier rounds are shown beside this one."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a body last gave for an indicator; without numbers it said that it has none."""

    numerator: float | None
    denominator: float | None = None
    source: str = ""
    reason: str = ""
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class AskedBody:
    """A body that is asked: its code and short name."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """One indicator and everything its result is made of."""

    indicator: Indicator
    number: int
    asked: Sequence[AskedBody]
    given: Mapping[str, Given]
    """By the body's code; bodies that are not asked do not count."""
    earlier: Sequence[TrendPoint] = field(default=())
    """Oldest first."""
    answered: Mapping[date, Mapping[str, Numbers]] = field(default_factory=dict)
    """What bodies gave in the earlier rounds, by the round's last day and the body's code."""


def results(counted: Sequence[Counted], *, period: Period, shift: int = 0) -> tuple[IndicatorResult, ...]:
    """One result for each indicator, by its number; ``shift``: the years a rehearsal copy is moved by."""
    return tuple(_result(one, period, shift) for one in sorted(counted, key=lambda one: one.number))


def value_of(way: Way, numerator: float | None, denominator: float | None) -> float | None:
    """Percent for a share, the quotient for a ratio, the numerator itself otherwise; None where it has no sense."""
    if numerator is None:
        return None
    if way in ("total", "flag"):
        return rounded(numerator)
    if not denominator:
        return None
    return rounded(numerator / denominator * (100 if way == "share" else 1))


def is_complete(way: Way, given: Given) -> bool:
    """Whether the numbers that the way needs are all there."""
    return given.numerator is not None and (way in ("total", "flag") or given.denominator is not None)


def remarks(found: Sequence[IndicatorResult]) -> Iterator[str]:
    """What the reader of the numbers must know: a running total that fell, a first value that says no way yet."""
    first = []
    for one in found:
        likes = [point.like for point in one.trend if point.like is not None]
        now, before = (likes[-1], likes[:-1]) if likes else (None, [])
        if one.is_cumulative and now is not None and before and is_worse(now, max(before), None, one.way):
            yield (
                f"Показатель {one.code}: значение нарастающим итогом ({shown(now, one)}) меньше прежнего "
                f"({shown(max(before), one)}) — проверьте данные"
            )
        if one.unforecast:
            yield f"Показатель {one.code}: {one.unforecast}"
        is_early = one.verdict == "not_judged" and one.target is not None and one.way != "flag"
        if is_early and one.value is not None and len(one.trend) == 1:
            first.append(one.code)
    if first:
        named = f"Показатель {first[0]} имеет" if len(first) == 1 else f"Показатели {', '.join(first)} имеют"
        yield f"{named} пока одно значение: темп виден со второго раунда"


def shown(value: float | None, one: IndicatorResult) -> str:
    """A value of the indicator as people read it: «34,1 %», «251», «да», «нет данных»."""
    if value is None:
        return "нет данных"
    if one.way == "flag":
        return "да" if value else "нет"
    digits = f"{value:,.1f}".removesuffix(".0").replace(",", "\u00a0").replace(".", ",")
    return f"{digits}\u00a0%" if one.way == "share" else digits


def _result(one: Counted, period: Period, shift: int) -> IndicatorResult:
    entry, way = one.indicator, one.indicator.counted
    asked = sorted(one.asked, key=lambda body: (body.name, body.code))
    answers = tuple(_answer(body, one.given.get(body.code), way) for body in asked)
    numerator, denominator = _sums(way, answers)
    value = value_of(way, numerator, denominator)
    like = _like(one, answers, value, period)
    passed, step = part(entry, period), like.comparison
    # A count at its own pace needs nobody's earlier answer: all who gave one now count.
    likely = expected(entry, like.points if passed is not None else like.series, period=period)
    if likely is not None and passed is None and like.bodies is not None:
        likely = likely.model_copy(update={"bodies": like.bodies})
    judged = verdict(entry, value, period=period, expected=likely, shift=shift, was_met=_was_met(entry, like, period))
    return IndicatorResult(
        code=entry.code,
        number=one.number,
        title=entry.title,
        unit=entry.unit,
        way=way,
        comparison=entry.comparison,
        target=entry.target,
        target_year=entry.target_year,
        is_cumulative=entry.cumulative,
        words=entry.words,
        place=entry.source.place,
        asked=len(answers),
        given=sum(answer.state == "given" for answer in answers),
        numerator=numerator,
        denominator=denominator,
        value=value,
        verdict=judged,
        direction=direction(step.before, step.now, way) if step else None,
        trend=like.points,
        expected=likely,
        answers=answers,
        rhythm=entry.rhythm,
        due_on=due_on(entry, period),
        is_due=is_due(entry, period) and judged != "not_judged",
        pace=rounded(entry.target * passed) if entry.target is not None and passed is not None else None,
        compared=step,
        unforecast=_unforecast(entry, like, period) if likely is None else "",
    )


def _like(one: Counted, answers: Sequence[Answer], value: float | None, period: Period) -> Like:
    """The rounds made comparable; one of another count («ежегодно», the year before) is shown and not compared."""
    gave = {each.body: (each.numerator or 0.0, each.denominator) for each in answers if each.state == "given"}
    now = TrendPoint(period=period.title, ends_on=period.end, value=value, asked=len(answers), given=len(gave))
    earlier = one.earlier[-EARLIER:]
    same = [point for point in earlier if is_same_count(one.indicator, period, point.ends_on)]
    found = compare(one.indicator.counted, now, same, numbers=gave, answered=one.answered)
    return replace(found, points=(*(point for point in earlier if point not in same), *found.points))


def _was_met(entry: Indicator, like: Like, period: Period) -> bool:
    """Whether an earlier round of the same span had what the target asks for."""
    if entry.target is None or entry.comparison is None:
        return False
    same = [point for point in like.points[:-1] if is_same_span(entry, period, point.ends_on)]
    return any(meets(point.like, entry.comparison, entry.target) for point in same if point.like is not None)


def _unforecast(entry: Indicator, like: Like, period: Period) -> str:
    """Why there is no forecast though earlier rounds have values: those who answered differ too much."""
    is_asked = entry.target is not None and entry.counted != "flag" and due_on(entry, period) is not None
    if not is_asked or is_due(entry, period) or part(entry, period) is not None or like.points[-1].value is None:
        return ""
    left_out = [point for point in like.points[:-1] if point.value is not None and point.like is None]
    if not left_out:
        return ""
    return (
        "прогноза нет: состав ответивших изменился, ответившие и тогда, и теперь — меньше "
        f"{MOST * 100:.0f}\u00a0% по числу или по знаменателям"
    )


def _answer(body: AskedBody, given: Given | None, way: Way) -> Answer:
    if given is None:
        return Answer(body=body.code, name=body.name, state="silent")
    complete = is_complete(way, given)
    return Answer(
        body=body.code,
        name=body.name,
        state="given" if complete else "no_data",
        numerator=given.numerator if complete else None,
        denominator=given.denominator if complete else None,
        value=value_of(way, given.numerator, given.denominator) if complete else None,
        source=given.source,
        reason=given.reason,
        is_late=given.is_late,
    )


def _sums(way: Way, answers: Sequence[Answer]) -> tuple[float | None, float | None]:
    """Numerator and denominator of all together; exact sums, so that the order of bodies changes nothing."""
    given = [answer for answer in answers if answer.state == "given"]
    if not given:
        return None, None
    if way == "flag":
        return _all_say_yes(given, asked=len(answers)), None
    numerator = rounded(fsum(answer.numerator or 0.0 for answer in given))
    if way == "total":
        return numerator, None
    return numerator, rounded(fsum(answer.denominator or 0.0 for answer in given))


def _all_say_yes(given: Sequence[Answer], *, asked: int) -> float | None:
    """One «нет» decides; while somebody is silent, the «да» of the others decides nothing."""
    if any(not answer.numerator for answer in given):
        return 0.0
    return 1.0 if len(given) == asked else None
