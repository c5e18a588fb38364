"""Commands about rounds of monitoring: start one by hand, compute it again, list them."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from deployments.cli import facts, output
from deployments.cli.roadmap.look import Code, Json, as_day, known_roadmap
from models import clock
from models.db import open_session
from models.db.migrate import ready_engine
from models.settings import Settings
from roadmap.calendar.zones import zone_of
from roadmap.language import day
from roadmap.monitoring.periods import Period, parse_period
from roadmap.monitoring.snapshot import IndicatorResult
from tasks.monitoring.rounds.listing import Listed, rounds_list
from tasks.monitoring.rounds.log import STEPS_RU
from tasks.prefect.push import push_point

STATUS_RU = {
    "planned": "запланирован",
    "open": "собирает данные",
    "returned": "собирает данные",
    "submitted": "справка составлена",
    "accepted": "справка составлена",
    "withdrawn": "снят с контроля",
}


def monitor(
    code: Code,
    period: Annotated[
        str,
        typer.Option("--period", metavar="ПЕРИОД", help="Квартал 2026-Q3, полугодие 2026-H1, месяц 2026-09, год 2026."),
    ],
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help="По данным на конец этого дня; ничего не записывается."),
    ] = None,
    now: Annotated[bool, typer.Option("--now", help="Справка сразу, не дожидаясь тех, кто не ответил.")] = False,
    as_json: Json = False,
) -> None:
    """Раунд мониторинга за прошедший период: начать, составить справку сейчас или пересчитать те же показатели."""
    from tasks.monitoring.rounds import manual  # charts take seconds to import

    wanted = _period(period)
    if as_of is not None and now:
        output.fail("--as-of только показывает прежние данные, --now составляет справку: оставьте одно из двух")
    engine, at = ready_engine(), clock.now()
    with open_session(engine) as session:
        roadmap = known_roadmap(session, code)
        today = facts.today_of(roadmap, at)
    hand = manual.Hand(engine, code, today, at, Settings())
    done = manual.monitor(hand, wanted, as_of=as_day(as_of), is_urged=now)
    if done.status == "accepted" and done.outcome is not None and done.outcome.done:
        _push(done.key, at)
    if as_json:
        return output.as_json({"roadmap": code, "period": wanted.written, **_json(done)})
    _show(code, done, zone_of(roadmap.zone))
    return None


def rounds(code: Code, as_json: Json = False) -> None:
    """Раунды мониторинга: периоды, сроки, сколько органов ответило, что сделано."""
    with open_session(ready_engine()) as session:
        today = facts.today_of(known_roadmap(session, code))
        found = rounds_list(session, code, today=today)
    if as_json:
        return output.as_json({"roadmap": code, "rounds": [_listed(one) for one in found]})
    if not found:
        output.screen.print(f"Раундов нет; начать за прошедший период: vekha monitor {code} --period 2026-Q3")
        return None
    to_come = {one.rhythm: one.key for one in reversed(found) if one.status == "planned"}
    shown = [one for one in found if one.status != "planned" or one.key in to_come.values()]
    columns = ("Период", "Открывается", "Данные до", "Справка", "Состояние", "Ответили", "Последний шаг")
    output.table(f"Раунды мониторинга: {len(found)}", columns, map(_cells, shown), wide=("Состояние", "Последний шаг"))
    if len(shown) < len(found):
        output.screen.print(f"И ещё запланировано: {len(found) - len(shown)}")
    return None


def _period(text: str) -> Period:
    try:
        return parse_period(text)
    except ValueError as wrong:
        output.fail(f"{wrong}; поправьте --period")


def _cells(one: Listed) -> tuple[str, ...]:
    state = STATUS_RU[one.status] + (", пора составить справку" if one.is_ready else "")
    answered = f"{one.answered} из {one.asked}" if one.asked else "—"
    days = (day(one.opens_on), day(one.due_on), day(one.note_on))
    return one.title, *days, state, answered, STEPS_RU.get(one.step, "—")


def _listed(one: Listed) -> dict[str, Any]:
    """A round in the words of --json, which stay as they were: «by_hand»."""
    return {"by_hand" if name == "manual" else name: value for name, value in asdict(one).items()}


def _json(done: Any) -> dict[str, Any]:
    snapshot = done.snapshot
    told = {
        "key": done.key,
        "status": done.status,
        "due_on": done.due_on,
        "note_on": done.note_on,
        "is_new": done.is_new,
        "asked": done.asked,
        "done": list(done.outcome.done) if done.outcome else [],
        "sha256": snapshot.sha256 if snapshot else done.kept_sha256 or None,
        "same": done.is_same,
    }
    if snapshot is not None:
        told |= {"as_of": snapshot.as_of, "indicators": [_indicator(one) for one in snapshot.indicators]}
    return told


def _indicator(one: IndicatorResult) -> dict[str, Any]:
    names = ("code", "title", "value", "target", "target_year", "verdict", "asked", "given", "numerator", "denominator")
    return {name: getattr(one, name) for name in names}


def _show(code: str, done: Any, zone: ZoneInfo) -> None:
    if done.snapshot is not None:
        return _show_numbers(code, done, day(done.snapshot.as_of.astimezone(zone).date()))
    days = f"данные до {day(done.due_on)}, справка {day(done.note_on)}"
    line = f"{code}, {done.title}: {STATUS_RU[done.status]}, {days}; составить сейчас: --now"
    if done.outcome and done.outcome.done:
        steps = "; ".join(STEPS_RU[step].lower() for step in done.outcome.done)
        line = f"{code}, {done.title}: {steps}. Файлы: vekha note {code}"
    elif done.is_new:
        line = f"{code}: раунд {done.title} начат, данные запрошены у органов: {done.asked}; {days}"
    return output.screen.print(line, markup=False)


def _show_numbers(code: str, done: Any, as_of: str) -> None:
    rows = [
        (
            one.title,
            _number(one.value, one.unit),
            _number(one.target, one.unit, none="—"),
            one.verdict_words,
            f"{one.given} из {one.asked}",
        )
        for one in done.snapshot.indicators
    ]
    columns = ("Показатель", "Значение", "Цель", "Оценка", "Ответили")
    output.table(f"{code}, {done.title}: данные на {as_of}", columns, rows, wide=("Показатель",))
    if done.is_same is not None:
        same = "Показатели те же, что в справке" if done.is_same else "Показатели отличаются от тех, что были в справке"
        output.screen.print(f"{same}; SHA-256 {done.snapshot.sha256}", style="" if done.is_same else "yellow")


def _number(value: float | None, unit: str | None, *, none: str = "нет данных") -> str:
    if value is None:
        return none
    if unit == "yes_no":
        return "да" if value else "нет"
    written = f"{value:,.2f}".rstrip("0").rstrip(".").replace(",", "\u00a0").replace(".", ",")
    return f"{written} %" if unit == "percent" else written


def _push(key: str, at: datetime) -> None:
    """Show the end in Prefect at once if it is up; the nightly sync does it otherwise."""
    push_point(ready_engine(), key, at=at)
