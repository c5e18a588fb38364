"""One of several programs does it: who comes first takes the turn, the others leave it to that one."""

from datetime import datetime, timedelta

from sqlalchemy import CursorResult, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from models import Turn


def take_turn(session: Session, name: str, *, every: float, at: datetime) -> bool:
    """Whether it is this program's turn to do what is done ``every`` so many seconds; if so, it is nobody else's."""
    # Clocks of several hosts, and rounds of one, are never quite level.
    taken_at, due = col(Turn.taken_at), at - timedelta(seconds=every * 0.9)
    # What was taken in the future was taken by a clock that has been put right since.
    is_free = (taken_at <= due) | (taken_at > at + timedelta(seconds=every))
    free = update(Turn).where(col(Turn.name) == name, is_free).values(taken_at=at)
    taken = session.execute(free)
    assert isinstance(taken, CursorResult)
    if taken.rowcount:
        return True
    if session.get(Turn, name) is not None:
        return False
    try:
        with session.begin_nested():
            session.add(Turn(name=name, taken_at=at))
    except IntegrityError:
        return False
    return True
