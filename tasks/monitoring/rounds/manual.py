"""Rounds that a person starts: for a past period, at once, or computed once more to see the same numbers again."""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Engine
from sqlmodel import Session, col

from models import Roadmap
from models import Snapshot as SnapshotRow
from models.db import open_session
from models.db.locks import lock_roadmap
from models.lifecycle.transitions import Refused
from models.queries.rounds import kept_snapshots
from models.settings import Settings
from roadmap.calendar.zones import zone_of
from roadmap.monitoring.periods import Period, days_from
from roadmap.monitoring.snapshot import Snapshot
from tasks.context.roadmap_day import RoadmapDay
from tasks.files.store import Store
from tasks.monitoring.report.build import write_report
from tasks.monitoring.rounds.collect import begin
from tasks.monitoring.rounds.log import is_done, step_done
from tasks.monitoring.rounds.plan import add_round, round_item
from tasks.monitoring.rounds.produce import RoundOutcome, newest_snapshot, run_round
from tasks.monitoring.rounds.rows import ROUNDS, RoundRow, coordinator_body, monitoring_of, round_row, rounds_of
from tasks.monitoring.rounds.snapshot import compute, keep
from tasks.monitoring.rounds.sweep import Sweep, bring_forward

ACTOR = "координатор (команда)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitored:
    """What came of a word of the coordinator on a round."""

    key: str
    title: str
    """«за III квартал 2026 г.»"""
    status: str
    due_on: date
    note_on: date
    is_new: bool = False
    asked: int = 0
    """Bodies asked now."""
    outcome: RoundOutcome | None = None
    snapshot: Snapshot | None = None
    """What was computed now, kept or not."""
    kept_sha256: str = ""
    """Of the numbers that the round's note rests on; empty while there are none."""

    @property
    def is_same(self) -> bool | None:
        """Whether the numbers computed now are those of the note; None when there is nothing to compare."""
        if self.snapshot is None or not self.kept_sha256:
            return None
        return self.snapshot.sha256 == self.kept_sha256


@dataclass(frozen=True, slots=True)
class Hand:
    """Who asks, when: with what the commands of this module work."""

    engine: Engine
    code: str
    today: date
    at: datetime
    settings: Settings = field(repr=False)


def monitor(hand: Hand, period: Period, *, as_of: date | None = None, is_urged: bool = False) -> Monitored:
    """Start the round of a past period, or go on with the one that is there.

    1. with ``as_of`` the numbers are computed by what was recorded up to the end of that day, and nothing is written;
    2. a round that has its note is computed once more by what its note knew, and compared; ``is_urged``: written anew
       by what is known now;
    3. otherwise it opens and asks; ``is_urged``: its note is written at once, by what there is.

    Raises ``Refused`` for a period that is not over, or lies outside the roadmap's.
    """
    if as_of is not None:
        return _looked_at(hand, period, as_of)
    with open_session(hand.engine) as session:
        there = _round_of(session, hand.code, period)
        is_written = there is not None and is_done(session, there.id, "noted")
    if there is not None and is_written:
        return _written_anew(hand, there) if is_urged else _computed_again(hand, there)
    with open_session(hand.engine) as session:
        row, is_new = _begun(session, hand, period, asks=not is_urged)
        asked = 0 if is_urged else Sweep.of(session, hand.code, _day(session, hand)).ask(row)
        row = round_row(session, row.id)
        if is_urged and row.status in ("open", "returned"):
            once_key = f"{row.key}:{hand.at.isoformat()}"
            bring_forward(session, row.key, actor=ACTOR, reason="", once_key=once_key, today=hand.today, at=hand.at)
    facts: dict[str, Any] = {"today": hand.today, "at": hand.at, "settings": hand.settings}
    outcome = run_round(hand.engine, row.id, is_urged=is_urged, **facts)
    with open_session(hand.engine) as session:
        return _told(session, round_row(session, row.id), is_new=is_new, asked=asked, outcome=outcome)


