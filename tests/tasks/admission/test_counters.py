"""Counters that several processes share: as exact as those of one, and without a word of whom they count."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from limits import RateLimitItemPerDay, RateLimitItemPerMinute
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter
from sqlalchemy import Engine, text
from sqlmodel import select

from models import RateWindow
from models.db import DatabaseProblem, engine_for, open_session
from tasks.admission import SharedCounters, counters

KEY = b"of this installation"
THREE = RateLimitItemPerMinute(3)


@pytest.fixture
def shared(postgres_engine: Engine) -> SharedCounters:
    return SharedCounters(postgres_engine, KEY)


def age(engine: Engine, seconds: float) -> None:
    """As if everything that was counted had been so many seconds ago."""
    statement = text(
        "UPDATE rate_window SET hits = ARRAY(SELECT hit - :ago FROM unnest(hits) AS hit), "
        "ends_at = ends_at - make_interval(secs => :ago)"
    )
    with open_session(engine) as session:
        session.connection().execute(statement, {"ago": seconds})


def windows(engine: Engine) -> list[RateWindow]:
    with open_session(engine) as session:
        return list(session.exec(select(RateWindow)))


def test_two_processes_count_together(shared: SharedCounters, postgres_engine: Engine) -> None:
    here = MovingWindowRateLimiter(shared)
    there = MovingWindowRateLimiter(SharedCounters(postgres_engine, KEY))
    assert [window.hit(THREE, "a") for window in (here, there, here, there, here)] == [True, True, True, False, False]
    assert there.hit(THREE, "b")
    assert here.get_window_stats(THREE, "a").remaining == 0
    assert here.get_window_stats(THREE, "never").remaining == 3


def test_the_window_moves(shared: SharedCounters, postgres_engine: Engine) -> None:
    window = MovingWindowRateLimiter(shared)
    assert window.hit(THREE, "a")
    age(postgres_engine, 40)
    assert [window.hit(THREE, "a") for _ in range(3)] == [True, True, False]
    age(postgres_engine, 30)
    assert [window.hit(THREE, "a") for _ in range(2)] == [True, False], "the first one left, the other two count on"


def test_many_at_once_get_no_more_than_the_limit(shared: SharedCounters) -> None:
    window, rate = MovingWindowRateLimiter(shared), RateLimitItemPerMinute(7)
    with ThreadPoolExecutor(10) as pool:
        passed = list(pool.map(lambda _: window.hit(rate, "password"), range(60)))
    assert passed.count(True) == 7


def test_a_refusal_writes_nothing(shared: SharedCounters, postgres_engine: Engine) -> None:
    window = MovingWindowRateLimiter(shared)
    for _ in range(3):
        window.hit(THREE, "a")
    before = windows(postgres_engine)
    assert not window.hit(THREE, "a")
    assert windows(postgres_engine) == before
    assert len(before[0].hits) == 3


def test_more_at_a_time_than_the_limit_is_refused(shared: SharedCounters) -> None:
    window = MovingWindowRateLimiter(shared)
    assert [window.hit(THREE, "a", cost=n) for n in (4, 2, 2, 1)] == [False, True, False, True]


def test_what_was_counted_last_is_given_back(shared: SharedCounters) -> None:
    window, key = MovingWindowRateLimiter(shared), THREE.key_for("a")
    shared.give_back(key)
    for _ in range(5):
        assert window.hit(THREE, "a")
        shared.give_back(key)
    assert window.get_window_stats(THREE, "a").remaining == 3
    shared.clear(key)
    assert window.get_window_stats(THREE, "a").remaining == 3


def test_sums_are_counted_together_as_well(shared: SharedCounters, postgres_engine: Engine) -> None:
    rate = RateLimitItemPerDay(100)
    here = FixedWindowRateLimiter(shared)
    there = FixedWindowRateLimiter(SharedCounters(postgres_engine, KEY))
    assert [window.hit(rate, "1", cost=40) for window in (here, there, here)] == [True, True, False]
    assert (shared.get(rate.key_for("1")), shared.get("never")) == (120, 0)
    assert shared.get_expiry(rate.key_for("1")) > shared.get_expiry("never")
    age(postgres_engine, 86_401)
    assert shared.get(rate.key_for("1")) == 0
    assert there.hit(rate, "1", cost=100)


def test_addresses_are_kept_as_hashes_that_the_key_makes(shared: SharedCounters, postgres_engine: Engine) -> None:
    for store in (shared, SharedCounters(postgres_engine, b"another key")):
        MovingWindowRateLimiter(store).hit(THREE, "address 203.0.113.9")
    found = windows(postgres_engine)
    assert len({row.key for row in found}) == 2
    assert not any("203.0.113.9" in row.key for row in found)


def test_what_has_ended_is_swept(
    shared: SharedCounters, postgres_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = MovingWindowRateLimiter(shared)
    window.hit(THREE, "a")
    age(postgres_engine, 61)
    window.hit(THREE, "b")
    assert len(windows(postgres_engine)) == 2
    monkeypatch.setattr(counters, "SWEEP_EVERY", 0.0)
    window.hit(THREE, "b")
    assert [len(row.hits) for row in windows(postgres_engine)] == [2]
    assert shared.reset() == 1


def test_counters_are_not_written_to_the_log_of_the_database(postgres_engine: Engine) -> None:
    kinds = text("SELECT relname, relpersistence FROM pg_class WHERE relname IN ('rate_window', 'control_session')")
    with postgres_engine.connect() as connection:
        found = {name: kind for name, kind in connection.execute(kinds)}  # noqa: C416
    assert found == {"rate_window": "u", "control_session": "p"}


def test_a_database_that_is_away_is_said_so() -> None:
    store = SharedCounters(engine_for("postgresql://nobody@127.0.0.1:1/none"), KEY)
    assert not store.check()
    for ask in (lambda: store.acquire_entry("a", 3, 60), lambda: store.incr("a", 60), lambda: store.clear("a")):
        with pytest.raises(DatabaseProblem, match="Счётчики обращений недоступны"):
            ask()


def test_the_store_says_that_it_is_there(shared: SharedCounters) -> None:
    assert shared.check()
    assert shared.get_moving_window("never", 3, 60)[1] == 0
