"""The clock of this machine against those of the database and of the Prefect server."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import httpx
from sqlalchemy import make_url, text
from sqlalchemy.exc import SQLAlchemyError

from deployments.doctor.finding import Finding, bad, good, warning
from deployments.doctor.prefect_server import ask, server_time
from models.db.glance import glance
from models.settings import Settings
from roadmap.calendar.zones import zone_of

NAME = "Часы"
SOME, MUCH = timedelta(seconds=5), timedelta(seconds=60)
REMEDY = "включите службу времени на обеих машинах: timedatectl set-ntp true"


def agree(settings: Settings, *, now: Callable[[], datetime]) -> Iterator[Finding]:
    """Whom nothing can be asked of is said by other checks; the time here is shown in any case."""
    here = now().astimezone(zone_of(settings.zone))
    yield good(NAME, f"здесь {here:%d.%m.%Y %H:%M}, пояс {settings.zone}")
    if make_url(settings.database).get_backend_name() == "postgresql":
        before = now()
        if there := _database_time(settings):
            yield compared("базы данных", there - (before + (now() - before) / 2))
    before = now()
    try:
        answer = ask(settings, "/health")
    except (httpx.HTTPError, httpx.InvalidURL):
        return
    if said := server_time(answer):
        # It says whole seconds, cut off.
        middle = said + timedelta(seconds=0.5)
        yield compared("сервера Prefect", middle - (before + (now() - before) / 2))


def _database_time(settings: Settings) -> datetime | None:
    try:
        with glance(settings.database) as connection:
            found: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    except SQLAlchemyError:
        return None
    return found


def compared(whose: str, ahead: timedelta) -> Finding:
    """``ahead``: by how much the other clock is ahead of ours."""
    off = abs(ahead)
    if off <= SOME:
        return good(NAME, f"{whose} идут вровень")
    how = "вперёд" if ahead > timedelta(0) else "назад"
    words = f"{whose} ушли {how} на {_length(off)}"
    return bad(NAME, words, REMEDY) if off > MUCH else warning(NAME, words, REMEDY)


def _length(off: timedelta) -> str:
    seconds = round(off.total_seconds())
    if seconds < 120:
        return f"{seconds} с"
    return f"{seconds // 60} мин" if seconds < 7200 else f"{seconds // 3600} ч"
