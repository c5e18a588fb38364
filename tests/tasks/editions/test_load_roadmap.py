"""A catalogue becomes rows: once, whole or not at all, and what people decided is never overwritten."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlmodel import Session, SQLModel, col

from models import Body, ControlPoint, Edition, Executor, Indicator, Item, Roadmap, Transition
from models.db import open_session
from models.lifecycle import TransitionCommand, change
from roadmap.calendar import WorkCalendar
from roadmap.catalogue.loading import built_in, built_in_codes
from roadmap.catalogue.schema import Catalogue
from roadmap.reading import Reading
from tasks.editions.load import Loaded, LoadRefused, load_roadmap
from tests.parts.databases import sqlite_engine

AT = datetime(2026, 3, 2, 6, tzinfo=UTC)
TODAY = date(2026, 3, 2)
SOURCE = {"place": "приложение, строка 1"}
TABLES = (Roadmap, Edition, Body, Item, Executor, Indicator, ControlPoint, Transition)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An empty database at the newest schema."""
    engine = sqlite_engine(tmp_path / "vekha.db")
    yield engine
    engine.dispose()


def item(code: str, **facts: Any) -> dict[str, Any]:
    entry = {"code": code, "title": f"Мероприятие {code}", "owner": "min", "kind": "document", "source": SOURCE}
    return entry | {"term": "до 31 мая 2026 г."} | facts


ITEMS = (
    item("1.1", section="s1", co_executors=["iro"]),
    item("1.2", term="январь 2026 г., май 2026 г."),
    item("1.3", term="до 30 июня 2026 г.", fan_out="all"),
    item("1.4", term="", rhythm="quarter", owner="iro"),
    item("1.5", term="когда-нибудь", controlled=False),
)


def catalogue(*items: dict[str, Any], **facts: Any) -> Catalogue:
    return Catalogue.model_validate(
        {
            "code": "demo",
            "region": "Край",
            "title": "Дорожная карта",
            "act": {
                "kind": "приказ",
                "number": "12-п",
                "on": date(2026, 1, 12),
                "authority": "Министерство",
                "document": "d.txt",
            },
            "period": {"start": date(2026, 1, 12), "end": date(2026, 12, 31), "ground": "заголовок"},
            "zone": "Europe/Moscow",
            "bodies": [
                {"code": "min", "name": "Министерство", "short": "МО", "level": "regional"},
                {"code": "iro", "name": "Институт", "short": "ИРО", "level": "regional"},
                {"code": "all", "name": "Все", "short": "все", "level": "regional", "members": ["min", "iro"]},
            ],
            "sections": [{"code": "s1", "title": "Направление 1"}],
            "items": items or ITEMS,
            "indicators": [{"code": "1", "title": "Доля", "target": 30.0, "target_year": 2026, "source": SOURCE}],
        }
        | facts
    )


def load(engine: Engine, of: Catalogue, today: date = TODAY, **options: Any) -> Loaded:
    with open_session(engine) as session:
        return load_roadmap(session, of, today=today, at=AT, **options)


def counts(engine: Engine) -> dict[str, int]:
    with open_session(engine) as session:
        return {table.__name__: _count(session, table) for table in TABLES}


def _count(session: Session, table: type[SQLModel]) -> int:
    return int(session.execute(select(func.count()).select_from(table)).scalar_one())


def points(engine: Engine) -> dict[str, ControlPoint]:
    with open_session(engine) as session:
        rows = session.execute(select(ControlPoint).order_by(col(ControlPoint.key))).scalars()
        return {row.key: row for row in rows}


def test_a_catalogue_becomes_rows(engine: Engine) -> None:
    loaded = load(engine, catalogue())
    assert (loaded.items, loaded.points_new, loaded.points_kept, loaded.history) == (5, 9, 0, 1)
    assert counts(engine) == {
        "Roadmap": 1,
        "Edition": 1,
        "Body": 3,
        "Item": 5,
        "Executor": 1,
        "Indicator": 1,
        "ControlPoint": 9,
        "Transition": 0,
    }
    with open_session(engine) as session:
        roadmap = session.get_one(Roadmap, "demo")
        assert (roadmap.act, roadmap.controlled_from) == ("приказ от 12.01.2026 № 12-п", TODAY)
        first = session.execute(select(Item).where(col(Item.code) == "1.1")).scalar_one()
        assert (first.position, first.origin, first.section, first.is_controlled) == (1, "table", "Направление 1", True)
        assert Reading.from_json(first.reading).windows[0].due == date(2026, 5, 31)
        assert first.reading["calendar"].startswith("holidays ")
        edition = session.execute(select(Edition)).scalar_one()
        assert Catalogue.model_validate(edition.catalogue) == catalogue()


