"""What an edition moves or renames keeps its run."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import select

from deployments.sync import sync
from models import ControlPoint, Item, clock
from models.db import open_session
from tasks.control.opening import open_point
from tests.parts.office import Office

MOSCOW = ZoneInfo("Europe/Moscow")


def once(office: Office) -> Any:
    return sync(office.engine, settings=office.settings, at=clock.now())


def change(office: Office, table: Any, **values: Any) -> None:
    """Set columns of every row but those of monitoring."""
    with open_session(office.engine) as session:
        for row in session.exec(select(table)):
            if "round" in (getattr(row, "kind", ""), getattr(row, "purpose", "")):
                continue
            row.sqlmodel_update(values)
            session.add(row)


def test_a_run_that_is_to_come_starts_on_the_new_day(office: Office, today: date) -> None:
    office.add_roadmap()
    key = office.add_point(item="1", opens_on=today + timedelta(days=30), due_on=today + timedelta(days=60))
    once(office)
    before = office.runs()[key]
    opens = today + timedelta(days=45)
    change(office, ControlPoint, opens_on=opens)
    report = once(office)
    after = office.runs()[key]
    assert report.runs.runs_moved == 1
    assert after["id"] == before["id"]
    starts = datetime.fromisoformat(after["next_scheduled_start_time"])
    assert starts == datetime.combine(opens, time(9), MOSCOW)
    assert once(office).changed == 0


def test_a_changed_title_and_number_keep_the_run_that_waits(office: Office, today: date) -> None:
    office.add_roadmap()
    key = office.add_point(item="1.2", opens_on=today - timedelta(days=5), due_on=today + timedelta(days=20))
    once(office)
    before = office.runs()[key]
    change(office, Item, title="Стратегическая сессия", number="1.4")
    once(office)
    after = office.runs()[key]
    assert (after["id"], after["state_name"]) == (before["id"], "В работе")
    assert after["name"].startswith("1.4 Стратегическая сессия")
    (deployment,) = [row for name, row in office.deployments().items() if "для методистов" in name]
    assert "Стратегическая сессия" in deployment["description"]
    assert once(office).changed == 0


def test_a_run_that_starts_too_early_opens_nothing(office: Office, today: date) -> None:
    office.add_roadmap()
    opens = today + timedelta(days=10)
    key = office.add_point(item="1", opens_on=opens, due_on=today + timedelta(days=30))
    assert open_point(office.engine, key, at=datetime.combine(today, time(12), MOSCOW)) == "planned"
    assert open_point(office.engine, key, at=datetime.combine(opens, time(1), MOSCOW)) == "open"


def test_a_run_of_a_point_that_a_false_day_had_opened_waits_for_its_day(office: Office, today: date) -> None:
    office.add_roadmap()
    key = office.add_point(item="1", opens_on=today - timedelta(days=5), due_on=today + timedelta(days=20))
    once(office)
    before = office.runs()[key]
    far = {"opens_on": today + timedelta(days=395), "due_on": today + timedelta(days=420)}
    change(office, ControlPoint, status="planned", deadline_on=far["due_on"], **far)
    once(office)
    after = office.runs()[key]
    assert (before["state_name"], after["state_name"], after["id"]) == ("В работе", "Запланировано", before["id"])
    assert once(office).changed == 0


def test_the_tags_of_a_run_say_how_its_point_stands_and_those_of_people_stay(office: Office, today: date) -> None:
    office.add_roadmap()
    key = office.add_point(item="1.2", opens_on=today - timedelta(days=5), due_on=today)
    once(office)
    own = {"krasnodar", "ИРО", "1. Организационное обеспечение"}
    assert set(office.runs()[key]["tags"]) == own | {"В работе", "На этой неделе"}
    # As a run of an earlier version has them, and a person.
    run_id, mine = UUID(office.runs()[key]["id"]), {*own, "у министра"}
    office.api(lambda client: client.update_flow_run(run_id, tags=mine))
    assert once(office).runs.runs_renamed == 1
    assert set(office.runs()[key]["tags"]) == mine | {"В работе", "На этой неделе"}
    late = today + timedelta(days=8)
    sync(office.engine, settings=office.settings, at=clock.now(), today=late)
    run = office.runs()[key]
    assert (run["state_name"], set(run["tags"])) == ("Просрочено", mine | {"Просрочено"})
    assert sync(office.engine, settings=office.settings, at=clock.now(), today=late).changed == 0
    change(office, ControlPoint, status="withdrawn", closed_on=today)
    once(office)
    assert set(office.runs()[key]["tags"]) == mine | {"Снято с контроля"}
