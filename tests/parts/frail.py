"""A worker of Prefect that is killed, or whose line to the server is torn, at a request."""

import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Thread

from deployments.serve.prefect import Worker
from models.settings import Settings


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
    """How often since the trap has sprung the server has taken the worker's last word about a process that died."""

    def listen(self, listener: socket.socket) -> None:
        self.port = listener.getsockname()[1]
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                line = (client, socket.create_connection(("127.0.0.1", self.upstream)), list[bool](), list[bool]())
                for way in (self._ask, self._answer):
                    Thread(target=way, args=line, daemon=True).start()

    def _ask(self, client: socket.socket, server: socket.socket, caught: list[bool], last_words: list[bool]) -> None:
        with suppress(OSError):
            while request := _request(client):
                trap = self._caught(request)
                if trap is not None and not trap.after:
                    self.sprung()
                    if not trap.passes:
                        break
                caught += [True] if trap and trap.after else []
                last_words += [True] if b"infrastructure exited" in request else []
                server.sendall(request)
                while b"upgrade: websocket" in request.lower() and (data := client.recv(65536)):
                    server.sendall(data)
        _hang_up(client, server)

    def _answer(self, client: socket.socket, server: socket.socket, caught: list[bool], last_words: list[bool]) -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                if last_words:
                    # A busy server is told again.
                    last_words.clear()
                    self.mourned += data.startswith(b"HTTP/1.1 2")
                if caught:
                    self.sprung()
                    break
                client.sendall(data)
        # Closed alone, it would stay open as long as the other thread reads from it, and the worker wait for its end.
        _hang_up(client, server)
        client.close()
        server.close()

    def _caught(self, request: bytes) -> Trap | None:
        if (trap := self.trap) is None or trap.is_sprung or not re.search(trap.words, request, re.DOTALL):
            return None
        trap.nth -= 1
        if trap.nth:
            return None
        self.mourned, trap.is_sprung = 0, True
        return trap


def _hang_up(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


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

    def kill_at(
        self, words: str, *, nth: int = 1, after: bool = False, warm: bool = False, whole: bool = False
    ) -> Trap:
        """Kill the flow's process (``warm``: what forked it as well, ``whole``: the worker with both) at a request
        whose text matches.
        """
        self.tap.sprung = self.kill if whole else lambda: self.kill_flow(warm=warm)
        self.tap.trap = Trap(words.encode(), nth=nth, after=after)
        return self.tap.trap

    def wait_until_dead(self, trap: Trap, *, seconds: float = 300) -> None:
        """Return once the trap has sprung and the worker has told the server all about it."""
        until = time.monotonic() + seconds
        while not (trap.is_sprung and self.tap.mourned):
            assert time.monotonic() < until, f"{trap}"
            time.sleep(0.1)

    def tear_at(self, words: str, *, nth: int, after: bool) -> Trap:
        """Tear the line at the n-th request whose text matches: it is lost, or (``after``) its answer is."""
        self.tap.sprung = lambda: None
        self.tap.trap = Trap(words.encode(), nth=nth, after=after)
        return self.tap.trap

    def do_at(self, words: str, sprung: Callable[[], None]) -> None:
        """Do something before a request whose text matches goes on to the server."""
        self.tap.sprung = sprung
        self.tap.trap = Trap(words.encode(), passes=True)

    def kill_flow(self, *, warm: bool) -> None:
        kept = set() if warm else {pid for pid in _children(self.pid) if "deployments.serve.warm" in _command(pid)}
        for pid in descendants(self.pid):
            if pid not in kept:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def kill(self) -> None:
        """The worker and what it runs, at once."""
        for pid in [self.pid, *descendants(self.pid)]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.worker.stop()


def descendants(pid: int) -> list[int]:
    parents = _parents()
    found = [pid]
    found += (child for one in found for child, parent in parents.items() if parent == one)
    return found[1:]


def _children(pid: int) -> list[int]:
    return [child for child, parent in _parents().items() if parent == pid]


def _parents() -> dict[int, int]:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    return {int(child): int(parent) for child, parent in (line.split() for line in listed.splitlines())}


def _command(pid: int) -> str:
    said = subprocess.run(["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return said.stdout


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