def test_points_carry_dates_owner_and_the_day_to_look_again(engine: Engine) -> None:
    load(engine, catalogue())
    assert [*points(engine)] == [
        "demo/1.1/-/2026-05-31",
        "demo/1.2/-/2026-01-31",
        "demo/1.2/-/2026-05-31",
        "demo/1.3/iro/2026-06-30",
        "demo/1.3/min/2026-06-30",
        "demo/1.4/-/2026-03-31",
        "demo/1.4/-/2026-06-30",
        "demo/1.4/-/2026-09-30",
        "demo/1.4/-/2026-12-31",
    ]
    point = points(engine)["demo/1.1/-/2026-05-31"]
    assert (point.opens_on, point.due_on, point.deadline_on) == (date(2026, 5, 1), date(2026, 5, 31), date(2026, 5, 29))
    assert "31.05.2026 — нерабочий день (воскресенье)" in point.deadline_note
    assert (point.status, point.is_history, point.next_check_on) == ("planned", False, point.opens_on)
    assert points(engine)["demo/1.3/iro/2026-06-30"].owner_id == points(engine)["demo/1.4/-/2026-06-30"].owner_id


@pytest.mark.parametrize(
    ("controlled_from", "history"),
    [
        pytest.param(date(2026, 1, 30), [], id="a deadline on the day itself is live"),
        pytest.param(date(2026, 1, 31), ["demo/1.2/-/2026-01-31"], id="a deadline before it is history"),
        pytest.param(None, ["demo/1.2/-/2026-01-31"], id="by default control begins today"),
    ],
)
def test_what_ended_before_control_began_is_history(
    engine: Engine, controlled_from: date | None, history: list[str]
) -> None:
    load(engine, catalogue(), controlled_from=controlled_from)
    past = {key: point for key, point in points(engine).items() if point.is_history}
    assert [*past] == history
    assert all(point.next_check_on is None and point.status == "planned" for point in past.values())


def test_the_same_content_a_second_time_changes_nothing(engine: Engine) -> None:
    load(engine, catalogue())
    before, rows = points(engine), counts(engine)
    again = load(engine, catalogue(), today=date(2026, 8, 3))
    assert (again.points_new, again.points_kept, again.history, again.moved) == (0, 9, 1, ())
    assert counts(engine) == rows
    assert points(engine) == before


def test_changed_words_and_additions_are_a_new_edition(engine: Engine) -> None:
    load(engine, catalogue())
    first, *rest = ITEMS
    changed = first | {"title": "Иначе", "owner": "iro", "co_executors": ["min"]}
    loaded = load(engine, catalogue(changed, *rest, item("1.6", term="до 15 июля 2026 г."), title="Иное"))
    assert (loaded.items, loaded.points_new, loaded.points_kept) == (6, 1, 9)
    assert counts(engine)["Edition"] == 2
    with open_session(engine) as session:
        row = session.execute(select(Item).where(col(Item.code) == "1.1")).scalar_one()
        owner = session.get_one(Body, row.owner_id)
        executors = (
            session.execute(select(col(Executor.body_id)).where(col(Executor.item_id) == row.id)).scalars().all()
        )
        assert (row.title, owner.code) == ("Иначе", "iro")
        assert [session.get_one(Body, body).code for body in executors] == ["min"]
    assert points(engine)["demo/1.1/-/2026-05-31"].owner_id == owner.id


def test_an_added_item_that_was_due_before_today_is_history(engine: Engine) -> None:
    load(engine, catalogue())
    load(engine, catalogue(*ITEMS, item("1.6", term="до 15 июля 2026 г.")), today=date(2026, 8, 3))
    assert points(engine)["demo/1.6/-/2026-07-15"].is_history
    assert not points(engine)["demo/1.1/-/2026-05-31"].is_history


def test_a_changed_calendar_moves_live_deadlines_and_names_them(engine: Engine) -> None:
    load(engine, catalogue())
    decreed = WorkCalendar({date(2026, 5, 29): "День, объявленный нерабочим"})
    loaded = load(engine, catalogue(), calendar=decreed)
    assert [tuple(moved) for moved in loaded.moved] == [
        ("demo/1.1/-/2026-05-31", date(2026, 5, 29), date(2026, 5, 28)),
        ("demo/1.2/-/2026-05-31", date(2026, 5, 29), date(2026, 5, 28)),
    ]
    assert points(engine)["demo/1.1/-/2026-05-31"].deadline_on == date(2026, 5, 28)
    assert load(engine, catalogue(), calendar=decreed).moved == ()


