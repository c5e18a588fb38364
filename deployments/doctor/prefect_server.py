"""The Prefect server as workers and pages reach it: there, of our version, at work."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from importlib.metadata import version
from typing import Any

import httpx

from deployments.doctor.finding import Finding, bad, good, warning
from models import clock
from models.settings import Settings
from roadmap.language import counted
from tasks.prefect.api_password import api_auth, refused
from tasks.prefect.names import SERVICE_TAG, api_url

NAME, WORKERS, SERVICES = "Сервер Prefect", "Исполнители Prefect", "Фоновые службы Prefect"
SECONDS = 6.0
PATIENCE = timedelta(minutes=5)
"""A run that waits longer for a worker, or is not even known to be late, means that something stands still."""
START = "запустите «vekha up» или «vekha serve prefect»"


def ask(settings: Settings, path: str) -> httpx.Response:
    """One reading of the API; raises what httpx raises."""
    name, colon, password = (api_auth(settings) or "").partition(":")
    auth = httpx.BasicAuth(name, password) if colon else None
    return httpx.get(f"{api_url(settings)}{path}", auth=auth, timeout=SECONDS, trust_env=False)


def at_work(settings: Settings) -> Iterator[Finding]:
    """It answers, takes the password, is of the version that we work with, has workers and its services."""
    url = api_url(settings)
    try:
        answer = ask(settings, "/admin/version")
    except httpx.InvalidURL:
        yield bad(NAME, f"{url} — не адрес", "поправьте VEKHA_PREFECT_URL: http://сервер:4200/api")
        return
    except httpx.HTTPError:
        yield bad(NAME, f"{url} не отвечает", f"{START}; с другой машины — проверьте VEKHA_PREFECT_URL и сеть")
        return
    if answer.status_code in (401, 403):
        yield bad(NAME, "пароль не подошёл", refused(settings).partition(": ")[2])
        return
    there, ours = _version(answer), version("prefect")
    if not there:
        words = f"по адресу {url} отвечает не Prefect (код {answer.status_code})"
        yield bad(NAME, words, "поправьте VEKHA_PREFECT_URL: http://сервер:4200/api")
        return
    yield good(NAME, f"{url}, отвечает")
    if there != ours:
        remedy = "установите на всех машинах одну версию «Вехи» по requirements.txt"
        yield bad(NAME, f"версия сервера — {there}, а здесь — {ours}", remedy)
        return
    server_now = server_time(answer) or clock.now()
    yield from asyncio.run(_work(settings, server_now))


def _version(answer: httpx.Response) -> str:
    try:
        said = answer.json() if answer.status_code == 200 else ""
    except ValueError:
        return ""
    return said if isinstance(said, str) and said[:1].isdigit() else ""


def server_time(answer: httpx.Response) -> datetime | None:
    """What the clock of the server said, to the second."""
    try:
        return parsedate_to_datetime(answer.headers.get("date", ""))
    except (TypeError, ValueError):
        return None


async def _work(settings: Settings, now: datetime) -> list[Finding]:
    from prefect.exceptions import PrefectHTTPStatusError  # Prefect takes seconds to import

    from tasks.prefect.client import connect
    from tasks.prefect.health import BROKEN, problems

    try:
        async with connect(settings) as client:
            found = [_cut(words) for words in (await problems(client)).values()]
            found = found or [good(WORKERS, "на связи, ничего не приостановлено")]
            return [*found, *await _services(client, now)]
    except (httpx.HTTPError, PrefectHTTPStatusError):
        return [_cut(BROKEN, NAME)]


def _cut(words: str, name: str = WORKERS) -> Finding:
    """«What is wrong. What to do.» in its two halves."""
    what, _, remedy = words.partition(". ")
    if not remedy:
        what, _, remedy = words.partition(": ")
    return bad(name, what.rstrip("."), remedy.rstrip("."))


async def _services(client: Any, now: datetime) -> list[Finding]:
    """The services make the runs of the clock ahead of time, and mark those that nobody began in time."""
    from tasks.prefect.client import call, pages

    of_clock = {"deployments": {"tags": {"all_": [SERVICE_TAG]}}}
    deployments = await pages(client, "/deployments/filter", {**of_clock, "sort": "NAME_ASC"})
    is_due = any(schedule["active"] for one in deployments for schedule in one["schedules"] if not one["paused"])
    waiting = {"state": {"type": {"any_": ["SCHEDULED"]}}}
    ahead = waiting | {"expected_start_time": {"after_": now.isoformat()}}
    is_ahead = await call(client, "POST", "/flow_runs/count", {**of_clock, "flow_runs": ahead}) > 0
    before = {"expected_start_time": {"before_": (now - PATIENCE).isoformat()}}
    unmarked = {"state": {"name": {"any_": ["Scheduled"]}}} | before
    late = {"state": {"name": {"any_": ["Late"]}}} | before
    missed = await call(client, "POST", "/flow_runs/count", {"flow_runs": unmarked})
    lagging = await call(client, "POST", "/flow_runs/count", {"flow_runs": late})
    found = []
    if is_due and not is_ahead:
        remedy = "запустите «vekha serve services» (при одном сервере — перезапустите его)"
        found.append(bad(SERVICES, "не работают: запуски по расписанию не создаются", remedy))
    elif missed:
        runs = counted(missed, "запуск просрочен", "запуска просрочены", "запусков просрочены")
        remedy = "перезапустите «vekha serve services» (при одном сервере — его самого)"
        found.append(bad(SERVICES, f"{runs} и не отмечены", remedy))
    else:
        found.append(good(SERVICES, "работают" if is_due else "расписаний ещё нет: их создаст «vekha sync»"))
    if lagging:
        runs = counted(lagging, "запуск ждёт", "запуска ждут", "запусков ждут")
        found.append(warning(NAME, f"{runs} исполнителя дольше 5 минут", "добавьте «vekha serve worker»"))
    return found
