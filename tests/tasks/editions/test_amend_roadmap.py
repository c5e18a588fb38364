"""A new edition on control: what goes on keeps key and history, what goes is withdrawn by the act; all or nothing."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlmodel import Session, SQLModel, col

from models import Body, ControlPoint, Edition, Executor, Indicator, Item, Roadmap, Transition, queries
from models.db import open_session
from models.lifecycle import TransitionCommand, accept, change, open_due
from roadmap.catalogue.loading import built_in
from roadmap.catalogue.schema import Act, Catalogue
from tasks.editions.amend import Amendment, AmendRefused, Choices, amend, loaded_edition, preview
from tasks.editions.load import LoadRefused, load_roadmap
from tests.parts.databases import sqlite_engine

MOSCOW = "moscow-oblast"
LOADED = date(2023, 5, 23)
TODAY = date(2023, 9, 4)
AT = datetime(2023, 9, 4, 6, tzinfo=UTC)
ACT = "распоряжение от 01.09.2023 № Р-900"
TABLES = (Roadmap, Edition, Item, Executor, Indicator, ControlPoint, Transition)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Moscow's roadmap on control since the day of its order."""
    engine = sqlite_engine(tmp_path / "vekha.db", _on_control)
    yield engine
    engine.dispose()


def _on_control(engine: Engine) -> None:
    with open_session(engine) as session:
        load_roadmap(session, built_in(MOSCOW), today=LOADED, at=AT)


def edition(*, drop: tuple[str, ...] = (), number: str = "Р-900", **edits: dict[str, Any]) -> Catalogue:
    """Moscow's catalogue under a new act; edits by code with «_» for «.», an unknown code adds an item."""
    old = built_in(MOSCOW)
    changes = {code.removeprefix("i").replace("_", "."): fields for code, fields in edits.items()}
    items = [item.model_copy(update=changes.pop(item.code, {})) for item in old.items if item.code not in drop]
    model = old.items[0]
    items += [model.model_copy(update={"code": code, "number": code} | fields) for code, fields in changes.items()]
    act = Act(kind="распоряжение", number=number, on=date(2023, 9, 1), authority="Министерство", document="n.docx")
    return old.model_copy(update={"items": tuple(items), "act": act})


def run(engine: Engine, draft: Catalogue, *, today: date = TODAY, **options: Any) -> Amendment:
    with open_session(engine) as session:
        return amend(session, MOSCOW, draft, today=today, at=AT, **options)


def everything(engine: Engine) -> dict[str, list[Any]]:
    with open_session(engine) as session:
        return {model.__name__: [tuple(row) for row in session.execute(_rows(model))] for model in TABLES}


def _rows(model: type[SQLModel]) -> Any:
    table = model.__table__  # type: ignore[attr-defined]
    return table.select().order_by(*table.primary_key)


def points(session: Session, code: str) -> dict[str, ControlPoint]:
    """The points of an item by the day in their key."""
    found = select(ControlPoint).join(Item, col(Item.id) == col(ControlPoint.item_id))
    of_item = found.where(col(Item.code) == code).order_by(col(ControlPoint.id))
    return {point.key.rpartition("/")[2]: point for point in session.execute(of_item).scalars()}


def due(engine: Engine, code: str) -> dict[str, tuple[str, str]]:
    """The points of an item: the day in the key → (day due now, status)."""
    with open_session(engine) as session:
        return {day: (f"{point.due_on}", point.status) for day, point in points(session, code).items()}


def act_on(engine: Engine, code: str, day: str, action: str, **facts: Any) -> None:
    with open_session(engine) as session:
        open_due(session, MOSCOW, today=TODAY, at=AT)
        session.expire_all()
        point = points(session, code)[day]
        move = TransitionCommand(action=action, actor="координатор", at=AT, on=TODAY, **facts)  # type: ignore[arg-type]
        (accept if action == "accept" else change)(session, point.key, move)


