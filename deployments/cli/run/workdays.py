"""The command about production calendars: which years are approved, and one given by hand."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlmodel import Session

from deployments.cli import output
from deployments.cli.control import Actor
from deployments.cli.roadmap.look import Json
from models import clock, queries
from models.db import open_session
from models.db.migrate import ready_engine
from models.settings import Settings
from roadmap.calendar import WorkCalendar
from roadmap.catalogue.loading import load_production_calendar
from roadmap.language import counted
from tasks.context.working_calendar import given_years
from tasks.editions.calendar_changes import unapproved_lines
from tasks.editions.given_calendars import drop_calendar, give_calendar

YEARS_AHEAD = 3


def workdays(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="ФАЙЛ", help="Файл YAML: year, source, days_off (on, name), working_days; без него — показать годы."
        ),
    ] = None,
    drop: Annotated[
        int | None, typer.Option("--drop", metavar="ГОД", help="Убрать внесённый вручную календарь года.")
    ] = None,
    by: Actor = "координатор",
    as_json: Json = False,
) -> None:
    """Производственные календари: какие годы утверждены, что от них зависит; внести календарь года вручную."""
    at = clock.now()
    with open_session(ready_engine()) as session:
        said = ""
        if file is not None:
            given = load_production_calendar(file)
            give_calendar(session, given, by=by, at=at)
            said = f"Внесён производственный календарь на {given.year} год"
        if drop is not None:
            if not drop_calendar(session, drop, by=by, at=at):
                output.fail(f"На {drop} год календарь вручную не вносили; список: vekha workdays")
            said = f"Внесённый вручную календарь на {drop} год убран"
        years = _years(session, at.year)
        waiting = unapproved_lines(session, queries.roadmaps(session), today=clock.today(Settings().zone, at))
    if as_json:
        return output.as_json({"years": years, "unapproved": waiting})
    if said:
        output.screen.print(f"{said}: сроки перенесёт ближайший ежедневный контроль.", markup=False)
    rows = ((str(one["year"]), one["state"], one["days"]) for one in years)
    output.table("Производственные календари", ("год", "состояние", "рабочих дней"), rows, wide=("состояние",))
    for words in waiting:
        output.screen.print(f"{words}.", markup=False, soft_wrap=True)
    return None


def _years(session: Session, first: int) -> list[dict[str, Any]]:
    given = given_years(session)
    calendar = WorkCalendar(years=given)
    years = sorted({*range(first, first + YEARS_AHEAD), *given})
    return [_year(calendar, year, given[year].source if year in given else "") for year in years]


def _year(calendar: WorkCalendar, year: int, source: str) -> dict[str, Any]:
    state = "утверждён" if calendar.is_final(year) else "ещё не утверждён: выходные и праздники по закону"
    number = calendar.working_days_between(date(year - 1, 12, 31), date(year, 12, 31))
    days = counted(number, "день", "дня", "дней")
    return {"year": year, "state": f"внесён вручную: {source}" if source else state, "days": days}