def _looked_at(hand: Hand, period: Period, as_of: date) -> Monitored:
    """Computed in a transaction that is thrown away."""
    with Session(hand.engine) as session:
        row, _ = _begun(session, hand, period, asks=False)
        zone = zone_of(session.get_one(Roadmap, hand.code).zone)
        then = min(datetime.combine(as_of, time.max, zone), hand.at)
        snapshot = compute(session, row.id, as_of=then, today=min(as_of, hand.today))
        told = _told(session, row, snapshot=snapshot)
        session.rollback()
    return told


def _computed_again(hand: Hand, row: RoundRow) -> Monitored:
    with open_session(hand.engine) as session:
        kept = session.get_one(SnapshotRow, newest_snapshot(session, row.id))
        snapshot = compute(session, row.id, as_of=kept.as_of, today=hand.today)
        return _told(session, row, snapshot=snapshot)


def _written_anew(hand: Hand, row: RoundRow) -> Monitored:
    with open_session(hand.engine) as session:
        before = session.get_one(SnapshotRow, newest_snapshot(session, row.id)).sha256
        snapshot = compute(session, row.id, as_of=hand.at, today=hand.today)
        kept = keep(session, row.id, snapshot, at=hand.at)
        store, template = Store(hand.settings.files), hand.settings.note_template
        write_report(session, kept.id or 0, store=store, template=template, at=hand.at)
        return _told(session, row, snapshot=snapshot, kept_sha256=before)


def _round_of(session: Session, code: str, period: Period) -> RoundRow | None:
    same = (ROUNDS.c.rhythm == period.rhythm, ROUNDS.c.period_start == period.start)
    found = rounds_of(session, ROUNDS.c.roadmap_code == code, *same)
    return found[0] if found else None


def _begun(session: Session, hand: Hand, period: Period, *, asks: bool) -> tuple[RoundRow, bool]:
    """The round of a period, open, and whether it is new; one that has asked nobody and will not is noted as such."""
    lock_roadmap(session, hand.code)
    roadmap, day = session.get_one(Roadmap, hand.code), _day(session, hand)
    row = _round_of(session, hand.code, period)
    is_new = row is None
    if row is None:
        row = _new(session, roadmap, period, day)
    if row.status == "withdrawn":
        raise Refused(f"«{hand.code}»: раунд за {period.title} снят с контроля")
    if period.end >= hand.today:
        raise Refused(f"«{hand.code}»: раунд за {period.title} начнётся сам {row.opens_on:%d.%m.%Y}")
    begin(session, row, monitoring_of(session, roadmap), day)
    if not asks:
        # Without this step what control points prove would not be filled in.
        step_done(session, row.id, "asked", at=hand.at, on=hand.today, words="справка по тем данным, что есть")
    return round_row(session, row.id), is_new


def _new(session: Session, roadmap: Roadmap, period: Period, day: RoadmapDay) -> RoundRow:
    code = roadmap.code
    if period.end >= day.today:
        raise Refused(f"«{code}»: {period.title} ещё не закончился, мониторить рано")
    if period.end < roadmap.period_start or period.start > roadmap.period_end:
        first, last = roadmap.period_start, roadmap.period_end
        raise Refused(f"«{code}»: {period.title} вне срока действия, {first:%d.%m.%Y} — {last:%d.%m.%Y}")
    keeper = coordinator_body(session, code)
    if keeper is None:
        raise Refused(f"«{code}»: нет ни одного органа — отвечать за мониторинг некому")
    days = days_from(day.today, monitoring_of(session, roadmap).rule(period.rhythm), day.calendar)
    item_id = round_item(session, roadmap, period.rhythm, keeper, [(period, days)])
    return round_row(session, add_round(session, code, item_id, keeper, period, days, manual=True))


def _day(session: Session, hand: Hand) -> RoadmapDay:
    return RoadmapDay.of(session, hand.code, today=hand.today, at=hand.at)


def _told(session: Session, row: RoundRow, **facts: Any) -> Monitored:
    newest = kept_snapshots(col(SnapshotRow.sha256)).where(col(SnapshotRow.round_id) == row.id)
    kept = session.execute(newest.order_by(col(SnapshotRow.id).desc()).limit(1)).scalar() or ""
    told: dict[str, Any] = {"key": row.key, "title": f"за {row.period.title}", "status": row.status}
    told |= {"due_on": row.due_on, "note_on": row.note_on, "kept_sha256": kept}
    return Monitored(**(told | facts))
