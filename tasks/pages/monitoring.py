"""The coordinator's monitoring pages: rounds, who has not answered, files, history of values, in a few queries."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from models import (
    Body,
    ControlPoint,
    IndicatorValue,
    Notice,
    NoticeLine,
    Recommendation,
    ReportFile,
    Roadmap,
    Round,
    RoundStep,
)
from models import Snapshot as SnapshotRow
from models.queries.rounds import done_steps, kept_snapshots
from roadmap.catalogue.schema import RHYTHM_RU
from roadmap.control.reminders import REMINDERS
from roadmap.monitoring.periods import Period
from tasks.monitoring.rounds.log import STEPS_RU

#: Reminders of what was asked; the letter that asks is none.
CHASED = tuple(reason for reason in REMINDERS if reason != "opened")
SOURCE_RU = {
    "form": "форма на странице",
    "xlsx": "форма .xlsx",
    "points": "контрольные точки",
    "hand": "внесено координатором",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundLine:
    """A round as the list and the head of its page show it."""

    id: int
    roadmap_code: str
    region: str
    zone: str
    period: Period
    rhythm: str
    """«ежеквартальный»."""
    opens_on: date
    due_on: date
    note_on: date
    manual: bool
    point_id: int
    key: str
    status: str
    steps: tuple[tuple[str, datetime | None, str], ...]
    """(title, when it was done, what came of it) of every step, in order."""
    asked: int
    answered: int
    files: tuple[ReportFile, ...]
    """Of the newest note; bodies' own pages are not among them."""
    undecided: int
    """Recommendations that wait for a decision."""

    @property
    def state(self) -> str:
        """The step done last; «запланирован» before the first."""
        if self.status == "withdrawn":
            return "Снят с контроля"
        done = [title for title, at, _ in self.steps if at is not None]
        return done[-1] if done else "Запланирован"


