"""A recommendation is proposed once, decided once, becomes an item on control, and is settled with its point."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import select

from models import AuditEntry, ControlPoint, Item, Recommendation, lifecycle
from models.db import open_session
from models.lifecycle import Refused, TransitionCommand
from roadmap.monitoring.snapshot import Advice, Snapshot
from tasks.context.working_calendar import calendar_of
from tasks.daily.control_day import control_day
from tasks.editions.added_items import added_items
from tasks.monitoring.recommendations.propose import decline, propose, recommended, settle_closed, take
from tasks.monitoring.rounds.snapshot import compute, keep
from tests.worlds.monitored import Monitored

NINE = datetime(2027, 7, 14, 6, tzinfo=UTC)
TODAY = date(2027, 7, 14)
DUE = date(2027, 9, 30)


def advice(body: str = "sochi", *, key: str = "krai/trained/sochi", text: str = "", **facts: Any) -> Advice:
    known: dict[str, Any] = {
        "rule": "below_target",
        "indicator": "trained",
        "body": body,
        "body_name": body,
        "text": text or f"Направить учителей на обучение ({body})",
        "ground": "5,0 % при цели не менее 12 %",
        "items": ("1 Форсайт-сессия",),
        "item_codes": ("1",),
        "due_on": DUE,
        "open_key": key,
    }
    return Advice(**known | facts)


TWO = (advice(), advice("anapa", key="krai/trained/anapa"))


def proposed(monitored: Monitored, round_id: int, *several: Advice) -> tuple[int, Snapshot]:
    """What the round's snapshot advises, kept and proposed."""
    with open_session(monitored.world.engine) as session:
        made = compute(session, round_id, as_of=NINE, today=TODAY).model_copy(update={"advice": several})
        keep(session, round_id, made, at=NINE)
        return propose(session, round_id, made, at=NINE), made


def rows(monitored: Monitored) -> list[Recommendation]:
    with open_session(monitored.world.engine) as session:
        return list(session.exec(select(Recommendation).order_by(Recommendation.id)))  # type: ignore[arg-type]


def taken(monitored: Monitored, number: int = 1, due_on: date | None = None, actor: str = "координатор") -> str:
    with open_session(monitored.world.engine) as session:
        facts: dict[str, Any] = {"due_on": due_on, "today": TODAY, "at": NINE, "calendar": calendar_of(session, "krai")}
        return take(session, number, actor=actor, **facts)


def closed(monitored: Monitored, key: str, action: lifecycle.Action) -> int:
    with open_session(monitored.world.engine) as session:
        move = TransitionCommand(action=action, actor="координатор", at=NINE, on=TODAY, reason="основание")
        lifecycle.accept(session, key, move) if action == "accept" else lifecycle.change(session, key, move)
        return settle_closed(session, "krai")


def test_the_same_shortfall_is_not_recommended_twice_while_the_first_is_open(monitored: Monitored) -> None:
    first, second = monitored.round("2027-Q2"), monitored.round("2027-Q3")
    assert proposed(monitored, first, *TWO)[0] == 2
    assert proposed(monitored, first, *TWO)[0] == 0
    assert proposed(monitored, second, advice(text="Ещё раз направить на обучение"))[0] == 0
    assert [(row.round_id, row.state, row.open_key) for row in rows(monitored)] == [
        (first, "proposed", "krai/trained/sochi"),
        (first, "proposed", "krai/trained/anapa"),
    ]


def test_what_an_earlier_round_said_and_bodies_that_are_not_there_are_left_out(small_monitored: Monitored) -> None:
    round_id = small_monitored.round()
    several = (advice(is_open_already=True), advice("omsk", key="krai/trained/omsk"))
    assert proposed(small_monitored, round_id, *several)[0] == 0


def test_taken_it_is_an_item_on_control_of_its_body(monitored: Monitored) -> None:
    round_id = monitored.round()
    proposed(monitored, round_id, advice("eysk", is_open_already=True, key="old"), *TWO)
    assert taken(monitored, 1, date(2027, 10, 3)) == "krai/m-rec.1/-/2027-10-03"
    with open_session(monitored.world.engine) as session:
        item = session.exec(select(Item).where(Item.code == "m-rec.1")).one()
        point = session.exec(select(ControlPoint).where(ControlPoint.item_id == item.id)).one()
        assert "m-rec.1" in added_items(session, "krai")
        [one, _] = recommended(session)
    assert item.source == "Справка за II квартал 2027 г., рекомендация 2", "the number it has in the note"
    assert (item.title, item.term, item.number) == (TWO[0].text, "до 03.10.2027", "1, рекомендация 1")
    assert (point.owner_id, point.opens_on, point.due_on) == (monitored.bodies["sochi"], TODAY, date(2027, 10, 3))
    assert point.deadline_on == date(2027, 10, 1), "a Sunday: the working day before"
    assert (one.row.state, one.row.decided_by, one.row.point_id, one.point_key) == (
        *("taken", "координатор", point.id),
        point.key,
    )
    assert not control_day(monitored.world.engine, today=TODAY, at=NINE).failed
    assert (f"{TODAY}", "Начальник, г. Сочи", "opened") in [(f"{a}", b, c) for a, b, c, _ in monitored.world.letters()]


