"""Targeted recommendations (адресные рекомендации) of a round: rules as data on its results. Pure."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from roadmap.calendar import WorkCalendar
from roadmap.catalogue.schema import Indicator
from roadmap.language import in_days
from roadmap.language.text import brief, ended
from roadmap.monitoring.indicators.compute import AskedBody, shown
from roadmap.monitoring.indicators.gaps import meets_target
from roadmap.monitoring.indicators.verdict import is_worse, shortfall
from roadmap.monitoring.periods import RETURNS_RU
from roadmap.monitoring.recommendations.reasons import lacks_records, named, reasons_of, says_none
from roadmap.monitoring.recommendations.rules import Rule, When
from roadmap.monitoring.recommendations.shortage import missing
from roadmap.monitoring.snapshot import Advice, Answer, IndicatorResult, OverduePoint

COMPARISON_RU = {"at_least": "не менее", "at_most": "не более", "equals": "равно"}


@dataclass(frozen=True, slots=True)
class RoadmapItem:
    """An item that may answer a shortfall: its code, «2.3 Разработка …», and the body that owns it."""

    code: str
    words: str
    owner: AskedBody


@dataclass(frozen=True, slots=True)
class Overdue:
    """An overdue control point with the item it belongs to and the body that answers."""

    point: OverduePoint
    item: RoadmapItem
    body: AskedBody


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the rules look at. ``items``: all of the roadmap by code; ``open_keys``: recommended before, not settled."""

    roadmap: str
    period: str
    due_on: date
    note_on: date
    day: date
    """The day of the snapshot."""
    keeper: AskedBody
    """Who is to act where no item answers an indicator."""
    calendar: WorkCalendar
    results: Sequence[IndicatorResult] = ()
    indicators: Mapping[str, Indicator] = field(default_factory=dict)
    items: Mapping[str, RoadmapItem] = field(default_factory=dict)
    overdue: Sequence[Overdue] = ()
    open_keys: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One shortfall a rule found; ``about`` is the code of the indicator or item, «-» for neither."""

    about: str
    body: AskedBody
    words: Mapping[str, str]
    indicator: str | None = None
    items: tuple[RoadmapItem, ...] = ()


def advise(facts: Facts, rules: Iterable[Rule]) -> tuple[Advice, ...]:
    """What is recommended, rule after rule, within a rule by indicator or item and then by the body's name."""
    found: list[Advice] = []
    for rule in rules:
        due_on = facts.calendar.add_working_days(facts.note_on, rule.term)
        found += (_advice(rule, case, facts, due_on) for case in CASES[rule.when](rule, facts))
    return tuple(found)


def target_words(one: IndicatorResult) -> str:
    """«не менее 30 % к 2024 году», «не менее 10 % ежегодно», «да»; empty where the document gives no number."""
    if one.target is None:
        return ""
    if one.way == "flag":
        said = shown(one.target, one)
    else:
        said = f"{COMPARISON_RU[one.comparison or 'equals']} {shown(one.target, one)}"
    if one.rhythm:
        return f"{said} {RETURNS_RU[one.rhythm]}"
    return f"{said} к {one.target_year} году" if one.target_year else said


def _advice(rule: Rule, case: Case, facts: Facts, due_on: date) -> Advice:
    key = f"{facts.roadmap}/{rule.code}/{case.about}/{case.body.code}"
    return Advice(
        rule=rule.code,
        indicator=case.indicator,
        body=case.body.code,
        body_name=case.body.name,
        text=ended(rule.text.format_map(case.words)),
        ground=ended(rule.ground.format_map(case.words)),
        items=tuple(item.words for item in case.items),
        item_codes=tuple(item.code for item in case.items),
        due_on=due_on,
        open_key=key,
        is_open_already=key in facts.open_keys,
    )


