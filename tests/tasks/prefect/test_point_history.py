"""What happened to a point is told in Prefect in the words of every other page."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import Session

from models import Item
from models.db import open_session
from models.lifecycle import TransitionCommand, change, point_by_key
from models.lifecycle.transitions import EVENT_RU
from models.tables.control_point import Transition
from roadmap.cards.point import point_card
from roadmap.reading import Reading
from tasks.prefect.cards.point_facts import histories, point_of
from tests.worlds.world import WEDNESDAY, World

AT = datetime(2027, 5, 26, 9, tzinfo=UTC)


@pytest.fixture
def key(small_world: World) -> str:
    """A point of an item that has been read."""
    small_world.change(Item, reading=Reading("май", "windows", "month-window").to_json())
    return small_world.point(WEDNESDAY + timedelta(days=20))


def card(session: Session, key: str) -> str:
    point = point_of(session, key)
    assert point is not None
    return point_card(point, histories(session, [key])[key], today=WEDNESDAY, page_url="")


def test_a_day_stands_behind_the_words_that_belong_to_it(small_world: World, key: str) -> None:
    with open_session(small_world.engine) as session:
        for action, day in (("put_off", date(2027, 6, 10)), ("demand", date(2027, 6, 12)), ("order", date(2027, 7, 1))):
            move = TransitionCommand(action=action, actor="кто-то", at=AT, on=WEDNESDAY, due_on=day, reason="нужно")  # type: ignore[arg-type]
            change(session, key, move)
        told = card(session, key)
    assert "| напоминания отложены до 10.06.2027 |" in told
    assert "| потребовано исполнение до 12.06.2027 |" in told
    assert "| поручено перенести срок на 01.07.2027 |" in told


def test_everything_that_may_happen_is_told(small_world: World, key: str) -> None:
    with open_session(small_world.engine) as session:
        number = point_by_key(session, key).id or 0
        session.add_all(
            Transition(
                point_id=number, action=action, from_status="open", to_status="open", happened_on=WEDNESDAY,
                noticed_at=AT, actor="кто-то",
            )
            for action in EVENT_RU
        )  # fmt: skip
        session.flush()
        told = card(session, key)
    assert [words for action, words in EVENT_RU.items() if action != "order" and f"| {words} |" not in told] == []
