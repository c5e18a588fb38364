"""How an item is cited, and when the printed number alone says which item is meant."""

from datetime import date

import pytest
from sqlalchemy import Engine

from models import Body, Item, Roadmap
from models.db import open_session
from models.queries.printed_numbers import cited_place, number_of, shared_numbers, shown_number


@pytest.mark.parametrize(
    ("place", "number", "words"),
    [
        ("приложение, раздел 2, направление 1, строка 12", "12", "разд. 2, напр. 1, п. 12"),
        ("приложение, раздел 1, строка 3", "3.", "разд. 1, п. 3."),
        ("п. 3.2.1, абзац 2", "3.2.1", "п. 3.2.1, абз. 2"),
        ("приложение 1, пункт 6.2, последний абзац", "6.2", "п. 6.2, последний абз."),
        ("пункт 5", "5", "п. 5"),
        ("таблица 1, строка 4", "", "строка 4"),
    ],
)
def test_a_place_is_cited_in_short(place: str, number: str, words: str) -> None:
    assert cited_place(place, number) == words


def test_a_round_has_no_number_and_a_place_without_one_cites_nothing() -> None:
    assert shown_number("krai", "", "", "round", ()) == "—"
    assert shown_number("krai", "", "протокол совещания", "activity", ()) == ""


def items(engine: Engine, *rows: tuple[str, str]) -> list[str]:
    """How items of one roadmap with these (number, place) are cited."""
    with open_session(engine) as session:
        session.add(
            Roadmap(
                code="krai",
                region="Край",
                title="Комплекс мер",
                act="приказ № 1",
                period_start=date(2027, 1, 1),
                period_end=date(2027, 12, 31),
                zone="Europe/Moscow",
                roll="preceding",
                report_by="period_end",
                controlled_from=date(2027, 1, 1),
            )
        )
        session.flush()
        body = Body(roadmap_code="krai", code="iro", name="Институт", short="ИРО", level="regional")
        session.add(body)
        session.flush()
        found = [
            Item(
                roadmap_code="krai",
                code=f"c{n}",
                origin="table",
                group="",
                executors="",
                result="",
                number=number,
                section="",
                title="Форсайт-сессия",
                kind="activity",
                term="",
                reading={},
                responsible="ИРО",
                owner_id=body.id or 0,
                source=place,
                position=n,
                is_controlled=True,
            )
            for n, (number, place) in enumerate(rows)
        ]
        session.add_all(found)
        session.flush()
        shared = shared_numbers(session)
        return [number_of(one, shared) for one in found]


def test_rows_that_are_numbered_anew_in_each_section_are_all_cited_with_it(engine: Engine) -> None:
    """«2» stands once, and would be cited otherwise than its neighbour «1»."""
    rows = [("1", "приложение, раздел 1, строка 1"), ("1", "приложение, раздел 2, строка 1")]
    rows += [("2", "приложение, раздел 2, строка 2"), ("3.1", "приложение, пункт 3.1")]
    assert items(engine, *rows) == ["разд. 1, п. 1", "разд. 2, п. 1", "разд. 2, п. 2", "3.1"]


def test_numbers_that_name_one_item_each_stay_as_printed(engine: Engine) -> None:
    assert items(engine, ("1", "строка 1"), ("2", "строка 2"), ("2.1", "строка 3")) == ["1", "2", "2.1"]
