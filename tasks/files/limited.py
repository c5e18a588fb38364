"""Work on what came from outside, done in a process of its own that the kernel stops.

A small file may cost minutes and gigabytes, whatever it says of its size; only the kernel counts what is really used.
``limited_process.py`` waits with the libraries loaded and forks for each file. It is started without our environment
and has neither the database nor the keys, so that what a file does to a library it does to an empty process.
"""

import atexit
import contextlib
import os
import pickle
import socket
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

SCRIPT = Path(__file__).with_name("limited_process.py")
MB = 1024 * 1024
AT_ONCE = 2
"""Files that are worked on at the same time: more would only wait for the processors, each with its memory."""
CHUNK = MB
LARGEST_ANSWER = 256 * MB
NOT_OURS = ("VEKHA_", "PREFECT_", "PYTHON")
"""What begins a variable that the process does without."""


class TooMuchWork(Exception):
    """The work was stopped: it took more than its time or memory, or broke the library."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost: seconds of a processor, and MB of memory with the libraries in it."""

    seconds: int
    memory_mb: int
    libraries: tuple[str, ...] = ()
    """Modules of ours that the function imports when it is called: they are loaded once, before the fork."""

    @property
    def patience(self) -> float:
        """Seconds on the clock, where other work has the processors."""
        return 5.0 * self.seconds


def limited(limits: Limits, function: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    """What ``function`` returns or raises, within ``limits``; a function of a module, with arguments that pickle.

    Raises ``TooMuchWork``.
    """
    job = pickle.dumps((limits.seconds, limits.patience, limits.memory_mb * MB, function, args, named))
    with _turns:
        mine, its = socket.socketpair()
        with mine:
            with its:
                _helper.ask(its.fileno(), function.__module__, *limits.libraries)
            mine.settimeout(limits.patience + 5)
            try:
                mine.sendall(job)
                mine.shutdown(socket.SHUT_WR)
                answer = _whole(mine)
            except OSError as stopped:
                raise TooMuchWork(f"{function.__module__}.{function.__qualname__}") from stopped
    try:
        is_good, found = pickle.loads(answer)
    except Exception as torn:  # nothing was said, or half of it
        raise TooMuchWork(f"{function.__module__}.{function.__qualname__}") from torn
    if not is_good:
        raise found
    return found  # type: ignore[no-any-return]


def _whole(line: socket.socket) -> bytes:
    pieces, size = [], 0
    while piece := line.recv(CHUNK):
        pieces.append(piece)
        size += len(piece)
        if size > LARGEST_ANSWER:
            raise OSError("an answer without end")
    return b"".join(pieces)


class _Helper:
    """The process that forks, started when it is first needed and again when it is gone; a fork of ours has none."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._line: socket.socket | None = None
        os.register_at_fork(after_in_child=self._forget)
        atexit.register(self._end)

    def ask(self, descriptor: int, *modules: str) -> None:
        """Hand over one end of a pair of sockets; the modules are loaded before the fork."""
        with self._lock:
            for last_try in (False, True):
                try:
                    self._line = self._line or _started()
                    socket.send_fds(self._line, [" ".join(modules).encode()], [descriptor])
                    return
                except OSError as gone:
                    self._end()
                    if last_try:
                        raise TooMuchWork("the process that reads files does not start") from gone
                    time.sleep(0.05)

    def _forget(self) -> None:
        self._lock = Lock()
        self._end()

    def _end(self) -> None:
        if self._line is not None:
            with contextlib.suppress(OSError):
                self._line.close()
        self._line = None


def _started() -> socket.socket:
    """Our end of the line to a new process; it ends when the line does."""
    mine, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    around = {name: value for name, value in os.environ.items() if not name.startswith(NOT_OURS)}
    with its:
        actions: list[Any] = [
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_DUP2, its.fileno(), 0),
        ]
        command = [sys.executable, "-I", "-S", str(SCRIPT), pickle.dumps(sys.path).hex()]
        os.posix_spawn(sys.executable, command, around, file_actions=actions, setsigmask=[])
    return mine


_turns = BoundedSemaphore(AT_ONCE)
_helper = _Helper()