def _below_target(rule: Rule, facts: Facts) -> Iterator[Case]:
    for one in facts.results:
        if one.verdict not in ("not_met", "behind") or one.target is None or one.value is None:
            continue
        comparison = one.comparison or "equals"
        short = one.expected.value if one.verdict == "behind" and one.expected else one.value
        if shortfall(short, comparison, one.target) < (rule.gap or 0.0) * (abs(one.target) or 1.0):
            continue
        more = {
            "target": target_words(one),
            "gap": _distance(shortfall(one.value, comparison, one.target), one),
            "forecast": _forecast(one),
            "missing": _missing(facts, one, one.numerator, one.denominator),
        }
        yield _regional(facts, one, more)


def _forecast(one: IndicatorResult) -> str:
    """« Прогноз на конец 2027 года: 24 % (линейный тренд по 3 раундам).», of few values «от … до …»."""
    if one.expected is None:
        return ""
    likely = shown(one.expected.value, one)
    if one.expected.low is not None and one.expected.high is not None:
        likely = f"от {shown(one.expected.low, one)} до {shown(one.expected.high, one)}"
    day = one.due_on
    end = f"конец {one.expected.year} года" if day is None or day.month == 12 else f"{day:%d.%m.%Y}"
    return f" Прогноз на {end}: {likely} ({one.expected.method})."


def _missing(facts: Facts, one: IndicatorResult, numerator: float | None, denominator: float | None) -> str:
    said = missing(one, facts.indicators.get(one.code), numerator=numerator, denominator=denominator)
    return f" {said}" if said else ""


def _falling(rule: Rule, facts: Facts) -> Iterator[Case]:
    """By the values that may be compared: those of the same bodies, counted from the same day."""
    for one in facts.results:
        last = one.trend[-(rule.rounds or 1) - 1 :]
        values = [point.like for point in last]
        is_met = one.value is not None and meets_target(one, one.value)
        if len(last) < (rule.rounds or 1) + 1 or one.way == "flag" or is_met:
            continue
        if all(
            a is not None and b is not None and is_worse(b, a, one.comparison, one.way) for a, b in pairwise(values)
        ):
            trend = " → ".join(f"{shown(point.like, one)} ({point.period})" for point in last)
            yield _regional(facts, one, {"trend": trend})


def _silent(rule: Rule, facts: Facts) -> Iterator[Case]:
    due = f"срок {'был' if facts.due_on < facts.day else '—'} {facts.due_on:%d.%m.%Y}"
    for body, asked in sorted(_wholly_silent(facts.results).items(), key=lambda one: (one[0].name, one[0].code)):
        words = {"period": facts.period, "due": due, "asked": f"{asked}"}
        yield Case("-", body, words)


def _no_data(rule: Rule, facts: Facts) -> Iterator[Case]:
    """One recommendation to a body, however many indicators it has no data for; none where nothing can be counted."""
    silent = {body.code for body in _wholly_silent(facts.results)}
    lacking: dict[AskedBody, list[tuple[IndicatorResult, Answer]]] = {}
    for one in facts.results:
        for answer in one.answers:
            is_missing = answer.state != "given" and not says_none(answer.reason)
            if is_missing and answer.body not in silent:
                lacking.setdefault(AskedBody(answer.body, answer.name), []).append((one, answer))
    for body, several in sorted(lacking.items(), key=lambda one: (one[0].name, one[0].code)):
        several_of = "показателям" if len(several) > 1 else "показателю"
        words = {
            "period": facts.period,
            "asked": f"{several_of} {named([one for one, _ in several])}",
            "reasons": f"{several_of}: {reasons_of(several)}",
            "what": "Наладить учёт и представить" if lacks_records(several) else "Представить",
        }
        items = tuple(dict.fromkeys(item for one, _ in several for item in _answering(facts, one)))
        yield Case("-", body, words, several[0][0].code if len(several) == 1 else None, items)


