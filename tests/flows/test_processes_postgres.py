"""Processes on PostgreSQL: two decide at once, two sweep at once; row locks put them one behind the other."""

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from threading import Event
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, NullPool, create_engine, text
from sqlmodel import Session, col, select

from deployments.serve.prefect import child_environment
from deployments.sync import sync
from models import ControlPoint, Roadmap, Transition, clock, lifecycle
from models.db import open_session
from tasks.control.commands import Accept, By
from tasks.control.decisions import Outcome, newest
from tasks.daily.control_day import control_day
from tasks.daily.decisions import decide
from tasks.prefect.runs import reconcile
from tasks.prefect.runs.forms import StageDecision, answer
from tests.parts.office import Office
from tests.worlds.processes import BuildProcesses, Processes
from web.control.login import COORDINATOR

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def shared(office: Office, postgres_engine: Engine, build_processes: BuildProcesses) -> Processes:
    """The region with three municipalities, its tables on PostgreSQL."""
    url = postgres_engine.url.render_as_string(hide_password=False)
    settings = office.settings.model_copy(update={"database_url": SecretStr(url)})
    return build_processes(replace(office, settings=settings, engine=postgres_engine))


def waiters(engine: Engine, count: int, *, seconds: float = 300) -> None:
    """Return once so many connections wait for a lock."""
    until = time.monotonic() + seconds
    with engine.connect() as asking:
        while asking.execute(text(WAITING)).scalar_one() < count:
            asking.rollback()
            assert time.monotonic() < until, f"{count} should wait for a lock"
            time.sleep(0.05)


@contextmanager
def held(engine: Engine, *rows: Any) -> Iterator[Session]:
    """Rows that nobody else can change meanwhile; ``rows`` are selects."""
    with Session(engine) as holding:
        for row in rows:
            holding.execute(row.with_for_update()).all()
        yield holding
        holding.rollback()


def stage_row(key: str) -> Any:
    return select(ControlPoint.id).where(ControlPoint.key == key)


def roadmap_row() -> Any:
    return select(Roadmap.code)


def page_accepts(engine: Engine, key: str, today: date) -> Outcome:
    """The coordinator accepts a stage on the page."""
    with open_session(engine) as session:
        seen = newest(session, lifecycle.point_by_key(session, key).id or 0)
    by = By(actor=COORDINATOR, at=clock.now(), today=today, once_key=f"page:{key}", seen=seen)
    return decide(engine, Accept(key=key, by=by, evidence="экземпляр с подписью"))


def steps(engine: Engine) -> dict[tuple[str, str], list[str]]:
    """Who did it, for every (point, action)."""
    found: dict[tuple[str, str], list[str]] = {}
    with open_session(engine) as session:
        rows = select(ControlPoint.key, Transition.action, Transition.actor).join(
            ControlPoint, col(ControlPoint.id) == col(Transition.point_id)
        )
        for key, action, actor in session.exec(rows.order_by(col(Transition.id))):
            found.setdefault((key, action), []).append(actor)
    return found


def test_an_agreement_ends_though_the_page_and_the_form_decide_at_once(
    shared: Processes, frail_on: Callable[..., Any], today: date
) -> None:
    office, engine = shared.office, shared.office.engine
    key = shared.open("agreement", "2.1")
    shared.begin()
    for stage in ("draft", "approved", "sent"):
        shared.report(f"{key}/{stage}/-")
    shared.begin()
    frail = frail_on(office.settings)
    signed = {town: f"{key}/signed-municipality/{town}" for town in ("sochi", "anapa")}
    with ThreadPoolExecutor(1) as page:
        # The form has the row first, the page waits behind it.
        taken, released = Event(), Event()

        def hold(row: str, then: Callable[[], None] = lambda: None) -> Callable[[], None]:
            def sprung() -> None:
                then_done = Event()

                def holder() -> None:
                    with held(engine, stage_row(row)):
                        then_done.set()
                        released.wait(300)

                holders.submit(holder)
                then_done.wait(300)
                then()
                taken.set()

            return sprung

        holders = ThreadPoolExecutor(1)
        frail.do_at(r"GET \S*/input/\S*decision-1-response", hold(signed["sochi"]))
        shared.send(key, stage="подписано", who="Сочи")
        assert taken.wait(300)
        waiters(engine, 1)
        late = page.submit(page_accepts, engine, signed["sochi"], today)
        waiters(engine, 2)
        released.set()
        assert "Решение уже принято другим" in late.result().refusal
        shared.wait_for_form(key, 2)

        # The page has the row first, the form goes on with what it left.
        taken.clear()
        released.clear()
        first: list[Any] = []

        def page_first() -> None:
            first.append(page.submit(page_accepts, engine, signed["anapa"], today))
            waiters(engine, 1)

        frail.do_at(r"GET \S*/input/\S*decision-2-response", hold(signed["anapa"], page_first))
        shared.send(key, stage="подписано", who="Анапа; Ейский")
        assert taken.wait(300)
        waiters(engine, 2)
        released.set()
        assert first[0].result() == Outcome("accepted")
        shared.wait_for_form(key, 3)
        holders.shutdown()
    done = steps(engine)
    assert done[signed["sochi"], "accept"] == ["координатор (Prefect)"]
    assert done[signed["anapa"], "accept"] == [COORDINATOR]
    assert "Подписано всеми 3 из 3" in shared.card(key)
    shared.send(key, stage="зарегистрировано всеми")
    office.wait_for(key, "Исполнено")
    assert {
        action: n for (_, action), n in Counter({k: len(v) for k, v in steps(engine).items()}).items() if n > 1
    } == {}


