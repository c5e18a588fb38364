"""A clock that was ahead, and put right: from the first true control on all stands as in the twin that never jumped."""

import email
import shutil
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event, select
from sqlmodel import col

from models import (
    AuditEntry,
    ControlLook,
    ControlPoint,
    Notice,
    NoticeLine,
    NoticeRemark,
    Official,
    Process,
    Round,
    RoundStep,
    Transition,
    lifecycle,
)
from models.db import engine_for, open_session
from models.lifecycle import TransitionCommand
from models.settings import Settings
from models.tables.alert import alerts
from roadmap.catalogue.loading import built_in, built_in_codes
from roadmap.control.looks import HELD_DAYS
from tasks.context.working_calendar import calendar_of
from tasks.daily.control_day import ControlReport, control_day
from tasks.editions.training_copies import load_training_copy
from tasks.letters.deliver import deliver
from tasks.monitoring.rounds.sweep import assume_reports, plan_rounds
from tests.faults.figures import Figures
from tests.parts.databases import sqlite_engine
from tests.worlds.world import World

WEDNESDAY = date(2027, 5, 26)
DAY = timedelta(days=1)
#: Days; the campaign jumps further.
JUMPS = (2,)
SEVERAL = 3
BEGUN = date(2026, 12, 31)
LIVED = 4
"""Days that both have lived through before the clock goes wrong."""
FIRST = BEGUN + LIVED * DAY
LONG, SHORT = 12, 5
"""True days that are compared; the first span comes past the eleventh of January, when rounds open."""
Points = dict[str, tuple[Any, ...]]


def at(day: date, hour: int = 3) -> datetime:
    return datetime.combine(day, time(hour), UTC)


def live(engine: Engine, day: date, settings: Settings) -> ControlReport:
    """A day by the clock: control, what rounds write, delivery."""
    report = control_day(engine, today=None, at=at(day))
    assert report.failed == ()
    for entry in report.days:
        with open_session(engine) as session:
            assume_reports(session, entry.code, today=day, at=at(day, 4))
    deliver(engine, settings=settings, at_source=lambda: at(day, 8))
    return report


def points(engine: Engine) -> Points:
    with open_session(engine) as session:
        return {
            row.key: (row.status, row.next_check_on, row.overdue_on, row.opens_on, row.deadline_on, row.blocked)
            for row in session.execute(select(ControlPoint)).scalars()
        }


def begun(engine: Engine) -> Points:
    """Points but for the stages, and what bodies are asked, of points to come: they keep their rows."""
    return {key: row for key, row in points(engine).items() if row[0] != "planned"}


def steps(engine: Engine) -> set[tuple[Any, ...]]:
    with open_session(engine) as session:
        found = (
            select(col(Round.roadmap_code), col(Round.rhythm), col(Round.period_start), col(RoundStep.step))
            .join(RoundStep, col(RoundStep.round_id) == col(Round.id))
            .where(col(RoundStep.reversed_at).is_(None))
        )
        return set(session.execute(found).tuples())


def letters(engine: Engine, since: date, until: date) -> Counter[tuple[Any, ...]]:
    """Lines and tables by day and addressee; a letter that only puts earlier ones right has none."""
    with open_session(engine) as session:
        found = (
            select(
                *(col(Notice.on_day), col(Notice.official_id), col(Notice.state), col(Notice.has_digest)),
                *(col(NoticeLine.point_id), col(NoticeLine.reason), col(NoticeLine.days)),
            )
            .outerjoin(NoticeLine, col(NoticeLine.notice_id) == col(Notice.id))
            .where(col(Notice.on_day).between(since, until), col(Notice.reversed_at).is_(None))
        )
        keys = {row.id: row.key for row in session.execute(select(col(ControlPoint.id), col(ControlPoint.key)))}
        rows = session.execute(found).tuples().all()
    return Counter((*row[:4], keys.get(row[4], ""), *row[5:]) for row in rows if row[3] or row[4])


