"""A region whose points have stages, a coordinator who answers their forms, a worker that is killed at a request."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Thread
from typing import Any

import pytest
from sqlmodel import select

from deployments.serve.prefect import Worker
from deployments.sync import sync
from models import Body, ControlPoint, Municipality, clock, lifecycle
from models.db import session
from models.lifecycle.transitions import Move
from models.settings import Settings
from roadmap.cards.point import artifact_key
from tasks.context.working_calendar import calendar_of
from tasks.prefect.client import call
from tasks.processes.sweep import advance

TOWNS = {"anapa": "г. Анапа", "eysk": "Ейский район", "sochi": "г. Сочи"}


@dataclass
class Processes:
    """Open points with stages on a real Prefect server."""

    office: Any
    today: date

    def build(self, towns: Mapping[str, str]) -> None:
        self.office.add_roadmap()
        with session(self.office.engine) as work:
            for code, short in towns.items():
                work.add(Body(roadmap_code="krasnodar", code=code, name=short, short=short, level="municipal"))
            work.flush()
            for body in work.exec(select(Body).where(Body.level == "municipal")):
                since = self.today - timedelta(days=400)
                work.add(Municipality(body_id=body.id or 0, roadmap_code="krasnodar", since=since))

    def open(self, kind: str, item: str, *, days: int = 60) -> str:
        """An open point of a kind, due in so many days, and its stages."""
        due = self.today + timedelta(days=days)
        opens = self.today - timedelta(days=7 if days > 7 else 0)
        return str(self.office.add_point(item=item, opens_on=opens, due_on=due, kind=kind))

    def begin(self) -> None:
        """What the day's control and the nightly sync do."""
        with session(self.office.engine) as work:
            at = clock.now()
            advance(work, "krasnodar", today=self.today, at=at, calendar=calendar_of(work, "krasnodar"))
        sync(self.office.engine, settings=self.office.settings, at=clock.now())

    def answer(self, answers: dict[str, list[dict[str, str]]], *, seconds: float = 500) -> None:
        """Give each run its answers one after another, several runs side by side, until each has taken its last."""
        waiting, until = {key: list(given) for key, given in answers.items()}, time.monotonic() + seconds
        asked = dict.fromkeys(waiting, 0)
        while waiting:
            assert time.monotonic() < until, {key: self.office.runs()[key]["state_name"] for key in waiting}
            runs = self.office.runs()
            for key in list(waiting):
                assert runs[key]["state_type"] not in ("FAILED", "CRASHED"), runs[key]["state"]["message"]
                number = _asked(runs[key])
                if not waiting[key] and (runs[key]["state_type"] == "COMPLETED" or number > asked[key]):
                    del waiting[key]
                elif waiting[key] and number > asked[key]:
                    self._send(runs[key]["id"], waiting[key].pop(0))
                    asked[key] = number
            time.sleep(0.3)

    def send(self, key: str, **fields: str) -> None:
        """Answer the form that the run of a point waits with, and go on."""
        self._send(self.office.runs()[key]["id"], fields)

    def wait_for_form(self, key: str, number: int, *, seconds: float = 300) -> None:
        """Return once the run of a point waits with its n-th form."""
        until = time.monotonic() + seconds
        while _asked(run := self.office.runs()[key]) != number:
            assert time.monotonic() < until, f"{run['state_name']}, not waiting with form {number}"
            time.sleep(0.2)

    def _send(self, run_id: str, fields: dict[str, str]) -> None:
        wanted = {"decision": "отметить этап"} | fields
        told = self.office.api(lambda client: client.resume_flow_run(run_id, run_input=wanted))
        assert told.status.value == "ACCEPT", told.details

    def report(self, key: str, evidence: str = "письмо № 1") -> None:
        """The party of a stage reports it, and the process goes on."""
        at = clock.now()
        with session(self.office.engine) as work:
            lifecycle.change(work, key, Move(action="submit", actor="сторона", at=at, on=self.today, evidence=evidence))
            advance(work, "krasnodar", today=self.today, at=at, calendar=calendar_of(work, "krasnodar"))

    def card(self, key: str) -> str:
        """The newest card of a point."""
        path = f"/artifacts/{artifact_key(key)}/latest"
        return str(self.office.api(lambda client: call(client, "GET", path))["data"])

    def point(self, key: str) -> ControlPoint:
        with session(self.office.engine) as work:
            return lifecycle.point_by_key(work, key)


def _asked(run: dict[str, Any]) -> int:
    """The number of the form a run waits with; 0 while it does not wait."""
    if run["state_type"] != "PAUSED":
        return 0
    return int(str(run["state"]["state_details"]["pause_key"]).removeprefix("decision-"))


@pytest.fixture
def build_processes(today: date) -> Callable[..., Processes]:
    """Builds a region with three municipalities in an office of the test's own; with ``{}`` it has one already."""

    def build(office: Any, towns: Mapping[str, str] = TOWNS) -> Processes:
        found = Processes(office, today)
        found.build(towns) if towns else None
        return found

    return build


