"""A round computed into one snapshot: what counts, what is said, and that the same rows give the same hash."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from models import Body, ControlPoint, Edition, Municipality, Recommendation, RoundStep
from models import Snapshot as Row
from models.db import open_session
from models.lifecycle import TransitionCommand, change
from roadmap.catalogue.schema import Indicator, Source
from roadmap.monitoring.indicators.submission import Given
from roadmap.monitoring.snapshot import IndicatorResult, Snapshot
from tasks.monitoring.rounds.snapshot import compute, keep, of_round
from tasks.monitoring.submissions.record import fill_proven
from tests.worlds.monitored import Monitored

INDICATORS = (
    Indicator(
        code="trained", title="Доля обученных", unit="percent", comparison="at_least", target=12.0,
        cumulative=True, source=Source(place="приложение 3, показатель 1"),
    ),
    *(
        Indicator(code=code, title=title, unit="percent", source=Source(place="приложение 3"))
        for code, title in (("b", "Б"), ("c", "В"), ("d", "Г"), ("e", "Д"), ("schools", "Доля школ с наставниками"))
    ),
)  # fmt: skip
JULY_14 = date(2027, 7, 14)
NOTE_AT = datetime(2027, 7, 14, 12, tzinfo=UTC)


def computed(one: Any, round_id: int, at: datetime = NOTE_AT, today: date = JULY_14) -> Snapshot:
    with open_session(one.world.engine) as session:
        return compute(session, round_id, as_of=at, today=today)


def kept(one: Any, round_id: int, at: datetime = NOTE_AT) -> Snapshot:
    with open_session(one.world.engine) as session:
        snapshot = compute(session, round_id, as_of=at, today=at.date())
        keep(session, round_id, snapshot, at=at)
        return snapshot


def result(snapshot: Snapshot, code: str = "trained") -> IndicatorResult:
    return next(one for one in snapshot.indicators if one.code == code)


def test_the_numbers_of_a_round(monitored: Monitored) -> None:
    round_id = monitored.round()
    monitored.give(round_id, "sochi")
    monitored.give(round_id, "anapa", Given("trained", 20, 300), Given("events", 3), Given("policy", 0))
    found = computed(monitored, round_id)
    assert [(one.code, one.value, one.asked, one.given) for one in found.indicators] == [
        ("trained", 8.0, 3, 2),
        ("per-methodist", 150.0, 3, 1),
        ("events", 10.0, 3, 2),
        ("policy", 0.0, 3, 2),
        ("plan", None, 1, 0),
        ("schools", None, 1, 0),
    ]
    assert (found.bodies_asked, found.bodies_answered, found.silent) == (4, 2, ("Ейский район", "ИРО"))
    assert (found.period, found.rhythm, found.due_on) == ("II квартал 2027 г.", "quarter", date(2027, 7, 7))


def test_every_number_has_its_source_and_late_ones_are_marked(small_monitored: Monitored) -> None:
    round_id = small_monitored.round()
    small_monitored.give(round_id, "sochi", Given("trained", 1, 10))
    small_monitored.on = date(2027, 7, 8)
    small_monitored.give(round_id, "anapa", Given("trained", 2, 10, "", "форма.xlsx, C7"), source="xlsx")
    small_monitored.give(round_id, "sochi", Given("trained", 3, 10), reason="опечатка")
    with open_session(small_monitored.world.engine) as session:
        small_monitored.accepted(done_on=date(2027, 5, 1))
        fill_proven(session, round_id, at=small_monitored.at)
    found = computed(small_monitored, round_id)
    answers = {one.name: (one.value, one.source, one.is_late, one.reason) for one in result(found).answers}
    assert answers == {
        "г. Анапа": (20.0, "форма.xlsx, C7", True, ""),
        "г. Сочи": (30.0, "форма, 08.07.2027, Начальник, sochi", False, "опечатка"),
        "Ейский район": (None, "", False, ""),
    }
    (plan,) = result(found, "plan").answers
    assert (plan.value, plan.source) == (1.0, "контрольная точка krai/1/-/2027-05-02")


def test_twice_the_same_hash_and_one_row(monitored: Monitored) -> None:
    round_id = monitored.round()
    monitored.give(round_id)
    with open_session(monitored.world.engine) as session:
        first = compute(session, round_id, as_of=NOTE_AT, today=JULY_14)
        one = keep(session, round_id, first, at=NOTE_AT)
    with open_session(monitored.world.engine) as session:
        second = compute(session, round_id, as_of=NOTE_AT, today=date(2027, 12, 1))
        other = keep(session, round_id, second, at=NOTE_AT + timedelta(days=140))
    assert (one.id, one.sha256) == (other.id, first.sha256)
    assert second == first
    with open_session(monitored.world.engine) as session:
        assert of_round(session, round_id) == first


def test_what_came_after_the_instant_does_not_count(monitored: Monitored) -> None:
    round_id = monitored.round()
    monitored.give(round_id, "sochi", Given("trained", 10, 100))
    before = computed(monitored, round_id).sha256
    monitored.on = date(2027, 7, 20)
    monitored.give(round_id, "sochi", Given("trained", 90, 100), reason="уточнено")
    monitored.give(round_id, "anapa")
    assert computed(monitored, round_id).sha256 == before
    later = computed(monitored, round_id, datetime(2027, 7, 21, tzinfo=UTC), date(2027, 7, 21))
    assert result(later).value == 51.0


def test_what_happened_to_points_afterwards_does_not_count(monitored: Monitored) -> None:
    world = monitored.world
    round_id = monitored.round()
    reported, moved, gone = (world.point(date(2027, 6, day), body="school") for day in (10, 15, 20))
    before = computed(monitored, round_id)
    assert [one.key for one in before.overdue] == [reported, moved, gone]
    at, on = NOTE_AT + timedelta(days=5), date(2027, 7, 19)
    with open_session(world.engine) as session:
        change(session, reported, TransitionCommand(action="submit", actor="ректор", at=at, on=on))
        days: dict[str, Any] = {"due_on": date(2027, 9, 1), "deadline_on": date(2027, 9, 1)}
        change(
            session,
            moved,
            TransitionCommand(action="extend", actor="координатор", at=at, on=on, reason="отпуск", **days),
        )
        change(
            session, gone, TransitionCommand(action="withdraw", actor="координатор", at=at, on=on, reason="отменено")
        )
    again = computed(monitored, round_id, today=date(2027, 8, 1))
    assert again.overdue == before.overdue
    assert again.sha256 == before.sha256
    later = computed(monitored, round_id, at, on)
    assert (later.overdue, later.execution.due) == ((), 1)


def test_earlier_rounds_make_the_trend_and_the_forecast(monitored: Monitored) -> None:
    with open_session(monitored.world.engine) as session:
        session.execute(update(Municipality).values(since=date(2026, 1, 1)))
    for n, period in enumerate(("2026-Q3", "2026-Q4", "2027-Q1")):
        early = monitored.round(period, asks=False)
        monitored.on = date(2026, 10, 2) + timedelta(days=91 * n)
        monitored.give(early, "sochi", Given("trained", 4 + n, 100))
        at = datetime(2026, 10, 14, tzinfo=UTC) + timedelta(days=91 * n)
        kept(monitored, early, at)
    monitored.on = date(2027, 7, 2)
    round_id = monitored.round()
    monitored.give(round_id, "sochi", Given("trained", 7, 100))
    found = result(computed(monitored, round_id))
    assert [(point.period, point.value) for point in found.trend] == [
        ("III квартал 2026 г.", 4.0),
        ("IV квартал 2026 г.", 5.0),
        ("I квартал 2027 г.", 6.0),
        ("II квартал 2027 г.", 7.0),
    ]
    assert (found.direction, found.verdict) == ("up", "not_met")


def test_a_municipality_that_joins_changes_the_value_and_not_the_change(small_monitored: Monitored) -> None:
    one = small_monitored
    early, round_id = one.round("2027-Q1", asks=False), one.round()
    one.on = date(2027, 4, 2)
    one.give(early, "sochi", Given("trained", 50, 1000))
    kept(one, early, datetime(2027, 4, 14, tzinfo=UTC))
    one.on = date(2027, 7, 2)
    one.give(round_id, "sochi", Given("trained", 60, 1000))
    one.give(round_id, "anapa", Given("trained", 0, 1000))
    found = result(computed(one, round_id))
    assert (found.value, found.direction) == (3.0, "up")
    assert found.compared is not None
    assert (found.compared.before, found.compared.now, found.compared.bodies) == (5.0, 6.0, 1)
    assert (found.compared.joined, found.compared.left) == (1, 0)
    assert [(point.given, point.asked) for point in found.trend] == [(1, 3), (2, 3)]


def test_a_snapshot_of_values_from_later_is_no_part_of_the_trend(small_monitored: Monitored) -> None:
    one = small_monitored
    early, round_id = one.round("2027-Q1", asks=False), one.round()
    one.on = date(2027, 4, 2)
    one.give(early, "sochi", Given("trained", 5, 100))
    kept(one, early, datetime(2027, 4, 14, tzinfo=UTC))
    before = computed(one, round_id).sha256
    one.on = date(2027, 8, 1)
    one.give(early, "sochi", Given("trained", 50, 100), reason="уточнено")
    kept(one, early, datetime(2027, 8, 2, tzinfo=UTC))
    assert computed(one, round_id).sha256 == before
    later = computed(one, round_id, datetime(2027, 8, 3, tzinfo=UTC), date(2027, 8, 3))
    assert [point.value for point in result(later).trend] == [50.0, None]


def test_a_value_counted_in_another_way_is_no_earlier_value(small_monitored: Monitored) -> None:
    one = small_monitored
    entry = Indicator(code="x", title="Показатель", unit="count", source=Source(place="п. 1"))
    early = one.round("2027-Q1", asks=False, indicators=(entry,))
    one.give(early, "sochi", Given("x", 5))
    kept(one, early, datetime(2027, 7, 5, tzinfo=UTC))
    ratio = entry.model_copy(update={"way": "ratio"})
    round_id = one.round(indicators=(ratio,))
    assert [point.value for point in result(computed(one, round_id), "x").trend] == [None]


def test_a_round_without_indicators_is_about_execution_only(small_monitored: Monitored) -> None:
    round_id = small_monitored.round(indicators=(), asks=False)
    key = small_monitored.world.point(date(2027, 6, 10), body="school")
    found = computed(small_monitored, round_id)
    assert (found.indicators, found.bodies_asked, found.silent, found.remarks) == ((), 0, (), ())
    assert [one.key for one in found.overdue] == [key]
    assert [(one.rule, one.item_codes) for one in found.advice] == [("overdue", ("2",))]


def test_an_indicator_changed_midway_is_counted_as_it_was_and_said(small_monitored: Monitored) -> None:
    one = small_monitored
    round_id = one.round(indicators=INDICATORS)
    one.give(round_id, "sochi", Given("trained", 1, 10))
    moved = INDICATORS[0].model_copy(update={"target": 40.0})
    new = INDICATORS[1].model_copy(update={"code": "new", "title": "Новый показатель"})
    newer = [entry.model_dump(mode="json") for entry in (moved, *INDICATORS[1:5], new)]
    with open_session(one.world.engine) as session:
        loaded = datetime(2027, 7, 10, tzinfo=UTC)
        session.add(
            Edition(
                roadmap_code="krai",
                act="приказ № 2",
                content_hash="2",
                catalogue={"indicators": newer},
                loaded_at=loaded,
            )
        )
    found = computed(one, round_id)
    assert result(found).target == 12.0
    assert found.remarks == (
        "Показатель «Доля обученных» изменён редакцией, принятой после начала раунда; посчитан по прежней",
        "Показатель «Доля школ с наставниками» исключён редакцией, принятой после начала раунда; посчитан по прежней",
        "Показатель «Новый показатель» введён после начала раунда; он войдёт в следующий",
    )
    early = computed(one, round_id, datetime(2027, 7, 9, tzinfo=UTC), date(2027, 7, 9))
    assert not [line for line in early.remarks if "редакцией" in line and "изменён" in line]


def test_municipalities_that_came_or_left_midway_are_said(small_monitored: Monitored) -> None:
    one = small_monitored
    round_id = one.round()
    with open_session(one.world.engine) as session:
        left = update(Municipality).where(col(Municipality.body_id) == one.bodies["eysk"])
        session.execute(left.values(until=date(2027, 7, 5)))
        body = Body(roadmap_code="krai", code="tuapse", name="Туапсе", short="Туапсинский район", level="municipal")
        session.add(body)
        session.flush()
        session.add(Municipality(body_id=body.id or 0, roadmap_code="krai", since=date(2027, 7, 6)))
    found = computed(one, round_id)
    assert [answer.name for answer in result(found).answers] == ["Туапсинский район", "г. Анапа", "г. Сочи"]
    assert found.remarks[-2:] == (
        "За время раунда вошёл 1 муниципалитет: Туапсинский район (с 06.07.2027)",
        "За время раунда выбыл 1 муниципалитет: Ейский район (по 05.07.2027)",
    )


@pytest.mark.parametrize("is_closed", [False, True], ids=["while its item is open", "once its item is closed"])
def test_a_shortfall_recommended_before_is_marked(monitored: Monitored, is_closed: bool) -> None:
    world = monitored.world
    early, round_id = monitored.round("2027-Q1", asks=False), monitored.round()
    monitored.give(round_id, "sochi")
    key = "krai/silent/-/eysk"
    point = world.point(date(2027, 5, 20), body="school")
    with open_session(world.engine) as session:
        point_id = session.execute(select(col(ControlPoint.id)).where(col(ControlPoint.key) == point)).scalar_one()
        facts = {"text": "Представить", "ground": "", "due_on": date(2027, 5, 20), "point_id": point_id}
        body = monitored.bodies["eysk"]
        session.add(
            Recommendation(
                roadmap_code="krai", round_id=early, rule="silent", body_id=body, open_key=key, state="taken", **facts
            )
        )
        session.add(RoundStep(round_id=early, step="recommended", done_at=datetime(2027, 4, 14, tzinfo=UTC)))
        if is_closed:
            at = datetime(2027, 7, 1, tzinfo=UTC)
            change(
                session,
                point,
                TransitionCommand(action="withdraw", actor="координатор", at=at, on=at.date(), reason="есть"),
            )
    marked = {one.open_key: one.is_open_already for one in computed(monitored, round_id).advice}
    assert marked[key] is not is_closed
    assert not computed(monitored, early).advice[0].is_open_already


@pytest.mark.parametrize("is_settled", [False, True], ids=["open", "settled since"])
def test_missing_data_recommended_before_are_known_again(monitored: Monitored, is_settled: bool) -> None:
    entries = [one.model_copy(update={"answered_by": ("2",)}) for one in INDICATORS[:2]]
    early, round_id = monitored.round("2027-Q1", asks=False), monitored.round(indicators=entries)
    monitored.give(round_id, "sochi", Given("trained", 1, 10), Given("b", None, reason="учёт не ведётся"))
    (said,) = (one for one in computed(monitored, round_id).advice if one.rule == "no-data")
    assert (said.indicator, said.item_codes, said.is_open_already) == ("b", ("2",), False)
    settled = {"state": "declined", "open_key": None, "decided_at": NOTE_AT + timedelta(days=1)}
    row = Recommendation(
        roadmap_code="krai", round_id=early, rule=said.rule, indicator_code="b", body_id=monitored.bodies["sochi"],
        item_codes=["2"], text=said.text, ground=said.ground, due_on=said.due_on, open_key=said.open_key,
    )  # fmt: skip
    with open_session(monitored.world.engine) as session:
        session.add(row.sqlmodel_update(settled) if is_settled else row)
    (again,) = (one for one in computed(monitored, round_id).advice if one.rule == "no-data")
    assert again.is_open_already


def test_own_recommendations_do_not_change_the_numbers_of_the_same_round(small_monitored: Monitored) -> None:
    one = small_monitored
    round_id = one.round()
    before = computed(one, round_id)
    advice = next(each for each in before.advice if each.rule == "silent" and each.body == "eysk")
    with open_session(one.world.engine) as session:
        facts: dict[str, Any] = {
            "text": advice.text,
            "ground": advice.ground,
            "due_on": advice.due_on,
            "open_key": advice.open_key,
        }
        body = one.bodies["eysk"]
        session.add(Recommendation(roadmap_code="krai", round_id=round_id, rule="silent", body_id=body, **facts))
    assert computed(one, round_id).sha256 == before.sha256


def test_items_that_answer_are_named_and_their_owner_is_to_act(small_monitored: Monitored) -> None:
    one = small_monitored
    entry = INDICATORS[0].model_copy(update={"answered_by": ("2", "gone")})
    round_id = one.round(indicators=(entry,))
    one.give(round_id, "sochi", Given("trained", 1, 100))
    (advice,) = (each for each in computed(one, round_id).advice if each.rule == "below-target")
    assert (advice.body_name, advice.item_codes) == ("Школа", ("2",))
    assert advice.items == ("2 Форсайт-сессия «Развитие» & анализ <2>",)
    assert advice.due_on == date(2027, 8, 11)


def test_a_snapshot_is_read_back_as_it_was_kept(monitored: Monitored) -> None:
    round_id = monitored.round()
    monitored.give(round_id)
    found = kept(monitored, round_id)
    with open_session(monitored.world.engine) as session:
        row = session.execute(select(Row)).scalar_one()
        assert Snapshot.model_validate(row.content) == found
        assert Snapshot.model_validate(row.content).sha256 == row.sha256
        assert of_round(session, round_id + 1) is None
