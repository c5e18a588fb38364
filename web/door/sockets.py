"""Hands on what Prefect's pages listen to: both directions of a web socket, for as long as the session lives."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from fastapi import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

PREFECT = "prefect"
"""The protocol that Prefect speaks: the first message says the password."""
LOOK_EVERY = 60.0
"""Seconds between two looks whether the session still lives."""
GOING_AWAY, TRY_LATER = 1001, 1013


async def hand_on(page: WebSocket, url: str, auth: str, still_open: Callable[[], Awaitable[bool]]) -> None:
    """Until one side hangs up, or the session ends; the page's own words for the password are replaced by ours."""
    asked = page.scope.get("subprotocols") or []
    try:
        async with connect(url, subprotocols=[Subprotocol(PREFECT)], proxy=None) as server:
            await page.accept(subprotocol=PREFECT if PREFECT in asked else None)
            await _pump(page, server, auth, still_open)
    except (OSError, WebSocketException, TimeoutError):
        await _close(page, TRY_LATER)


async def _pump(
    page: WebSocket, server: ClientConnection, auth: str, still_open: Callable[[], Awaitable[bool]]
) -> None:
    ways = [_to_server(page, server, auth), _to_page(page, server), _until_over(still_open)]
    tasks = [asyncio.create_task(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    await _close(page, GOING_AWAY)


async def _to_server(page: WebSocket, server: ClientConnection, auth: str) -> None:
    try:
        while True:
            await server.send(_with_password(await page.receive_text(), auth))
    except (WebSocketDisconnect, ConnectionClosed):
        return


async def _to_page(page: WebSocket, server: ClientConnection) -> None:
    async for message in server:
        await (page.send_text(message) if isinstance(message, str) else page.send_bytes(message))


async def _until_over(still_open: Callable[[], Awaitable[bool]]) -> None:
    while await still_open():
        await asyncio.sleep(LOOK_EVERY)


def _with_password(message: str, auth: str) -> str:
    try:
        said = json.loads(message)
    except ValueError:
        return message
    is_password = isinstance(said, dict) and said.get("type") == "auth"
    return json.dumps({"type": "auth", "token": auth}) if is_password else message


async def _close(page: WebSocket, code: int) -> None:
    try:
        await page.close(code)
    except (RuntimeError, WebSocketDisconnect):
        return  # it has hung up
