"""A year of Krasnodar and of Moscow: each co-executor with an address is told of every item it takes part in."""

import os
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from models import Body, ControlPoint, Executor, Item, Notice, NoticeLine, Official, lifecycle
from models.db import open_session
from models.lifecycle import TransitionCommand
from roadmap.calendar import WorkCalendar
from roadmap.catalogue.contacts import RoadmapContacts
from roadmap.catalogue.loading import built_in
from roadmap.catalogue.training_contacts import training_contacts
from roadmap.control.reminders import OF_CO_EXECUTORS
from tasks.daily.control_day import control_day
from tasks.editions.load import load_roadmap
from tasks.people.contacts import load_contacts
from tasks.processes.external_plans import set_plan
from tests.parts.databases import sqlite_engine

FIRST, LAST = date(2027, 1, 11), date(2027, 12, 30)
CALENDAR = WorkCalendar()
#: Without an address: named to the coordinator, and told nothing.
SILENT = {"krasnodar": "communities", "moscow-oblast": "flagship-schools"}
YEARS = {"krasnodar": 5, "moscow-oblast": 3}
MOST_LETTERS = 24
"""A year to one that only takes part."""


def loaded(tmp_path: Path, code: str) -> Engine:
    engine = sqlite_engine(tmp_path / "vekha.db")
    catalogue, at = built_in(code), datetime(2027, 1, 1, tzinfo=UTC)
    contacts = {name: entry for name, entry in training_contacts(catalogue).items() if name != "roadmap"}
    del contacts["bodies"][SILENT[code]]
    with open_session(engine) as session:
        shift = YEARS[code]
        load_roadmap(session, catalogue, today=FIRST, at=at, controlled_from=FIRST, shift_years=shift, rehearsal=True)
        load_contacts(session, code, RoadmapContacts.model_validate(contacts))
        if code == "krasnodar":
            days = (date(2027, 10, 12), date(2027, 10, 16))
            set_plan(session, "НИКУ", *days, code=code, today=FIRST, at=at, actor="координатор")
    return engine


def told_today(session: Session, today: date) -> list[tuple[ControlPoint, Official, str]]:
    rows = (
        select(ControlPoint, Official, col(NoticeLine.reason))
        .join(NoticeLine, col(NoticeLine.point_id) == col(ControlPoint.id))
        .join(Notice, col(Notice.id) == col(NoticeLine.notice_id))
        .join(Official, col(Official.id) == col(Notice.official_id))
        .where(col(Notice.on_day) == today, col(NoticeLine.reason).in_(sorted(OF_CO_EXECUTORS)))
    )
    return [(point, official, reason) for point, official, reason in session.execute(rows)]


def heads_report(session: Session, today: date, at: datetime) -> None:
    """Every head executor is done on the last day, and the coordinator agrees."""
    due = select(ControlPoint).where(col(ControlPoint.status) == "open", col(ControlPoint.deadline_on) <= today)
    for point in session.execute(due.where(col(ControlPoint.purpose) != "round")).scalars():
        for action in ("submit", "accept"):
            lifecycle.change(session, point.key, TransitionCommand(action=action, actor="год", at=at, on=today))


@pytest.mark.parametrize("code", ["krasnodar", "moscow-oblast"])
def test_a_year_reaches_every_pair_that_has_an_address_and_nobody_after_the_part(tmp_path: Path, code: str) -> None:
    engine = loaded(tmp_path, code)
    given: set[tuple[int, date, int | None]] = set()
    reasons: defaultdict[tuple[int, date, int | None], list[str]] = defaultdict(list)
    today = FIRST
    while today <= LAST:
        if CALENDAR.is_working(today):
            assert not control_day(engine, today=today, at=datetime.combine(today, time(3), UTC)).failed
            at = datetime.combine(today, time(12), UTC)
            with open_session(engine) as session:
                for point, official, reason in told_today(session, today):
                    term = (point.item_id, point.opens_on, official.body_id)
                    assert term not in given, f"{point.key}: {official.post}, {reason}"
                    reasons[term].append(reason)
                    # Half of them answer at once, half of them on the last day of the part.
                    if point.item_id % 2 or reason == "co_due":
                        given.add(term)
                        facts = {"actor": official.post, "official_id": official.id, "reason": "часть готова"}
                        move = TransitionCommand(action="progress", at=at, on=today, **facts)  # type: ignore[arg-type]
                        lifecycle.change(session, point.key, move)
                heads_report(session, today, at)
        today += timedelta(days=1)
    with open_session(engine) as session:
        assert_pairs(session, code, {(item, body) for item, _, body in reasons})
        assert_load(session, code)
    orders = {tuple(several) for several in reasons.values()}
    assert orders <= {
        ("co_opened",),
        ("co_due",),
        ("co_opened", "co_due"),
        ("co_opened", "co_soon", "co_due"),
    }


def assert_pairs(session: Session, code: str, told: set[tuple[int, int | None]]) -> None:
    """Told are those of the list beside; the rest of the document's have no term in the year, or no address."""
    items = {item.id: item.code for item in session.execute(select(Item)).scalars()}
    bodies = {body.id: body.code for body in session.execute(select(Body)).scalars()}
    found = sorted(f"{items[item]} {bodies[body]}" for item, body in told)
    expected = Path(__file__).with_name(f"co_executors_{code}.txt")
    if os.environ.get("VEKHA_WRITE_EXPECTED"):
        expected.write_text("\n".join(found) + "\n", encoding="utf-8")
    assert found == expected.read_text(encoding="utf-8").splitlines()
    in_year = {
        point.item_id
        for point in session.execute(select(ControlPoint)).scalars()
        if point.purpose == "result" and not point.is_history and point.opens_on <= LAST and point.parent_id is None
    }
    owners = {(point.item_id, point.owner_id) for point in session.execute(select(ControlPoint)).scalars()}
    rest = {
        (row.item_id, row.body_id)
        for row in session.execute(select(Executor)).scalars()
        if row.item_id in in_year and (row.item_id, row.body_id) not in told | owners
    }
    assert {bodies[body] for _, body in rest} == {SILENT[code]}
    named = select(NoticeLine).where(col(NoticeLine.reason) == "co_no_channel")
    assert len(session.execute(named).scalars().all()) == 1


def assert_load(session: Session, code: str) -> None:
    """One letter a day, and few of them to one that answers for nothing."""
    letters = Counter((row.official_id, row.on_day) for row in session.execute(select(Notice)).scalars())
    assert set(letters.values()) == {1}
    owners = select(col(ControlPoint.owner_id))
    only = select(col(Official.id)).where(col(Official.role) == "executor", col(Official.body_id).not_in(owners))
    mine = Counter(official_id for official_id, _ in letters)
    load = {official_id: mine[official_id] for official_id in session.execute(only).scalars()}
    assert max(load.values()) <= MOST_LETTERS, load