@dataclass(frozen=True, slots=True, kw_only=True)
class SilentBody:
    """A body that was asked and has not answered."""

    body: str
    point_id: int
    deadline_on: date
    is_open: bool
    """It is still asked; otherwise the next round has begun."""
    reminders: int
    last_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A value that was given more than once."""

    indicator: str
    body_code: str
    body: str
    times: int


def round_lines(session: Session, *, today: date, roadmap: str = "", round_id: int | None = None) -> list[RoundLine]:
    """The rounds, the newest first: those begun, and of each rhythm the next to come."""
    where: list[Any] = [col(Round.id) == round_id] if round_id is not None else []
    where += [col(Round.roadmap_code) == roadmap] if roadmap else []
    found = (
        select(Round, ControlPoint, Roadmap)
        .join(ControlPoint, col(ControlPoint.id) == col(Round.point_id))
        .join(Roadmap, col(Roadmap.code) == col(Round.roadmap_code))
        .where(*where)
        .order_by(col(Round.opens_on), col(Round.id))
    )
    shown, ahead = [], set[tuple[str, str]]()
    for row, point, of in session.execute(found).all():
        rhythm = (row.roadmap_code, row.rhythm)
        is_ahead = point.status == "planned" and row.opens_on > today
        if is_ahead and rhythm in ahead and round_id is None:
            continue
        ahead |= {rhythm} if is_ahead else set()
        shown.append((row, point, of))
    ids = [row.id for row, _, _ in shown]
    facts = _Facts(session, ids, [row.point_id for row, _, _ in shown])
    lines = [_line(row, point, of, facts) for row, point, of in shown]
    return sorted(lines, key=lambda line: (line.period.end, line.period.start, -line.id), reverse=True)


def silent_bodies(session: Session, line: RoundLine) -> list[SilentBody]:
    """Who has not answered, with how often it was reminded; the one reminded most first."""
    found = (
        select(ControlPoint, col(Body.short))
        .join(Body, col(Body.id) == col(ControlPoint.owner_id))
        .where(col(ControlPoint.parent_id) == line.point_id, col(ControlPoint.purpose) == "data")
        .where(col(ControlPoint.status).not_in(("submitted", "accepted")))
    )
    rows = [(point, short) for point, short in session.execute(found).all() if _was_asked(point, line.due_on)]
    reminders = _reminders(session, line.point_id)
    listed = []
    for point, short in rows:
        times, last = reminders.get(point.id, (0, None))
        listed.append(
            SilentBody(
                body=short,
                point_id=point.id,
                deadline_on=point.deadline_on,
                is_open=point.status != "withdrawn",
                reminders=times,
                last_on=last,
            )
        )
    return sorted(listed, key=lambda one: (-one.reminders, one.body.casefold()))


def corrected(session: Session, round_id: int) -> list[Corrected]:
    """The values of a round that were given more than once, by indicator and body."""
    times = func.count(col(IndicatorValue.id))
    found = (
        select(col(IndicatorValue.indicator_code), col(Body.code), col(Body.short), times)
        .join(Body, col(Body.id) == col(IndicatorValue.body_id))
        .where(col(IndicatorValue.round_id) == round_id)
        .group_by(col(IndicatorValue.indicator_code), col(Body.code), col(Body.short))
        .having(times > 1)
        .order_by(col(IndicatorValue.indicator_code), col(Body.short))
    )
    return [Corrected(indicator=row[0], body_code=row[1], body=row[2], times=row[3]) for row in session.execute(found)]


class _Facts:
    """What the lines of several rounds need, a query a question."""

    def __init__(self, session: Session, ids: Sequence[int], points: Sequence[int]) -> None:
        self.steps: defaultdict[int, dict[str, RoundStep]] = defaultdict(dict)
        for step in session.execute(done_steps().where(col(RoundStep.round_id).in_(ids))).scalars():
            self.steps[step.round_id][step.step] = step
        self.data: defaultdict[int, list[Any]] = defaultdict(list)
        columns = (ControlPoint.parent_id, ControlPoint.status, ControlPoint.closed_on)
        asked = select(*(col(one) for one in columns)).where(
            col(ControlPoint.parent_id).in_(points), col(ControlPoint.purpose) == "data"
        )
        for row in session.execute(asked):
            self.data[row.parent_id].append(row)
        self.files = _files(session, ids)
        waiting = (
            select(col(Recommendation.round_id), func.count(col(Recommendation.id)))
            .where(col(Recommendation.round_id).in_(ids), col(Recommendation.state) == "proposed")
            .group_by(col(Recommendation.round_id))
        )
        self.undecided: dict[int, int] = dict(session.execute(waiting).tuples().all())


def body_of(session: Session, roadmap_code: str, code: str) -> Body | None:
    """The body of a code in a roadmap, None when there is none."""
    found = select(Body).where(col(Body.roadmap_code) == roadmap_code, col(Body.code) == code)
    return session.execute(found).scalar_one_or_none()


def _files(session: Session, ids: Collection[int]) -> dict[int, tuple[ReportFile, ...]]:
    newest = (
        kept_snapshots(col(SnapshotRow.round_id), func.max(col(SnapshotRow.id)).label("id"))
        .join_from(SnapshotRow, ReportFile, col(ReportFile.snapshot_id) == col(SnapshotRow.id))
        .where(col(SnapshotRow.round_id).in_(ids))
        .group_by(col(SnapshotRow.round_id))
        .subquery()
    )
    found = select(newest.c.round_id, ReportFile).join(ReportFile, col(ReportFile.snapshot_id) == newest.c.id)
    files: defaultdict[int, list[ReportFile]] = defaultdict(list)
    for round_id, file in session.execute(found.where(col(ReportFile.body_id).is_(None)).order_by(col(ReportFile.id))):
        files[round_id].append(file)
    return {round_id: tuple(several) for round_id, several in files.items()}


def _line(row: Round, point: ControlPoint, roadmap: Roadmap, facts: _Facts) -> RoundLine:
    assert row.id is not None
    period = Period(row.period_start, row.period_end, row.rhythm)  # type: ignore[arg-type]
    done = facts.steps[row.id]
    data = [one for one in facts.data[row.point_id] if _was_asked(one, row.due_on)]
    return RoundLine(
        id=row.id,
        roadmap_code=row.roadmap_code,
        region=roadmap.region,
        zone=roadmap.zone,
        period=period,
        rhythm=RHYTHM_RU[period.rhythm],
        opens_on=row.opens_on,
        due_on=row.due_on,
        note_on=row.note_on,
        manual=row.manual,
        point_id=row.point_id,
        key=point.key,
        status=point.status,
        steps=tuple(
            (title, done[step].done_at if step in done else None, done[step].words if step in done else "")
            for step, title in STEPS_RU.items()
        ),
        asked=len(data),
        answered=sum(one.status in ("submitted", "accepted") for one in data),
        files=facts.files.get(row.id, ()),
        undecided=facts.undecided.get(row.id, 0),
    )


def _was_asked(point: Any, due_on: date) -> bool:
    """What was withdrawn while data were still awaited nobody had to give; later the next round overtook it."""
    return point.status != "withdrawn" or (point.closed_on is not None and point.closed_on > due_on)


def _reminders(session: Session, parent_id: int) -> dict[int, tuple[int, date | None]]:
    """How many reminders left about each data point of a round, and the day of the last."""
    found = (
        select(col(NoticeLine.point_id), func.count(col(Notice.on_day).distinct()), func.max(col(Notice.on_day)))
        .join(Notice, col(Notice.id) == col(NoticeLine.notice_id))
        .join(ControlPoint, col(ControlPoint.id) == col(NoticeLine.point_id))
        .where(col(ControlPoint.parent_id) == parent_id, col(Notice.state) == "sent", col(Notice.reversed_at).is_(None))
        .where(col(NoticeLine.reason).in_(CHASED))
        .group_by(col(NoticeLine.point_id))
    )
    return {point_id: (times, last) for point_id, times, last in session.execute(found)}
