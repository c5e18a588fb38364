"""The line to the Prefect server, and bounded work over it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any, TypeVar

import httpx
from prefect.client.orchestration import PrefectClient
from prefect.exceptions import PrefectHTTPStatusError

from models.settings import Settings
from tasks.prefect.api_password import api_auth
from tasks.prefect.names import api_url

#: SQLite behind the server writes one at a time: four calls at once waited for its locks, twice as long in all.
AT_ONCE = 1
PAGE = 200

Progress = Callable[[int, int], None]
"""Called with how much is done and how much there is."""

T = TypeVar("T")


def silent(_done: int, _total: int) -> None:
    """A progress that nobody watches."""


def connect(settings: Settings) -> PrefectClient:
    """A client to enter with ``async with``; raises httpx errors when the server is not there."""
    return PrefectClient(api_url(settings), auth_string=api_auth(settings))


def is_unauthorized(problem: PrefectHTTPStatusError) -> bool:
    """Whether the server did not take the password."""
    return bool(problem.response.status_code == httpx.codes.UNAUTHORIZED)


async def call(client: PrefectClient, method: str, path: str, body: Any = None) -> Any:
    """The JSON of one API call; raises ``prefect.exceptions.PrefectHTTPStatusError`` on a refusal."""
    response = await client.request(method, path, json=body)  # type: ignore[arg-type]
    return response.json() if response.content else None


async def pages(client: PrefectClient, path: str, body: dict[str, Any]) -> list[Any]:
    """Everything a filter finds, read page by page."""
    found: list[Any] = []
    while True:
        page = await call(client, "POST", path, body | {"limit": PAGE, "offset": len(found)})
        found += page
        if len(page) < PAGE:
            return found


async def bounded(session: Iterable[Awaitable[T]]) -> list[T]:
    """The results in order, at most ``AT_ONCE`` under way; the first failure is raised once the others are done.

    A call cut off half-way can leave the server's SQLite locked for a minute.
    """
    free = asyncio.Semaphore(AT_ONCE)

    async def one(awaitable: Awaitable[T]) -> T:
        async with free:
            return await awaitable

    results = await asyncio.gather(*(one(awaitable) for awaitable in session), return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return [result for result in results if not isinstance(result, BaseException)]
