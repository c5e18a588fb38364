"""The two sides of bench.control, and the database both get; run as a process: SIDE PATH SIZE, prints JSON."""

import json
import resource
import sqlite3
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench.control import AT, OFFICIALS, TODAY, deadline
from models.db import engine_for
from models.db.migrate import migrate
from tasks.daily.control_day import control_day

BEFORE, AFTER = (14, 7, 3, 1, 0), (1,)
NINE = "2027-05-26 06:00:00.000000"

#: The day's work by hand: the rules are unrolled into CASE (what fell due yesterday is told again on Monday), nothing
#: is checked, one roadmap is taken for granted.
BARE = """
INSERT INTO transition (point_id, action, from_status, to_status, happened_on, noticed_at, actor, reason)
  SELECT id, 'overdue', status, status, deadline_on, :now, 'control', '' FROM control_point
  WHERE status IN ('open', 'returned') AND overdue_on IS NULL AND deadline_on < :today;
UPDATE control_point SET overdue_on = :today
  WHERE status IN ('open', 'returned') AND overdue_on IS NULL AND deadline_on < :today;
INSERT INTO notice (official_id, channel_id, on_day, state, not_before, attempts, error, subject)
  SELECT DISTINCT o.id, c.id, :today, 'queued', :nine, 0, '', '' FROM control_point p
  JOIN official o ON o.body_id = p.owner_id AND o.is_lead AND o.is_active
  JOIN channel c ON c.official_id = o.id AND c.is_active WHERE p.next_check_on <= :today;
INSERT INTO notice_line (notice_id, point_id, reason, days)
  SELECT n.id, p.id, CASE WHEN p.deadline_on < :today THEN 'overdue' WHEN p.deadline_on = :today THEN 'due_today'
    ELSE 'due_soon' END, julianday(p.deadline_on) - julianday(:today)
  FROM control_point p JOIN official o ON o.body_id = p.owner_id AND o.is_lead AND o.is_active
  JOIN notice n ON n.official_id = o.id AND n.on_day = :today WHERE p.next_check_on <= :today;
UPDATE control_point SET news = NULL, next_check_on = date(deadline_on,
  CASE CAST(julianday(deadline_on) - julianday(:today) AS INTEGER)
    WHEN -1 THEN '+6 days' WHEN 0 THEN '+1 days' WHEN 1 THEN '+0 days' WHEN 3 THEN '-1 days'
    WHEN 7 THEN '-3 days' ELSE '-7 days' END)
  WHERE next_check_on <= :today;
"""


def build(path: Path, size: int) -> dict[str, Any]:
    """A migrated database of one roadmap with ``size`` open points of ``OFFICIALS`` owners, one channel each."""
    migrate(engine_for(f"sqlite:///{path}"))
    with sqlite3.connect(path) as db:
        db.execute(
            "INSERT INTO roadmap (code, region, title, act, period_start, period_end, zone, roll, report_by,"
            " controlled_from, shift_years, is_rehearsal) VALUES ('bench', 'Край', 'Комплекс мер', 'приказ № 1',"
            " '2026-01-01', '2028-12-31', 'Europe/Moscow', 'preceding', 'period_end', '2026-01-01', 0, 0)"
        )
        people = range(1, OFFICIALS + 1)
        db.executemany(
            "INSERT INTO body (id, roadmap_code, code, name, short, level) VALUES (?, 'bench', ?, ?, ?, 'municipal')",
            [(n, f"b{n}", f"Орган {n}", f"Орган {n}") for n in people],
        )
        db.executemany(
            "INSERT INTO official (id, roadmap_code, body_id, role, post, name, is_lead, is_active)"
            " VALUES (?, 'bench', ?, 'executor', ?, '', 1, 1)",
            [(n, n, f"Начальник {n}") for n in people],
        )
        db.executemany(
            "UPDATE official SET addresses = ? WHERE id = ?", [(f'{{"1": "o{n}@example.org"}}', n) for n in people]
        )
        db.executemany(
            "INSERT INTO channel (official_id, kind, place, is_active) VALUES (?, 'email', 1, 1)",
            [(n,) for n in people],
        )
        db.executemany(
            'INSERT INTO item (id, roadmap_code, code, position, origin, number, section, "group", title, responsible,'
            " executors, owner_id, term, result, kind, reading, is_controlled, source) VALUES (?, 'bench', ?, ?,"
            " 'table', ?, '', '', 'Мероприятие', '', '', ?, 'ежеквартально', 'отчёт', 'activity', '{}', 1, 'п. 1')",
            [(n, f"i{n}", n, f"{n}", n) for n in people],
        )
        db.executemany(
            "INSERT INTO control_point (key, roadmap_code, item_id, owner_id, purpose, opens_on, due_on, deadline_on,"
            " deadline_note, status, is_history, next_check_on) VALUES (?, 'bench', ?, ?, 'result', ?, ?, ?, '',"
            " 'open', 0, ?)",
            _points(size),
        )
    db.close()
    return {}


