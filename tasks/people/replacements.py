"""A person leaves a post and another comes: what moves is listed first, then moved in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, insert, select, update
from sqlmodel import Session, col

from models import Absence, Channel, ControlPoint, Item, Notice, NoticeLine, NoticeRemark, Official, RoundLetter
from models.lifecycle import LIVE
from models.queries.rounds import enclosed_letters
from models.tables.audit import write_audit
from models.tables.outbox import OVERTAKEN
from roadmap.control.upcoming import upcoming
from tasks.people import links
from tasks.people.absences import absences_left, end_absences
from tasks.people.lookup import PeopleRefused


@dataclass(frozen=True, slots=True, kw_only=True)
class Successor:
    """Who comes: ``post`` where the post is renamed as well."""

    name: str
    email: str
    post: str


@dataclass(frozen=True, slots=True)
class MovingPoint:
    """A live point that the successor answers for."""

    key: str
    title: str
    deadline_on: date
    status: str

    @property
    def due_on(self) -> date:
        """The day by which points of one duty are put in order."""
        return self.deadline_on


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """What moves, or has moved, with the post."""

    official_id: int
    post: str
    new_post: str
    points: tuple[MovingPoint, ...]
    """By deadline; empty for one who is not the lead of a body: letters about points go to the lead."""
    letters: int
    """Letters that wait; they go to the new address."""
    own_absences: int
    """Absences of the one who leaves: they end."""
    stands_in: int
    """Absences in which the post stands in for somebody: they stay with the post."""
    channels_off: int
    """Ways to reach the one who leaves: they are switched off."""
    is_done: bool
    """The successor is there already: nothing is left to do."""


def plan_replacement(session: Session, official: Official, successor: Successor, *, today: date) -> Replacement:
    """What would move. ``PeopleRefused`` when the new post is taken."""
    _refuse_taken_post(session, official, successor)
    assert official.id is not None
    waiting = select(Notice).where(col(Notice.official_id) == official.id, col(Notice.state) == "queued")
    standing = select(Absence).where(col(Absence.deputy_id) == official.id, col(Absence.ends_on) >= today)
    active = [channel for channel in _channels(session, official) if channel.is_active]
    others = [channel for channel in active if (channel.kind, channel.address) != ("email", successor.email)]
    same_person = (official.name, official.post) == (successor.name, successor.post)
    return Replacement(
        official_id=official.id,
        post=official.post,
        new_post=successor.post,
        points=_points(session, official),
        letters=len(session.execute(waiting).all()),
        own_absences=len(absences_left(session, official, today)),
        stands_in=len(session.execute(standing).all()),
        channels_off=len(others),
        is_done=same_person and not others and len(active) == 1,
    )


def replace_official(
    session: Session, official: Official, successor: Successor, *, today: date, actor: str, at: datetime
) -> Replacement:
    """Move everything to the successor; twice changes nothing the second time.

    The post keeps its row, so that what was told to it and asked by it stays in the history; the name, the channels and
    the links are the successor's own.
    """
    plan = plan_replacement(session, official, successor, today=today)
    if plan.is_done:
        return plan
    official.name, official.post = successor.name, successor.post
    official.give_phone("")
    links.revoke(session, official)
    end_absences(session, official, today=today)
    before = [one for one in _channels(session, official) if one.is_active and one.kind == "email"]
    channel = _one_channel(session, official, successor.email)
    _readdress(session, official, channel)
    _tell_both(session, plan, [one for one in before if not one.is_active], today=today, at=at)
    words = f"точек {len(plan.points)}, писем {plan.letters}, отсутствий {plan.own_absences}, ссылки отозваны"
    write_audit(session, at=at, actor=actor, action="replace", subject=f"№ {official.id}", detail=words)
    session.flush()
    return plan


def _refuse_taken_post(session: Session, official: Official, successor: Successor) -> None:
    taken = select(Official).where(
        col(Official.roadmap_code) == official.roadmap_code,
        col(Official.role) == official.role,
        col(Official.body_id).is_not_distinct_from(official.body_id),
        col(Official.post) == successor.post,
        col(Official.id) != official.id,
    )
    if session.execute(taken).first() is not None:
        raise PeopleRefused(f"Должность «{successor.post}» у этого органа уже есть — назовите другую (--post)")


def _points(session: Session, official: Official) -> tuple[MovingPoint, ...]:
    if official.body_id is None or not official.is_lead:
        return ()
    found = (
        select(col(ControlPoint.key), col(Item.title), col(ControlPoint.deadline_on), col(ControlPoint.status))
        .join(Item, col(Item.id) == col(ControlPoint.item_id))
        .where(col(ControlPoint.owner_id) == official.body_id, col(ControlPoint.status).in_(LIVE))
        .where(col(ControlPoint.is_history).is_(False))
        .order_by(col(ControlPoint.deadline_on), col(ControlPoint.key))
    )
    return tuple(MovingPoint(*row) for row in session.execute(found))


def _channels(session: Session, official: Official) -> list[Channel]:
    found = select(Channel).where(col(Channel.official_id) == official.id).order_by(col(Channel.id))
    return list(session.execute(found).scalars())


def _one_channel(session: Session, official: Official, email: str) -> Channel:
    """The successor's channel, not proven yet even where the mailbox is the post's own; all others are off."""
    channels = _channels(session, official)
    kept = next((one for one in channels if (one.kind, one.address) == ("email", email)), None)
    for one in channels:
        one.is_active = one is kept
        session.add(one)
    if kept is None:
        kept = official.channel("email", email)
    kept.drilled_at = kept.proven_at = None
    kept.forget_failures()
    session.add(kept)
    session.flush()
    return kept


def _tell_both(session: Session, plan: Replacement, left: Sequence[Channel], *, today: date, at: datetime) -> None:
    """The successor hears by the next letter what has passed to him, who leaves by a last one what is his no more.

    Of points of one duty that are only planned the nearest speaks for all.
    """
    keys = upcoming(plan.points).keys()
    told = (col(ControlPoint.key).in_(keys), col(ControlPoint.blocked).is_(False))
    session.execute(
        update(ControlPoint)
        .where(*told, col(ControlPoint.news).is_(None), col(ControlPoint.status) != "submitted")
        .values(news="reassigned", next_check_on=today)
        .execution_options(synchronize_session=False)
    )
    points = session.execute(select(col(ControlPoint.id), col(ControlPoint.deadline_on)).where(*told)).all()
    for channel in left if points else ():
        days = select(func.max(col(Notice.on_day))).where(col(Notice.channel_id) == channel.id)
        last = session.execute(days).scalar_one()
        on_day = today if last is None or last < today else last + timedelta(days=1)
        letter = Notice(official_id=plan.official_id, channel_id=channel.id or 0, on_day=on_day, not_before=at)
        session.add(letter)
        session.flush()
        lines = [
            {"notice_id": letter.id, "point_id": point_id, "reason": "handed_over", "days": (due - on_day).days}
            for point_id, due in points
        ]
        session.execute(insert(NoticeLine), lines)


def _readdress(session: Session, official: Official, channel: Channel) -> None:
    """Letters that wait go to the channel, one a day: those of several channels on one day become one."""
    assert channel.id is not None
    found = select(Notice).where(col(Notice.official_id) == official.id, col(Notice.reversed_at).is_(None))
    found = found.order_by(col(Notice.id)).with_for_update()
    letters = list(session.execute(found).scalars())
    there = {letter.on_day: letter for letter in letters if letter.channel_id == channel.id}
    for letter in letters:
        if letter.state != "queued" or letter.channel_id == channel.id:
            continue
        kept = there.get(letter.on_day)
        _follow(session, letter, kept or letter, channel.id)
        if kept is None:
            letter.channel_id, letter.attempts, letter.error = channel.id, 0, ""
            there[letter.on_day] = letter
        else:
            _merge(session, letter, kept)
            letter.state, letter.error = "dropped", letter.error or OVERTAKEN
        session.add(letter)


def _follow(session: Session, letter: Notice, carrier: Notice, channel_id: int) -> None:
    """What of rounds is in a letter goes with it to the successor's channel, each part of a round once.

    Where that channel's letter of the day has left, a page is put again by ``queue_missed``.
    """
    had = enclosed_letters().where(col(RoundLetter.channel_id) == channel_id)
    there = {(row.round_id, row.part) for row in session.execute(had).scalars()}
    for row in session.execute(enclosed_letters().where(col(RoundLetter.notice_id) == letter.id)).scalars().all():
        if (row.round_id, row.part) in there or carrier.state != "queued":
            session.delete(row)
            continue
        there.add((row.round_id, row.part))
        row.channel_id, row.notice_id = channel_id, carrier.id or 0
        session.add(row)


def _merge(session: Session, letter: Notice, kept: Notice) -> None:
    if kept.state != "queued":
        return
    rows = (
        session.execute(select(NoticeLine).where(col(NoticeLine.notice_id).in_((letter.id, kept.id)))).scalars().all()
    )
    told = {(row.point_id, row.reason) for row in rows if row.notice_id == kept.id}
    for row in rows:
        if row.notice_id == letter.id and (row.point_id, row.reason) not in told:
            row.notice_id = kept.id or 0
            session.add(row)
    session.execute(update(NoticeRemark).where(col(NoticeRemark.notice_id) == letter.id).values(notice_id=kept.id))
    kept.has_digest, kept.has_drill = kept.has_digest or letter.has_digest, kept.has_drill or letter.has_drill
    session.add(kept)
