"""A round that is ready: numbers, note, letters, recommendations, archive; each once, also when run by two."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

from sqlalchemy import text

from models import Evidence, Recommendation, ReportFile, RoundLetter, RoundStep, Snapshot, Transition
from models.db import open_session
from tasks.monitoring.rounds.log import STEPS_RU, step_done
from tasks.monitoring.rounds.produce import run_rounds
from tasks.monitoring.rounds.snapshot import of_round
from tests.worlds.monitored_region import MonitoredRegion

OPENS, DUE, NOTE = date(2027, 4, 1), date(2027, 4, 7), date(2027, 4, 14)
Q1 = date(2027, 3, 31)
ALL = ("anapa", "eysk", "institute", "sochi")
HEAVY = ("computed", "noted", "sent", "recommended", "archived")
TABLES = (Snapshot, ReportFile, RoundLetter, Recommendation, RoundStep, Transition, Evidence)


def counted(region: MonitoredRegion) -> dict[str, int]:
    return {table.__name__: len(region.world.rows(table)) for table in TABLES}


def test_a_round_with_all_answers_goes_to_the_archive_in_one_run(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    region.sweep(OPENS)
    found = region.round(Q1)
    region.on = OPENS + timedelta(days=1)
    region.answer(found, ALL)
    outcome = region.run(found)
    assert outcome.done == HEAVY
    assert list(region.steps(found)) == list(STEPS_RU)
    assert region.steps(found)["computed"] == "данные дали 4 из 4"
    point = region.point(found)
    assert (point.status, point.submitted_on, point.closed_on, point.next_check_on) == (
        "accepted", region.on, region.on, None,
    )  # fmt: skip
    assert region.history(point)[-2:] == [("submit", ""), ("accept", "")]
    with open_session(region.engine) as session:
        snapshot = of_round(session, found.id or 0)
    assert snapshot is not None
    assert (snapshot.bodies_asked, snapshot.bodies_answered, snapshot.silent) == (4, 4, ())
    share = next(one for one in snapshot.indicators if one.code == "share")
    assert (share.numerator, share.denominator, share.value) == (36, 300, 12)
    before = counted(region)
    assert region.run(found).done == ()
    assert counted(region) == before


def test_a_municipality_that_never_answers_does_not_stop_the_note_and_is_chased_after_it(
    monitored_region: MonitoredRegion,
) -> None:
    region = monitored_region
    region.sweep(OPENS)
    found = region.round(Q1)
    region.answer(found, ("anapa", "eysk", "institute"))
    assert region.run(found).done == ()
    region.on = NOTE
    assert region.run(found).done == HEAVY
    with open_session(region.engine) as session:
        snapshot = of_round(session, found.id or 0)
    assert snapshot is not None
    assert (snapshot.bodies_answered, snapshot.silent) == (3, ("г. Сочи",))
    assert region.data(found)["sochi"] == "open"
    assert ("Начальник, г. Сочи", "overdue") in region.letters(NOTE + timedelta(days=1))
    region.answer(found, ("sochi",))
    assert region.data(found)["sochi"] == "accepted"
    submitted_on = region.data_point(found, "sochi").submitted_on
    assert submitted_on is not None
    assert submitted_on > DUE


def test_a_note_that_is_late_is_said_to_be_late(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    region.sweep(OPENS)
    assert ("Ректор", "overdue") in region.letters(NOTE + timedelta(days=1))
    region.run(region.round(Q1))
    point = region.point(region.round(Q1))
    assert (point.status, point.overdue_on) == ("accepted", NOTE + timedelta(days=1))
    assert point.submitted_on is not None
    assert point.submitted_on > point.deadline_on


def test_a_person_who_does_not_want_to_wait_gets_the_note_at_once(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    region.sweep(OPENS)
    found = region.round(Q1)
    assert region.run(found).done == ()
    assert region.run(found, is_urged=True).done == HEAVY
    assert set(region.data(found).values()) == {"open"}


def test_a_round_taken_off_control_between_its_steps_goes_no_further(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    region.sweep(OPENS)
    found = region.round(Q1)
    with open_session(region.engine) as session:
        step_done(session, found.id or 0, "computed", at=region.at, words="")
    region.move("withdraw", region.point(found).key, reason="письмо министерства")
    region.on = NOTE
    assert region.run(found).done == ()
    assert region.ready() == []


def test_a_step_recorded_twice_says_so(small_monitored_region: MonitoredRegion) -> None:
    region = small_monitored_region
    region.sweep(OPENS)
    found = region.round(Q1)
    with open_session(region.engine) as session:
        said = [step_done(session, found.id or 0, "computed", at=region.at, words=words) for words in ("раз", "два")]
    assert said == [True, False]
    assert region.steps(found)["computed"] == "раз"


def test_two_who_run_one_round_at_once_do_each_step_once(monitored_region: MonitoredRegion) -> None:
    region = monitored_region
    region.sweep(OPENS)
    found = region.round(Q1)
    region.answer(found, ALL)
    together = Barrier(2)

    def run(_: int) -> tuple[str, ...]:
        together.wait()
        return tuple(region.run(found).done)

    with ThreadPoolExecutor(2) as threads:
        done = [step for steps in threads.map(run, range(2)) for step in steps]
    assert sorted(done) == sorted(HEAVY)
    assert len(region.world.rows(Snapshot)) == 1


def test_the_day_without_prefect_writes_every_note_that_is_due_and_names_what_failed(
    small_monitored_region: MonitoredRegion,
) -> None:
    region = small_monitored_region
    region.amend(monitoring=[{"rhythm": "quarter"}, {"rhythm": "year"}])
    region.sweep(date(2027, 11, 1))
    region.sweep(date(2028, 1, 10))
    quarter, year = region.round(date(2027, 12, 31)), region.round(date(2027, 12, 31), "year")
    on = max(quarter.note_on, year.note_on)
    facts: dict[str, Any] = {"at": datetime(2028, 1, 31, 9, tzinfo=UTC), "settings": region.settings}
    assert run_rounds(region.engine, today=on, only_late=True, **facts).outcomes == ()
    region.settings.files.parent.mkdir(parents=True, exist_ok=True)
    region.settings.files.write_text("не папка", encoding="utf-8")
    keys = {region.point(one).key for one in (quarter, year)}
    assert set(run_rounds(region.engine, today=on, **facts).failed) == keys
    region.settings.files.unlink()
    done = run_rounds(region.engine, today=on, **facts)
    assert {one.key for one in done.outcomes} == keys
    assert all(one.done == HEAVY[1:] for one in done.outcomes)
    assert done.failed == ()
    assert run_rounds(region.engine, today=on, **facts).outcomes == ()


def test_a_roadmap_whose_rounds_cannot_be_read_is_named_and_stops_no_other(
    small_monitored_region: MonitoredRegion,
) -> None:
    region = small_monitored_region
    region.sweep(OPENS)
    found = region.round(Q1)
    region.answer(found, ALL)
    region.run(found)
    with open_session(region.engine) as session:
        torn = Snapshot(round_id=found.id or 0, as_of=region.at, made_at=region.at, sha256="0", content={})
        session.add(torn)
        session.flush()
        file: dict[str, Any] = {
            "name": "Справка.docx",
            "media_type": "docx",
            "file_hash": "0",
            "size": 1,
            "made_at": region.at,
        }
        session.add(ReportFile(snapshot_id=torn.id or 0, **file))
    done = run_rounds(region.engine, today=region.on, at=region.at, settings=region.settings)
    assert (done.outcomes, done.failed) == ((), ("krai",))


def test_a_note_that_the_database_does_not_take_is_a_failure_not_somebody_elses_note(
    small_monitored_region: MonitoredRegion,
) -> None:
    region = small_monitored_region
    region.sweep(OPENS)
    found = region.round(Q1)
    region.answer(found, ALL)
    with open_session(region.engine) as session:
        refuse = "BEFORE INSERT ON report_file BEGIN SELECT RAISE(ABORT, 'не записано'); END"
        session.execute(text(f"CREATE TRIGGER refuse {refuse}"))
    done = run_rounds(region.engine, today=region.on, at=region.at, settings=region.settings)
    assert (done.outcomes, done.failed) == ((), (region.point(found).key,))
    assert list(region.steps(found))[-1] == "computed"
