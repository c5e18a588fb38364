"""The outbox: who may send a letter now, and what became of it. At-least-once: a claim that was lost is taken again.

A claim sets letters apart, ``begin`` counts an attempt just before one is sent; what is recorded later must name both.
So a sender that slept past its lease can neither hide nor repeat what another one did, and a letter that was claimed
and never had its turn has lost nothing.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import ColumnElement, Table, and_, func, or_, select, update
from sqlmodel import Session, col

from models.tables.official import Channel, Official
from models.tables.outbox import OVERTAKEN, Notice

LEASE = timedelta(minutes=10)
MAX_ATTEMPTS = 8
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=24)
#: For so long a letter in several messages goes on where it broke off; later it is told anew.
UNSENT_LASTS = timedelta(hours=12)
Fault = Literal["server", "channel", "address"]
"""Whose failure it was: of the mail server or of ours, of this channel, of an address that is refused for good."""
_rows: Table = Notice.__table__  # type: ignore[attr-defined]
_channels: Table = Channel.__table__  # type: ignore[attr-defined]
#: Rows already in the session are not looked through; what comes back is taken as it is.
_UNSEEN: Any = {"execution_options": {"synchronize_session": False, "populate_existing": True}}


def claim(session: Session, *, at: datetime, limit: int, role: str | None = None) -> list[Notice]:
    """At most ``limit`` letters that may leave at ``at``, now ours for ``LEASE``; two claimants never get the same.

    ``role``: only those to officials of that role. A letter whose sender died again and again is not tried for ever: it
    is dead after ``MAX_ATTEMPTS``.
    """
    ready = _claimable(at)
    if role is not None:
        ready &= col(Notice.official_id).in_(select(col(Official.id)).where(col(Official.role) == role))
    exhausted = update(Notice).where(ready, col(Notice.attempts) >= MAX_ATTEMPTS)
    session.execute(exhausted.values(state="dead", error="отправка прерывалась", claimed_until=None), **_UNSEEN)
    due = select(col(Notice.id)).where(ready).order_by(col(Notice.not_before), col(Notice.id)).limit(limit)
    # The condition stands twice: the inner one chooses, the outer one is judged again once another claimant is done.
    taken = session.execute(
        update(Notice)
        .where(col(Notice.id).in_(due), ready)
        .values(state="sending", claimed_until=at + LEASE)
        .returning(Notice),
        **_UNSEEN,
    )
    return sorted(taken.scalars(), key=lambda notice: (notice.not_before, notice.id or 0))


def begin(session: Session, notice: Notice, *, at: datetime) -> bool:
    """It is the letter's turn: the attempt counts, the lease runs anew; False when the claim is no longer ours."""
    claimed_until, attempts = at + LEASE, notice.attempts + 1
    begun = session.execute(
        update(_rows).where(*_is_ours(notice)).values(attempts=attempts, claimed_until=claimed_until)
    )
    if begun.rowcount != 1:  # type: ignore[attr-defined]
        return False
    notice.attempts, notice.claimed_until = attempts, claimed_until
    return True


def record_sent(session: Session, notice: Notice, *, at: datetime, subject: str) -> bool:
    """The letter left, so its channel works; False when the claim was no longer ours."""
    works = {"failures": 0, "failing_since": None, "failure": "", "given_up_at": None}
    session.execute(
        update(_channels)
        .where(_channels.c.id == notice.channel_id, _channels.c.failing_since.is_not(None))
        .values(**works)
    )
    return _finish(session, notice, state="sent", sent_at=at, subject=subject, error="", unsent="")