@pytest.fixture
def processes(office: Any, build_processes: Any) -> Any:
    """The region in the office of all tests."""
    return build_processes(office)


@dataclass
class Trap:
    """A request at which something happens: its n-th occurrence, before the server hears of it or after it answered."""

    words: bytes
    nth: int = 1
    after: bool = False
    passes: bool = False  # the request goes on to the server after what happens
    is_sprung: bool = False


@dataclass
class Tap:
    """A line to the Prefect server that calls ``sprung`` when the trap's request passes, and lets it fall."""

    upstream: int
    sprung: Callable[[], None] = lambda: None
    trap: Trap | None = None
    port: int = 0
    mourned: int = 0
    """How often the worker has said its last word about a process that died."""

    def listen(self, listener: socket.socket) -> None:
        self.port = listener.getsockname()[1]
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                line = (client, socket.create_connection(("127.0.0.1", self.upstream)), list[bool]())
                for way in (self._ask, self._answer):
                    Thread(target=way, args=line, daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket, caught: list[bool]) -> None:
        with suppress(OSError):
            while request := _request(client):
                trap = self._caught(request)
                if trap is not None and not trap.after:
                    self.sprung()
                    if not trap.passes:
                        break
                caught += [True] if trap and trap.after else []
                server.sendall(request)
                while b"upgrade: websocket" in request.lower() and (data := client.recv(65536)):
                    server.sendall(data)
        for end in (client, server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _answer(self, client: socket.socket, server: socket.socket, caught: list[bool]) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                if caught:
                    self.sprung()
                    break
                client.sendall(data)
        client.close()
        server.close()

    def _caught(self, request: bytes) -> Trap | None:
        self.mourned += b"infrastructure exited" in request
        if (trap := self.trap) is None or trap.is_sprung or not re.search(trap.words, request, re.DOTALL):
            return None
        trap.nth -= 1
        trap.is_sprung = trap.nth == 0
        return trap if trap.is_sprung else None


def _request(client: socket.socket) -> bytes:
    """One whole HTTP request; empty at the end of the line."""
    data = b""
    while more := client.recv(65536):
        data += more
        head, is_whole, body = data.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: *(\d+)", head, re.IGNORECASE)
        if is_whole and len(body) >= (int(length[1]) if length else 0):
            return data
    return b""


class FrailWorker:
    """A real worker whose process, or the process of its flow, is killed (-9) at a request of the flow."""

    def __init__(self, settings: Settings, tap: Tap) -> None:
        self.tap, self.settings = tap, settings
        self.start()

    def start(self) -> None:
        self.worker = Worker(self.settings.model_copy(update={"port": self.tap.port}))
        self.pid = self.worker.launch()._process.pid

    def kill_at(self, words: str, *, nth: int = 1, after: bool = False, whole: bool = False) -> Trap:
        """Kill the flow's process (``whole``: the worker with it) at a request whose text matches."""
        self.tap.sprung = self.kill if whole else self.kill_flow
        self.tap.trap = Trap(words.encode(), nth=nth, after=after)
        return self.tap.trap

    def wait_until_dead(self, trap: Trap, *, seconds: float = 300) -> None:
        """Return once the trap has sprung and the worker has told the server all about it, half a minute later."""
        until = time.monotonic() + seconds
        while not (trap.is_sprung and self.tap.mourned):
            assert time.monotonic() < until, f"{trap}"
            time.sleep(0.5)
        self.tap.mourned = 0

    def do_at(self, words: str, sprung: Callable[[], None]) -> None:
        """Do something before a request whose text matches goes on to the server."""
        self.tap.sprung = sprung
        self.tap.trap = Trap(words.encode(), passes=True)

    def kill_flow(self) -> None:
        for pid in _descendants(self.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def kill(self) -> None:
        """The worker and what it runs, at once."""
        for pid in [self.pid, *_descendants(self.pid)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.worker.stop()


def _descendants(pid: int) -> list[int]:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    parents = {int(child): int(parent) for child, parent in (line.split() for line in listed.splitlines())}
    found = [pid]
    found += (child for one in found for child, parent in parents.items() if parent == one)
    return found[1:]


@contextmanager
def tapped(port: int) -> Iterator[Tap]:
    """A line to the server on a port of its own."""
    tap = Tap(port)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        Thread(target=tap.listen, args=(listener,), daemon=True).start()
        while not tap.port:
            time.sleep(0.01)
        yield tap
        listener.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def frail_on(worker: Worker, settings: Settings) -> Iterator[Callable[[Settings], FrailWorker]]:
    """Starts the only worker of the pool while the test runs, with the settings given."""
    started: list[FrailWorker] = []
    worker.stop()
    with tapped(settings.port) as tap:

        def start(mine: Settings) -> FrailWorker:
            started.append(FrailWorker(mine, tap))
            return started[-1]

        yield start
        for frail in started:
            frail.worker.stop()
    worker.start()


@pytest.fixture
def frail(frail_on: Callable[[Settings], FrailWorker], settings: Settings) -> FrailWorker:
    """The only worker of the pool while the test runs."""
    return frail_on(settings)
