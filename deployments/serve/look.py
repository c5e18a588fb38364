"""What a program that keeps others does besides: waits for a signal, looks now and then at what stands still."""

import asyncio
import signal
import time
from collections.abc import Callable
from threading import Thread

from sqlalchemy import Engine

from deployments.serve.prefect import CannotStart
from models import clock
from models.db import DatabaseProblem, open_session
from models.settings import Settings
from tasks.installation.turns import take_turn

LOOK_EVERY = 120.0
"""Seconds."""


class Stop:
    """Ctrl-C or SIGTERM was asked for; a plain flag, because a second signal inside a lock's own code would hang."""

    def __init__(self) -> None:
        self.is_asked = False
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, self._ask)

    def _ask(self, *_: object) -> None:
        self.is_asked = True


class Look:
    """Looks now and then at what stands still in Prefect, or is gone: the worker that does so stands still with it.

    Of several programs that look, on whatever machine, one does at a time.
    """

    def __init__(self, engine: Engine, settings: Settings, say: Callable[[str], None]) -> None:
        """``say``: what was mended, and what stands in the way, in a line."""
        self._engine, self._settings, self._say = engine, settings, say
        self._next = time.monotonic() + LOOK_EVERY
        self._looking: Thread | None = None

    def now_and_then(self) -> None:
        """Beside what the caller does, one look at a time: the server may be slow to answer, much to be made again."""
        if time.monotonic() >= self._next and (self._looking is None or not self._looking.is_alive()):
            self._next = time.monotonic() + LOOK_EVERY
            self._looking = Thread(target=self._look, daemon=True)
            self._looking.start()

    def _look(self) -> None:
        from deployments.sync import restore_deleted  # Prefect takes seconds to import
        from tasks.prefect.health import keep_watch

        at = clock.now()
        try:
            with open_session(self._engine) as session:
                if not take_turn(session, "look", every=LOOK_EVERY, at=at):
                    return
            asyncio.run(keep_watch(self._engine, self._settings, at=at))
            if told := asyncio.run(restore_deleted(self._engine, settings=self._settings, at=at)):
                self._say(told)
        except (DatabaseProblem, CannotStart) as away:  # said once a look, until it is there again
            self._say(str(away))
