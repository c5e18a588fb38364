"""A SQLite database copied while others write to it, and looked through."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tasks.backup.manifest import BackupRefused

PAGES = 2000
"""Copied at a time: some megabytes, after which the progress is told."""


def copy_database(source: Path, target: Path, *, words: str, advance: Callable[[int], None]) -> None:
    """One moment of a database at work; ``advance`` hears of the bytes done since it was last called.

    Writers are not kept waiting: a transaction that is open from the first page to the last holds that moment, without
    it each write of another program would begin the copy anew. Raises ``BackupRefused``: unreadable, damaged.
    """
    done = 0

    def told(_status: int, left: int, total: int) -> None:
        nonlocal done
        advance((total - left - done) * size)
        done = total - left

    try:
        with closing(_opened(source)) as whole, closing(sqlite3.connect(target)) as copy:
            size = whole.execute("PRAGMA page_size").fetchone()[0]
            whole.execute("BEGIN")
            whole.execute("SELECT count(*) FROM sqlite_master").fetchone()
            whole.backup(copy, pages=PAGES, progress=told)
            whole.execute("ROLLBACK")
        found = problem(target)
    except sqlite3.Error as refused:
        raise BackupRefused(f"Не читается {words}: {refused}") from refused
    if found:
        raise BackupRefused(f"Повреждена {words}: {found}; восстановите её из прежней копии")
    settle(target)


def _opened(path: Path) -> sqlite3.Connection:
    """Not made where there is none. Only to read would not do: what the log beside it holds is read by help of a file
    that the reader must be able to write.
    """
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=60, isolation_level=None)


def problem(path: Path) -> str:
    """What is broken in a database that nobody writes; empty where nothing is."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        try:
            found = str(database.execute("PRAGMA quick_check(1)").fetchone()[0])
        except sqlite3.DatabaseError as unread:
            return str(unread)
    return "" if found == "ok" else found


def settle(path: Path) -> None:
    """All of a file is on the disk itself."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
