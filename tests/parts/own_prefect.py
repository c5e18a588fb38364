"""A Prefect server and a worker of a test's own in a data folder, which may have been somebody else's before."""

import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from deployments.serve.prefect import KeptChild, PrefectServer, Worker
from models.settings import Settings
from tests.parts.frail import descendants
from tests.parts.office import KEPT, PATIENCE, Office, hang_up
from tests.places import AUTH
from tests.worlds.installation import engine_of


@dataclass
class OwnPrefect:
    """A server at work, and the worker once it is started."""

    office: Office
    server: PrefectServer
    worker: Worker

    def start_worker(self) -> None:
        """From now on runs are taken."""
        self.worker.start()
        KEPT.append(self.worker)

    def kill(self) -> None:
        """Everything dies (-9), as when the machine loses its power."""
        if self.worker in KEPT:
            KEPT.remove(self.worker)
        for child in (self.worker, self.server):
            for pid in _processes(child):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        hang_up(self.office.url)
        self.worker.stop()
        self.server.stop()


def _processes(child: KeptChild) -> list[int]:
    if child._child is None:
        return []
    pid = child._child._process.pid
    return [pid, *descendants(pid)]


@contextmanager
def own_prefect(data: Path, mail: str) -> Iterator[OwnPrefect]:
    """A server on the database that lies in the folder, or on a new one; what does not stop by itself is killed.

    Who asks for it asks for ``settings`` as well, for the services that are switched off there.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    mine = Settings(_env_file=None, data=data, port=port, auth=SecretStr(AUTH), mail_url=SecretStr(mail))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{port}/api")
        patch.setenv("PREFECT_API_AUTH_STRING", AUTH)
        engine, server = engine_of(data), PrefectServer(mine)
        server.start(timeout=PATIENCE)
        own = OwnPrefect(Office(mine, engine, server.url), server, Worker(mine))
        try:
            yield own
        finally:
            own.kill()
            engine.dispose()