def record_failed(
    session: Session,
    notice: Notice,
    *,
    at: datetime,
    error: str,
    fault: Fault = "channel",
    unsent: str = "",
    opening: Callable[[datetime], datetime] = lambda again: again,
) -> bool:
    """The letter did not leave: again after 5 min · 3ⁿ up to a day, n counted over all letters of the channel.

    After ``MAX_ATTEMPTS`` failures in a row, or at once where the address is refused for good, the channel is given up
    and the letter is dead; the next letters get one try each. A failing mail server is counted by letter, and against
    the channel only when other letters have left meanwhile. ``opening`` moves the next try to an instant at which the
    addressee may be written to. ``error`` must hold neither address nor secret. False when the claim was no longer
    ours.
    """
    channel = session.execute(
        select(Channel).where(col(Channel.id) == notice.channel_id).with_for_update(of=_channels), **_UNSEEN
    ).scalar_one()
    counts = fault != "server" or _others_left(session, channel)
    failures = channel.failures + counts
    is_lost = counts and (fault == "address" or failures >= MAX_ATTEMPTS or channel.given_up_at is not None)
    state = "dead" if is_lost or notice.attempts >= MAX_ATTEMPTS else "queued"
    again = opening(at + pause(max(notice.attempts, failures) if counts else notice.attempts))
    recorded = _finish(
        session,
        notice,
        state=state,
        error=error,
        not_before=again,
        unsent=unsent if again - at < UNSENT_LASTS and state == "queued" else "",
    )
    if recorded:
        notice.state = state
        channel.failures, channel.failure = failures, error
        channel.failing_since = channel.failing_since or at
        channel.given_up_at = channel.given_up_at or (at if is_lost else None)
        session.add(channel)
        session.flush()
    return recorded


def postpone(session: Session, notice: Notice, *, until: datetime) -> bool:
    """Nobody was tried: the letter goes back until then. False when the claim was no longer ours."""
    return _finish(session, notice, state="queued", not_before=until)


def waiting(session: Session, *, at: datetime) -> int:
    """How many letters nobody has tried to send yet and none may before ``at`` is past: they wait for office hours."""
    untried = select(func.count()).where(
        col(Notice.state) == "queued", col(Notice.attempts) == 0, col(Notice.not_before) > at
    )
    return int(session.execute(untried).scalar_one())


def drop(session: Session, notice: Notice, *, is_overtaken: bool = False) -> bool:
    """Nothing is left to say, or (``is_overtaken``) a later letter of the channel says it; then the error stays.

    False when the claim was no longer ours.
    """
    error = (notice.error or OVERTAKEN) if is_overtaken else ""
    return _finish(session, notice, state="dropped", error=error, unsent="")


def pause(attempts: int) -> timedelta:
    """How long to wait after the n-th failed attempt (from 1)."""
    return min(FIRST_PAUSE * int(3 ** min(attempts - 1, MAX_ATTEMPTS)), LONGEST_PAUSE)


def _others_left(session: Session, channel: Channel) -> bool:
    """The mail works: since this channel began to fail, a letter to somebody else has left."""
    if channel.failing_since is None:
        return False
    others = (
        select(col(Notice.id))
        .join(Channel, col(Channel.id) == col(Notice.channel_id))
        .where(col(Channel.kind) == channel.kind, col(Channel.id) != channel.id)
        .where(col(Notice.state) == "sent", col(Notice.sent_at) > channel.failing_since)
    )
    return session.execute(others.limit(1)).first() is not None


def _claimable(at: datetime) -> ColumnElement[bool]:
    lost = and_(col(Notice.state) == "sending", col(Notice.claimed_until) < at)
    return and_(col(Notice.not_before) <= at, or_(col(Notice.state) == "queued", lost))


def _is_ours(notice: Notice) -> tuple[ColumnElement[bool], ...]:
    """The claim that the notice was taken by still holds."""
    return (
        _rows.c.id == notice.id,
        _rows.c.state == "sending",
        _rows.c.attempts == notice.attempts,
        _rows.c.claimed_until == notice.claimed_until,
    )


def _finish(session: Session, notice: Notice, **values: object) -> bool:
    finished = session.execute(update(_rows).where(*_is_ours(notice)).values(claimed_until=None, **values))
    return bool(finished.rowcount == 1)  # type: ignore[attr-defined]