@dataclass
class Twin:
    """A folder with the life before, and every day of the twin that never jumped."""

    folder: Path
    settings: Settings
    points: dict[date, Points] = field(default_factory=dict)
    steps: dict[date, set[tuple[Any, ...]]] = field(default_factory=dict)
    days: int = 0

    @classmethod
    def of(cls, folder: Path, codes: tuple[str, ...], days: int) -> "Twin":
        twin = cls(folder, Settings(data=folder), days=days)
        engine = sqlite_engine(folder / "before.db")
        for code in codes:
            with open_session(engine) as session:
                load_training_copy(session, built_in(code), today=BEGUN, at=at(BEGUN))
                plan_rounds(session, code, today=BEGUN, at=at(BEGUN), calendar=calendar_of(session, code))
        for n in range(LIVED):
            live(engine, BEGUN + n * DAY, twin.settings)
        engine.dispose()
        there = twin.copy("twin")
        for n in range(days):
            day = FIRST + n * DAY
            live(there, day, twin.settings)
            twin.points[day], twin.steps[day] = points(there), steps(there)
        assert any(row[0] == "open" for row in twin.points[FIRST].values())
        there.dispose()
        return twin

    def copy(self, name: str) -> Engine:
        shutil.copy(self.folder / "before.db", self.folder / f"{name}.db")
        return engine_for(f"sqlite:///{self.folder / f'{name}.db'}")

    def check(self, name: str, false: list[date], *, missed: int, days: int, is_ahead: bool) -> None:
        """Live the false days, then the true ones but the ``missed`` first, and compare every day with the twin."""
        engine, known = self.copy(name), engine_for(f"sqlite:///{self.folder / 'twin.db'}")
        try:
            for day in false:
                live(engine, day, self.settings)
            true = [FIRST + n * DAY for n in range(missed, days)]
            for day in true:
                report = live(engine, day, self.settings)
                healed = [entry.false_days for entry in report.days if entry.false_days]
                assert bool(healed) == (is_ahead and day == true[0]), day
                stands = begun(engine)
                assert stands == {key: row for key, row in self.points[day].items() if row[0] != "planned"}, day
                ours = points(engine)
                to_come = {key: row for key, row in self.points[day].items() if row[0] == "planned"}
                assert {key: ours[key] for key in to_come} == to_come, day
                assert steps(engine) == self.steps[day], day
            # What fell on the days that had no true control is told on the first of them.
            since = true[0] if not missed else true[0] + 2 * DAY
            assert letters(engine, since, true[-1]) == letters(known, since, true[-1])
        finally:
            engine.dispose()
            known.dispose()


@pytest.fixture(scope="module")
def twin(tmp_path_factory: pytest.TempPathFactory) -> Twin:
    """Krasnodar and Surgut."""
    return Twin.of(tmp_path_factory.mktemp("twin"), ("krasnodar", "surgut"), LONG)


def check_all(twin: Twin, jump: int, *, long: int, short: int) -> None:
    ahead = FIRST + jump * DAY
    twin.check(f"one-{jump}", [ahead], missed=0, days=long, is_ahead=True)
    several = [ahead + n * DAY for n in range(SEVERAL)]
    twin.check(f"several-{jump}", several, missed=SEVERAL, days=short, is_ahead=True)
    twin.check(f"back-{jump}", [FIRST - (jump + 1) * DAY], missed=0, days=short, is_ahead=False)
    back = [FIRST - (jump + 1 - n) * DAY for n in range(SEVERAL)]
    twin.check(f"back-several-{jump}", back, missed=SEVERAL, days=short, is_ahead=False)


@pytest.mark.usefixtures("short_campaign")
@pytest.mark.parametrize("jump", JUMPS)
def test_after_a_jump_all_stands_as_if_the_clock_had_been_right(twin: Twin, jump: int) -> None:
    check_all(twin, jump, long=LONG, short=SHORT)


@pytest.mark.usefixtures("short_campaign")
def test_the_false_days_opened_began_and_recorded_what_is_reversed(twin: Twin) -> None:
    engine = twin.copy("ahead")
    live(engine, FIRST + 400 * DAY, twin.settings)
    was = points(engine)
    with open_session(engine) as session:
        assert session.execute(select(Process).where(col(Process.started_on) > FIRST)).first()
    (krasnodar, _) = live(engine, FIRST, twin.settings).days
    found = krasnodar.false_days
    assert found is not None
    assert min(found.steps, found.overdue, found.looks, found.rounds) > 0
    assert sum(was[key] != row for key, row in points(engine).items()) > 50
    with open_session(engine) as session:
        actions = Counter(session.execute(select(col(Transition.action))).scalars())
    assert actions["undo"] > 50
    assert actions["undo_overdue"] > 20
    engine.dispose()


