"""Commands that say why: ``explain`` a deadline, ``check`` a document for contradictions."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from os.path import isfile
from pathlib import Path
from textwrap import shorten
from typing import Annotated, Any, NamedTuple

import typer
from sqlmodel import col, select

from deployments.cli import output
from deployments.cli.roadmap.look import From, Json, To, as_day
from models import ControlPoint, Edition, Roadmap
from models.db import open_session
from models.db.migrate import ready_engine
from models.settings import Settings
from roadmap.calendar import WorkCalendar
from roadmap.catalogue.calendar import calendar_of
from roadmap.catalogue.loading import built_in, built_in_codes, load_catalogue
from roadmap.catalogue.schema import Catalogue
from roadmap.control.planning import PlannedPoint
from roadmap.language import day
from roadmap.reading import Reading
from roadmap.review.answered import with_act_words
from roadmap.review.check import Finding, Load
from roadmap.review.check import check as check_document
from roadmap.review.check import load as load_of
from roadmap.review.explain import Explained, explain_item
from roadmap.review.words import SEVERITY_RU
from roadmap.terms import RULES, read
from roadmap.terms.wording.wording import say

_KEY = re.compile(
    r"(?P<roadmap>[a-z][a-z0-9.\-]*)/(?P<item>[a-z0-9][a-z0-9.\-]*)(?P<point>/[^/\s]+/\d{4}-\d\d-\d\d(-\d+)?)?"
)
#: What ends like the name of a file is one, there or not: no deadline does.
_FILE = re.compile(r"\S\.(docx?|pdf|ya?ml|html?|txt|xlsx?|csv|odt|rtf|json)\s*$", re.IGNORECASE)
_SHOWN = 12
KIND_RU = {
    "unread": "срок не прочитан",
    "early": "срок рядом с датой акта или раньше",
    "outside": "срок вне периода дорожной карты",
    "order": "порядок сроков",
    "need": "возможно, нужен результат, которого ещё нет",
    "owner": "разные ответственные",
    "body": "орган не определён",
    "fit": "вид не подходит к подтверждению",
    "alias": "сокращение введено повторно",
    "twice": "мероприятие повторяется",
    "day_off": "срок в нерабочий день",
    "done": "исполнено самим актом",
    "watch": "показатель без контроля",
    "define": "понятие не определено",
    "load": "пик нагрузки",
}
SETTING_RU = {
    ("roll", "preceding"): "перенос на предшествующий рабочий день (указ губернатора Свердловской области, п. 16–17)",
    ("roll", "following"): "перенос на следующий рабочий день (ГК РФ, ст. 193)",
    ("roll", "none"): "без переноса с нерабочего дня",
    ("report_by", "period_end"): "отчёт к концу отрезка времени",
    (
        "report_by",
        "next_month_10",
    ): "отчёт до 10-го числа следующего месяца (указ губернатора Свердловской области, п. 16–17)",
}
_BARS = "▁▂▃▄▅▆▇█"


class _Document(NamedTuple):
    """A document as it stands: on control with its shift of years, built in, or in a file."""

    catalogue: Catalogue
    shift: int = 0


def explain(
    what: Annotated[
        str, typer.Argument(metavar="КЛЮЧ|СЛОВА", help="krasnodar/2.1.3, ключ контрольной точки или слова срока.")
    ],
    start: From = None,
    end: To = None,
    as_json: Json = False,
) -> None:
    """Почему срок таков: слова, правило, даты, перенос, что изменится при другой настройке."""
    if key := _KEY.fullmatch(what.strip()):
        return _explain_key(key, as_json=as_json)
    if isfile(what) or _FILE.search(what):
        output.fail(
            f"«{shorten(what, 80, placeholder='…')}» — это файл, а здесь нужен ключ пункта или слова срока; "
            "о документе: vekha check ФАЙЛ.yaml, прочитать приказ: vekha import ФАЙЛ"
        )
    first, last = as_day(start) or date(2000, 1, 1), as_day(end) or date(2099, 12, 31)
    if last < first:
        output.fail(f"Период кончается ({last}) раньше, чем начинается ({first}): поправьте --from и --to")
    calendar = WorkCalendar()
    reading = read(what, start=first, end=last, calendar=calendar)
    facts = _reading(reading) | {"period": [first, last], "calendar": calendar.version}
    if as_json:
        return output.as_json(facts)
    for line in _reading_lines(reading):
        output.screen.print(line, markup=False)
    output.screen.print(f"Период: {day(first)} – {day(last)}; календарь: {calendar.version}.", markup=False)
    return None


def _explain_key(key: re.Match[str], *, as_json: bool) -> None:
    document = _document(key["roadmap"])
    catalogue = document.catalogue
    item = next((entry for _, entry in catalogue.duties_by_origin() if entry.code == key["item"]), None)
    if item is None:
        output.fail(f"В «{key['roadmap']}» нет пункта «{key['item']}»; перечень пунктов: vekha items {key['roadmap']}")
    calendar = calendar_of(catalogue)
    found = explain_item(catalogue, item, calendar=calendar, window_days=Settings().window_days, shift=document.shift)
    points = [point for point in found.points if not key["point"] or point.key == key[0]]
    facts = _facts(document, found, points, calendar)
    if key["point"] and not points:
        facts = _facts_of_stored(document, found, key[0], calendar)
    if as_json:
        return output.as_json(facts)
    return _show(facts, found)


def _facts(document: _Document, found: Explained, points: list[PlannedPoint], calendar: WorkCalendar) -> dict[str, Any]:
    catalogue, item = document.catalogue, found.item
    keys = {point.key for point in points}
    years = sorted({point.due_on.year for point in points})
    return {
        "key": f"{catalogue.code}/{item.code}",
        "title": item.title,
        "term": item.term,
        "act_words": dict(item.words),
        "document": catalogue.act.words,
        "source": item.source.place,
        "shift_years": document.shift,
        "reading": _reading(found.reading),
        "settings": {"roll": catalogue.roll, "report_by": catalogue.report_by},
        "calendar": {"version": calendar.version, "not_final": [y for y in years if not calendar.is_final(y)]},
        "points": [_point(point) for point in points],
        "on_control": list(_on_control(keys)),
        "otherwise": [
            {
                "setting": setting,
                "value": value,
                "points": [asdict(change) for change in changes if change.key in keys],
            }
            for (setting, value), changes in found.otherwise.items()
        ],
    }


def _facts_of_stored(document: _Document, found: Explained, key: str, calendar: WorkCalendar) -> dict[str, Any]:
    """A point that an edition or an extension has moved keeps its key: it is found by the day it now stands for."""
    with open_session(ready_engine()) as session:
        stored = session.exec(select(ControlPoint).where(ControlPoint.key == key)).first()
    if stored is None:
        output.fail(f"Контрольной точки «{key}» нет; точки: vekha points {document.catalogue.code}")
    body = key.split("/")[2]
    same = [p for p in found.points if (p.body_code or "-") == body and p.planned_due_on == stored.due_on]
    facts = _facts(document, found, same, calendar)
    facts["on_control"] = [{"key": key, "due_on": stored.due_on, "deadline_on": stored.deadline_on}]
    return facts


def _point(point: PlannedPoint) -> dict[str, Any]:
    return {
        "key": point.key,
        "purpose": point.purpose,
        "opens_on": point.opens_on,
        "due_on": point.due_on,
        "deadline_on": point.deadline_on,
        "note": point.deadline_note,
    }


def _on_control(keys: set[str]) -> Iterator[dict[str, Any]]:
    """Points whose deadline people have moved: what stands on control is not what the document gives."""
    with open_session(ready_engine()) as session:
        for point in session.exec(
            select(ControlPoint).where(col(ControlPoint.key).in_(keys)).order_by(ControlPoint.key)
        ):
            if f"/{point.due_on.isoformat()}" not in point.key:
                yield {"key": point.key, "due_on": point.due_on, "deadline_on": point.deadline_on}


def _reading(reading: Reading) -> dict[str, Any]:
    """The reading for programs, with the sentence of its rule and the canonical words."""
    canonical = None if reading.kind == "unreadable" or not reading.text else say(reading)
    return reading.to_json() | {"rule_words": RULES[reading.rule], "canonical": canonical}


def _reading_lines(reading: Reading, answered: str = "") -> Iterator[str]:
    """``answered``: the document's words beside a person's answer, where one stands in their place."""
    if answered:
        yield f"Срок: {answered}."
    else:
        yield f"Слова: «{reading.text}»" if reading.text else "Срок в документе не назван."
    if reading.kind == "unreadable":
        yield from (f"Не прочитано: {problem}" for problem in reading.problems)
        return
    yield f"Правило {reading.rule}: {RULES[reading.rule]}"
    if reading.text:
        yield f"Иначе говоря: {say(reading)}"
    for window in reading.windows[:_SHOWN]:
        yield f"  до {day(window.due)}" if window.start is None else f"  {day(window.start)} – {day(window.due)}"
    if len(reading.windows) > _SHOWN:
        yield f"  … всего сроков: {len(reading.windows)}, последний {day(reading.windows[-1].due)}"


def _show(facts: dict[str, Any], found: Explained) -> None:
    item = found.item
    lines = [item.title, f"{facts['key']} — {facts['document']}, {facts['source']}"]
    if answered := with_act_words("responsible", item.responsible, item.words):
        lines.append(f"Ответственный: {answered}.")
    lines += _reading_lines(found.reading, with_act_words("term", item.term, item.words))
    if facts["shift_years"]:
        lines.append(f"Репетиция: годы сдвинуты на {facts['shift_years']}.")
    settings = facts["settings"]
    lines.append("Настройки: " + "; ".join(SETTING_RU[setting, value] for setting, value in settings.items()) + ".")
    lines.append(f"Календарь: {facts['calendar']['version']}.")
    if years := facts["calendar"]["not_final"]:
        lines.append(f"Переносы выходных ещё не утверждены: {', '.join(map(str, years))} г.")
    for line in lines:
        output.screen.print(line, markup=False)
    points = facts["points"]
    rows = ((day(p["due_on"]), day(p["deadline_on"]), p["note"] or "не переносился") for p in points[:_SHOWN])
    title = f"Контрольных точек: {len(points)}"
    output.table(title, ("срок", "контрольный день", "почему"), rows, wide=("почему",))
    for moved in facts["on_control"]:
        output.screen.print(f"На контроле {moved['key']}: срок {day(moved['deadline_on'])}", markup=False)
    for other in facts["otherwise"]:
        output.screen.print(_otherwise(other), markup=False)


def _otherwise(other: dict[str, Any]) -> str:
    words, changed = SETTING_RU[other["setting"], other["value"]], other["points"]
    if not changed:
        return f"Если {words}: ничего не изменится."
    shown = ", ".join(f"{day(c['deadline_on'])} → {day(c['would_be'])}" for c in changed[:_SHOWN])
    more = f" и ещё {len(changed) - _SHOWN}" if len(changed) > _SHOWN else ""
    return f"Если {words}: {shown}{more}."


def check(
    what: Annotated[str, typer.Argument(metavar="КОД|ФАЙЛ", help="Код дорожной карты или файл каталога .yaml.")],
    as_json: Json = False,
    strict: Annotated[bool, typer.Option("--strict", help="Код завершения 1, если найдена ошибка.")] = False,
) -> None:
    """Противоречия в самом документе: сроки, ответственные, органы, повторы, пики нагрузки."""
    is_file = what.endswith((".yaml", ".yml")) or isfile(what)
    catalogue = load_catalogue(Path(what), unsettled=True) if is_file else _document(what).catalogue
    calendar = calendar_of(catalogue)
    findings, rows = check_document(catalogue, calendar), load_of(catalogue, calendar)
    if as_json:
        output.as_json(
            {
                "code": catalogue.code,
                "document": catalogue.act.words,
                "findings": [asdict(finding) for finding in findings],
                "load": [asdict(row) for row in rows],
            }
        )
    else:
        _show_findings(catalogue, findings)
        _show_load(catalogue, rows)
    if strict and any(finding.severity == "error" for finding in findings):
        raise typer.Exit(1)


def _show_findings(catalogue: Catalogue, findings: list[Finding]) -> None:
    cells = ((SEVERITY_RU[f.severity], KIND_RU[f.kind], f"{f.words}\n{f.place}") for f in findings)
    title = f"{catalogue.code}: замечаний к документу {len(findings)}"
    output.table(title, ("важность", "что", "подробнее"), cells, wide=("подробнее",))


def _show_load(catalogue: Catalogue, rows: list[Load]) -> None:
    """A bar a month from the first deadline to the last, per body."""
    names = {body.code: body.short for body in catalogue.bodies}
    counts: dict[str, dict[date, int]] = defaultdict(dict)
    for row in rows:
        counts[row.body][row.month] = row.count
    months = list(_months(rows))
    highest = max((row.count for row in rows), default=1)
    cells = []
    for body, by_month in sorted(counts.items(), key=lambda entry: -sum(entry[1].values())):
        peak = max(by_month, key=lambda month: by_month[month])
        bars = "".join(_bar(by_month.get(month, 0), highest) for month in months)
        cells.append((names[body], str(sum(by_month.values())), f"{peak:%m.%Y}: {by_month[peak]}", bars))
    span = f", {months[0]:%m.%Y}–{months[-1]:%m.%Y}" if months else ""
    output.table(f"Сроков по органам{span}", ("орган", "всего", "пик", "по месяцам"), cells, wide=("орган",))


def _months(rows: list[Load]) -> Iterator[date]:
    if rows:
        month, last = min(row.month for row in rows), max(row.month for row in rows)
        while month <= last:
            yield month
            month = date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _bar(count: int, highest: int) -> str:
    return _BARS[(count * len(_BARS) - 1) // highest] if count else "·"


def _document(code: str) -> _Document:
    """The newest edition on control, else the built-in system; one clear line when there is neither."""
    with open_session(ready_engine()) as session:
        roadmap = session.get(Roadmap, code)
        newest = select(Edition).where(Edition.roadmap_code == code).order_by(col(Edition.id).desc()).limit(1)
        edition = session.exec(newest).first()
    if roadmap and edition:
        return _Document(Catalogue.model_validate(edition.catalogue), roadmap.shift_years)
    if code not in built_in_codes():
        output.fail(f"Дорожной карты «{code}» нет ни на контроле, ни среди встроенных: {', '.join(built_in_codes())}")
    return _Document(built_in(code))