def extend(engine: Engine, code: str, day: str, due_on: date) -> None:
    """The coordinator moves a deadline."""
    act_on(engine, code, day, "extend", reason="письмо", due_on=due_on, deadline_on=due_on)


REAL = edition(
    drop=("1.2.3",),
    i1_1_4={"code": "1.1.3", "number": "1.1.3", "term": "Май 2023 г., октябрь 2024 г."},
    i1_1_3={"code": "1.1.4", "number": "1.1.4"},
    i1_2_2={"title": "Форсайт-сессия ЦНППМ АСОУ, ЦНППМ ГГТУ и ЦНППМ ГСГУ"},
    i9_1={"title": "Утверждение перечня стажировочных площадок", "term": "Ноябрь 2023 г."},
)


def test_a_real_edition_renumbers_retitles_moves_drops_and_adds_and_loses_nothing(engine: Engine) -> None:
    done = run(engine, REAL)
    assert done.plan.sums == {"old": 66, "new": 66, "kept": 62, "changed": 3, "dropped": 1, "added": 1}
    assert (done.plan.count("number"), done.plan.count("term"), done.plan.count("words")) == (2, 1, 1)
    with open_session(engine) as session:
        rows = {row.code: row for row, _ in queries.items(session, MOSCOW)}
        acts = [row.act for row in session.execute(select(Edition).order_by(col(Edition.id))).scalars()]
    assert (rows["1.1.3"].number, rows["1.1.3"].title[:10]) == ("1.1.4", "Заключение")
    assert (rows["1.1.4"].number, rows["1.1.4"].title[:10]) == ("1.1.3", "Разработка")
    assert rows["1.2.2"].title.endswith("и ЦНППМ ГСГУ")
    assert rows["9.1"].dropped_on is None
    assert (rows["1.2.3"].dropped_on, rows["1.2.3"].dropped_by, rows["1.2.3"].is_controlled) == (TODAY, ACT, False)
    assert acts == [built_in(MOSCOW).act.words, ACT]
    assert due(engine, "1.1.4") == {
        "2023-05-31": ("2023-05-31", "planned"),
        "2024-08-31": ("2024-10-31", "planned"),
    }
    assert due(engine, "9.1") == {"2023-11-30": ("2023-11-30", "planned")}
    weeks = [status for day, (_, status) in due(engine, "1.2.3").items() if day >= f"{LOADED}"]
    assert set(weeks) == {"withdrawn"}


def test_rows_of_items_found_again_keep_their_ids_and_points_their_history(engine: Engine) -> None:
    extend(engine, "1.1.4", "2024-08-31", date(2024, 9, 13))
    with open_session(engine) as session:
        before = {row.code: row.id for row, _ in queries.items(session, MOSCOW)}
        point = points(session, "1.1.4")["2024-08-31"]
    run(engine, REAL)
    with open_session(engine) as session:
        after = {row.code: row.id for row, _ in queries.items(session, MOSCOW)}
        now = points(session, "1.1.4")["2024-08-31"]
        history = queries.history(session, now.id or 0)
    assert before.items() <= after.items()
    assert (now.id, now.key, now.due_on, now.deadline_on) == (
        point.id,
        point.key,
        date(2024, 10, 31),
        date(2024, 10, 31),
    )
    assert [(row.actor, f"{row.due_from}", f"{row.due_to}") for row in history] == [
        ("координатор", "2024-08-31", "2024-09-13"),
        (f"редакция {ACT}", "2024-09-13", "2024-10-31"),
    ]
    assert ACT in history[-1].reason


def test_the_same_edition_twice_changes_nothing(engine: Engine) -> None:
    assert run(engine, REAL).is_new
    before = everything(engine)
    again = run(engine, REAL)
    assert (again.is_new, again.plan.is_empty) == (False, True)
    assert everything(engine) == before


