"""The ``vekha`` command line."""

import sys
from typing import NoReturn

import typer
from pydantic import ValidationError

from deployments.cli import control as decide
from deployments.cli import health, output
from deployments.cli.editions import amend as editions
from deployments.cli.monitoring import (
    recommendations,
)
from deployments.cli.monitoring import (
    reports as notes,
)
from deployments.cli.monitoring import (
    rounds as monitoring,
)
from deployments.cli.monitoring import (
    submissions as measures,
)
from deployments.cli.people import calendars, people
from deployments.cli.people import reminder_schedule as ladder
from deployments.cli.people import replacements as replacing
from deployments.cli.processes import agreements as processes
from deployments.cli.processes import external_plans as plans
from deployments.cli.roadmap import explain, look
from deployments.cli.roadmap import import_document as importing
from deployments.cli.run import daily as work
from deployments.cli.run import up, web
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
app.command("import")(importing.import_)
app.command("check")(explain.check)
app.command("explain")(explain.explain)
app.command("load")(work.load)
app.command("amend")(editions.amend)
app.command("next-edition")(editions.next_edition)
app.command("municipalities")(processes.municipalities)
app.command("agreements")(processes.agreements)
app.add_typer(plans.app, name="plan")
app.command("calendar")(calendars.calendar)
app.command("contacts")(work.contacts)
app.command("people")(people.people)
app.command("absence")(people.absence)
app.command("replace")(replacing.replace)
app.command("revoke")(people.revoke)
app.command("silence")(people.silence)
app.command("ladder")(ladder.ladder)
app.command("monitor")(monitoring.monitor)
app.command("rounds")(monitoring.rounds)
app.command("measures")(measures.measures)
app.command("note")(notes.note)
app.command("recommendations")(recommendations.recommendations)
app.command("take")(recommendations.take)
app.command("decline")(recommendations.decline)
app.command("control")(work.control)
app.command("deliver")(work.deliver)
app.command("drill")(health.drill)
app.command("watch")(health.watch)
app.command("audit")(health.audit)
app.command("discipline")(health.discipline)
app.command("web")(web.web)
app.command("sync")(work.sync)
app.command("rehearse")(work.rehearse)
app.command("submit")(decide.submit)
app.command("accept")(decide.accept)
app.command("return")(decide.return_)
app.command("extend")(decide.extend)
app.command("withdraw")(decide.withdraw)

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
