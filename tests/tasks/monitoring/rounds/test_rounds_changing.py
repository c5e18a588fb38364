"""What changes midway: municipalities, indicators, rhythms, days off, the clock; two rounds and two sweeps at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

from sqlalchemy import select
from sqlmodel import col

from models import Item, Roadmap
from models.db import open_session
from tasks.context.working_calendar import calendar_of
from tasks.monitoring.rounds.sweep import sweep
from tests.worlds.monitored_region import MonitoredRegion

OPENS, DUE, NOTE = date(2027, 4, 1), date(2027, 4, 7), date(2027, 4, 14)
Q1, Q4 = date(2027, 3, 31), date(2027, 12, 31)
QUARTER, YEAR = {"rhythm": "quarter"}, {"rhythm": "year", "data_days": 7, "note_days": 15}


def test_a_municipality_that_comes_midway_is_asked_with_days_that_are_left_to_it(
    monitored_region: MonitoredRegion,
) -> None:
    region = monitored_region
    region.sweep(OPENS)
    region.add_body("tuapse", "Туапсинский район")
    region.join("tuapse", since=date(2027, 4, 6))
    assert region.sweep(date(2027, 4, 6)).asked == 1
    came = region.data_point(region.round(Q1), "tuapse")
    assert (came.status, came.opens_on, came.due_on) == ("open", date(2027, 4, 6), date(2027, 4, 8))
    assert region.sweep().asked == 0


def test_a_municipality_that_leaves_or_merges_midway_is_asked_no_more(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    region.sweep(OPENS)
    region.leave("anapa", date(2027, 4, 2))
    region.leave("eysk", date(2027, 4, 2), into="sochi")
    assert region.sweep(date(2027, 4, 5)).withdrawn == 2
    found = region.round(Q1)
    assert region.data(found) == {"anapa": "withdrawn", "eysk": "withdrawn", "institute": "open", "sochi": "open"}
    assert region.history(region.data_point(found, "anapa"))[-1][1] == "муниципалитет участвовал по 02.04.2027"
    merged = region.history(region.data_point(found, "eysk"))[-1][1]
    assert merged == "вошёл в состав муниципалитета «г. Сочи», участвовал по 02.04.2027"


def test_an_edition_midway_changes_the_next_round_not_this_one(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    region.sweep(OPENS)
    source = {"place": "Приложение 2"}
    region.amend(indicators=[{"code": "other", "title": "Новый показатель", "unit": "count", "source": source}])
    region.sweep(OPENS + timedelta(days=1))
    assert [one["code"] for one in region.round(Q1).indicators or ()] == ["share", "count", "flag"]
    region.sweep(date(2027, 7, 1))
    second = region.round(date(2027, 6, 30))
    assert [one["code"] for one in second.indicators or ()] == ["other"]
    assert set(region.data(second)) == {"anapa", "eysk", "sochi"}


def test_an_edition_without_a_rhythm_takes_its_rounds_to_come_off_control(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    region.amend(monitoring=[QUARTER, YEAR])
    region.sweep(OPENS)
    region.amend(monitoring=[YEAR])
    assert region.sweep(date(2027, 4, 2)).withdrawn == 7
    assert region.point(region.round(Q1)).status == "open"
    assert region.point(region.round(Q4, "year")).status == "planned"
    assert region.sweep().withdrawn == 0


def test_a_rhythm_that_a_later_edition_restores_has_its_rounds_again(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    region.amend(monitoring=[QUARTER, YEAR])
    region.sweep(date(2027, 2, 1))
    region.amend(monitoring=[YEAR])
    region.sweep(date(2027, 2, 2))
    region.amend(monitoring=[QUARTER, YEAR])
    assert region.sweep(date(2027, 2, 3)).planned == 8
    assert region.sweep().planned == 0
    assert region.sweep(OPENS).asked == 4
    point = region.point(region.round(Q1))
    assert (point.key, point.status, point.deadline_on) == ("krai/m-quarter/-/2027-04-14-2", "open", NOTE)


def test_a_round_to_come_that_a_person_took_off_control_stays_so(small_monitored_region: MonitoredRegion) -> None:
    region = small_monitored_region
    region.sweep(date(2027, 2, 1))
    region.move("withdraw", region.point(region.round(Q1)).key, reason="письмо министерства")
    assert region.sweep(date(2027, 2, 2)).planned == 0
    assert region.sweep(OPENS).opened == 0


def test_rounds_to_come_follow_the_end_of_the_roadmap_back_and_forth(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    region.sweep(date(2027, 2, 1))
    region.roadmap(period_end=Q4)
    assert region.sweep(date(2027, 2, 2)).withdrawn == 4
    last = region.point(region.round(date(2028, 3, 31)))
    words = "по действующей редакции период не входит в срок действия дорожной карты"
    assert region.history(last)[-1] == ("withdraw", words)
    assert region.point(region.round(Q4)).status == "planned"
    region.roadmap(period_end=date(2028, 12, 31))
    assert region.sweep(date(2027, 2, 3)).planned == 4


def test_other_days_of_an_edition_and_a_moved_day_off_move_the_rounds_to_come(
    monitored_region: MonitoredRegion,
) -> None:
    region = monitored_region
    region.sweep(date(2027, 2, 1))
    region.amend(
        monitoring=[{"rhythm": "quarter", "note_days": 12}], days_off=[{"on": "2027-04-01", "name": "День края"}]
    )
    assert region.sweep(date(2027, 2, 2)).moved == 8
    found = region.round(Q1)
    assert (found.opens_on, found.due_on, found.note_on) == (date(2027, 4, 2), date(2027, 4, 8), date(2027, 4, 19))
    point = region.point(found)
    assert (point.key, point.deadline_on) == ("krai/m-quarter/-/2027-04-14", date(2027, 4, 19))
    assert point.next_check_on == date(2027, 4, 20)
    assert region.sweep().moved == 0


def test_a_quarter_and_a_year_that_end_on_one_day_are_two_rounds(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    region.amend(monitoring=[QUARTER, YEAR])
    region.sweep(date(2027, 2, 1))
    report = region.sweep(date(2028, 1, 10))
    quarter, year = region.round(Q4), region.round(Q4, "year")
    assert report.opened == 5
    assert region.data(quarter) == region.data(year) == dict.fromkeys(("anapa", "eysk", "institute", "sochi"), "open")
    assert quarter.due_on < year.due_on
    assert quarter.note_on < year.note_on
    assert region.point(year).key == f"krai/m-year/-/{year.note_on}"
    region.answer(quarter, ("anapa", "eysk", "institute", "sochi"))
    assert "quarter 2027-12-31" in region.ready()
    assert "year 2027-12-31" not in region.ready()


def test_a_clock_moved_back_asks_nobody_again_and_takes_nothing_back(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    region.sweep(OPENS)
    region.answer(region.round(Q1), ("sochi",))
    before = [region.world.rows(table) for table in (Item,)], region.data(region.round(Q1)), region.rounds()
    for on in (date(2027, 3, 1), date(2026, 1, 1), OPENS):
        report = region.sweep(on)
        assert (report.opened, report.asked, report.withdrawn) == (0, 0, 0)
    assert ([region.world.rows(table) for table in (Item,)], region.data(region.round(Q1)), region.rounds()) == before


def test_a_clock_that_ran_ahead_once_leaves_no_gap(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    assert region.sweep(date(2028, 11, 1)).planned == 1
    assert region.sweep(date(2027, 2, 1)).planned == 7
    assert len(region.rounds()) == 8


def test_the_body_that_monitors_by_the_document_keeps_the_rounds_to_come(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    region.sweep(date(2027, 2, 1))
    assert region.point(region.round(Q1)).owner_id == region.body("institute")
    with open_session(region.engine) as session:
        item = session.execute(select(Item).where(col(Item.owner_id) == region.body("school"))).scalars().first()
        assert item is not None
        item.kind = "monitoring"
    region.sweep()
    assert region.point(region.round(Q1)).owner_id == region.body("school")
    region.sweep(OPENS)
    assert "school" in region.data(region.round(Q1))


def test_two_sweeps_at_once_do_the_work_once(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    region.on = OPENS
    together = Barrier(2)

    def swept(_: int) -> tuple[int, int, int]:
        together.wait()
        with open_session(region.engine) as session:
            calendar = calendar_of(session, region.code)
            report = sweep(session, region.code, today=region.on, at=region.at, calendar=calendar)
            return report.planned, report.opened, report.asked

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(swept, range(2))) == [(0, 0, 0), (8, 1, 4)]
    assert len(region.rounds()) == 8


def test_a_roadmap_with_no_bodies_has_no_rounds(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    with open_session(region.engine) as session:
        facts = session.get_one(Roadmap, "krai").model_dump() | {"code": "empty"}
        session.add(Roadmap(**facts))
    with open_session(region.engine) as session:
        report = sweep(session, "empty", today=OPENS, at=region.at, calendar=calendar_of(session, "empty"))
    assert report.planned == 0