def test_a_preview_writes_nothing_and_shows_what_apply_then_does(engine: Engine) -> None:
    before = everything(engine)
    with open_session(engine) as session:
        shown = preview(session, MOSCOW, REAL, today=TODAY)
    assert everything(engine) == before
    done = run(engine, REAL)
    assert shown.points == done.points
    assert [(shift.key, f"{shift.to.due_on}") for shift in done.points.moved] == [
        ("moscow-oblast/1.1.4/-/2024-08-31", "2024-10-31")
    ]


def test_postgresql_takes_the_edition_as_sqlite_does(engine: Engine, postgres_engine: Engine) -> None:
    _on_control(postgres_engine)
    assert run(postgres_engine, REAL).plan == run(engine, REAL).plan
    for code in ("1.1.4", "1.2.3", "9.1"):
        assert due(postgres_engine, code) == due(engine, code)
    assert run(postgres_engine, REAL).is_new is False


def test_accepted_points_stay_and_a_later_day_is_asked_for_again(engine: Engine) -> None:
    act_on(engine, "1.1.1", "2023-05-31", "accept")
    before = due(engine, "1.1.1")
    run(engine, edition(i1_1_1={"term": "Октябрь 2023 г."}))
    assert due(engine, "1.1.1") == before | {"2023-10-31": ("2023-10-31", "planned")}
    assert before == {"2023-05-31": ("2023-05-31", "accepted")}


def test_points_of_a_dropped_item_that_are_closed_stay_closed(engine: Engine) -> None:
    act_on(engine, "1.2.2", "2023-05-31", "accept")
    run(engine, edition(drop=("1.2.2",)))
    assert [status for _, status in due(engine, "1.2.2").values()] == ["accepted", "withdrawn"]
    with open_session(engine) as session:
        [last] = queries.history(session, points(session, "1.2.2")["2024-05-31"].id or 0)
    assert (last.action, last.actor, last.reason) == ("withdraw", f"редакция {ACT}", f"пункт исключён: {ACT}")


def test_a_coordinator_s_decision_stands_where_the_edition_changes_nothing(engine: Engine) -> None:
    extend(engine, "1.1.4", "2024-08-31", date(2024, 9, 13))
    act_on(engine, "1.1.5", "2024-08-31", "withdraw", reason="решение министра")
    run(engine, edition(i1_1_4={"result": "Модель"}, i1_1_5={"result": "План"}))
    assert due(engine, "1.1.4")["2024-08-31"] == ("2024-09-13", "planned")
    assert due(engine, "1.1.5")["2024-08-31"] == ("2024-08-31", "withdrawn")
    assert len(due(engine, "1.1.5")) == 2


def test_a_term_moved_to_the_day_the_coordinator_had_set_makes_no_second_point(engine: Engine) -> None:
    extend(engine, "1.1.4", "2024-08-31", date(2024, 9, 30))
    done = run(engine, edition(i1_1_4={"term": "Май 2023 г., сентябрь 2024 г."}))
    assert (done.points.moved, done.points.withdrawn, done.points.new) == ((), (), ())
    assert list(due(engine, "1.1.4")) == ["2023-05-31", "2024-08-31"]


def test_a_term_that_moves_and_comes_back_uses_the_same_point(engine: Engine) -> None:
    run(engine, edition(i1_1_4={"term": "Май 2023 г., октябрь 2024 г."}))
    run(engine, edition(number="Р-901"))
    assert due(engine, "1.1.4")["2024-08-31"] == ("2024-08-31", "planned")
    assert len(due(engine, "1.1.4")) == 2


def test_each_member_of_a_group_keeps_its_point_when_the_term_moves(engine: Engine) -> None:
    done = run(engine, edition(i1_1_3={"term": "Май 2023 г., март 2024 г."}))
    members = {shift.key.split("/")[2] for shift in done.points.moved}
    assert len(members) == len(done.points.moved) > 1
    assert (done.points.withdrawn, done.points.new) == ((), ())


