"""What a session decided goes on control, and stays there when the document is loaded again or amended."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from models import Body, ControlPoint, Item
from models.db import open_session
from models.lifecycle.transitions import Refused
from roadmap.calendar import WorkCalendar
from roadmap.catalogue.loading import built_in
from tasks.editions.added_items import added_items
from tasks.editions.load import load_roadmap
from tasks.processes.session_decisions import add_decisions
from tests.parts.databases import sqlite_engine

AT = datetime(2022, 3, 1, 9, tzinfo=UTC)
TODAY, HELD = date(2022, 3, 1), date(2022, 2, 25)
RUSSIA = WorkCalendar()


def load(engine: Engine, catalogue: Any) -> Any:
    with open_session(engine) as session:
        return load_roadmap(session, catalogue, today=TODAY, at=AT, controlled_from=TODAY)


@pytest.fixture
def loaded(tmp_path: Path) -> Engine:
    """The roadmap of Krasnodar on control since 1 March 2022."""
    engine = sqlite_engine(tmp_path / "vekha.db")
    load(engine, built_in("krasnodar"))
    return engine


def add(
    engine: Engine,
    text: str,
    item: str = "2.1.1",
    proof: str = "протокол от 25.02.2022 № 4",
    *,
    held: date = HELD,
    today: date = TODAY,
) -> list[str]:
    with open_session(engine) as session:
        found = select(ControlPoint).join(Item, col(Item.id) == col(ControlPoint.item_id)).where(col(Item.code) == item)
        point = session.execute(found).scalars().first()
        assert point is not None
        return add_decisions(session, point, text, on=held, proof=proof, today=today, calendar=RUSSIA)


def decided(engine: Engine) -> list[tuple[str, str, str, date]]:
    """(code, owner, term, deadline) of every decision on control."""
    with open_session(engine) as session:
        rows = (
            select(col(Item.code), col(Body.code), col(Item.term), col(ControlPoint.deadline_on))
            .join(Body, col(Body.id) == col(Item.owner_id))
            .join(ControlPoint, col(ControlPoint.item_id) == col(Item.id))
            .where(col(Item.id).in_(added_items(session, "krasnodar").values()))
            .order_by(col(Item.code), col(ControlPoint.deadline_on))
        )
        return [tuple(row) for row in session.execute(rows)]


def owner_of(engine: Engine) -> tuple[str, str]:
    """(code, full name) of some body with an ordinary name."""
    with open_session(engine) as session:
        body = session.execute(select(Body).where(col(Body.code) == "iro")).scalar_one()
        return body.code, body.name


def test_each_line_becomes_an_item_with_its_points(loaded: Engine) -> None:
    code, name = owner_of(loaded)
    text = f"{name} | подготовить методичку | до 31.05.2022\n\n{name} | провести семинар | в 10-дневный срок"
    assert add(loaded, text) == ["2.1.1.r1", "2.1.1.r2"]
    assert decided(loaded) == [
        ("2.1.1.r1", code, "до 31.05.2022", date(2022, 5, 31)),
        ("2.1.1.r2", code, "в 10-дневный срок", date(2022, 3, 5)),
    ]
    with open_session(loaded) as session:
        item = session.execute(select(Item).where(col(Item.code) == "2.1.1.r1")).scalar_one()
        assert (item.origin, item.is_controlled, item.kind) == ("directive", True, "activity")
        assert item.source == "Протокол: протокол от 25.02.2022 № 4"


def test_the_same_lines_of_the_same_protocol_are_on_control_once(loaded: Engine) -> None:
    text = f"{owner_of(loaded)[1]} | подготовить методичку | до 31.05.2022"
    assert add(loaded, text) == ["2.1.1.r1"]
    assert add(loaded, text) == []
    assert add(loaded, text, proof="протокол № 5") == ["2.1.1.r2"]


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        pytest.param(
            "{owner} | сделать | до 31.05.2022\nНикто | сделать | до 31.05.2022", "строка 2: исполнитель", id="who"
        ),
        pytest.param("{owner} | сделать | когда-нибудь", "строка 1: срок «когда-нибудь»", id="an unclear term"),
        pytest.param("{owner} | сделать | до 1 марта", "Не назван год", id="no year"),
        pytest.param(
            "{owner} | сделать | в течение 5 дней после приказа", "назовите дату", id="counted from elsewhere"
        ),
        pytest.param("{owner} | сделать | по мере необходимости", "назовите дату", id="on demand"),
        pytest.param("{owner} | сделать | до 28.02.2022", "уже прошёл", id="a day that has passed"),
        pytest.param("{owner} | сделать", "строка 1: нужно «исполнитель", id="a part missing"),
    ],
)
def test_an_unclear_line_takes_all_lines_back(loaded: Engine, lines: str, why: str) -> None:
    with pytest.raises(Refused, match=why) as refused:
        add(loaded, lines.format(owner=owner_of(loaded)[1]))
    assert "\n" not in str(refused.value)
    assert decided(loaded) == []


def test_a_term_that_ends_in_the_holidays_after_the_session_ends_after_them(loaded: Engine) -> None:
    """The working day before them lies before the session; of a day that is named it is asked for."""
    code, name = owner_of(loaded)
    session = {"held": date(2021, 12, 30), "today": date(2021, 12, 31)}
    with pytest.raises(Refused, match=r"строка 1: срок «до 05\.01\.2022»: 05\.01\.2022 — нерабочий день"):
        add(loaded, f"{name} | подготовить методичку | до 05.01.2022", **session)  # type: ignore[arg-type]
    add(loaded, f"{name} | провести семинар | в 10-дневный срок", **session)  # type: ignore[arg-type]
    assert decided(loaded) == [("2.1.1.r1", code, "в 10-дневный срок", date(2022, 1, 10))]


def test_they_stay_when_the_document_is_loaded_again(loaded: Engine) -> None:
    add(loaded, f"{owner_of(loaded)[1]} | подготовить методичку | до 31.05.2022")
    before = decided(loaded)
    again = load(loaded, built_in("krasnodar"))
    assert again.points_new == 0
    assert decided(loaded) == before


def test_they_stay_when_the_document_is_amended(loaded: Engine) -> None:
    from tasks.editions.amend import amend

    add(loaded, f"{owner_of(loaded)[1]} | подготовить методичку | до 31.05.2022")
    before = decided(loaded)
    old = built_in("krasnodar")
    changed = old.items[-1].model_copy(update={"result": "другой результат"})
    draft = old.model_copy(update={"items": (*old.items[:-1], changed)})
    with open_session(loaded) as session:
        amended = amend(session, "krasnodar", draft, today=date(2022, 3, 2), at=AT)
    assert amended.is_new
    assert amended.points.withdrawn == ()
    assert decided(loaded) == before