@pytest.mark.parametrize(("jump", "days"), [(47, LONG), (400, SHORT)])
def test_every_built_in_roadmap_after_a_jump(tmp_path: Path, campaign: None, jump: int, days: int) -> None:
    twin = Twin.of(tmp_path, tuple(built_in_codes()), days)
    check_all(twin, jump, long=days, short=SHORT)
    # All was compared day by day: nothing is lost where the test came so far.
    Figures(f"clock-{jump}", crashes=2 + SEVERAL, days=days + 2 * SHORT).keep()


def control(world: World, today: date, on: date | None = None, *, is_clock_right: bool = False) -> ControlReport:
    report = control_day(world.engine, today=today, at=at(on or today), is_clock_right=is_clock_right)
    assert report.failed == ()
    return report


def decide(world: World, key: str, action: Any, on: date, **more: Any) -> None:
    move = TransitionCommand(action=action, actor="тест", at=at(on, 12), on=on, **more)
    with open_session(world.engine) as session:
        lifecycle.change(session, key, move)


def point(world: World, key: str) -> dict[str, Any]:
    (found,) = (row for row in world.rows(ControlPoint) if row["key"] == key)
    return found


def standing(world: World, on: date) -> list[tuple[Any, ...]]:
    """Letters of a day that were not reversed: state, and what they say beside their lines."""
    with open_session(world.engine) as session:
        found = (
            select(col(Official.post), col(Notice.state), col(NoticeRemark.words))
            .join(Notice, col(Notice.official_id) == col(Official.id))
            .outerjoin(NoticeRemark, col(NoticeRemark.notice_id) == col(Notice.id))
            .where(col(Notice.on_day) == on, col(Notice.reversed_at).is_(None))
            .order_by(col(Official.id), col(NoticeRemark.id))
        )
        return list(session.execute(found).tuples())


def sent(folder: Path) -> list[str]:
    """The words of the letters."""
    found = [email.message_from_bytes(path.read_bytes(), policy=default) for path in sorted(folder.rglob("*.eml"))]
    return [str(one.get_body(("plain",)).get_content()) for one in found]  # type: ignore[union-attr]


def test_overdue_of_a_false_day_is_taken_back_and_reminders_go_on(world: World) -> None:
    key = world.point(WEDNESDAY + 7 * DAY)
    control(world, WEDNESDAY)
    control(world, WEDNESDAY + 47 * DAY)
    assert point(world, key)["overdue_on"] == WEDNESDAY + 47 * DAY
    report = control(world, WEDNESDAY + DAY)
    row = point(world, key)
    assert (row["overdue_on"], row["next_check_on"]) == (None, WEDNESDAY + 4 * DAY)
    with open_session(world.engine) as session:
        mine = select(col(Transition.action)).where(col(Transition.point_id) == row["id"])
        past = session.execute(mine.order_by(col(Transition.id))).scalars().all()
        told = session.execute(select(AuditEntry).where(col(AuditEntry.subject) == world.code)).scalars().all()
    assert past == ["overdue", "undo_overdue"]
    assert [entry.action for entry in told] == ["неверная дата контроля"]
    assert report.days[0].false_days is not None
    # Twice the same day: nothing more is found, nothing more is said.
    assert control(world, WEDNESDAY + DAY).days[0].false_days is None
    coordinators = [words for post, _, words in standing(world, WEDNESDAY + DAY) if post == "Координатор"]
    assert len(coordinators) == 1
    assert "1 запись о просрочке отменена" in coordinators[0]


