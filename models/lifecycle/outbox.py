"""The outbox: who may send a letter now, and what became of it. At-least-once: a claim that was lost is taken again.

A claim counts the attempt; what is recorded later must name it. So a sender that slept past its lease can neither
hide nor repeat what another one did.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Table, and_, func, or_, select, update
from sqlmodel import Session, col

from models.tables.outbox import Notice

LEASE = timedelta(minutes=10)
MAX_ATTEMPTS = 8
FIRST_PAUSE = timedelta(minutes=5)
LONGEST_PAUSE = timedelta(hours=24)
_rows: Table = Notice.__table__  # type: ignore[attr-defined]
#: Rows already in the session are not looked through; what comes back is taken as it is.
_UNSEEN: Any = {"execution_options": {"synchronize_session": False, "populate_existing": True}}


def claim(session: Session, *, at: datetime, limit: int) -> list[Notice]:
    """At most ``limit`` letters that may leave at ``at``, now ours for ``LEASE``; two claimants never get the same.

    A letter whose claims were lost again and again is not tried for ever: it is dead after ``MAX_ATTEMPTS``.
    """
    exhausted = update(Notice).where(_claimable(at), col(Notice.attempts) >= MAX_ATTEMPTS)
    session.execute(exhausted.values(state="dead", error="отправка прерывалась", claimed_until=None), **_UNSEEN)
    due = select(col(Notice.id)).where(_claimable(at)).order_by(col(Notice.not_before), col(Notice.id)).limit(limit)
    # The condition stands twice: the inner one chooses, the outer one is judged again once another claimant is done.
    taken = session.execute(
        update(Notice)
        .where(col(Notice.id).in_(due), _claimable(at))
        .values(state="sending", attempts=col(Notice.attempts) + 1, claimed_until=at + LEASE)
        .returning(Notice),
        **_UNSEEN,
    )
    return sorted(taken.scalars(), key=lambda notice: (notice.not_before, notice.id or 0))


def record_sent(session: Session, notice: Notice, *, at: datetime, subject: str) -> bool:
    """The letter left; False when the claim was no longer ours."""
    return _finish(session, notice, state="sent", sent_at=at, subject=subject, error="")


def record_failed(
    session: Session,
    notice: Notice,
    *,
    at: datetime,
    error: str,
    opening: Callable[[datetime], datetime] = lambda again: again,
) -> bool:
    """The letter did not leave: again after 5 min · 3ⁿ up to a day, dead after ``MAX_ATTEMPTS``.

    ``opening`` moves the next try to an instant at which the addressee may be written to. ``error`` must hold neither
    address nor secret. False when the claim was no longer ours.
    """
    state = "dead" if notice.attempts >= MAX_ATTEMPTS else "queued"
    return _finish(session, notice, state=state, error=error, not_before=opening(at + pause(notice.attempts)))


def postpone(session: Session, notice: Notice, *, until: datetime) -> bool:
    """Nobody was tried: the letter goes back until then and the claim counts for nothing.

    False when the claim was no longer ours.
    """
    return _finish(session, notice, state="queued", not_before=until, attempts=notice.attempts - 1)


def waiting(session: Session, *, at: datetime) -> int:
    """How many letters nobody has tried to send yet and none may before ``at`` is past: they wait for office hours."""
    untried = select(func.count()).where(
        col(Notice.state) == "queued", col(Notice.attempts) == 0, col(Notice.not_before) > at
    )
    return int(session.execute(untried).scalar_one())


def drop(session: Session, notice: Notice) -> bool:
    """Nothing is left to say; False when the claim was no longer ours."""
    return _finish(session, notice, state="dropped")


def pause(attempts: int) -> timedelta:
    """How long to wait after the n-th failed attempt (from 1)."""
    return min(FIRST_PAUSE * int(3 ** (attempts - 1)), LONGEST_PAUSE)


def _claimable(at: datetime) -> ColumnElement[bool]:
    lost = and_(col(Notice.state) == "sending", col(Notice.claimed_until) < at)
    return and_(col(Notice.not_before) <= at, or_(col(Notice.state) == "queued", lost))


def _finish(session: Session, notice: Notice, **values: object) -> bool:
    finished = session.execute(
        update(_rows)
        .where(_rows.c.id == notice.id, _rows.c.state == "sending", _rows.c.attempts == notice.attempts)
        .values(claimed_until=None, **values)
    )
    return bool(finished.rowcount == 1)  # type: ignore[attr-defined]
