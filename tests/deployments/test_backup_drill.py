"""The machine dies; what the backup holds is put back elsewhere: nothing that it knew is lost, nothing happens twice.

A real Prefect server and worker; they, and all that they run, are killed (-9).
"""

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import prefect
import pytest
from sqlmodel import col, select

from deployments.sync import SyncReport, sync
from models import ControlPoint, Notice, Official, Transition, clock, lifecycle
from models.db import open_session
from models.lifecycle import TransitionCommand
from tasks.backup import back_up, restore, target_of, verify
from tasks.context.working_calendar import calendar_of
from tasks.installation import differences, establish
from tasks.letters.deliver import deliver
from tasks.prefect.client import pages
from tasks.prefect.runs import apply, reconcile
from tests.parts.databases import sqlite_engine
from tests.parts.mail import MailServer
from tests.parts.office import Office
from tests.parts.own_prefect import OwnPrefect, own_prefect

pytestmark = pytest.mark.usefixtures("prefect_server")
POSTS = ("Ректор", "Методист", "Координатор")


@pytest.fixture
def first(
    tmp_path: Path, mail_server: MailServer, pytestconfig: pytest.Config, today: date, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OwnPrefect]:
    """A region with four points whose runs wait, two letters sent and one not yet."""
    for module in (reconcile, apply):
        monkeypatch.setattr(module, "FRESH", timedelta(0))  # nobody is believed to be at work on a run
    data = tmp_path / "first"
    (data / "prefect").mkdir(parents=True)
    assert pytestconfig.cache is not None
    migrated = pytestconfig.cache.mkdir(f"prefect-{prefect.__version__}") / "migrated.db"
    shutil.copyfile(migrated, data / "prefect" / "prefect.db")
    sqlite_engine(data / "vekha.db").dispose()
    with own_prefect(data, mail_server.url()) as own:
        own.office.add_roadmap()
        for number in range(1, 5):
            due = today + timedelta(days=20 + number)
            own.office.add_point(item=f"1.{number}", opens_on=today - timedelta(days=5), due_on=due, kind="activity")
        mend(own.office)
        with open_session(own.office.engine) as session:
            establish(session, own.office.settings, at=clock.now())
        for post in POSTS[:2]:
            owe_letter(own.office, post, today)
        sent(own.office, 2)
        owe_letter(own.office, POSTS[2], today)
        yield own


def owe_letter(office: Office, post: str, today: date) -> None:
    """A letter that asks its reader to confirm it waits in the outbox."""
    with open_session(office.engine) as session:
        person = Official(roadmap_code="krasnodar", role="coordinator", post=post)
        session.add(person)
        session.flush()
        channel = person.channel("email", f"{POSTS.index(post)}@example.org")
        session.add(channel)
        session.flush()
        ago = clock.now() - timedelta(days=1)
        owed = Notice(official_id=person.id or 0, channel_id=channel.id or 0, on_day=today, not_before=ago)
        owed.has_drill = True
        session.add(owed)


def sent(office: Office, wanted: int) -> None:
    """So many letters leave in the next office hours."""
    with open_session(office.engine) as session:
        day = calendar_of(session, "krasnodar").next_working(clock.today("Europe/Moscow") + timedelta(days=1))
    noon = datetime.combine(day, time(9), UTC)
    assert deliver(office.engine, settings=office.settings, at_source=lambda: noon).sent == wanted


def mend(office: Office) -> SyncReport:
    return sync(office.engine, settings=office.settings, at=clock.now())


def answer(office: Office, key: str) -> None:
    """The coordinator presses Resume and sends the form."""
    run_id = office.runs()[key]["id"]
    fields = {"decision": "принять", "reason": "протокол № 4"}
    told = office.api(lambda client: client.resume_flow_run(run_id, run_input=fields))
    assert told.status.value == "ACCEPT", told.details


def decide_past_prefect(office: Office, key: str) -> str:
    """What a page or a command writes before it tells Prefect."""
    with open_session(office.engine) as session:
        for action, more in (("submit", {"evidence": "протокол № 5"}), ("accept", {"reason": "протокол № 5"})):
            on = clock.today("Europe/Moscow")
            command: dict[str, Any] = {"action": action, "actor": "координатор", "at": clock.now(), "on": on, **more}
            lifecycle.change(session, key, TransitionCommand(**command))
    return key


def wait_until_accepted(office: Office, key: str) -> None:
    """The answer is carried out, after whatever mending it needs."""
    for _ in office.looks():
        run = office.run(key)
        if run is not None and run["state_name"].startswith("Исполнено"):  # late on some days
            return
        mend(office)
    stands = office.run(key) or {}
    pytest.fail(f"the answer about {key} was not carried out: {stands.get('state_name')} {stands.get('tags')}")


def test_a_machine_that_dies_is_put_back_with_every_decision_and_letter(
    first: OwnPrefect, mail_server: MailServer, tmp_path: Path
) -> None:
    office = first.office
    carried_out, under_way, waiting, decided_here = sorted(office.runs())
    first.start_worker()
    answer(office, carried_out)
    office.wait_for(carried_out, "Исполнено")
    ids = {key: run["id"] for key, run in office.runs().items()}
    answer(office, under_way)
    decided: list[str] = []

    def decide_once_prefect_is_copied(_done: int, _total: int) -> None:
        if not decided:
            decided.append(decide_past_prefect(office, decided_here))

    made = back_up(
        office.settings, tmp_path / "one.zip", with_keys=True, at=clock.now(), progress=decide_once_prefect_is_copied
    )
    first.kill()
    shutil.rmtree(office.settings.data)
    assert verify(made.file, office.settings, progress=lambda *_: None)[1] == []
    second = office.settings.model_copy(update={"data": tmp_path / "second"})
    restore(made.file, target_of(second), progress=lambda *_: None)

    with own_prefect(second.data, mail_server.url()) as own:
        office = own.office
        with open_session(office.engine) as session:
            assert differences(session, office.settings) == []
        assert office.runs()[decided_here]["state_name"] == "В работе"
        mend(office)
        assert {key: run["id"] for key, run in office.runs().items()} == ids, "no run is made anew"
        assert office.runs()[decided_here]["state_name"] == "Исполнено"
        own.start_worker()
        wait_until_accepted(office, under_way)
        assert office.runs()[carried_out]["state_name"] == "Исполнено"
        assert office.runs()[waiting]["state_name"] == "В работе"
        answer(office, waiting)
        wait_until_accepted(office, waiting)
        sent(office, 1)
        sent(office, 0)
        assert mend(office).runs.changed == 0
        assert_everything_once(office, list(ids))
    assert sorted(letter["To"] for letter in mail_server.letters) == [f"{n}@example.org" for n in range(len(POSTS))]


def assert_everything_once(office: Office, keys: list[str]) -> None:
    """A run a point, each point accepted, each step of its history once."""
    runs = office.api(lambda client: pages(client, "/flow_runs/filter", {"sort": "ID_DESC"}))
    assert sorted(run["parameters"]["point_key"] for run in runs if "point_key" in run["parameters"]) == sorted(keys)
    with open_session(office.engine) as session:
        statuses = set(session.exec(select(ControlPoint.status).where(col(ControlPoint.key).in_(keys))))
        steps = Counter(session.exec(select(Transition.point_id, Transition.action)))
    assert statuses == {"accepted"}
    assert set(steps.values()) == {1}
    assert Counter(action for _, action in steps) == {"submit": len(keys), "accept": len(keys)}
