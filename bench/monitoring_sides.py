"""The sides of bench.monitoring, and the database and form both get; run as a process: SIDE PATH SIZE, prints JSON."""

import hashlib
import json
import sqlite3
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from bench.control_sides import build, peak_mb
from bench.monitoring import INDICATORS
from models import Roadmap, Round
from models.db import engine_for, open_session
from roadmap.catalogue.schema import Indicator, Source
from tasks.files.store import Store
from tasks.monitoring.report.build import write_report
from tasks.monitoring.rounds.snapshot import compute, keep, measured
from tasks.monitoring.submissions.rows import indicators_of
from tasks.monitoring.submissions.workbooks import Source as FormSource
from tasks.monitoring.submissions.workbooks import form_of, take_forms, write_form

OPENS, DUE, NOTE = "2027-07-01", "2027-07-07", "2027-07-14"
TODAY, AT = date(2027, 7, 14), datetime(2027, 7, 14, 9, tzinfo=UTC)

#: The computation by hand: one statement for what each body last said and what it comes to, one for the sums.
BARE = """
CREATE TEMP TABLE newest AS
  SELECT m.indicator_code AS code, b.code AS body, b.short AS name, m.numerator AS part, m.denominator AS whole,
    round(m.numerator / nullif(m.denominator, 0) * 100, 6) AS value, m.place AS source, m.reason AS reason,
    first_at > ? AS is_late
  FROM (SELECT max(id) AS id, min(recorded_at) AS first_at FROM indicator_value WHERE round_id = 1 AND recorded_at <= ?
    GROUP BY indicator_code, body_id) n
  JOIN indicator_value m ON m.id = n.id JOIN body b ON b.id = m.body_id ORDER BY code, name, body
"""
SUMS = """
SELECT code, sum(part), sum(whole), round(sum(part) / sum(whole) * 100, 6), count(*), json_group_array(json_object(
  'body', body, 'name', name, 'state', 'given', 'numerator', part, 'denominator', whole, 'value', value,
  'source', source, 'reason', reason, 'is_late', json(CASE WHEN is_late THEN 'true' ELSE 'false' END)))
FROM newest GROUP BY code ORDER BY code
"""


def prepare(path: Path, size: int) -> dict[str, Any]:
    """A region whose municipalities are asked for everything in a round that is open, and the form for all of them."""
    build(path, 0)
    asked = [
        Indicator(
            code=f"x{n}", title=f"Доля педагогических работников, показатель {n}", unit="percent",
            comparison="at_least", target=30.0 + n, target_year=2027, numerator="охвачено, человек",
            denominator="всего, человек", source=Source(place=f"приложение, показатель {n}"),
        ).model_dump(mode="json")
        for n in range(1, INDICATORS + 1)
    ]  # fmt: skip
    with sqlite3.connect(path) as db:
        db.execute(
            "INSERT INTO municipality (body_id, roadmap_code, since) SELECT id, 'bench', '2026-01-01' FROM body"
            " WHERE id <= ?",
            [size],
        )
        db.execute("UPDATE item SET kind = 'round' WHERE code = 'i1'")
        point = (
            "INSERT INTO control_point (id, key, roadmap_code, item_id, body_id, owner_id, purpose, opens_on, due_on,"
            " deadline_on, deadline_note, status, is_history, parent_id, stage) VALUES"
            " (?, ?, 'bench', 1, ?, ?, ?, ?, ?, ?, '', 'open', 0, ?, ?)"
        )
        key = f"bench/m-quarter/-/{NOTE}"
        db.execute(point, (1, key, None, 1, "round", OPENS, NOTE, NOTE, None, None))
        data = [(n + 1, f"{key}/data/b{n}", n, n, "data", OPENS, DUE, DUE, 1, "data") for n in range(1, size + 1)]
        db.executemany(point, data)
        db.execute(
            "INSERT INTO round (id, roadmap_code, rhythm, period_start, period_end, opens_on, due_on, note_on, manual,"
            " point_id, indicators) VALUES (1, 'bench', 'quarter', '2027-04-01', '2027-06-30', ?, ?, ?, 0, 1, ?)",
            [OPENS, DUE, NOTE, json.dumps(asked)],
        )
    db.close()
    with open_session(engine_for(f"sqlite:///{path}")) as session:
        write_form(form_of(session, _round(session)), path.with_name("form.xlsx"))
    return {}