@contextmanager
def closed(engine: Engine) -> Iterator[None]:
    """The server is there and lets nobody into the database, as while it is moved or restored."""
    beside = create_engine(engine.url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    engine.dispose()
    with beside.connect() as asking:
        name = engine.url.database
        asking.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        asking.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"))
        try:
            yield
        finally:
            asking.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))


def test_an_answer_is_carried_out_though_the_database_let_nobody_in(
    shared: Processes, frail_on: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "FRESH", timedelta())
    office, key = shared.office, shared.open("activity", "1.2")
    shared.begin()
    frail_on(office.settings)
    with closed(office.engine):
        run = office.runs()[key]
        shared.send(key, decision="снять", reason="приказ № 3")
        assert office.wait_for_run(run["id"])["state_type"] == "FAILED"
    assert sync(office.engine, settings=office.settings, at=clock.now()).runs.runs_restarted == 1
    ended = office.wait_for(key, "Снято с контроля")
    assert (ended["id"], ended["state_type"]) == (run["id"], "COMPLETED")
    assert steps(office.engine)[key, "withdraw"] == ["координатор (Prefect)"]


def test_two_controls_at_once_from_two_processes_open_everything_once(shared: Processes) -> None:
    engine = shared.office.engine
    key = shared.open("agreement", "2.1")
    with open_session(engine) as session:
        lifecycle.point_by_key(session, key).status = "planned"
    command = [sys.executable, "-m", "deployments.cli", "control"]
    with held(engine, roadmap_row()):
        env = child_environment(shared.office.settings, "database_url")
        started = [subprocess.Popen(command, env=env, stdout=-1, stderr=-2, text=True) for _ in range(2)]
        waiters(engine, 2)
    said = [process.communicate(timeout=60)[0] for process in started]
    assert [process.returncode for process in started] == [0, 0], said
    done = steps(engine)
    assert {step: len(who) for step, who in done.items() if len(who) > 1} == {}
    assert [stage for stage, action in done if action == "open"] == [key, f"{key}/draft/-"]
    with open_session(engine) as session:
        stages = session.exec(select(ControlPoint).where(col(ControlPoint.parent_id).is_not(None))).all()
    assert len(stages) == 3 + 4 * 3


def test_the_control_and_an_answer_at_once_do_not_lock_each_other_out(shared: Processes, today: date) -> None:
    engine, at = shared.office.engine, clock.now()
    key = shared.open("session", "1.2", days=40)
    shared.begin()
    tomorrow = today + timedelta(days=40)
    decision = StageDecision(decision="отметить этап", stage="1")
    with ThreadPoolExecutor(2) as threads:
        with held(engine, roadmap_row()):
            answered = threads.submit(answer, engine, key, decision, once_key="run:1:decision-1", today=today, at=at)
            waiters(engine, 1)
            controlled = threads.submit(control_day, engine, today=tomorrow, at=at)
            waiters(engine, 2)
        assert answered.result().refusal == ""
        assert controlled.result().failed == ()
    assert {step: len(who) for step, who in steps(engine).items() if len(who) > 1} == {}