def test_a_day_withdrawn_by_one_edition_and_brought_back_by_the_next_is_a_new_point(engine: Engine) -> None:
    run(engine, edition(i1_1_4={"term": "Май 2023 г."}))
    assert due(engine, "1.1.4")["2024-08-31"] == ("2024-08-31", "withdrawn")
    run(engine, edition(number="Р-901"))
    assert due(engine, "1.1.4")["2024-08-31-2"] == ("2024-08-31", "planned")
    assert run(engine, edition(number="Р-901")).is_new is False


def test_a_term_that_moves_ahead_takes_the_opening_with_it(engine: Engine) -> None:
    run(engine, edition(i1_1_4={"term": "Май 2023 г., ноябрь 2023 г."}))
    with open_session(engine) as session:
        point = points(session, "1.1.4")["2024-08-31"]
    assert (point.opens_on, point.due_on) == (date(2023, 11, 1), date(2023, 11, 30))
    assert (point.news, point.next_check_on) == ("extended", TODAY)


def test_what_the_edition_asks_for_in_the_past_is_history(engine: Engine) -> None:
    run(engine, edition(i9_1={"title": "Утверждение перечня площадок", "term": "Июнь 2023 г., ноябрь 2023 г."}))
    with open_session(engine) as session:
        assert {day: point.is_history for day, point in points(session, "9.1").items()} == {
            "2023-06-30": True,
            "2023-11-30": False,
        }


def test_the_amended_edition_can_be_loaded_again_and_its_predecessor_cannot(engine: Engine) -> None:
    run(engine, REAL)
    before = everything(engine)
    with open_session(engine) as session:
        current, _ = loaded_edition(session, MOSCOW)
        loaded = load_roadmap(session, current, today=TODAY, at=AT)
    assert (loaded.points_new, everything(engine) == before) == (0, True)
    with pytest.raises(LoadRefused), open_session(engine) as session:
        load_roadmap(session, built_in(MOSCOW), today=TODAY, at=AT)
    assert everything(engine) == before


def test_nothing_is_applied_while_a_question_is_open_and_an_answer_opens_the_way(engine: Engine) -> None:
    draft = edition(i1_2_1={"title": "Ярмарка педагогических вакансий"})
    before = everything(engine)
    with pytest.raises(AmendRefused, match=r"вопросы о пунктах 1\.2\.1"):
        run(engine, draft)
    assert everything(engine) == before
    run(engine, draft, choices=Choices(answers={"1.2.1": "dropped"}))
    with open_session(engine) as session:
        rows = {row.code: row for row, _ in queries.items(session, MOSCOW)}
    assert rows["1.2.1"].dropped_by == ACT
    assert rows["1.2.1-2"].title == "Ярмарка педагогических вакансий"
    assert run(engine, draft, choices=Choices(answers={"1.2.1": "dropped"})).is_new is False


def test_a_term_that_is_not_read_is_refused_and_nothing_is_written(engine: Engine) -> None:
    before = everything(engine)
    with pytest.raises(LoadRefused, match="не прочитан"):
        run(engine, edition(i1_2_1={"term": "31 июня 2023 г."}))
    assert everything(engine) == before


def test_a_roadmap_that_is_not_on_control_cannot_be_amended(engine: Engine) -> None:
    with pytest.raises(AmendRefused, match="нет на контроле"), open_session(engine) as session:
        amend(session, "surgut", built_in("surgut"), today=TODAY, at=AT)


def test_an_owner_who_hands_over_hands_over_the_live_points(engine: Engine) -> None:
    run(engine, edition(i1_1_4={"owner": "asou"}))
    with open_session(engine) as session:
        owners = {row.owner_id for row in queries.points(session, MOSCOW) if row.item_code == "1.1.4"}
        assert [session.get_one(Body, owner).code for owner in owners] == ["asou"]