def test_a_changed_calendar_leaves_extended_and_closed_points_alone(engine: Engine) -> None:
    load(engine, catalogue())
    key, other = "demo/1.1/-/2026-05-31", "demo/1.2/-/2026-05-31"
    later = date(2026, 6, 20)
    extend = TransitionCommand(
        action="extend", actor="к", at=AT, on=TODAY, reason="письмо", due_on=later, deadline_on=later
    )
    with open_session(engine) as session:
        change(session, key, extend)
        change(session, other, TransitionCommand(action="withdraw", actor="к", at=AT, on=TODAY, reason="письмо"))
    assert load(engine, catalogue(), calendar=WorkCalendar({date(2026, 5, 29): "День"})).moved == ()
    assert points(engine)[key].deadline_on == later


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        pytest.param(catalogue(*ITEMS[1:]), "нет прежних записей: мероприятия 1.1", id="a lost item"),
        pytest.param(catalogue(indicators=[]), "нет прежних записей: показатели 1", id="a lost indicator"),
        pytest.param(
            catalogue(item("1.1", term="до 30 мая 2026 г.", section="s1"), *ITEMS[1:]),
            "пропадают сроки, которые уже на контроле: demo/1.1/-/2026-05-31",
            id="a lost date",
        ),
        pytest.param(
            catalogue(item("1.1", term="после дождичка"), *ITEMS[1:]),
            "«demo/1.1»: срок «после дождичка» не прочитан",
            id="a term",
        ),
    ],
)
def test_a_load_that_would_lose_something_is_refused_whole(engine: Engine, changed: Catalogue, words: str) -> None:
    load(engine, catalogue())
    before, rows = points(engine), counts(engine)
    with pytest.raises(LoadRefused, match=words) as refused:
        load(engine, changed)
    assert "\n" not in str(refused.value)
    assert (points(engine), counts(engine)) == (before, rows)


def test_an_unread_term_is_refused_and_nothing_is_written(engine: Engine) -> None:
    with pytest.raises(LoadRefused, match=r"«demo/1\.7»: срок «когда-нибудь» не прочитан \(.+\) — уточните term"):
        load(engine, catalogue(*ITEMS, item("1.7", term="когда-нибудь")))
    assert set(counts(engine).values()) == {0}


def test_an_unread_term_of_what_is_not_controlled_is_only_named(engine: Engine) -> None:
    ((key, problem),) = load(engine, catalogue()).unread
    assert key == "demo/1.5"
    assert problem


def test_an_item_without_any_term_has_a_point_to_name_it(engine: Engine) -> None:
    load(engine, catalogue(item("1.1", term="")), controlled_from=date(2026, 1, 12))
    (point,) = points(engine).values()
    assert (point.purpose, point.due_on) == ("name_dates", date(2026, 1, 26))
    assert point.deadline_note.startswith("срок в документе не назван")


def test_a_request_to_name_dates_may_go_once_they_are_named(engine: Engine) -> None:
    load(engine, catalogue(item("1.1", term="")), controlled_from=date(2026, 1, 12))
    assert load(engine, catalogue(item("1.1"))).points_new == 1
    assert [*points(engine)] == ["demo/1.1/-/2026-01-26", "demo/1.1/-/2026-05-31"]


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ({"rehearsal": True, "shift_years": 1}, {}, "в этой папке — учебная копия, загружается рабочая"),
        ({}, {"rehearsal": True, "shift_years": 1}, "в этой папке — рабочая, загружается учебная копия"),
        ({"rehearsal": True, "shift_years": 1}, {"rehearsal": True, "shift_years": 2}, "со сдвигом лет 1, а не 2"),
        ({}, {"controlled_from": date(2026, 5, 1)}, "уже на контроле с 02.03.2026"),
    ],
)
def test_a_rehearsal_and_the_real_one_never_mix(
    engine: Engine, first: dict[str, Any], second: dict[str, Any], words: str
) -> None:
    load(engine, catalogue(), **first)
    with pytest.raises(LoadRefused, match=words):
        load(engine, catalogue(), **second)


def test_an_edition_that_was_replaced_does_not_come_back_silently(engine: Engine) -> None:
    load(engine, catalogue())
    load(engine, catalogue(title="Иное"))
    with pytest.raises(LoadRefused, match="уже была заменена"):
        load(engine, catalogue())


def test_a_rehearsal_copy_is_controlled_from_its_shifted_start(engine: Engine) -> None:
    loaded = load(engine, catalogue(), rehearsal=True, shift_years=1)
    with open_session(engine) as session:
        roadmap = session.get_one(Roadmap, "demo")
    assert (roadmap.period_start, roadmap.controlled_from) == (date(2027, 1, 12), date(2027, 1, 12))
    assert (roadmap.is_rehearsal, roadmap.shift_years, loaded.history) == (True, 1, 0)
    assert "demo/1.1/-/2027-05-31" in points(engine)


@pytest.mark.parametrize("code", built_in_codes())
def test_every_built_in_system_loads_with_nothing_unread(engine: Engine, code: str) -> None:
    of = built_in(code)
    loaded = load(engine, of, controlled_from=of.period.start)
    assert loaded.items == len(list(of.duties_by_origin()))
    assert loaded.points_new > 10
    assert loaded.unread == ()
    with open_session(engine) as session:
        controlled = {i.id for i in session.execute(select(Item).where(col(Item.is_controlled))).scalars()}
        with_points = set(session.execute(select(col(ControlPoint.item_id))).scalars())
    assert with_points == controlled
    assert load(engine, of).points_new == 0
