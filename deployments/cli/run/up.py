"""``vekha up``: everything at once — database, roadmaps, Prefect server and worker, sync — until Ctrl-C."""

import asyncio
import os
import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import Engine

from deployments.cli import facts, output
from deployments.cli.roadmap.look import show_points
from deployments.cli.run.serve import refuse_faulty
from deployments.serve import web
from deployments.serve.lock import only_one, refuse_second
from deployments.serve.look import Look, Stop
from deployments.serve.prefect import CannotStart, PrefectServer, Worker, check_before_start, with_auth
from models import Roadmap, clock, queries
from models.db import open_session
from models.db.locks import lock_installation
from models.db.migrate import ready_engine
from models.lifecycle import LIVE
from models.private import keep_private
from models.settings import Settings
from roadmap.calendar.zones import zone_of
from roadmap.catalogue.loading import built_in, built_in_codes
from tasks.context.office import OFFICE_OPENS
from tasks.context.working_calendar import calendar_of
from tasks.daily.control_day import control_day
from tasks.editions.load import load_roadmap
from tasks.editions.training_copies import load_training_copy
from tasks.installation import adopt, refuse_other_folder
from tasks.letters.deliver import deliver
from tasks.people.contacts import apply_contacts
from tasks.prefect import api_password
from tasks.prefect.names import UI_BASE
from tasks.prefect.secrets import prefect_secret

NEAREST = 15


def up(
    data: Annotated[Path | None, typer.Option("--data", help="Папка данных; по умолчанию vekha-data.")] = None,
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Порт страницы Prefect.")] = None,
    web_port: Annotated[
        int | None, typer.Option("--web-port", min=1, max=65535, help="Порт страниц исполнителей и «Контроля».")
    ] = None,
    roadmap: Annotated[
        list[str] | None, typer.Option("--roadmap", metavar="КОД", help="Только эта система; можно повторять.")
    ] = None,
    rehearsal: Annotated[
        bool, typer.Option("--rehearsal/--no-rehearsal", help="Учебные копии со сдвигом лет или сами документы.")
    ] = True,
) -> None:
    """Запустить всё: база, дорожные карты, сервер и исполнитель Prefect; Ctrl-C останавливает."""
    settings = _settings(data, port, web_port)
    codes = _chosen(roadmap)
    refuse_second(settings.data)
    refuse_faulty("up", settings)
    check_before_start(settings)
    web.check_before_start(settings)
    with only_one(settings.data):
        _run(settings, codes, rehearsal=rehearsal)


def _run(settings: Settings, codes: Sequence[str], *, rehearsal: bool) -> None:
    """Until a signal; what dies meanwhile is started again, the Prefect server as well.

    The pages come first: they need only the database, and are read while Prefect starts.
    """
    from deployments.sync import sync  # Prefect takes seconds to import

    settings, password = web.with_password(settings)
    settings = with_auth(settings)
    engine = ready_engine()
    keep_private(settings.data, whole=True)
    with open_session(engine) as session:
        lock_installation(session, at=clock.now())
        refuse_other_folder(session, settings)
        adopt(session, settings, at=clock.now())
    server, worker, pages = PrefectServer(settings), Worker(settings), web.WebPages(settings)
    try:
        with output.step("Загружаются дорожные карты"):
            _load(engine, codes, settings=settings, rehearsal=rehearsal)
        with output.step("Запускаются страницы"):
            pages.start()
        output.screen.print(f"«Контроль» уже открыт: [bold]{pages.url}/control[/] {password}", soft_wrap=True)
        with output.step("Запускается сервер Prefect, в первый раз до минуты"):
            server.start()
        _keep_password(settings)
        with output.progress("Сверка с Prefect") as advance:
            report = sync(engine, settings=settings, at=clock.now(), progress=advance)
        asyncio.run(_publish_overviews(engine, settings))
        worker.start()
        stop, look = Stop(), Look(engine, settings, output.say)
        _greet(engine, settings, pages.url, password, report.summary())
        while not stop.is_asked:
            time.sleep(0.5)
            for child in (server, worker, pages):
                child.keep_alive()
            look.now_and_then()
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    finally:
        with output.step("Останавливается"):
            pages.stop()
            worker.stop()
            server.stop()
            api_password.forget(settings, _auth(settings))
        output.errors.print("Веха остановлена; данные сохранены.")


