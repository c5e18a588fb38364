"""What a watching program reads off the pages: how many points stand how, what waits, what failed, when it last ran."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlmodel import Session, col

from models import Channel, ControlPoint, Notice, Official, Roadmap
from models.queries import standing
from models.tables.official import CHANNELS
from roadmap.calendar.zones import today_there
from roadmap.control.state import NAMES, State
from tasks.context.last_control import last_controls
from tasks.letters.heartbeat import Heartbeat, heartbeat


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """Everything at one instant."""

    points: dict[tuple[str, State], int]
    """Points by roadmap and state, every state of every roadmap; stages of processes are not in it."""
    stages: dict[tuple[str, State], int]
    """The stages."""
    letters_waiting: int
    """Letters that have not left, whether or not their hour has come."""
    last_control: dict[str, datetime]
    """Of each roadmap that was ever looked at."""
    failures: dict[str, int]
    """Tries that failed since the last letter that left, over the channels in force, by their kind."""
    given_up: dict[str, int]
    """Channels in force on which letters are known not to arrive, by their kind."""
    week: Heartbeat
    """What ``vekha watch`` says."""

    @property
    def overdue(self) -> dict[str, int]:
        """By roadmap, stages with it: as letters and pages count."""
        return {
            code: n + self.stages[code, "overdue"] for (code, state), n in self.points.items() if state == "overdue"
        }


def read_metrics(session: Session, *, at: datetime) -> Metrics:
    """A few queries, however many roadmaps there are."""
    points, stages = _standing(session, at)
    waiting = select(func.count()).select_from(Notice)
    waiting = waiting.where(col(Notice.state).in_(("queued", "sending")), col(Notice.reversed_at).is_(None))
    failures, given_up = _channels(session)
    return Metrics(
        points=points,
        stages=stages,
        letters_waiting=session.execute(waiting).scalar_one(),
        last_control=last_controls(session),
        failures=failures,
        given_up=given_up,
        week=heartbeat(session, at=at),
    )


def _standing(session: Session, at: datetime) -> tuple[dict[tuple[str, State], int], dict[tuple[str, State], int]]:
    """Points and stages, counted once for each day that it is somewhere."""
    days: dict[date, list[str]] = defaultdict(list)
    for code, zone in session.execute(select(col(Roadmap.code), col(Roadmap.zone))).all():
        days[today_there(at, zone)].append(code)
    every = [(code, state) for codes in days.values() for code in codes for state in NAMES]
    points, stages = dict.fromkeys(every, 0), dict.fromkeys(every, 0)
    is_stage = col(ControlPoint.parent_id).is_not(None)
    for today, codes in days.items():
        by = (col(ControlPoint.roadmap_code), is_stage, standing.state_on(today))
        found = select(*by, func.count()).where(col(ControlPoint.roadmap_code).in_(codes)).group_by(*by)
        for code, stage, state, n in session.execute(found).all():
            (stages if stage else points)[code, state] = n
    return points, stages


def _channels(session: Session) -> tuple[dict[str, int], dict[str, int]]:
    found = (
        select(col(Channel.kind), func.sum(Channel.failures), func.count(col(Channel.given_up_at)))
        .join(Official, col(Official.id) == col(Channel.official_id))
        .where(col(Official.is_active), col(Channel.is_active))
        .group_by(col(Channel.kind))
    )
    failures, given_up = dict.fromkeys(CHANNELS, 0), dict.fromkeys(CHANNELS, 0)
    for kind, failed, gone in session.execute(found).all():
        failures[kind], given_up[kind] = int(failed), gone
    return failures, given_up