def test_the_note_is_read_once_however_many_it_recommends(monitored: Monitored) -> None:
    proposed(monitored, monitored.round(), *TWO)
    asked: list[str] = []
    event.listen(monitored.world.engine, "before_cursor_execute", lambda *what: asked.append(what[2]))
    with open_session(monitored.world.engine) as session:
        assert [one.number for one in recommended(session)] == [1, 2]
    assert sum("snapshot.content" in words for words in asked) == 1


def test_decided_once_the_second_is_told_by_whom(monitored: Monitored) -> None:
    proposed(monitored, monitored.round(), *TWO)
    taken(monitored, 1, actor="Иванова")
    with pytest.raises(Refused, match=r"№ 1 уже решена: взята на контроль \(Иванова, 14\.07\.2027\)"):
        taken(monitored, 1)
    with pytest.raises(Refused, match="уже решена"), open_session(monitored.world.engine) as session:
        decline(session, 1, actor="координатор", reason="не нужно", at=NINE)
    assert [row.state for row in rows(monitored)] == ["taken", "proposed"]


def test_of_two_at_once_one_decides(monitored: Monitored) -> None:
    proposed(monitored, monitored.round(), *TWO)

    def attempt(actor: str) -> str:
        try:
            return taken(monitored, 1, actor=actor)
        except Refused as refused:
            return str(refused)

    with ThreadPoolExecutor(4) as people:
        said = list(people.map(attempt, ("Иванова", "Петрова", "Сидорова", "Козлова")))
    assert sum("m-rec.1" in line for line in said) == 1
    assert sum("уже решена" in line for line in said) == 3
    with open_session(monitored.world.engine) as session:
        assert len(session.exec(select(Item).where(Item.kind == "activity", Item.code == "m-rec.1")).all()) == 1


def test_two_taken_at_once_get_numbers_of_their_own(monitored: Monitored) -> None:
    proposed(monitored, monitored.round(), *TWO)
    with ThreadPoolExecutor(2) as people:
        keys = list(people.map(lambda number: taken(monitored, number), (1, 2)))
    assert sorted(keys) == ["krai/m-rec.1/-/2027-09-30", "krai/m-rec.2/-/2027-09-30"]


def test_two_rounds_at_once_propose_one(monitored: Monitored) -> None:
    rounds = [monitored.round("2027-Q2"), monitored.round("2027-Q3")]
    with ThreadPoolExecutor(2) as people:
        new = list(people.map(lambda round_id: proposed(monitored, round_id, *TWO)[0], rounds))
    assert sum(new) == 2
    assert len(rows(monitored)) == 2


def test_declined_keeps_the_reason_and_only_a_later_round_gives_it_again(monitored: Monitored) -> None:
    first, second = monitored.round("2027-Q2"), monitored.round("2027-Q3")
    proposed(monitored, first, *TWO)
    with pytest.raises(Refused, match="Укажите, почему"), open_session(monitored.world.engine) as session:
        decline(session, 1, actor="координатор", reason="  ", at=NINE)
    with open_session(monitored.world.engine) as session:
        decline(session, 1, actor="координатор", reason="обучение уже идёт", at=NINE)
    [row, _] = rows(monitored)
    assert (row.state, row.reason, row.open_key) == ("declined", "обучение уже идёт", None)
    assert proposed(monitored, first, *TWO)[0] == 0
    assert proposed(monitored, second, *TWO)[0] == 1


@pytest.mark.parametrize("action", ["accept", "withdraw"])
def test_it_is_settled_with_its_point_and_a_new_shortfall_may_be_recommended(monitored: Monitored, action: Any) -> None:
    first, second = monitored.round("2027-Q2"), monitored.round("2027-Q3")
    proposed(monitored, first, *TWO)
    key = taken(monitored, 1)
    assert not control_day(monitored.world.engine, today=TODAY, at=NINE).failed
    with open_session(monitored.world.engine) as session:
        assert settle_closed(session, "krai") == 0
    assert proposed(monitored, second, *TWO)[0] == 0
    assert closed(monitored, key, action) == 1
    assert next((row.state, row.open_key) for row in rows(monitored)) == ("settled", None)
    assert proposed(monitored, second, *TWO)[0] == 1


def test_a_day_that_is_past_is_refused_and_nothing_is_written(small_monitored: Monitored) -> None:
    proposed(small_monitored, small_monitored.round(), *TWO)
    with pytest.raises(Refused, match=r"13\.07\.2027 уже прошёл"):
        taken(small_monitored, 1, date(2027, 7, 13))
    with pytest.raises(Refused, match="Рекомендации № 77 нет"):
        taken(small_monitored, 77)
    assert [row.state for row in rows(small_monitored)] == ["proposed", "proposed"]


def test_the_audit_names_what_was_done(small_monitored: Monitored) -> None:
    proposed(small_monitored, small_monitored.round(), *TWO)
    key = taken(small_monitored, 1)
    with open_session(small_monitored.world.engine) as session:
        decline(session, 2, actor="координатор", reason="обучение уже идёт", at=NINE)
    with open_session(small_monitored.world.engine) as session:
        said = [(row.actor, row.action, row.subject) for row in session.exec(select(AuditEntry))]
    assert said == [
        ("порядок мониторинга", "предложены рекомендации", "krai"),
        ("координатор", "рекомендация взята на контроль", key),
        ("координатор", "рекомендация отклонена", "krai"),
    ]
