"""Whom letters about a point never reached: reminders and what went out of a round of monitoring together."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlmodel import Session, col, select

from models import Body, Channel, ControlPoint, Item, Notice, NoticeLine, Official, Round, RoundLetter
from models.db import open_session
from models.queries.officials import not_reached
from tests.worlds.world import World

EARLY, LATE = date(2027, 6, 7), date(2027, 6, 21)


def letter_of(session: Session, official: Official, on: date) -> int:
    way = session.exec(select(Channel).where(col(Channel.official_id) == official.id)).one()
    at = datetime(2027, 6, 1, tzinfo=UTC)
    letter = Notice(official_id=official.id or 0, channel_id=way.id or 0, on_day=on, state="dead", not_before=at)
    session.add(letter)
    session.flush()
    return letter.id or 0


@pytest.mark.parametrize(
    ("reminder", "note"),
    [pytest.param(LATE, EARLY, id="a reminder lost last"), pytest.param(EARLY, LATE, id="a note lost last")],
)
def test_the_day_is_that_of_the_latest_letter_of_whichever_kind(small_world: World, reminder: date, note: date) -> None:
    small_world.official("executor", "Директор", "head@example.org", body="institute")
    with open_session(small_world.engine) as session:
        item = session.exec(select(Item).limit(1)).one()
        body = session.exec(select(Body).limit(1)).one()
        days: dict[str, Any] = {"opens_on": EARLY, "due_on": LATE}
        facts: dict[str, Any] = {
            "key": "krai/m/-/2027-06-21",
            "roadmap_code": "krai",
            "item_id": item.id,
            "owner_id": body.id,
        }
        point = ControlPoint(**facts, **days, deadline_on=LATE)
        session.add(point)
        session.flush()
        period: dict[str, Any] = {
            "rhythm": "quarter",
            "period_start": date(2027, 1, 1),
            "period_end": date(2027, 3, 31),
        }
        one = Round(roadmap_code="krai", point_id=point.id or 0, note_on=LATE, **period, **days)
        session.add(one)
        session.flush()
        head = session.exec(select(Official).where(col(Official.post) == "Директор")).one()
        told: dict[str, Any] = {
            "notice_id": letter_of(session, head, reminder),
            "point_id": point.id,
            "reason": "due",
            "days": 0,
        }
        session.add(NoticeLine(**told))
        way = session.exec(select(Channel).where(col(Channel.official_id) == head.id)).one()
        session.add(
            RoundLetter(
                round_id=one.id or 0, channel_id=way.id or 0, part="note", notice_id=letter_of(session, head, note)
            )
        )
        session.flush()
        assert not_reached(session, [point.id or 0]) == {point.id: [(head, LATE)]}
