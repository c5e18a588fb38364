"""Runs of flows start warm: one process has imported Prefect and the flows, and forks for each run.

A fresh interpreter needs two seconds of CPU for its imports before a flow begins, and Prefect's own worker starts two
for a run. Each run is still a process of its own: what kills one leaves the others alone.

For a run the worker starts ``warm_call.py``, as it would start any command. That asks here, over a socket in a folder
that nobody else enters, with a line of JSON about what it has around it, and with its two outputs.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import runpy
import selectors
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ENGINE = "prefect.engine"
#: What the engine imports; it is run as a program itself, and so is not among them.
PRELOADED = ("prefect.flow_engine", "prefect._internal.metrics", "deployments.nightly")
OUTPUTS = 2
MOST = 1 << 20
"""Bytes of a request: an environment is some kilobytes."""
PATIENCE = 10.0
"""Seconds for a request to arrive whole."""
MOST_AT_ONCE = max(4, 2 * (os.cpu_count() or 1))
"""Runs that have a process; a hundred answers of one morning, or a week of late runs, take their turns."""
_SIGNAL_AT_DEATH_OF_PARENT = 1


@dataclass(frozen=True, slots=True)
class Request:
    """A run to start: what the process that asks has around it."""

    environment: dict[str, str]
    folder: str
    outputs: tuple[int, ...]


class Forks:
    """The runs that live, and those who asked for them."""

    def __init__(self, listener: socket.socket, life: int) -> None:
        self._listener, self._life = listener, life
        self._callers: dict[int, socket.socket] = {}
        self._waiting = selectors.DefaultSelector()

    def serve(self) -> Request | None:
        """Fork for each request, until ``life`` is closed at its other end and the last run is over.

        Returns in every process that is to run a request, with the request, and at the end of the serving, with None.
        """
        with self._waiting, _children_that_end() as ended:
            self._waiting.register(self._listener, selectors.EVENT_READ)
            self._waiting.register(self._life, selectors.EVENT_READ)
            self._waiting.register(ended, selectors.EVENT_READ)
            while self._listener.fileno() >= 0 or self._callers:
                for key, _ in self._waiting.select():
                    if key.fd == ended:
                        self._bury(ended)
                    elif key.fd == self._life:
                        self._waiting.unregister(self._life)
                        self._listen(is_open=False)
                        self._listener.close()
                    elif key.data is not None:
                        # Whoever asked says nothing more: it was killed, and the run is to go with it.
                        self._waiting.unregister(key.fileobj)
                        os.kill(key.data, signal.SIGKILL)
                    elif self._listener.fileno() >= 0 and (request := self._fork()):
                        return request
                if self._listener.fileno() >= 0:
                    self._listen(is_open=len(self._callers) < MOST_AT_ONCE)
        return None

    def _listen(self, *, is_open: bool) -> None:
        """Take requests, or let those who ask wait in the line."""
        was_open = self._listener in self._waiting.get_map()
        if is_open and not was_open:
            self._waiting.register(self._listener, selectors.EVENT_READ)
        elif was_open and not is_open:
            self._waiting.unregister(self._listener)

    def _fork(self) -> Request | None:
        """A request in the new process, None in this one."""
        caller, _ = self._listener.accept()
        caller.settimeout(PATIENCE)
        try:
            request = _read(caller)
        except (OSError, ValueError):
            caller.close()
            return None
        parent = os.getpid()
        if not (pid := os.fork()):
            for line in (self._listener, caller, *self._callers.values()):
                line.close()
            _go_with(parent)
            return request
        for output in request.outputs:
            os.close(output)
        self._callers[pid] = caller
        self._waiting.register(caller, selectors.EVENT_READ, pid)
        _tell(caller, pid)
        return None

    def _bury(self, ended: int) -> None:
        os.read(ended, MOST)
        with contextlib.suppress(ChildProcessError):
            while (found := os.waitpid(-1, os.WNOHANG))[0]:
                caller = self._callers.pop(found[0])
                with contextlib.suppress(KeyError):
                    self._waiting.unregister(caller)
                _tell(caller, os.waitstatus_to_exitcode(found[1]))
                caller.close()


@contextlib.contextmanager
def _children_that_end() -> Iterator[int]:
    """Something to read there whenever a child ends."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    try:
        yield reading
    finally:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.close(reading)
        os.close(writing)


def _read(caller: socket.socket) -> Request:
    data, outputs, *_ = socket.recv_fds(caller, MOST, OUTPUTS)
    while not data.endswith(b"\n"):
        if not (more := caller.recv(MOST)) or len(data) > MOST:
            raise ValueError("a request that ends in the middle")
        data += more
    said = json.loads(data)
    return Request(environment=said["environment"], folder=said["folder"], outputs=tuple(outputs))


def _tell(caller: socket.socket, number: int) -> None:
    with contextlib.suppress(OSError):
        caller.sendall(b"%d\n" % number)


def _go_with(parent: int) -> None:
    """Nothing may run that nobody watches: the server has been told that it crashed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_SIGNAL_AT_DEATH_OF_PARENT, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def run(request: Request) -> None:
    """Be the process of the run, from its environment to its last word."""
    streams = (os.open(os.devnull, os.O_RDONLY), *request.outputs)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    # A signal to the group is for the worker and for what it started itself; that hands it on.
    os.setpgid(0, 0)
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, signal.SIG_DFL if signum == signal.SIGTERM else signal.default_int_handler)
    os.environ.clear()
    os.environ.update(request.environment)
    os.chdir(request.folder)
    if known := sys.modules.get("prefect.context"):
        # It has read the environment of the worker at its import.
        known.refresh_global_settings_context()
    sys.argv = [ENGINE]
    runpy.run_module(ENGINE, run_name="__main__", alter_sys=True)


def main(path: str) -> None:
    """Listen at a path in a folder made for it; the standard input is closed when the worker is gone."""
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen(64)
        # Who asks before all is imported waits in the line.
        _preload()
        request = Forks(listener, sys.stdin.fileno()).serve()
    if request:
        run(request)
    else:
        shutil.rmtree(Path(path).parent, ignore_errors=True)


def _preload() -> None:
    import flows

    names = sorted(f"flows.{file.stem}" for file in Path(flows.__path__[0]).glob("[a-z]*.py"))
    for name in (*PRELOADED, *names):
        importlib.import_module(name)
    # Pages that are never touched again stay shared with the runs.
    gc.freeze()


if __name__ == "__main__":
    main(sys.argv[1])