def test_letters_that_left_are_followed_by_one_that_says_so_and_those_that_wait_are_dropped(
    small_world: World, tmp_path: Path
) -> None:
    world, settings, false = small_world, Settings(data=tmp_path), WEDNESDAY + 47 * DAY
    world.point(WEDNESDAY + 3 * DAY)
    control(world, WEDNESDAY)
    deliver(world.engine, settings=settings, at_source=lambda: at(WEDNESDAY, 8))
    control(world, false)
    deliver(world.engine, settings=settings, at_source=lambda: at(false, 8))
    numbers = [f"В-{row['id']:06d}" for row in world.rows(Notice) if row["on_day"] == false]
    assert numbers
    control(world, false + DAY)
    waiting = [row["id"] for row in world.rows(Notice) if row["state"] == "queued"]
    control(world, WEDNESDAY + DAY)
    states = {row["id"]: (row["state"], row["reversed_at"] is not None) for row in world.rows(Notice)}
    assert all(states[number] == ("dropped", True) for number in waiting)
    before = set(sent(tmp_path / "letters"))
    deliver(world.engine, settings=settings, at_source=lambda: at(WEDNESDAY + DAY, 8))
    said = [words for words in sent(tmp_path / "letters") if words not in before]
    for number in numbers:
        assert sum(f"№ {number} от {false:%d.%m.%Y}" in " ".join(words.split()) for words in said) == 1
    assert sum("УТОЧНЕНИЕ К ПРЕЖНИМ ПИСЬМАМ" in words for words in said) == len(said)
    # The reminder of the day before the deadline is not held back by the letters of days to come.
    for n in range(2, 5):
        control(world, WEDNESDAY + n * DAY)
    assert ("2027-05-28", "Ректор", "due_soon", 1) in world.letters()


def test_news_that_only_a_false_letter_told_is_told_again(small_world: World) -> None:
    world = small_world
    key = world.point(WEDNESDAY + 30 * DAY)
    control(world, WEDNESDAY)
    decide(world, key, "extend", WEDNESDAY, reason="письмо", due_on=date(2027, 9, 1), deadline_on=date(2027, 9, 1))
    control(world, WEDNESDAY + 47 * DAY)
    control(world, WEDNESDAY + DAY)
    told = [(on, reason) for on, _, reason, _ in world.letters() if reason == "extended"]
    assert told == [("2027-05-27", "extended"), ("2027-07-12", "extended")]


def test_what_people_decided_on_a_false_day_stays(small_world: World) -> None:
    world, false = small_world, WEDNESDAY + 47 * DAY
    key = world.point(WEDNESDAY + 60 * DAY, status="planned", opens_on=WEDNESDAY + 20 * DAY)
    control(world, WEDNESDAY)
    control(world, false)
    decide(world, key, "submit", false, evidence="письмо № 1")
    control(world, WEDNESDAY + DAY)
    row = point(world, key)
    assert (row["status"], row["submitted_on"]) == ("submitted", false)
    assert row["news"] is None
    assert ("2027-05-27", "Координатор", "submitted", 59) in world.letters()


@pytest.mark.parametrize(
    ("days", "is_logged"),
    [
        pytest.param(4, False, id="a long weekend is no news"),
        pytest.param(5, True, id="more than that is an outage or a wrong clock"),
    ],
)
def test_a_control_far_ahead_of_the_last_says_so(
    small_world: World, caplog: pytest.LogCaptureFixture, days: int, is_logged: bool
) -> None:
    control(small_world, WEDNESDAY)
    control(small_world, WEDNESDAY + days * DAY)
    assert ("an outage, or the clock is wrong" in caplog.text) is is_logged


def test_a_clock_that_goes_back_through_days_worked_through_is_held_for_a_week(small_world: World) -> None:
    world = small_world
    key = world.point(WEDNESDAY + 5 * DAY)
    for n in range(12):
        control(world, WEDNESDAY + n * DAY)
    before = [world.rows(table) for table in (ControlPoint, Transition, Notice, NoticeLine)]
    for n in range(HELD_DAYS):
        held = control(world, WEDNESDAY + (1 + n) * DAY)
        assert control(world, WEDNESDAY + (1 + n) * DAY).days[0].is_held
        assert (held.held, len(held.remarks)) == ((world.code,), 1)
        assert "проверьте часы" in held.remarks[0]
        with open_session(world.engine) as session:
            assert ["проверьте часы" in alert.words for alert in alerts(session)] == [True]
    assert [world.rows(table) for table in (ControlPoint, Transition, Notice, NoticeLine)] == before
    assert control(world, WEDNESDAY + 12 * DAY).days[0].false_days is None
    with open_session(world.engine) as session:
        assert alerts(session) == []
    for n in range(HELD_DAYS):
        assert control(world, WEDNESDAY - (20 - n) * DAY).days[0].is_held
    assert control(world, WEDNESDAY - 3 * DAY).days[0].false_days is not None
    assert point(world, key)["overdue_on"] is None


