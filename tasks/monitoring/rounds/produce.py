"""The heavy steps of a round: numbers, note, letters, recommendations, archive. Killed anywhere, the next call goes on.

Each step is one transaction that first looks whether it was done; the round's row is held while it is recorded.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise

from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from models import ReportFile, Roadmap, lifecycle
from models import Snapshot as SnapshotRow
from models.db import open_session
from models.db.locks import lock_roadmap
from models.lifecycle.transitions import TransitionCommand
from models.queries.rounds import kept_snapshots
from models.settings import Settings
from roadmap.calendar.zones import today_there
from roadmap.language import counted
from roadmap.monitoring.snapshot import Snapshot
from tasks.context.office import office_hours
from tasks.context.roadmap_day import RoadmapDay
from tasks.files.store import Store
from tasks.monitoring.recommendations.propose import propose, settle_closed
from tasks.monitoring.report.build import write_report
from tasks.monitoring.rounds.log import Step, is_done, step_done
from tasks.monitoring.rounds.mailing import queue, queue_missed
from tasks.monitoring.rounds.rows import ENGINE, RoundRow, locked_round, round_row
from tasks.monitoring.rounds.snapshot import compute, keep, of_round
from tasks.monitoring.rounds.sweep import Sweep, is_ready, ready

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundOutcome:
    """What a run of a round did; ``done`` is empty when it was over, or is not to be begun."""

    round_id: int
    key: str
    title: str
    """«Ежеквартальный мониторинг за III квартал 2026 г.» without the rhythm: «за III квартал 2026 г.»."""
    done: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class RoundsRun:
    """The rounds that a day brought forward; the caller must fail visibly when ``failed`` is not empty."""

    outcomes: tuple[RoundOutcome, ...] = ()
    failed: tuple[str, ...] = ()
    """Keys of rounds, and codes of roadmaps whose rounds could not be looked at."""


@dataclass(frozen=True, slots=True)
class RoundContext:
    """With what the steps of a round are done."""

    engine: Engine
    today: date
    at: datetime
    settings: Settings = field(repr=False)


def run_rounds(
    engine: Engine, *, today: date | None, at: datetime, settings: Settings, only_late: bool = False
) -> RoundsRun:
    """Do the heavy steps of every round that is ready, without Prefect; one that breaks is logged, the others go on.

    ``today`` None: each roadmap's own day. ``only_late``: rounds whose day of the note is past, which their own run
    should have finished by then. Pages that could not go with their round go now, and recommendations whose item is
    closed are settled.
    """
    outcomes: list[RoundOutcome] = []
    failed: list[str] = []
    for code, day in _days(engine, today=today, at=at).items():
        try:
            rows = [row for row in _ready(engine, code, day) if not only_late or day > row.note_on]
            for row in rows:
                try:
                    outcomes.append(run_round(engine, row.id, today=day, at=at, settings=settings))
                except Exception:
                    logger.exception("the round %s failed", row.key)
                    failed.append(row.key)
            with open_session(engine) as session:
                settle_closed(session, code)
                queue_missed(session, code, today=day, at=at, hours=office_hours(settings))
        except Exception:
            logger.exception("the rounds of the roadmap %s failed", code)
            failed.append(code)
    return RoundsRun(tuple(outcomes), tuple(failed))


def _days(engine: Engine, *, today: date | None, at: datetime) -> dict[str, date]:
    """The day in each roadmap."""
    with open_session(engine) as session:
        found = session.execute(select(col(Roadmap.code), col(Roadmap.zone)).order_by(col(Roadmap.code))).tuples().all()
    return {code: today or today_there(at, zone) for code, zone in found}


def _ready(engine: Engine, code: str, day: date) -> list[RoundRow]:
    with open_session(engine) as session:
        return [round_row(session, one.id or 0) for one in ready(session, code, today=day)]


def run_round(
    engine: Engine, round_id: int, *, today: date, at: datetime, settings: Settings, is_urged: bool = False
) -> RoundOutcome:
    """Do what is left of a round that is ready (``is_urged``: or that a person wants done now), without Prefect."""
    context = RoundContext(engine, today, at, settings)
    with open_session(engine) as session:
        row = _prepare(session, round_id, today=today, at=at)
        may = is_ready(session, row, today=today) or (is_urged and row.is_live and is_done(session, round_id, "opened"))
    done: list[Step] = []
    if may:
        done = [step for step, do in HEAVY if do(context, round_id)]
    return RoundOutcome(round_id=round_id, key=row.key, title=f"за {row.period.title}", done=tuple(done))


def _prepare(session: Session, round_id: int, *, today: date, at: datetime) -> RoundRow:
    """Fill in what control points prove by now, and accept what has come in."""
    row = round_row(session, round_id)
    lock_roadmap(session, row.roadmap_code)
    parts = Sweep.of(session, row.roadmap_code, RoadmapDay.of(session, row.roadmap_code, today=today, at=at))
    parts.fill(row)
    parts.settle(row)
    return round_row(session, round_id)


def compute_round(context: RoundContext, round_id: int) -> bool:
    """The numbers as they are now, kept once; False when that was done, or when the round was taken off control."""
    with open_session(context.engine) as session:
        if not _may(session, round_row(session, round_id), "computed"):
            return False
        # Nothing is held while it takes its time: whoever comes second to the row below has done it for nothing.
        snapshot = compute(session, round_id, as_of=context.at, today=context.today)
        if not _may(session, locked_round(session, round_id), "computed"):
            return False
        keep(session, round_id, snapshot, at=context.at)
        return step_done(session, round_id, "computed", at=context.at, on=context.today, words=given_words(snapshot))


def report_round(context: RoundContext, round_id: int) -> bool:
    """The note is written and the round's point reported with it, on the day it was written."""
    try:
        with open_session(context.engine) as session:
            return _note(session, context, round_id)
    except IntegrityError:
        # Another run may have recorded the files of the same snapshot; anything else is a failure.
        with open_session(context.engine) as session:
            if not is_done(session, round_id, "noted"):
                raise
        return False


