"""Shows a decision taken outside Prefect on the point's run, when the server is up."""

import asyncio
import logging
import socket
from datetime import datetime
from urllib.parse import urlsplit

import httpx
from sqlalchemy import Engine

from models.settings import Settings
from tasks.prefect import api_password
from tasks.prefect.names import api_url

logger = logging.getLogger(__name__)
PATIENCE_SECONDS = 1.0


def push_point(engine: Engine, key: str, settings: Settings | None = None, *, at: datetime) -> bool:
    """Rename or end the run of a point at once; False when Prefect is away or has no run: the next sync does it."""
    settings = settings or Settings()
    if not _answers(api_url(settings)):
        return False
    # Prefect costs 1.5 s of CPU to import: a command or a page that finds no server does without.
    from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError

    try:
        return asyncio.run(_push(engine, key, settings, at=at))
    except PrefectHTTPStatusError as refused:
        # A command prints what is logged: nobody is helped by a traceback there.
        if refused.response.status_code == httpx.codes.UNAUTHORIZED:
            logger.warning(api_password.refused(settings))
        else:
            logger.warning("the run of %s was not updated", key, exc_info=True)
        return False
    except (httpx.HTTPError, ObjectNotFound):
        logger.warning("the run of %s was not updated", key, exc_info=True)
        return False


async def _push(engine: Engine, key: str, settings: Settings, *, at: datetime) -> bool:
    from tasks.prefect.client import connect
    from tasks.prefect.runs.reconcile import push_run

    async with connect(settings) as client:
        return await push_run(client, engine, key, at=at)


def _answers(url: str) -> bool:
    """Prefect's own client would try for half a minute."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        with socket.create_connection((parts.hostname or "127.0.0.1", port), timeout=PATIENCE_SECONDS):
            return True
    except OSError:
        return False
