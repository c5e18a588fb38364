"""Mutes: nothing is sent about an item or a body until a day, with a reason; the work itself goes on."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlmodel import Session, col

from models import Body, ControlPoint, Item, Mute, Notice, NoticeLine, Official
from models.personal import known_people, without_names
from models.queries.officials import muted
from models.tables.audit import write_audit
from roadmap.control.reminders import GROUNDS, OF_CONTROL, REQUESTS
from tasks.people.lookup import PeopleRefused

#: Reasons that were news: a line taken back makes them news again.
NEWS = {reason: reason for reason in GROUNDS if reason not in OF_CONTROL} | {
    "submitted": "submitted",
    "accepted": "accepted",
    **dict.fromkeys(REQUESTS, "asked"),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """What is muted: an item or a body."""

    item: Item | None = None
    body: Body | None = None

    @property
    def words(self) -> str:
        """«пункт 2.1.3» or «орган ИРО»."""
        if self.item is not None:
            return f"пункт {self.item.code}"
        return f"орган {self.body.code}" if self.body else ""

    def is_of(self, mute: Mute) -> bool:
        """The mute is about this."""
        item_id, body_id = (self.item.id if self.item else None), (self.body.id if self.body else None)
        return (mute.item_id, mute.body_id) == (item_id, body_id)


def subject_of(session: Session, code: str, *, item: str | None, body: str | None) -> Subject:
    """The item (by code or number) or the body (by code) of a roadmap; ``PeopleRefused`` when it has none."""
    if (item is None) == (body is None):
        raise PeopleRefused("Назовите либо пункт (--item), либо орган (--body)")
    if body is not None:
        named = session.execute(select(Body).where(col(Body.roadmap_code) == code, col(Body.code) == body)).scalar()
        if named is None:
            known = session.execute(
                select(col(Body.code)).where(col(Body.roadmap_code) == code).order_by(col(Body.code))
            )
            raise PeopleRefused(f"Органа «{body}» в «{code}» нет; есть: {', '.join(known.scalars())}")
        return Subject(body=named)
    standing = select(Item).where(col(Item.roadmap_code) == code, col(Item.dropped_on).is_(None))
    for column in (col(Item.code), col(Item.number)):
        found = session.execute(standing.where(column == item)).scalars().all()
        if len(found) == 1:
            return Subject(item=found[0])
        if found:
            codes = ", ".join(one.code for one in found)
            raise PeopleRefused(f"Номер «{item}» есть у нескольких пунктов — назовите код: {codes}")
    raise PeopleRefused(f"Пункта «{item}» в «{code}» нет; список: vekha items {code}")


def mute(
    session: Session, code: str, subject: Subject, *, until: date, reason: str, today: date, actor: str, at: datetime
) -> bool:
    """Send nothing about the subject until the day, included; False when that is so already.

    An earlier mute of the same subject is lifted for the new one. Lines that wait in letters not yet sent are taken
    back, so that the first control after the mute tells them. ``PeopleRefused``: no reason, a day that is past.
    """
    if not reason.strip():
        raise PeopleRefused("Укажите основание: почему об этом не писать (--reason)")
    if until < today:
        raise PeopleRefused(f"День {until:%d.%m.%Y} уже прошёл: сегодня {today:%d.%m.%Y}, поправьте --until")
    reason = without_names(session, reason)
    present = _present(session, code, subject, today)
    if [(one.until, one.reason) for one in present] == [(until, reason.strip())]:
        return False
    for one in present:
        _lift(session, one, actor=actor, at=at)
    item_id, body_id = (subject.item.id if subject.item else None), (subject.body.id if subject.body else None)
    session.add(
        Mute(
            roadmap_code=code,
            item_id=item_id,
            body_id=body_id,
            reason=reason.strip(),
            until=until,
            set_by=known_people(session).author(actor).words,
            set_at=at,
        )
    )
    session.flush()
    _take_back(session, code, subject)
    write_audit(
        session,
        at=at,
        actor=actor,
        action="mute",
        subject=subject.words,
        detail=f"по {until:%d.%m.%Y}: {reason.strip()}",
    )
    return True


def lift(session: Session, code: str, subject: Subject, *, today: date, actor: str, at: datetime) -> bool:
    """Letters go out again; the next control tells the rung reached by then. False when nothing was muted."""
    present = _present(session, code, subject, today)
    for one in present:
        _lift(session, one, actor=actor, at=at)
    if present:
        write_audit(session, at=at, actor=actor, action="mute-lifted", subject=subject.words, detail="")
    return bool(present)


def _present(session: Session, code: str, subject: Subject, today: date) -> list[Mute]:
    return [row.mute for row in muted(session, code, today) if subject.is_of(row.mute)]


def _lift(session: Session, present: Mute, *, actor: str, at: datetime) -> None:
    present.lifted_at, present.lifted_by = at, known_people(session).author(actor).words
    session.add(present)


def _take_back(session: Session, code: str, subject: Subject) -> None:
    """Lines on their way are as if never told: the point is due for a look from the day of its letter on.

    What whoever controls says and hears stays.
    """
    point = ControlPoint
    about = (
        (col(point.item_id) == subject.item.id)
        if subject.item
        else (col(point.owner_id) == (subject.body and subject.body.id))
        | (col(point.body_id) == (subject.body and subject.body.id))
    )
    found = (
        select(NoticeLine, ControlPoint, col(Notice.on_day))
        .join(Notice, col(Notice.id) == col(NoticeLine.notice_id))
        .join(Official, col(Official.id) == col(Notice.official_id))
        .join(ControlPoint, col(ControlPoint.id) == col(NoticeLine.point_id))
        .where(col(Official.roadmap_code) == code, col(Notice.state) == "queued", about)
        .where(col(NoticeLine.reason).not_in(sorted(OF_CONTROL)))
        .order_by(col(Notice.on_day).desc(), col(NoticeLine.id).desc())
        .with_for_update(of=Notice.__table__)  # type: ignore[attr-defined]
    )
    lines = session.execute(found).all()
    for line, its_point, on_day in lines:
        its_point.next_check_on = min(its_point.next_check_on or on_day, on_day)
        its_point.news = its_point.news or NEWS.get(line.reason)
        session.add(its_point)
    session.execute(delete(NoticeLine).where(col(NoticeLine.id).in_([line.id for line, *_ in lines])))
