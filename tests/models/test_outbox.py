"""The outbox: who may send, what is recorded, and that no two claimants get the same letter."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from models import Notice, Official
from models.db import open_session
from models.lifecycle import outbox

AT = datetime(2027, 5, 26, 6, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
Queue = Callable[[int], None]


@pytest.fixture
def queue(engine: Engine, planned_point: str) -> Queue:
    """Puts n letters into the outbox, all to one official, one a day."""

    def put(n: int) -> None:
        with open_session(engine) as session:
            official = Official(roadmap_code="krasnodar", role="coordinator", post="Координатор")
            session.add(official)
            session.flush()
            channel = official.channel("email", "coordinator@example.org")
            session.add(channel)
            session.flush()
            for day in range(n):
                session.add(
                    Notice(
                        official_id=official.id or 0,
                        channel_id=channel.id or 0,
                        on_day=date(2027, 1, 1) + timedelta(days=day),
                        not_before=AT,
                    )
                )

    return put


def claim(engine: Engine, at: datetime = AT, limit: int = 10) -> list[Notice]:
    with open_session(engine) as session:
        return outbox.claim(session, at=at, limit=limit)


def turn(engine: Engine, at: datetime = AT) -> Notice:
    """The turn of the one letter that is due has come."""
    with open_session(engine) as session:
        [notice] = outbox.claim(session, at=at, limit=1)
        assert outbox.begin(session, notice, at=at)
    return notice


def the_notice(engine: Engine) -> Notice:
    with open_session(engine) as session:
        return session.exec(select(Notice)).one()


@pytest.mark.parametrize(
    ("wait", "count"),
    [
        pytest.param(-MINUTE, 0, id="a minute before its hour a letter stays"),
        pytest.param(0 * MINUTE, 1, id="at its hour it may leave"),
        pytest.param(MINUTE, 1, id="and after"),
    ],
)
def test_a_letter_leaves_from_its_hour_on(engine: Engine, queue: Queue, wait: timedelta, count: int) -> None:
    queue(1)
    assert len(claim(engine, AT + wait)) == count


@pytest.mark.parametrize(
    ("wait", "count"),
    [
        pytest.param(outbox.LEASE - MINUTE, 0, id="a claim holds for its lease"),
        pytest.param(outbox.LEASE, 0, id="to its last moment"),
        pytest.param(outbox.LEASE + MINUTE, 1, id="what a crash left is taken again"),
    ],
)
def test_a_claim_is_a_lease(engine: Engine, queue: Queue, wait: timedelta, count: int) -> None:
    queue(1)
    assert len(claim(engine)) == 1
    assert len(claim(engine, AT + wait)) == count


def test_two_claimants_never_get_the_same_letter(engine: Engine, queue: Queue) -> None:
    queue(60)

    def worker(_: int) -> list[int | None]:
        taken: list[int | None] = []
        while batch := claim(engine, limit=4):
            taken += [notice.id for notice in batch]
        return taken

    with ThreadPoolExecutor(4) as workers:
        taken = [one for batch in workers.map(worker, range(4)) for one in batch]
    assert len(taken) == len(set(taken))
    # A claimant that lost every letter of its batch to another stops early: the rest is for the next sweep.
    taken += [notice.id for notice in claim(engine, limit=60)]
    assert sorted(map(int, map(str, taken))) == list(range(1, 61))


def test_a_sent_letter_is_over(engine: Engine, queue: Queue) -> None:
    queue(1)
    [notice] = claim(engine)
    with open_session(engine) as session:
        assert outbox.record_sent(session, notice, at=AT + MINUTE, subject="[В-000001] Сроки")
    sent = the_notice(engine)
    assert (sent.state, sent.sent_at, sent.subject, sent.claimed_until) == (
        "sent",
        AT + MINUTE,
        "[В-000001] Сроки",
        None,
    )
    assert claim(engine, AT + timedelta(days=365)) == []


def test_a_dropped_letter_is_over(engine: Engine, queue: Queue) -> None:
    queue(1)
    [notice] = claim(engine)
    with open_session(engine) as session:
        assert outbox.drop(session, notice)
    assert the_notice(engine).state == "dropped"
    assert claim(engine, AT + timedelta(days=365)) == []


def test_failures_back_off_and_the_eighth_is_the_last(engine: Engine, queue: Queue) -> None:
    queue(1)
    at, pauses = AT, []
    for _ in range(8):
        assert claim(engine, at - MINUTE) == []
        notice = turn(engine, at)
        with open_session(engine) as session:
            assert outbox.record_failed(session, notice, at=at, error="почтовый сервер недоступен")
        pauses.append(the_notice(engine).not_before - at)
        at = the_notice(engine).not_before
    assert [pause.total_seconds() / 60 for pause in pauses] == [5, 15, 45, 135, 405, 1215, 1440, 1440]
    assert claim(engine, at + timedelta(days=9)) == []
    last = the_notice(engine)
    assert (last.state, last.attempts, last.error) == ("dead", 8, "почтовый сервер недоступен")


def test_a_letter_whose_sender_always_dies_is_given_up(engine: Engine, queue: Queue) -> None:
    queue(1)
    at = AT
    for _ in range(outbox.MAX_ATTEMPTS):
        turn(engine, at)
        at += outbox.LEASE + MINUTE
    assert claim(engine, at) == []
    assert (the_notice(engine).state, the_notice(engine).error) == ("dead", "отправка прерывалась")


def test_a_letter_whose_turn_never_came_has_lost_nothing(engine: Engine, queue: Queue) -> None:
    queue(1)
    at = AT
    for _ in range(2 * outbox.MAX_ATTEMPTS):
        assert len(claim(engine, at)) == 1
        at += outbox.LEASE + MINUTE
    assert turn(engine, at).attempts == 1


def test_a_claim_that_ran_out_before_the_turn_is_not_begun(engine: Engine, queue: Queue) -> None:
    queue(1)
    [slow] = claim(engine)
    later = AT + outbox.LEASE + MINUTE
    [quick] = claim(engine, later)
    with open_session(engine) as session:
        assert not outbox.begin(session, slow, at=later)
        assert outbox.begin(session, quick, at=later)
        assert outbox.record_sent(session, quick, at=later, subject="")


@pytest.mark.parametrize("outcome", ["sent", "failed", "dropped"])
def test_who_slept_past_the_lease_cannot_record_over_the_next_claimant(
    engine: Engine, queue: Queue, outcome: str
) -> None:
    queue(1)
    [slow] = claim(engine)
    [quick] = claim(engine, AT + outbox.LEASE + MINUTE)
    with open_session(engine) as session:
        recorded = {
            "sent": lambda: outbox.record_sent(session, slow, at=AT, subject=""),
            "failed": lambda: outbox.record_failed(session, slow, at=AT, error="поздно"),
            "dropped": lambda: outbox.drop(session, slow),
        }[outcome]()
    assert not recorded
    assert (the_notice(engine).state, the_notice(engine).attempts) == ("sending", quick.attempts)


def test_a_letter_put_back_has_not_been_tried(engine: Engine, queue: Queue) -> None:
    queue(1)
    morning = AT + timedelta(hours=15)
    for _ in range(outbox.MAX_ATTEMPTS + 1):
        [notice] = claim(engine)
        with open_session(engine) as session:
            assert outbox.postpone(session, notice, until=AT)
    [notice] = claim(engine)
    with open_session(engine) as session:
        assert outbox.postpone(session, notice, until=morning)
        assert not outbox.postpone(session, notice, until=AT)
    back = the_notice(engine)
    assert (back.state, back.attempts, back.not_before, back.claimed_until) == ("queued", 0, morning, None)
    assert (claim(engine, morning - MINUTE), len(claim(engine, morning))) == ([], 1)


def test_a_failed_letter_is_tried_again_when_the_office_opens(engine: Engine, queue: Queue) -> None:
    queue(1)
    [notice] = claim(engine)
    with open_session(engine) as session:
        outbox.record_failed(
            session, notice, at=AT, error="нет связи", opening=lambda again: again + timedelta(hours=9)
        )
    assert the_notice(engine).not_before == AT + outbox.FIRST_PAUSE + timedelta(hours=9)


def test_waiting_are_the_letters_not_tried_and_not_due(engine: Engine, queue: Queue) -> None:
    queue(3)
    tried = turn(engine)
    with open_session(engine) as session:
        outbox.record_failed(session, tried, at=AT, error="нет связи")
    with open_session(engine) as session:
        assert [outbox.waiting(session, at=AT - MINUTE), outbox.waiting(session, at=AT)] == [2, 0]