def _note(session: Session, context: RoundContext, round_id: int) -> bool:
    if not _may(session, round_row(session, round_id), "noted"):
        return False
    store, template = Store(context.settings.files), context.settings.note_template
    files = write_report(session, newest_snapshot(session, round_id), store=store, template=template, at=context.at)
    row = locked_round(session, round_id)
    if not _may(session, row, "noted"):
        return False
    if row.status in ("open", "returned"):
        words = f"Аналитическая справка за {row.period.title}"
        move = TransitionCommand(
            action="submit", actor=ENGINE, at=context.at, on=context.today, evidence=words, tell=False
        )
        lifecycle.change(session, row.key, move)
    return step_done(session, round_id, "noted", at=context.at, on=context.today, words=file_words(files))


def send_round(context: RoundContext, round_id: int) -> bool:
    """The note and the pages go into the next letters of those they are for."""
    with open_session(context.engine) as session:
        row = locked_round(session, round_id)
        if not _may(session, row, "sent"):
            return False
        n = queue(session, round_id, today=context.today, at=context.at, hours=office_hours(context.settings))
        return step_done(session, round_id, "sent", at=context.at, on=context.today, words=f"в письма вложено: {n}")


def recommend_round(context: RoundContext, round_id: int) -> bool:
    """What the note recommends waits for the coordinator's word."""
    with open_session(context.engine) as session:
        if not _may(session, locked_round(session, round_id), "recommended"):
            return False
        snapshot = of_round(session, round_id)
        assert snapshot is not None
        n = propose(session, round_id, snapshot, at=context.at)
        return step_done(
            session, round_id, "recommended", at=context.at, on=context.today, words=f"новых рекомендаций: {n}"
        )


def archive_round(context: RoundContext, round_id: int) -> bool:
    """The round is over: its point is accepted, on the day of the note. Who has not answered yet still may."""
    with open_session(context.engine) as session:
        row = locked_round(session, round_id)
        if not _may(session, row, "archived"):
            return False
        if row.is_live:
            on = lifecycle.point_by_key(session, row.key).submitted_on or context.today
            lifecycle.accept(
                session, row.key, TransitionCommand(action="accept", actor=ENGINE, at=context.at, on=on, tell=False)
            )
        return step_done(session, round_id, "archived", at=context.at, on=context.today, words="")


HEAVY: tuple[tuple[Step, Callable[[RoundContext, int], bool]], ...] = (
    ("computed", compute_round),
    ("noted", report_round),
    ("sent", send_round),
    ("recommended", recommend_round),
    ("archived", archive_round),
)
_AFTER: dict[Step, Step] = {step: before for (before, _), (step, _) in pairwise(HEAVY)}


def _may(session: Session, row: RoundRow, step: Step) -> bool:
    """The step is not done, what it needs is, and nobody has taken the round off control meanwhile."""
    if is_done(session, row.id, step) or not is_done(session, row.id, _AFTER.get(step, "opened")):
        return False
    return row.is_live or (row.status == "accepted" and is_done(session, row.id, "noted"))


def newest_snapshot(session: Session, round_id: int) -> int:
    """Id of the newest snapshot kept of a round."""
    newest = kept_snapshots(col(SnapshotRow.id)).where(col(SnapshotRow.round_id) == round_id)
    newest = newest.order_by(col(SnapshotRow.id).desc())
    return int(session.execute(newest.limit(1)).scalar_one())


def given_words(snapshot: Snapshot) -> str:
    """«данные дали 31 из 44», or that nobody was asked."""
    if not snapshot.bodies_asked:
        return "данные не запрашивались"
    return f"данные дали {snapshot.bodies_answered} из {snapshot.bodies_asked}"


def file_words(files: list[ReportFile]) -> str:
    """«файлов: 9, страниц органов: 44»."""
    pages = sum(file.body_id is not None for file in files)
    whole = len(files) - pages
    words = f"{counted(whole, 'файл', 'файла', 'файлов')} справки"
    return f"{words}, {counted(pages, 'страница', 'страницы', 'страниц')} органов" if pages else words