def _lagging(rule: Rule, facts: Facts) -> Iterator[Case]:
    for one in facts.results:
        if one.way not in ("share", "ratio") or not one.value or one.comparison == "equals" or one.given < 2:
            continue
        comparison = one.comparison or "at_least"
        for answer in one.answers:
            if answer.value is None or shortfall(answer.value, comparison, one.value) < (rule.gap or 0) * one.value:
                continue
            if meets_target(one, answer.value):
                continue
            words = {
                "what": "Снизить" if comparison == "at_most" else "Повысить",
                "side": "выше" if comparison == "at_most" else "ниже",
                "missing": _missing(facts, one, answer.numerator, answer.denominator),
                "value": shown(answer.value, one),
                "whole": shown(one.value, one),
                "gap": _distance(abs(answer.value - one.value), one),
                "parts": _parts(one, answer),
            }
            yield _of_body(facts, one, answer, words)


def _parts(one: IndicatorResult, answer: Answer) -> str:
    """« (241 из 2 856)», of a ratio « (499 на 2)»."""
    of = "из" if one.way == "share" else "на"
    return f" ({_plain(answer.numerator)} {of} {_plain(answer.denominator)})"


def _overdue(rule: Rule, facts: Facts) -> Iterator[Case]:
    found: dict[tuple[str, str], list[Overdue]] = {}
    for one in facts.overdue:
        if one.point.days >= (rule.days or 0):
            found.setdefault((one.item.code, one.body.code), []).append(one)
    for several in found.values():
        oldest = max(several, key=lambda one: one.point.days)
        days, n = oldest.point.days, len(several)
        points = f"; точек: {n}" if n > 1 else ""
        words = {
            "item": oldest.point.title,
            "deadline": f"{oldest.point.deadline_on:%d.%m.%Y}",
            "day": f"{facts.day:%d.%m.%Y}",
            "days": in_days(days),
            "points": points,
        }
        yield Case(oldest.item.code, oldest.body, words, items=(oldest.item,))


CASES: Mapping[When, Callable[[Rule, Facts], Iterator[Case]]] = {
    "below_target": _below_target,
    "falling": _falling,
    "silent": _silent,
    "no_data": _no_data,
    "lagging": _lagging,
    "overdue": _overdue,
}


def _wholly_silent(results: Iterable[IndicatorResult]) -> dict[AskedBody, int]:
    """Bodies that gave nothing at all, with the number of indicators they were asked for."""
    asked: dict[AskedBody, int] = {}
    heard: set[str] = set()
    for one in results:
        for answer in one.answers:
            if answer.state != "silent":
                heard.add(answer.body)
            body = AskedBody(answer.body, answer.name)
            asked[body] = asked.get(body, 0) + 1
    return {body: n for body, n in asked.items() if body.code not in heard}


def _regional(facts: Facts, one: IndicatorResult, more: Mapping[str, str]) -> Case:
    """What concerns all falls to the owner of the first item that answers it, else to the keeper."""
    items = _answering(facts, one)
    body = items[0].owner if items else facts.keeper
    return Case(one.code, body, {**_about(facts, one), **more}, one.code, items)


def _of_body(facts: Facts, one: IndicatorResult, answer: Answer, more: Mapping[str, str]) -> Case:
    body = AskedBody(answer.body, answer.name)
    return Case(one.code, body, {**_about(facts, one), **more}, one.code, _answering(facts, one))


def _answering(facts: Facts, one: IndicatorResult) -> tuple[RoadmapItem, ...]:
    entry = facts.indicators.get(one.code)
    return tuple(facts.items[code] for code in (entry.answered_by if entry else ()) if code in facts.items)


def _about(facts: Facts, one: IndicatorResult) -> Mapping[str, str]:
    return {
        "title": brief(one.title),
        "number": one.code,
        "period": facts.period,
        "value": shown(one.value, one),
    }


def _distance(gap: float, one: IndicatorResult) -> str:
    """«12,5 п. п.» between two shares, else a plain number."""
    if one.way == "flag":
        return "значение «нет»"
    return f"{_plain(gap)}\u00a0п.\u00a0п." if one.way == "share" else _plain(gap)


def _plain(value: float | None) -> str:
    digits = f"{value or 0.0:,.1f}".removesuffix(".0")
    return digits.replace(",", "\u00a0").replace(".", ",")
