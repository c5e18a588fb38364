"""Rehearsal copies of the built-in systems: years shifted to now, with a past, so that every state is seen at once."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from models import lifecycle
from models.lifecycle import Done, TransitionCommand
from models.tables.control_point import ControlPoint
from models.tables.roadmap import Item, Roadmap
from roadmap.calendar import WorkCalendar
from roadmap.calendar.spans import add_years
from roadmap.catalogue.calendar import calendar_of
from roadmap.catalogue.schema import Catalogue
from roadmap.catalogue.training_contacts import training_contacts
from roadmap.control.planning import plan
from tasks.editions.load import Loaded, load_roadmap
from tasks.people.contacts import RoadmapContacts, load_contacts

ACTOR = "репетиция"
REASON = "история репетиции"
AGE = timedelta(days=60)
"""A copy has lived at least so long."""
RECENT = timedelta(days=30)
OVERDUE_RECENT = 3
OVERDUE_ELSE = 2
SUBMITTED = 2


def shift_to_now(catalogue: Catalogue, today: date) -> int:
    """The most whole years the period can be moved by and still have begun 60 days ago; never negative."""
    years = 0
    while add_years(catalogue.period.start, years + 1) <= today - AGE:
        years += 1
    return years


def shift_that_tells(catalogue: Catalogue, today: date) -> int:
    """``shift_to_now``, or a year less where only that shows more: something past, something at work, something ahead.

    A system of yearly duties that began this year would have no past to show.
    """
    latest = shift_to_now(catalogue, today)
    return max((years for years in (latest, latest - 1) if years >= 0), key=lambda n: _shown(catalogue, n, today))


def _shown(catalogue: Catalogue, shift: int, today: date) -> int:
    planned = plan(catalogue, calendar=calendar_of(catalogue), shift=shift)
    begins = add_years(catalogue.period.start, shift)
    points = [point for *_, points in planned for point in points if point.deadline_on >= begins]
    past = any(point.deadline_on < today for point in points)
    at_work = any(point.opens_on <= today <= point.deadline_on for point in points)
    return past + at_work + any(point.opens_on > today for point in points)


def load_training_copy(
    session: Session, catalogue: Catalogue, *, today: date, at: datetime, window_days: int = 14
) -> Loaded:
    """Load a copy shifted to now, with contacts under example.org and a past that nobody is told about.

    Earlier points are done, a handful of the latest are overdue, of what is open some are reported and one is
    returned. A copy that is there already is left as it is. ``LoadRefused`` when the real roadmap is.
    """
    present = session.get(Roadmap, catalogue.code)
    if present is not None and present.is_rehearsal:
        return _counted(session, catalogue.code)
    shift = shift_that_tells(catalogue, today)
    loaded = load_roadmap(
        session, catalogue, today=today, at=at, shift_years=shift, rehearsal=True, window_days=window_days
    )
    contacts = {name: entry for name, entry in training_contacts(catalogue).items() if name != "roadmap"}
    load_contacts(session, catalogue.code, RoadmapContacts.model_validate(contacts))
    _give_a_past(session, catalogue.code, today=today, at=at, calendar=calendar_of(catalogue))
    _give_a_present(session, catalogue.code, today=today, at=at)
    return loaded


def _counted(session: Session, code: str) -> Loaded:
    points = list(session.execute(select(col(ControlPoint.is_history)).where(_of(code))).scalars())
    items = session.execute(select(col(Item.id)).where(col(Item.roadmap_code) == code)).all()
    return Loaded(items=len(items), points_new=0, points_kept=len(points), history=sum(points))


def _give_a_past(session: Session, code: str, *, today: date, at: datetime, calendar: WorkCalendar) -> None:
    past = select(ControlPoint).where(
        _of(code), col(ControlPoint.is_history).is_(False), col(ControlPoint.deadline_on) < today
    )
    points = list(session.execute(past.order_by(col(ControlPoint.deadline_on).desc(), col(ControlPoint.key))).scalars())
    left = {point.id for point in _left_overdue(points, today)}
    done = [_done(point, today=today, calendar=calendar) for point in points if point.id not in left]
    lifecycle.record_history(session, done, actor=ACTOR, reason=REASON, at=at)
    session.expire_all()


def _left_overdue(latest_first: list[ControlPoint], today: date) -> list[ControlPoint]:
    recent = [point for point in latest_first if point.deadline_on >= today - RECENT]
    return _of_different_items(recent, OVERDUE_RECENT) or _of_different_items(latest_first, OVERDUE_ELSE)


def _of_different_items(points: Iterable[ControlPoint], number: int) -> list[ControlPoint]:
    first: dict[int, ControlPoint] = {}
    for point in points:
        first.setdefault(point.item_id, point)
    return list(first.values())[:number]


def _done(point: ControlPoint, *, today: date, calendar: WorkCalendar) -> Done:
    """Reported up to three working days before the deadline, every ninth two days late; accepted soon after."""
    assert point.id is not None
    margin = 2 if point.id % 9 == 0 else -(point.id % 4)
    yesterday = today - timedelta(days=1)
    submitted = min(max(calendar.add_working_days(point.deadline_on, margin), point.opens_on), yesterday)
    accepted = min(calendar.add_working_days(submitted, 1 + point.id % 3), yesterday)
    return Done(point_id=point.id, opened_on=point.opens_on, submitted_on=submitted, accepted_on=accepted)


def _give_a_present(session: Session, code: str, *, today: date, at: datetime) -> None:
    """Open what is due to be open, note what is overdue, report two open points and return a third."""
    lifecycle.open_due(session, code, today=today, at=at)
    lifecycle.mark_overdue(session, code, today=today, at=at)
    session.expire_all()
    ahead = select(ControlPoint).where(
        _of(code), col(ControlPoint.status) == "open", col(ControlPoint.deadline_on) >= today
    )
    in_order = session.execute(ahead.order_by(col(ControlPoint.deadline_on), col(ControlPoint.key))).scalars()
    shown = _of_different_items(in_order, SUBMITTED + 1)
    for point in shown[:SUBMITTED]:
        _move(session, point.key, action="submit", today=today, at=at, evidence="письмо от исполнителя (репетиция)")
    for point in shown[SUBMITTED:]:
        _move(session, point.key, action="submit", today=today, at=at, tell=False)
        _move(session, point.key, action="return", today=today, at=at, reason="приложите подтверждающий документ")


def _move(
    session: Session,
    key: str,
    *,
    action: lifecycle.Action,
    today: date,
    at: datetime,
    reason: str = "",
    evidence: str = "",
    tell: bool = True,
) -> None:
    move = TransitionCommand(action=action, actor=ACTOR, at=at, on=today, reason=reason, evidence=evidence, tell=tell)
    lifecycle.change(session, key, move)


def _of(code: str) -> ColumnElement[bool]:
    return col(ControlPoint.roadmap_code) == code
