"""A process that dies at the n-th boundary of what it writes: the one way in which tests kill.

Boundaries are: before a statement that writes, before a commit of what was written, after it, and before a file is
opened to be written or gets its name. A boundary before the next one is one after the last, so all moments are met.
"""

import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event
from sqlmodel import Session

WRITES = ("INSERT", "UPDATE", "DELETE")
LONGEST = 120
"""Seconds that a process may work until it is no longer waited for."""
Act = Callable[[], object]


class Killed(BaseException):
    """The end of a process that goes on all the same, where a death a step would cost too much: nothing catches it."""


class Boundaries:
    """Counts the boundaries that are passed, from 1, and ends the process at the n-th.

    ``by_exception``: what ends it raises, which the session cannot bear while it commits: it waits for what comes next.
    """

    def __init__(self, n: int, die: Callable[[], None], *, by_exception: bool = False) -> None:
        self.passed, self.at = 0, n
        self.has_written = self.is_dying = False
        self._die, self._by_exception = die, by_exception

    def boundary(self) -> None:
        self.passed += 1
        if self.passed == self.at or self.is_dying:
            self._die()

    def statement(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if self.is_dying:
            self._die()
        if statement.lstrip()[:6].upper() in WRITES:
            self.has_written = True
            self.boundary()

    def before_commit(self, _connection: Any) -> None:
        if self.has_written:
            self.boundary()

    def after_commit(self, _session: Any) -> None:
        if self.has_written:
            self.has_written = False
            if self._by_exception and self.passed + 1 == self.at:
                self.is_dying = True
            else:
                self.boundary()

    def after_rollback(self, _session: Any) -> None:
        self.has_written = False

    @contextmanager
    def watched(self, engine: Engine | type[Engine]) -> Iterator[None]:
        """While what an engine (or every one) writes is counted."""
        hooks: tuple[tuple[Any, str, Callable[..., None]], ...] = (
            (engine, "before_cursor_execute", self.statement),
            (engine, "commit", self.before_commit),
            (Session, "after_commit", self.after_commit),
            (Session, "after_rollback", self.after_rollback),
        )
        for target, name, hook in hooks:
            event.listen(target, name, hook)
        try:
            yield
        finally:
            for target, name, hook in hooks:
                event.remove(target, name, hook)

    def watch_files(self, folder: Path) -> None:
        """Count the files of a folder as well, until the process ends."""

        def file_event(name: str, args: tuple[Any, ...]) -> None:
            is_written = name == "open" and isinstance(args[2], int) and args[2] & (os.O_WRONLY | os.O_RDWR)
            if (is_written or name == "os.rename") and str(args[0]).startswith(str(folder)):
                self.boundary()

        sys.addaudithook(file_event)


def killed_at(n: int, act: Act, engine: Engine, *, files: Path | None = None, seconds: int = LONGEST) -> bool:
    """Do something in a process of its own, which kills itself (-9) at its n-th boundary. Whether it came so far.

    ``engine`` is what it works on: no connection of ours goes into the process. ``files``: a folder whose files count.
    """
    return killed_by(lambda die: _at(n, act, die, files), engine, seconds=seconds)


def _at(n: int, act: Act, die: Callable[[], None], files: Path | None) -> object:
    boundaries = Boundaries(n, die)
    if files is not None:
        boundaries.watch_files(files)
    with boundaries.watched(Engine):
        return act()


def killed_by(work: Callable[[Callable[[], None]], object], engine: Engine, *, seconds: int = LONGEST) -> bool:
    """Do work in a process of its own, handing it what kills it. Whether it was killed; what it raises is raised."""
    engine.dispose()
    with warnings.catch_warnings():
        # Threads of the tests (a mail server, pytest's own) do not live in the child, and it asks nothing of them.
        warnings.simplefilter("ignore", DeprecationWarning)
        pid = os.fork()
    if pid == 0:
        _child(work, seconds)
    _, status = os.waitpid(pid, 0)
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL, f"ended by the signal {os.WTERMSIG(status)}"
        return True
    assert os.WEXITSTATUS(status) == 0, "the process broke by itself; its traceback is on standard error"
    return False


def _child(work: Callable[[Callable[[], None]], object], seconds: int) -> None:
    code = 1
    try:
        # The parent's limit of time must not run its own handler here.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(seconds)
        work(lambda: os.kill(os.getpid(), signal.SIGKILL))
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)