def test_a_person_who_says_that_the_clock_is_right_need_not_wait(small_world: World) -> None:
    for n in range(12):
        control(small_world, WEDNESDAY + n * DAY)
    assert control(small_world, WEDNESDAY + DAY).days[0].is_held
    assert control(small_world, WEDNESDAY + DAY, is_clock_right=True).days[0].false_days is not None


def test_days_held_are_days_without_a_control_overdue_counts_from_its_day(small_world: World) -> None:
    key = small_world.point(WEDNESDAY + 3 * DAY)
    for n in range(3):
        control(small_world, WEDNESDAY + n * DAY)
    for n in range(3):
        assert control(small_world, WEDNESDAY - (30 - n) * DAY).days[0].is_held
    control(small_world, WEDNESDAY + 6 * DAY)
    assert point(small_world, key)["overdue_on"] == WEDNESDAY + 4 * DAY


@pytest.mark.parametrize("ahead", [2, 3, 6])
def test_overdue_of_false_days_that_have_come_since_counts_from_its_day(small_world: World, ahead: int) -> None:
    keys = [small_world.point(WEDNESDAY + n * DAY) for n in range(3)]
    control(small_world, WEDNESDAY)
    for n in range(1, 4):
        control(small_world, WEDNESDAY + (n + ahead) * DAY)
    assert control(small_world, WEDNESDAY + 4 * DAY).days[0].false_days is not None
    assert [point(small_world, key)["overdue_on"] for key in keys] == [WEDNESDAY + n * DAY for n in range(1, 4)]


@pytest.mark.parametrize("officials", [2, 40])
def test_a_reversal_asks_as_often_however_many_letters_there_are(small_world: World, officials: int) -> None:
    for n in range(officials):
        post, address = f"Сотрудник {n}", f"p{n}@example.org"
        small_world.official("executor", post, address, body="institute", is_lead=True)
    small_world.point(WEDNESDAY)
    control(small_world, WEDNESDAY)
    control(small_world, WEDNESDAY + 47 * DAY)
    asked: list[str] = []
    event.listen(small_world.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    found = control(small_world, WEDNESDAY + DAY).days[0].false_days
    assert found is not None
    assert found.dropped > officials
    assert sum("FROM notice" in words for words in asked) < 40


def test_a_day_that_a_person_names_in_the_past_reverses_nothing(small_world: World) -> None:
    world = small_world
    world.point(WEDNESDAY)
    control(world, WEDNESDAY)
    control(world, WEDNESDAY + 20 * DAY)
    before = [world.rows(table) for table in (ControlPoint, Transition, ControlLook)]
    assert control(world, WEDNESDAY + DAY, on=WEDNESDAY + 20 * DAY).days[0].false_days is None
    assert [world.rows(table) for table in (ControlPoint, Transition, ControlLook)] == before


def test_a_letter_put_off_by_the_wrong_clock_leaves(small_world: World, tmp_path: Path) -> None:
    world, settings = small_world, Settings(data=tmp_path)
    world.point(WEDNESDAY)
    control(world, WEDNESDAY)
    world.change(Notice, not_before=at(WEDNESDAY + 48 * DAY, 6))
    control(world, WEDNESDAY + 47 * DAY)
    control(world, WEDNESDAY + DAY)
    deliver(world.engine, settings=settings, at_source=lambda: at(WEDNESDAY + DAY, 8))
    told = {row["state"] for row in world.rows(Notice) if row["on_day"] <= WEDNESDAY + DAY}
    assert told <= {"sent", "dropped"}