def _auth(settings: Settings) -> str:
    return settings.auth.get_secret_value() if settings.auth else ""


def _keep_password(settings: Settings) -> None:
    """For the commands of other terminals; one that was set they have from where it was set."""
    if Settings().auth is None:
        api_password.keep(settings, os.environ["PREFECT_API_URL"], _auth(settings))
    else:
        api_password.forget(settings)


def _settings(data: Path | None, port: int | None, web_port: int | None) -> Settings:
    """Options become environment, so that the children see the same settings."""
    if data is not None:
        os.environ["VEKHA_DATA"] = str(data)
    if port is not None:
        os.environ["VEKHA_PORT"] = str(port)
    if web_port is not None:
        os.environ["VEKHA_WEB_PORT"] = str(web_port)
    return Settings()


def _chosen(roadmap: Sequence[str] | None) -> tuple[str, ...]:
    codes = tuple(roadmap or built_in_codes())
    for code in codes:
        built_in(code)
    return codes


def _load(engine: Engine, codes: Sequence[str], *, settings: Settings, rehearsal: bool) -> None:
    """Load what is not there yet, take contacts.yaml if it lies in the folder, and do the day's control."""
    at, fresh = clock.now(), []
    for code in codes:
        catalogue = built_in(code)
        today = clock.today(catalogue.zone, at)
        with open_session(engine) as session:
            if session.get(Roadmap, code) is not None:
                continue
            if rehearsal:
                load_training_copy(session, catalogue, today=today, at=at, window_days=settings.window_days)
            else:
                load_roadmap(session, catalogue, today=today, at=at, window_days=settings.window_days)
        fresh.append(code)
    if settings.contacts.exists():
        with open_session(engine) as session:
            apply_contacts(session, settings.contacts)
    if fresh and rehearsal:
        control_day(engine, today=_last_office_day(engine, fresh[0], at), at=at)
    report = control_day(engine, today=None, at=at)
    deliver(engine, settings=settings, at_source=clock.now, secret=prefect_secret)
    if report.failed:
        output.errors.print(f"Контроль не выполнен: {', '.join(report.failed)}", style="yellow")


def _last_office_day(engine: Engine, code: str, at: datetime) -> date:
    """The working day whose letters a rehearsal shows: today once the office is open, else the last one before."""
    with open_session(engine) as session:
        zone, calendar = zone_of(session.get_one(Roadmap, code).zone), calendar_of(session, code)
    local = at.astimezone(zone)
    day = local.date() if local.time() >= OFFICE_OPENS else local.date() - timedelta(days=1)
    return calendar.roll(day, "preceding")


async def _publish_overviews(engine: Engine, settings: Settings) -> None:
    """The summaries that the daily control renews each morning."""
    from tasks.prefect.cards.overviews import publish_overviews
    from tasks.prefect.client import connect

    async with connect(settings) as client:
        await publish_overviews(client, engine, today=None, at=clock.now())


def _greet(engine: Engine, settings: Settings, pages: str, password: str, summary: str) -> None:
    """What a newcomer needs to see: the nearest deadlines, where everything is, where the letters go."""
    at = clock.now()
    today = clock.today(settings.zone, at)
    with open_session(engine) as session:
        rows = queries.points(session, start=today, statuses=LIVE, limit=NEAREST)
        standing = [
            queries.status(session, entry, today=facts.today_of(entry, at)) for entry in queries.roadmaps(session)
        ]
    show_points(f"Ближайшие сроки на {today:%d.%m.%Y}", rows, today)
    overdue = sum(entry.overdue for entry in standing)
    what = "точек и этапов" if any(entry.overdue_stages for entry in standing) else "точек"
    letters = "почтовый сервер из VEKHA_MAIL_URL" if settings.mail_url else f"папка {settings.letters} (файлы .eml)"
    output.screen.print(f"Дорожных карт: {len(standing)}, просрочено {what}: {overdue}. {summary}")
    output.screen.print(f"Страница «Контроль»: [bold]{pages}/control[/] {password}", soft_wrap=True)
    output.screen.print(f"Страница Prefect: [bold]{pages}{UI_BASE}/[/] (вход тот же)")
    output.screen.print(f"Письма: {letters}")
    output.screen.print("Остановить: Ctrl-C")


__all__ = ["CannotStart", "up"]
