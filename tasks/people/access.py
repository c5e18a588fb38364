"""Which points an official may see and answer for: those of the body, those of whom they stand in for, shared ones."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, or_

from models import Absence, Body, ControlPoint, Executor, Item, Official
from models.lifecycle import ALLOWED, LIVE, Action
from models.queries import officials
from roadmap.control.ladder import days_to_put_off

Role = Literal["owner", "deputy", "co", "controls"]


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessiblePoint:
    """A point as one official meets it."""

    point: ControlPoint
    item: Item
    owner: Body
    body: Body | None
    role: Role
    """``owner``: of the own body; ``deputy``: of somebody who is away; ``co``: the body is a co-executor;
    ``controls``: the act charges the official with control, who looks and reports nothing."""
    instead_of: str = ""
    """Post of the one who is away."""

    @property
    def answers(self) -> bool:
        """Whether the official reports; a co-executor only says how far the own part has come."""
        return self.role in ("owner", "deputy")


def live_points(session: Session, official: Official, *, today: date) -> list[AccessiblePoint]:
    """The official's points that are not closed, by deadline."""
    live: tuple[ColumnElement[bool], ...] = (
        col(ControlPoint.status).in_(LIVE),
        col(ControlPoint.is_history).is_(False),
        col(ControlPoint.blocked).is_(False),
    )
    return list(_found(session, official, live, today=today))


def accessible_point(session: Session, official: Official, point_id: int, *, today: date) -> AccessiblePoint | None:
    """One point, closed ones too; None when it is not the official's to see."""
    return next(iter(_found(session, official, (col(ControlPoint.id) == point_id,), today=today)), None)


def away_now(session: Session, official: Official, *, today: date) -> list[Official]:
    """For whom the official stands in today, directly or at the end of a chain of deputies."""
    direct = (
        select(Official)
        .join(Absence, col(Absence.official_id) == col(Official.id))
        .where(
            col(Absence.deputy_id) == official.id,
            col(Absence.starts_on) <= today,
            col(Absence.ends_on) >= today,
            col(Official.is_active),
        )
    )
    assert official.id is not None
    chained = officials.deputies_for(session, [official.id], today).get(official.id, [])
    return list({one.id: one for one in (*chained, *session.execute(direct).scalars())}.values())


def _instead(official: Official, away: Iterable[Official]) -> dict[int, str]:
    """Body → post of the one who is away; of the own body only its lead counts, the rest is the official's anyway."""
    return {
        one.body_id: one.post
        for one in away
        if one.body_id is not None and (one.body_id != official.body_id or (one.is_lead and not official.is_lead))
    }


def _found(session: Session, official: Official, where: tuple[Any, ...], *, today: date) -> Iterable[AccessiblePoint]:
    if official.body_id is None and official.role != "controller":
        return
    instead = _instead(official, away_now(session, official, today=today))
    bodies = {official.body_id, *instead}
    shared = select(col(Executor.item_id)).where(col(Executor.body_id).in_(bodies))
    ours: ColumnElement[bool] = or_(col(ControlPoint.owner_id).in_(bodies), col(ControlPoint.item_id).in_(shared))
    if official.role == "controller":
        ours = true()
    owner, body = aliased(Body), aliased(Body)
    rows = session.execute(
        select(ControlPoint, Item, owner, body)
        .join(Item, col(Item.id) == col(ControlPoint.item_id))
        .join(owner, col(owner.id) == col(ControlPoint.owner_id))
        .outerjoin(body, col(body.id) == col(ControlPoint.body_id))
        .where(
            col(ControlPoint.roadmap_code) == official.roadmap_code,
            ours,
            *where,
        )
        .order_by(col(ControlPoint.deadline_on), col(Item.position), col(ControlPoint.key))
    )
    for point, item, owned_by, of_body in rows:
        role: Role = "controls" if official.role == "controller" else "co"
        if official.role != "controller" and point.owner_id in bodies:
            role = "deputy" if point.owner_id in instead else "owner"
        post = instead.get(point.owner_id, "")
        yield AccessiblePoint(point=point, item=item, owner=owned_by, body=of_body, role=role, instead_of=post)


#: Purposes of points whose report is the official's own word; data are what stands in their form.
RECALLED = ("result", "name_dates")
#: What an official may do with a point, by the name of the action in the page's address.
ACTIONS: dict[str, Action] = {
    "submit": "submit",
    "supplement": "supplement",
    "recall": "recall",
    "acknowledge": "acknowledge",
    "remind-later": "put_off",
    "progress": "progress",
    "extend": "ask",
    "not-mine": "ask",
}


def possible_actions(
    own: AccessiblePoint, *, waiting: Collection[str], is_acknowledged: bool, today: date
) -> tuple[str, ...]:
    """What may be done with a point now; ``waiting`` are the kinds of requests about it that nobody has decided."""
    if own.point.is_history:
        return ()
    asked = {"extend": "extend" in waiting, "not-mine": "reassignment" in waiting, "acknowledge": is_acknowledged}
    asked["remind-later"] = days_to_put_off(today, own.point.deadline_on) is None
    return tuple(
        name
        for name, action in ACTIONS.items()
        if (action, own.point.status) in ALLOWED
        # Data are reported by giving them.
        and not (name == "submit" and own.point.purpose == "data")
        and not (name in ("supplement", "recall") and own.point.purpose not in RECALLED)
        and not asked.get(name, False)
        and (own.answers or (own.role == "co" and action == "progress"))
    )
