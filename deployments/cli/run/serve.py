"""``vekha serve PART``: one part of a shared installation, until a signal, as a service or a container runs it."""

import time
from collections.abc import Callable
from enum import StrEnum
from threading import Thread
from typing import Annotated

import typer

from deployments.cli import output
from deployments.doctor import after_start, before_start
from deployments.serve import web
from deployments.serve.look import Look, Stop
from deployments.serve.prefect import CannotStart, KeptChild, PrefectServer, Services, Worker
from models.db.migrate import ready_engine, refuse_unfinished
from models.private import keep_private
from models.settings import Settings, settings_file
from tasks.prefect.api_password import api_auth

PAUSE, LOOK_AGAIN, PATIENCE = 0.5, 10.0, 90.0
"""Seconds."""


class Part(StrEnum):
    """What may be started alone."""

    prefect = "prefect"
    services = "services"
    worker = "worker"
    web = "web"


#: What each part cannot do without, in words for who has not set it.
NEEDS: dict[Part, dict[str, str]] = {
    Part.prefect: {"auth": "имя:пароль сервера Prefect"},
    Part.services: {
        "auth": "имя:пароль сервера Prefect",
        "redis_url": "адрес Redis: фоновые службы запускают отдельно, только когда серверов Prefect несколько",
        "prefect_database_url": "адрес общей базы серверов Prefect",
    },
    Part.worker: {"link_key": "ключ личных ссылок"},
    Part.web: {"control_password": "пароль страницы «Контроль»", "link_key": "ключ личных ссылок"},
}


def serve(
    part: Annotated[
        Part,
        typer.Argument(
            metavar="ЧАСТЬ",
            help="prefect — сервер Prefect; services — его фоновые службы, если серверов несколько; "
            "worker — исполнитель; web — страницы.",
        ),
    ],
) -> None:
    """Запустить одну часть общей установки; настройки — в vekha.env. Останавливается сигналом или Ctrl-C."""
    settings = Settings()
    refuse_missing(part, settings)
    refuse_unfinished(settings.data)
    keep_private(settings.data, whole=part is Part.prefect)
    refuse_faulty(part.value, settings)
    {Part.prefect: _prefect, Part.services: _services, Part.worker: _worker, Part.web: _web}[part](settings)


def refuse_missing(part: Part, settings: Settings) -> None:
    """Raises ``CannotStart`` with the names of the settings that this part cannot do without."""
    needed = dict(NEEDS[part])
    if part is Part.prefect and settings.redis_url is not None:
        needed["prefect_database_url"] = "адрес общей базы: с Redis работают несколько серверов Prefect"
    missing = [f"VEKHA_{name.upper()} ({words})" for name, words in needed.items() if getattr(settings, name) is None]
    if part in (Part.worker, Part.web) and api_auth(settings) is None:
        missing.append("VEKHA_AUTH (имя:пароль сервера Prefect)")
    if missing:
        raise CannotStart(f"Не задано: {'; '.join(missing)}. Впишите в {settings_file()} или в окружение")


def refuse_faulty(part: str, settings: Settings) -> None:
    """What keeps a part («prefect», «services», «worker», «web», «up») from work, a line each; then exit code 2."""
    if faults := before_start(settings, part):
        for fault in faults:
            output.errors.print(fault.line, style="red", markup=False)
        raise typer.Exit(output.EXIT_BAD_INPUT)


def _prefect(settings: Settings) -> None:
    server = PrefectServer(settings, is_logged=False)
    _keep(server, server.start, f"Сервер Prefect: {server.url}")


def _services(settings: Settings) -> None:
    services = Services(settings, is_logged=False)
    _keep(services, services.start, "Фоновые службы Prefect запущены")


def _worker(settings: Settings) -> None:
    worker, look = Worker(settings, is_logged=False), Look(ready_engine(), settings, output.say)
    _keep(worker, worker.start, "Исполнитель запущен", beside=look.now_and_then)


def _web(settings: Settings) -> None:
    web.check_before_start(settings)
    output.say(f"Страницы: {settings.pages_url}/control")
    Thread(target=_look_from_outside, args=(settings,), daemon=True).start()
    web.serve(settings)


def _look_from_outside(settings: Settings) -> None:
    """A certificate that ended, a proxy that hands nothing on: a line each in the log, it stops nothing.

    A proxy that starts after the pages has ``PATIENCE`` to do so.
    """
    until = time.monotonic() + PATIENCE
    while (faults := after_start(settings)) and time.monotonic() < until:
        time.sleep(LOOK_AGAIN)
    for fault in faults:
        output.errors.print(fault.line, style="yellow", markup=False)


def _keep(child: KeptChild, start: Callable[[], None], words: str, *, beside: Callable[[], None] | None = None) -> None:
    """Until a signal: a child that died is started again, one that refuses its settings ends this program as well."""
    stop = Stop()
    try:
        start()
        output.say(words)
        while not stop.is_asked:
            time.sleep(PAUSE)
            if child.exit_code == output.EXIT_BAD_INPUT:
                raise typer.Exit(output.EXIT_BAD_INPUT)
            child.keep_alive()
            if beside is not None:
                beside()
    finally:
        child.stop()
