"""The processes of a roadmap that are under way, with their stages as they stand."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import select
from sqlmodel import Session, col

from models import Body, ControlPoint, Municipality
from models import Process as ProcessRow
from models.db.rows import table_of
from roadmap.processes.schema import Process
from roadmap.processes.staging import Place, StageState, State

#: Who is named in the history of what a process itself decides.
ENGINE = "порядок процесса"
POINTS, PROCESSES = table_of(ControlPoint), table_of(ProcessRow)
NO_CASE = "-"


class StageRow(NamedTuple):
    """A stage as stored: the columns that decide."""

    id: int
    key: str
    parent_id: int
    stage: str
    body_id: int | None
    owner_id: int
    status: str
    opens_on: date
    due_on: date
    deadline_on: date
    deadline_note: str
    blocked: bool
    submitted_on: date | None
    closed_on: date | None

    @property
    def case(self) -> str | None:
        """Code of the municipality; None where the stage is common."""
        return case_of(self.key)

    @property
    def place(self) -> Place:
        """What identifies it within its point."""
        return self.stage, case_of(self.key)

    @property
    def is_live(self) -> bool:
        """Neither done nor withdrawn."""
        return self.closed_on is None

    def standing(self) -> StageState:
        """The stage as the rules see it; reported in time is done on the day of the report."""
        done_on = self.submitted_on if self.status == "accepted" else self.closed_on
        state = self._state()
        since = self.opens_on if state == "current" else None
        return StageState(
            code=self.stage, case=self.case, state=state, due_on=self.due_on, done_on=done_on, since=since
        )

    def _state(self) -> State:
        if self.status == "accepted":
            return "done"
        if self.status == "withdrawn":
            return "skipped"
        return "waiting" if self.blocked else "current"


class Parent(NamedTuple):
    """The point whose process is under way."""

    id: int
    key: str
    item_id: int
    body_id: int | None
    owner_id: int
    opens_on: date
    deadline_on: date
    status: str
    closed_on: date | None


@dataclass(slots=True)
class Underway:
    """One process under way: its point, the definition it began with, its stages."""

    parent: Parent
    process: Process
    renews: bool
    started_on: date
    stages: list[StageRow] = field(default_factory=list)
    others: tuple[Parent, ...] = ()
    """The points of further bodies, where an item's agreements with each of them are looked at together."""

    @property
    def points(self) -> tuple[Parent, ...]:
        """Every point whose stages these are."""
        return self.parent, *self.others

    @property
    def point_ids(self) -> set[int]:
        """The rows of these points."""
        return {point.id for point in self.points}

    @property
    def runs(self) -> bool:
        """The point is on control and has not been reported yet."""
        return self.parent.status in ("open", "returned")

    def standing(self) -> list[StageState]:
        """Every stage as the rules see it."""
        return [stage.standing() for stage in self.stages]


@dataclass(frozen=True, slots=True)
class Member:
    """A municipality that an item fans out to."""

    body_id: int
    code: str
    short: str
    since: date
    until: date | None
    merged_into: str | None = None
    """Short name of the municipality it has become a part of."""

    def takes_part(self, today: date) -> bool:
        """Both its days included."""
        return self.since <= today and (self.until is None or today <= self.until)


@lru_cache(1 << 16)
def case_of(key: str) -> str | None:
    """The municipality's code at the end of a stage's key; asked of each stage again and again."""
    case = key.rpartition("/")[2]
    return None if case == NO_CASE else case


def stage_key(parent_key: str, place: Place) -> str:
    """``<key of the point>/<stage>/<municipality or ->``."""
    return f"{parent_key}/{place[0]}/{place[1] or NO_CASE}"


def underway(session: Session, code: str, *, only: str | None = None, ended: bool = False) -> list[Underway]:
    """The processes of a roadmap (or of the point ``only``) that have not ended (or: every one), oldest first."""
    parents = [POINTS.c[name] for name in Parent._fields]
    process = table_of(ProcessRow)
    found = (
        select(*parents, process.c.definition, process.c.renews, process.c.started_on)
        .join(process, process.c.point_id == POINTS.c.id)
        .where(POINTS.c.roadmap_code == code)
        .order_by(POINTS.c.id)
    )
    if only is not None:
        found = found.where(POINTS.c.key == only)
    if not ended:
        found = found.where(process.c.ended_on.is_(None))
    known: dict[str, Process] = {}
    there = []
    for *point, definition, renews, started_on in session.execute(found):
        text = str(definition)
        known.setdefault(text, Process.model_validate(definition, strict=False))
        there.append(Underway(Parent(*point), known[text], renews, started_on))
    read_stages(session, there)
    return there


def read_stages(session: Session, there: Iterable[Underway]) -> None:
    """Bring the stages up to date with the database; held until the end of the transaction on PostgreSQL."""
    by_id = {point.id: one for one in there for point in one.points}
    for one in by_id.values():
        one.stages = []
    columns = [POINTS.c[name] for name in StageRow._fields]
    found = select(*columns).where(POINTS.c.parent_id.in_(by_id)).order_by(POINTS.c.id).with_for_update()
    for row in session.execute(found):
        by_id[row.parent_id].stages.append(StageRow(*row))


@dataclass(frozen=True, slots=True)
class Members:
    """The municipalities of a roadmap, those that left as well, by body; ``bodies`` has every body's code and name."""

    by_body: dict[int, Member]
    bodies: dict[int, tuple[str, str]]

    @classmethod
    def of(cls, session: Session, code: str) -> "Members":
        """Those of a roadmap, by code."""
        rows = select(col(Body.id), col(Body.code), col(Body.short)).where(col(Body.roadmap_code) == code)
        bodies = {row.id: (row.code, row.short) for row in session.execute(rows)}
        columns = (Municipality.body_id, Municipality.since, Municipality.until, Municipality.merged_into_id)
        found = select(*map(col, columns)).where(col(Municipality.roadmap_code) == code)
        listed = [
            Member(body_id, *bodies[body_id], since, until, bodies[into][1] if into else None)
            for body_id, since, until, into in session.execute(found)
        ]
        return cls({one.body_id: one for one in sorted(listed, key=lambda member: member.code)}, bodies)

    def body(self, body_id: int) -> Member:
        """A body as a party of its own: as the list of municipalities has it, or one that is always there."""
        return self.by_body.get(body_id) or Member(body_id, *self.bodies[body_id], date.min, None)

    def named(self, body_id: int | None, today: date) -> list[Member]:
        """All that take part; with a body only that one.

        A body that is no municipality (an item for each institute of a group) has nobody to send an agreement to:
        its point stays whole.
        """
        if body_id is None:
            return [member for member in self.by_body.values() if member.takes_part(today)]
        member = self.by_body.get(body_id)
        return [member] if member is not None and member.takes_part(today) else []
