"""What a new edition does to the control points that are there: which move, which are withdrawn, which are new.

A person hears of every open point. Of the points of one duty that are only planned the nearest is told of, once, with
the number of the others: the act has moved or ended what somebody counts on, and the rest follows from it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import update
from sqlmodel import Session

from models import lifecycle
from models.lifecycle import TransitionCommand
from roadmap.control.planning import PlannedPoint
from roadmap.control.upcoming import upcoming
from roadmap.editions.points import paired_days
from tasks.editions.point_matching import BY_EDITION, EDITION, POINTS, StoredPoint, duty_of, is_live, serve

Place = tuple[str, str]
"""Roadmap, item and body in one, and the purpose of the points."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedPoint:
    """A live point that keeps its key and gets the day of ``to``."""

    id: int
    key: str
    status: str
    opens_on: date
    due_on: date
    to: PlannedPoint


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawnPoint:
    """A live point whose day the edition no longer has."""

    id: int
    key: str
    status: str
    due_on: date

    @property
    def item_code(self) -> str:
        """The item of the point, from its key."""
        return self.key.split("/")[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class PointPlan:
    """``new`` holds what is to come and, in ``history``, how many of them have passed already."""

    kept: int
    moved: tuple[MovedPoint, ...]
    withdrawn: tuple[WithdrawnPoint, ...]
    new: tuple[PlannedPoint, ...]
    history: int


def plan_points(there: Sequence[StoredPoint], planned: Iterable[PlannedPoint], *, since: date) -> PointPlan:
    """Old and new days of each item and body, paired in order.

    Accepted, withdrawn and past points stand where they are: a new day that pairs with one of them is planned anew,
    so that nothing the act asks for is taken as done without a decision.
    """
    wanted = list(planned)
    serving = serve(there, wanted)
    served = {row["id"] for row in serving.values()}
    leaving: dict[Place, list[StoredPoint]] = defaultdict(list)
    for one in there:
        if one.row["id"] not in served:
            leaving[one.duty[:2]].append(one)
    coming: dict[Place, list[PlannedPoint]] = defaultdict(list)
    for point in wanted:
        if duty_of(point) not in serving:
            coming[duty_of(point)[:2]].append(point)
    moved: list[MovedPoint] = []
    withdrawn: list[WithdrawnPoint] = []
    for place, old in leaving.items():
        _pair(old, coming.get(place, []), moved, withdrawn)
    met = {duty_of(shift.to) for shift in moved}
    new = tuple(point for points in coming.values() for point in points if duty_of(point) not in met)
    return PointPlan(
        kept=len(serving),
        moved=tuple(moved),
        withdrawn=tuple(withdrawn),
        new=new,
        history=sum(point.deadline_on < since for point in new),
    )


def _pair(
    old: list[StoredPoint], new: list[PlannedPoint], moved: list[MovedPoint], withdrawn: list[WithdrawnPoint]
) -> None:
    """The points of one item and body: a live one gets the new day that it is paired with, or leaves."""
    old.sort(key=lambda one: one.duty.day)
    pairs = dict(paired_days([one.duty.day for one in old], [point.due_on for point in new]))
    for i, (_, row) in enumerate(old):
        if not is_live(row):
            continue
        facts = {name: row[name] for name in ("id", "key", "status", "due_on")}
        if i in pairs:
            moved.append(MovedPoint(**facts, opens_on=row["opens_on"], to=new[pairs[i]]))
        else:
            withdrawn.append(WithdrawnPoint(**facts))


def carry_out(
    session: Session, points: PointPlan, *, act: str, gone: Collection[str], edition: str, today: date, at: datetime
) -> None:
    """Move and withdraw the points, with the act as the ground.

    ``gone``: codes of the items that the act drops; ``edition``: what tells this edition from all others, so that a
    second time changes nothing.
    """

    def move(point: MovedPoint | WithdrawnPoint, told: Mapping[str, int], reason: str, **facts: object) -> None:
        if others := told.get(point.key):
            reason += f"; это касается и других сроков пункта ({others})"
        once_key, tell = f"{BY_EDITION}{edition}:{point.id}", point.key in told
        step = TransitionCommand(
            actor=f"{EDITION} {act}",
            at=at,
            on=today,
            reason=reason,
            once_key=once_key,
            tell=tell,
            **facts,  # type: ignore[arg-type]
        )
        lifecycle.change(session, point.key, step)

    told = upcoming(points.moved)
    for one in points.moved:
        _open_earlier(session, one)
        dates = {"due_on": one.to.due_on, "deadline_on": one.to.deadline_on}
        move(one, told, f"срок перенесён актом: {act}", action="extend", **dates)
    told = upcoming(points.withdrawn)
    for leaving in points.withdrawn:
        what = "пункт исключён" if leaving.item_code in gone else "срок исключён"
        move(leaving, told, f"{what}: {act}", action="withdraw")


def _open_earlier(session: Session, one: MovedPoint) -> None:
    """A point is never due before it opens: a term that moved ahead takes the opening with it."""
    if one.to.opens_on < one.opens_on:
        opens_on = one.to.opens_on
        looked_at = {"next_check_on": opens_on} if one.status == "planned" else {}
        session.execute(update(POINTS).where(POINTS.c.id == one.id).values(opens_on=opens_on, **looked_at))
        session.expire_all()
