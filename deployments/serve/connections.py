"""Connections that are given up: one that does not get on with its request, or does not take the answer."""

import asyncio
from collections.abc import Callable
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

HEADER_SECONDS = 20.0
"""From the first byte to the end of the headers: a kilobyte or two over the slowest of lines."""
ANSWER_SECONDS = 120.0
"""For an answer that the other side does not take at all."""


class PatientProtocol(H11Protocol):
    """uvicorn's own, which waits for ever; how long a body may take is watched where it is read."""

    header_seconds = HEADER_SECONDS
    answer_seconds = ANSWER_SECONDS

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._asking, self._answering = _Timer(), _Timer()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """The first request is waited for from here on."""
        super().connection_made(transport)
        self._asking.start(self.loop, self.header_seconds, self._give_up)

    def data_received(self, data: bytes) -> None:
        """A piece that completes no request does not begin the waiting anew."""
        before = self.cycle
        super().data_received(data)
        is_at_work = self.cycle is not None and not self.cycle.response_complete
        if is_at_work or self.cycle is not before:
            self._asking.stop()
        elif not self._asking.is_on:
            self._asking.start(self.loop, self.header_seconds, self._give_up)

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        """From here on another protocol has the connection, which keeps watch itself."""
        self._asking.stop()
        self._answering.stop()
        super().handle_websocket_upgrade(event)

    def on_response_complete(self) -> None:
        """What comes after an answer is a request of its own, or the rest of a body that nobody wants."""
        self._asking.stop()
        super().on_response_complete()

    def pause_writing(self) -> None:
        """The other side does not take what was written."""
        super().pause_writing()
        self._answering.start(self.loop, self.answer_seconds, self._give_up)

    def resume_writing(self) -> None:
        """It goes on."""
        self._answering.stop()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._asking.stop()
        self._answering.stop()
        super().connection_lost(exc)

    def _give_up(self) -> None:
        self.transport.abort()


class _Timer:
    """One at a time."""

    def __init__(self) -> None:
        self._handle: asyncio.TimerHandle | None = None

    @property
    def is_on(self) -> bool:
        return self._handle is not None

    def start(self, loop: asyncio.AbstractEventLoop, seconds: float, end: Callable[[], None]) -> None:
        self.stop()
        self._handle = loop.call_later(seconds, end)

    def stop(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._handle = None