def ours(path: Path, size: int) -> dict[str, Any]:
    """Import, computation and note, as a round does them."""
    engine, form = engine_for(f"sqlite:///{path}"), path.with_name("form.xlsx")
    kept: dict[str, Any] = {}

    def take() -> None:
        with open_session(engine) as session:
            source = FormSource(actor="координатор", at=AT, today=TODAY, round_=_round(session))
            take_forms(session, "bench", [(form.name, form.read_bytes())], source=source)

    def count() -> None:
        with open_session(engine) as session:
            snapshot = compute(session, 1, as_of=AT, today=TODAY)
            row = keep(session, 1, snapshot, at=AT)
            kept.update(id=row.id, snapshot=snapshot)

    def note() -> None:
        with open_session(engine) as session:
            folder = path.with_name("files")
            kept["files"] = len(write_report(session, kept["id"], store=Store(folder), template=None, at=AT))

    def aggregate() -> None:
        with open_session(engine) as session:
            round_ = _round(session)
            asked = {one.code: one for one in indicators_of(round_)}
            measured(session, round_, session.get_one(Roadmap, "bench"), asked, as_of=AT)

    seconds = {name: _timed(step) for name, step in (("import", take), ("computation", count), ("note", note))}
    found = kept["snapshot"].indicators
    sums = [[one.code, one.numerator, one.denominator, one.value] for one in found]
    told = {"seconds": seconds, "aggregation": _best(aggregate), "sums": sums}
    return told | {"answers": sum(one.given for one in found), "files": kept["files"]}


def bare(path: Path, size: int) -> dict[str, Any]:
    """The computation in SQL, its result into the same table."""
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA synchronous=FULL")
    rows: list[Any] = []
    stamp = f"{AT:%Y-%m-%d %H:%M:%S}.000000"

    def aggregate() -> None:
        rows.clear()
        db.execute("DROP TABLE IF EXISTS temp.newest")
        db.execute(BARE, (f"{DUE} 21:00:00.000000", stamp))
        rows.extend(db.execute(SUMS).fetchall())

    def store() -> None:
        indicators = ",".join(f'{{"code":"{one[0]}","value":{one[3]},"answers":{one[5]}}}' for one in rows)
        content = f'{{"indicators":[{indicators}]}}'
        digest = hashlib.sha256(content.encode()).hexdigest()
        insert = "INSERT INTO snapshot (round_id, as_of, made_at, sha256, content) VALUES (1, ?, ?, ?, ?)"
        db.execute(insert, (stamp, stamp, digest, content))
        db.execute("COMMIT")

    db.execute("BEGIN IMMEDIATE")
    aggregation, storing = _best(aggregate), _timed(store)
    db.close()
    return {"aggregation": aggregation, "storing": storing} | {
        "sums": [list(one[:4]) for one in rows],
        "answers": sum(one[4] for one in rows),
    }


def _round(session: Any) -> Round:
    found: Round = session.execute(select(Round).where(col(Round.id) == 1)).scalar_one()
    return found


def _best(step: Callable[[], None]) -> float:
    """Of three: what takes a fraction of a second says little once."""
    return min(_timed(step) for _ in range(3))


def _timed(step: Callable[[], None]) -> float:
    started = time.perf_counter()
    step()
    return time.perf_counter() - started


if __name__ == "__main__":
    _, side, path, size = sys.argv
    done = {"prepare": prepare, "ours": ours, "bare": bare}[side](Path(path), int(size))
    print(json.dumps(done | {"peak_mb": peak_mb()}))
