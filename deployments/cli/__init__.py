"""The ``vekha`` command line."""

import sys
from typing import NoReturn

import typer
from pydantic import ValidationError

from deployments.cli import control, health, output
from deployments.cli.editions import amend
from deployments.cli.monitoring import (
    recommendations,
    reports,
    rounds,
    submissions,
)
from deployments.cli.people import calendars, people, reminder_schedule, replacements
from deployments.cli.processes import agreements, external_plans
from deployments.cli.roadmap import explain, import_document, look
from deployments.cli.run import daily, up, web
from models.db import DatabaseProblem
from models.lifecycle import Refused
from roadmap.catalogue.loading import CatalogueError
from roadmap.processes.external_plans import PlanRefused
from tasks.editions.amend import AmendRefused
from tasks.editions.load import LoadRefused
from tasks.files.errors import DocumentRefused
from tasks.letters.heartbeat import WatcherUnreachable
from tasks.people.contacts import ContactsError

app = typer.Typer(
    name="vekha",
    help="Веха: дорожная карта на контроле — сроки, ответственные, письма, запуски Prefect.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("up")(up.up)
app.command("status")(look.status)
app.command("items")(look.items)
app.command("points")(look.points)
app.command("show")(look.show)
app.command("outbox")(look.outbox)
app.command("terms")(look.terms)
app.command("import")(import_document.import_)
app.command("check")(explain.check)
app.command("explain")(explain.explain)
app.command("load")(daily.load)
app.command("amend")(amend.amend)
app.command("next-edition")(amend.next_edition)
app.command("municipalities")(agreements.municipalities)
app.command("agreements")(agreements.agreements)
app.add_typer(external_plans.app, name="plan")
app.command("calendar")(calendars.calendar)
app.command("contacts")(daily.contacts)
app.command("people")(people.people)
app.command("absence")(people.absence)
app.command("replace")(replacements.replace)
app.command("revoke")(people.revoke)
app.command("silence")(people.silence)
app.command("ladder")(reminder_schedule.ladder)
app.command("monitor")(rounds.monitor)
app.command("rounds")(rounds.rounds)
app.command("measures")(submissions.measures)
app.command("note")(reports.note)
app.command("recommendations")(recommendations.recommendations)
app.command("take")(recommendations.take)
app.command("decline")(recommendations.decline)
app.command("control")(daily.control)
app.command("deliver")(daily.deliver)
app.command("drill")(health.drill)
app.command("watch")(health.watch)
app.command("audit")(health.audit)
app.command("discipline")(health.discipline)
app.command("web")(web.web)
app.command("sync")(daily.sync)
app.command("rehearse")(daily.rehearse)
app.command("submit")(control.submit)
app.command("accept")(control.accept)
app.command("return")(control.return_)
app.command("extend")(control.extend)
app.command("withdraw")(control.withdraw)

#: What a person can mend: told in one line, exit code 2, no traceback.
MENDABLE = (
    AmendRefused,
    CatalogueError,
    ContactsError,
    DatabaseProblem,
    DocumentRefused,
    LoadRefused,
    PlanRefused,
    Refused,
    WatcherUnreachable,
    up.CannotStart,
)


def main() -> None:
    """The entry of the console script."""
    try:
        app()
    except MENDABLE as problem:
        _refuse(str(problem))
    except ValidationError as problem:
        _refuse(_settings_line(problem))


def _refuse(line: str) -> NoReturn:
    output.errors.print(" ".join(line.split()), markup=False, style="red")
    sys.exit(output.EXIT_BAD_INPUT)


def _settings_line(problem: ValidationError) -> str:
    first = problem.errors(include_input=False, include_url=False)[0]
    name = f"VEKHA_{first['loc'][0]}".upper() if first["loc"] else "настройки"
    return f"Настройка {name} не годится: {first['msg']}; поправьте её в окружении или в файле .env"