def _points(size: int) -> Iterator[tuple[Any, ...]]:
    for n in range(size):
        owner = 1 + (n * 7919 + n // 1000) % OFFICIALS
        due = deadline(n)
        opens = due - timedelta(days=90 + n % 30)
        check = _next_rung(due)
        yield f"bench/i{owner}/-/{n}", owner, owner, str(opens), str(due), str(due), str(check)


def _next_rung(due: date) -> date:
    """The next look of a point whose every rung before today was told."""
    rungs = [due - timedelta(days=n) for n in BEFORE] + [due + timedelta(days=n) for n in AFTER]
    return next(day for day in rungs if day >= TODAY)


def ours(path: Path, size: int) -> dict[str, Any]:
    """The daily control as the product runs it."""
    engine = engine_for(f"sqlite:///{path}")
    started = time.perf_counter()
    report = control_day(engine, today=TODAY, at=AT)
    seconds = time.perf_counter() - started
    if report.failed:
        raise RuntimeError("the control failed")
    return {"seconds": seconds, "overdue": report.overdue, "lines": report.lines, "letters": report.notices}


def bare(path: Path, size: int) -> dict[str, Any]:
    """The same rows by hand-written SQL, one transaction, the same safety of the file."""
    db = sqlite3.connect(path, isolation_level=None)
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL"):
        db.execute(f"PRAGMA {pragma}")
    values = {"today": str(TODAY), "now": AT.strftime("%Y-%m-%d %H:%M:%S.000000"), "nine": NINE}
    started = time.perf_counter()
    db.execute("BEGIN IMMEDIATE")
    counts = [db.execute(statement, values).rowcount for statement in BARE.split(";")[:-1]]
    db.execute("COMMIT")
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "overdue": counts[0], "lines": counts[3], "letters": counts[2]}


def state(path: Path) -> list[Any]:
    """What a side left behind, condensed: both must leave the same."""
    queries = (
        "SELECT reason, days, count(*) FROM notice_line GROUP BY 1, 2 ORDER BY 1, 2",
        # The rounds of monitoring to come are planned on the way; the other side has none.
        "SELECT next_check_on, overdue_on, count(*) FROM control_point WHERE purpose = 'result' GROUP BY 1, 2"
        " ORDER BY 1, 2",
        "SELECT state, on_day, substr(not_before, 1, 16), count(*) FROM notice GROUP BY 1, 2, 3",
        "SELECT action, happened_on, count(*) FROM transition GROUP BY 1, 2 ORDER BY 1, 2",
    )
    db = sqlite3.connect(path)
    found = [[list(row) for row in db.execute(query)] for query in queries]
    db.close()
    return found


def peak_mb() -> float:
    """Peak memory of this process alone: what getrusage says begins with the size of the parent it was forked from."""
    own = Path("/proc/self/status")
    if own.exists():
        return next(int(line.split()[1]) for line in own.read_text().splitlines() if line.startswith("VmHWM")) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    _, side, path, size = sys.argv
    result = {"build": build, "ours": ours, "bare": bare}[side](Path(path), int(size))
    result["peak_mb"] = peak_mb()
    print(json.dumps(result | {"state": state(Path(path))}))
