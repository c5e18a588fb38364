"""The ``vekha`` command line."""

import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from textwrap import shorten
from typing import Annotated, Any, NoReturn

import typer

from deployments.cli import control, health, output
from deployments.cli.editions import amend
from deployments.cli.monitoring import (
    recommendations,
    reports,
    rounds,
    submissions,
)
from deployments.cli.people import calendars, people, person, reminder_schedule, replacements
from deployments.cli.processes import agreements, external_plans
from deployments.cli.roadmap import explain, import_document, look
from deployments.cli.run import backup, daily, doctor, serve, settings, up, web, workdays
from models.db import DatabaseProblem
from models.lifecycle import Refused
from models.private import private_umask
from models.settings import Settings, SettingsRefused
from roadmap.catalogue.loading import CatalogueError
from roadmap.processes.external_plans import PlanRefused
from tasks.backup import BackupRefused
from tasks.editions.amend import AmendRefused
from tasks.editions.load import LoadRefused
from tasks.files.errors import DocumentRefused
from tasks.installation import ForeignSettings
from tasks.letters.heartbeat import WatcherUnreachable
from tasks.people.contacts import ContactsError

LONGEST_SHOWN = 120
"""Letters of a name in a refusal."""

app = typer.Typer(
    name="vekha",
    help="Веха: дорожная карта на контроле — сроки, ответственные, письма, запуски Prefect.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _say_version(is_asked: bool) -> None:
    if is_asked:
        output.screen.print(f"Веха {version('vekha')}", highlight=False)
        raise typer.Exit


@app.callback()
def _before_each(
    context: typer.Context,
    _: Annotated[
        bool, typer.Option("--version", help="Показать версию.", callback=_say_version, is_eager=True)
    ] = False,
) -> None:
    """Bad settings are named by every command, not only by those that happen to need them."""
    # Whoever asks for help may be the one who is looking for a setting's name.
    if not context.resilient_parsing and "--help" not in sys.argv:
        Settings()


#: The titles of ``vekha --help`` in the order a person needs them, each with its commands.
PANELS: tuple[tuple[str, dict[str, Callable[..., Any] | typer.Typer]], ...] = (
    ("Запуск", {"up": up.up, "serve": serve.serve, "web": web.web}),
    (
        "Документ",
        {
            "import": import_document.import_,
            "check": explain.check,
            "load": daily.load,
            "amend": amend.amend,
            "next-edition": amend.next_edition,
            "explain": explain.explain,
            "terms": look.terms,
        },
    ),
    (
        "На контроле",
        {
            "status": look.status,
            "points": look.points,
            "show": look.show,
            "items": look.items,
            "discipline": health.discipline,
            "workdays": workdays.workdays,
        },
    ),
    (
        "Решения",
        {
            "submit": control.submit,
            "accept": control.accept,
            "return": control.return_,
            "extend": control.extend,
            "demand": control.demand,
            "withdraw": control.withdraw,
            "reopen": control.reopen,
        },
    ),
    (
        "Люди и письма",
        {
            "contacts": daily.contacts,
            "people": people.people,
            "absence": people.absence,
            "replace": replacements.replace,
            "silence": people.mute,
            "ladder": reminder_schedule.ladder,
            "rehearse": daily.rehearse,
            "outbox": look.outbox,
            "calendar": calendars.calendar,
            "revoke": people.revoke,
            "person": person.app,
        },
    ),
    (
        "Процессы",
        {
            "municipalities": agreements.municipalities,
            "agreements": agreements.agreements,
            "plan": external_plans.app,
        },
    ),
    (
        "Мониторинг",
        {
            "rounds": rounds.rounds,
            "measures": submissions.measures,
            "monitor": rounds.monitor,
            "note": reports.note,
            "recommendations": recommendations.recommendations,
            "take": recommendations.take,
            "decline": recommendations.decline,
        },
    ),
    ("Если Prefect не работает", {"control": daily.control, "deliver": daily.deliver, "sync": daily.sync}),
    ("Копия и восстановление", {"backup": backup.backup, "restore": backup.restore}),
    (
        "Проверка",
        {
            "doctor": doctor.doctor,
            "settings": settings.settings,
            "drill": health.drill,
            "watch": health.watch,
            "audit": health.audit,
        },
    ),
)
for title, commands in PANELS:
    for name, command in commands.items():
        if isinstance(command, typer.Typer):
            app.add_typer(command, name=name, rich_help_panel=title)
        else:
            app.command(name, rich_help_panel=title)(command)

#: What a person can mend: told in one line, exit code 2, no traceback.
MENDABLE = (
    AmendRefused,
    BackupRefused,
    CatalogueError,
    ContactsError,
    DatabaseProblem,
    DocumentRefused,
    LoadRefused,
    PlanRefused,
    Refused,
    SettingsRefused,
    ForeignSettings,
    WatcherUnreachable,
    up.CannotStart,
)


def main() -> None:
    """The entry of the console script."""
    private_umask()
    _refuse_broken_words(sys.argv[1:])
    try:
        app()
    except MENDABLE as problem:
        _refuse(str(problem))
    except OverflowError:
        _refuse("Число среди слов команды слишком велико: проверьте номера и дни")
    except OSError as problem:
        if problem.filename is None:
            raise
        name = shorten(str(problem.filename), LONGEST_SHOWN, placeholder="…")
        _refuse(f"{name}: с этим файлом не поработать ({problem.strerror}) — проверьте имя, место и права")


def _refuse_broken_words(words: Sequence[str]) -> None:
    """Bytes that are no text reach Python as halves of letters: no file, database or screen takes them."""
    for place, word in enumerate(words, start=1):
        if any("\ud800" <= letter <= "\udfff" for letter in word):
            shown = "".join("?" if "\ud800" <= letter <= "\udfff" else letter for letter in word)[:LONGEST_SHOWN]
            _refuse(f"Слово {place} команды («{shown}») не в кодировке UTF-8 — наберите его заново в окне с UTF-8")


def _refuse(line: str) -> NoReturn:
    output.errors.print(" ".join(line.split()), markup=False, style="red")
    sys.exit(output.EXIT_BAD_INPUT)
