"""Agreements with 2,400 municipalities: opening, one day's control with letters, one import of a table of 2,400 rows.

The bare side puts the same rows into the same tables by hand-written SQL, on a copy of the file: no rules, no checks,
no reading of the table.
"""

import sqlite3
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from sqlalchemy import Engine

from bench.control_sides import build
from bench.table import show
from models import lifecycle
from models.db import engine_for, open_session
from tasks.context.working_calendar import calendar_of
from tasks.daily.control_day import control_day
from tasks.processes.agreement_import import import_agreements
from tasks.processes.sweep import advance

MUNICIPALITIES = 2400
AIM_SECONDS, AIM_RATIO = 10.0, 25.0
OPENS, SENT, SIGNED = date(2027, 6, 1), date(2027, 6, 8), date(2027, 6, 15)
KEY = "bench/i1/-/2027-08-02"
COMMON = ("draft", "approved", "sent")
TABLES = ("control_point", "transition", "evidence", "notice", "notice_line", "process")


def run(size: int = MUNICIPALITIES) -> list[dict[str, Any]]:
    """Seconds of each step and of all, and the ratio to bare SQL that leaves the same numbers of rows."""
    with tempfile.TemporaryDirectory() as folder:
        path, before = Path(folder) / "ours.db", Path(folder) / "bare.db"
        _prepare(path, size)
        _copy(path, before)
        table = _table(Path(folder) / "signed.xlsx", size)
        engine = engine_for(f"sqlite:///{path}")
        steps = {
            "opening": lambda: _sweep(engine, OPENS),
            "the day after the letter to all, with letters": lambda: _day(engine),
            f"import of {size:,} rows": lambda: _import(engine, table),
        }
        seconds = {name: _timed(step) for name, step in steps.items()}
        engine.dispose()
        bare = _bare(before, path)
        counts = [_counts(before), _counts(path)]
    if counts[0] != counts[1]:
        raise RuntimeError(f"the two sides did different work: {counts}")
    _check(counts[1], size)
    total = sum(seconds.values())
    rows = [_row(f"agreements, {size:,}: {name}", value) for name, value in seconds.items()]
    name = f"agreements, {size:,}: all of it, {counts[1]['control_point']:,} points, {counts[1]['transition']:,} events"
    ratio = total / bare
    every = _row(name, total) | {"peer": bare, "ratio": ratio, "aim": f"≤ {AIM_SECONDS:g} s, ≤ {AIM_RATIO:g}×"}
    return [*rows, every | {"ok": total <= AIM_SECONDS and ratio <= AIM_RATIO}]


def _row(name: str, value: float) -> dict[str, Any]:
    return {"name": name, "value": value, "unit": "s", "peer": None, "ratio": None, "aim": "", "ok": True}


def _timed(step: Any) -> float:
    started = time.perf_counter()
    step()
    return time.perf_counter() - started


def _at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 3, tzinfo=UTC)


def _prepare(path: Path, size: int) -> None:
    """A roadmap whose only point is an agreement with every body."""
    build(path, 0)
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM channel WHERE official_id > ?", [size])
        db.execute("INSERT INTO municipality (body_id, roadmap_code, since) SELECT id, 'bench', '2026-01-01' FROM body")
        db.execute("DELETE FROM municipality WHERE body_id > ?", [size])
        db.execute("UPDATE item SET kind = 'agreement' WHERE code = 'i1'")
        db.execute(
            "INSERT INTO control_point (key, roadmap_code, item_id, owner_id, purpose, opens_on, due_on, deadline_on,"
            " deadline_note, status, is_history, next_check_on) VALUES (?, 'bench', 1, 1, 'result', '2027-06-01',"
            " '2027-08-02', '2027-08-02', '', 'planned', 0, '2027-06-01')",
            [KEY],
        )
    db.close()


def _copy(path: Path, to: Path) -> None:
    with sqlite3.connect(path) as db, sqlite3.connect(to) as copy:
        db.backup(copy)
    db.close()
    copy.close()


def _table(path: Path, size: int) -> Path:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["Муниципалитет", "Подпись муниципалитета", "Реквизиты"])
    for n in range(1, size + 1):
        sheet.append([f"Орган {n}", SIGNED, f"№ {n}"])
    book.save(path)
    return path


def _sweep(engine: Engine, day: date) -> None:
    with open_session(engine) as session:
        lifecycle.open_due(session, "bench", today=day, at=_at(day))
        advance(session, "bench", today=day, at=_at(day), calendar=calendar_of(session, "bench"))


def _day(engine: Engine) -> None:
    """The letter to all is sent: the next stages open everywhere and every party is told."""
    for stage in COMMON:
        with open_session(engine) as session:
            reported = lifecycle.TransitionCommand(
                action="submit", actor="исполнитель", at=_at(SENT), on=SENT, evidence="письмо"
            )
            lifecycle.change(session, f"{KEY}/{stage}/-", reported)
        _sweep(engine, SENT)
    if control_day(engine, today=SENT, at=_at(SENT)).failed:
        raise RuntimeError("the control failed")


def _import(engine: Engine, table: Path) -> None:
    with open_session(engine) as session:
        import_agreements(session, "bench", table, item=None, actor="координатор", today=SIGNED, at=_at(SIGNED))
    _sweep(engine, SIGNED)


def _bare(path: Path, wanted: Path) -> float:
    """Insert, on the copy, row for row what the other side ended with."""
    source = sqlite3.connect(wanted)
    rows = {table: source.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}
    source.close()
    db = sqlite3.connect(path, isolation_level=None)
    for pragma in ("foreign_keys=OFF", "journal_mode=WAL", "synchronous=FULL"):
        db.execute(f"PRAGMA {pragma}")
    db.execute("DELETE FROM control_point")
    started = time.perf_counter()
    db.execute("BEGIN IMMEDIATE")
    for table, several in rows.items():
        if several:
            marks = ", ".join("?" * len(several[0]))
            db.executemany(f"INSERT INTO {table} VALUES ({marks})", several)
    db.execute("COMMIT")
    seconds = time.perf_counter() - started
    db.close()
    return seconds


def _counts(path: Path) -> dict[str, int]:
    db = sqlite3.connect(path)
    found = {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES}
    db.close()
    return found


def _check(counts: dict[str, int], size: int) -> None:
    """Every stage (and rounds of monitoring to come), and a letter to every municipality."""
    if counts["control_point"] < 1 + len(COMMON) + 4 * size or counts["notice"] < size:
        raise RuntimeError(f"not everything was done: {counts}")


if __name__ == "__main__":
    show(run())
