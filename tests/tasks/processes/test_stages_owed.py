"""A registration without a signature keeps the point open: it is said where, and one answer or one cell settles it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from models.db import open_session
from roadmap.processes.form_words import means_missing
from tasks.context.working_calendar import calendar_of
from tasks.prefect.cards.process_facts import process_cards
from tasks.prefect.runs.forms import StageDecision, answer
from tasks.processes.agreement_import import import_agreements
from tasks.processes.agreements import ledger_of, the_agreement
from tests.worlds.process_region import ProcessRegion

DAY = date(2027, 6, 14)
WIDE = ("Подпись муниципалитета", "Подпись института", "Подпись министерства", "Регистрация соглашения")
OWED = "Зарегистрировано, не внесена дата этапа «Подпись муниципалитета»: г. Анапа"


def take(region: ProcessRegion, folder: Path, header: tuple[str, ...], *rows: tuple[Any, ...]) -> None:
    book = Workbook()
    for row in (("Муниципалитет", *header), *rows):
        book.active.append(row)  # type: ignore[union-attr]
    book.save(folder / "facts.xlsx")
    with open_session(region.world.engine) as session:
        path = folder / "facts.xlsx"
        import_agreements(session, region.code, path, item=None, actor="к", today=region.on, at=region.at)
    region.sweep()


def say(region: ProcessRegion, n: int, **fields: str) -> str:
    form = StageDecision(decision="отметить этап", **fields)
    told = answer(region.world.engine, region.parent, form, once_key=f"a{n}", today=region.on, at=region.at)
    return str(told.refusal)


@pytest.fixture
def registered(small_region: ProcessRegion, tmp_path: Path) -> ProcessRegion:
    """All is registered; the day on which Anapa signed is not recorded."""
    small_region.do([("draft", "-"), ("approved", "-"), ("sent", "-")], date(2027, 6, 3))
    small_region.on = DAY
    days = [DAY] * 4
    take(small_region, tmp_path, WIDE, ("г. Анапа", None, *days[1:]), ("г. Сочи", *days), ("Ейский район", *days))
    return small_region


def test_the_ledger_and_the_card_say_what_is_owed_and_by_whom(registered: ProcessRegion) -> None:
    assert registered.point(registered.parent).status == "open"
    with open_session(registered.world.engine) as session:
        standing = the_agreement(session, registered.code)
        found = ledger_of(session, standing, today=DAY, calendar=calendar_of(session, registered.code))
        card = process_cards(session, {registered.parent: DAY})[registered.parent]
    assert found.owed == (OWED,)
    assert f"**Не хватает:** {OWED}." in card


def test_one_cell_of_a_table_settles_it(registered: ProcessRegion, tmp_path: Path) -> None:
    take(registered, tmp_path, WIDE[:1], ("г. Анапа", date(2027, 6, 10)))
    assert registered.point(registered.parent).status == "submitted"
    assert registered.proof(registered.parent) == ["Зарегистрировано 3 из 3"]


def test_one_answer_settles_it(registered: ProcessRegion) -> None:
    assert say(registered, 1, stage="не внесено", done_on="10.06.2027") == ""
    assert registered.point(registered.parent).status == "accepted"
    assert registered.stage("signed-municipality", "anapa").submitted_on == date(2027, 6, 10)


def test_one_answer_settles_everything_owed_in_several_municipalities(
    small_region: ProcessRegion, tmp_path: Path
) -> None:
    small_region.sweep(date(2027, 6, 3))
    small_region.on = DAY
    take(small_region, tmp_path, WIDE[3:], *((town, DAY) for town in ("г. Анапа", "г. Сочи", "Ейский район")))
    assert small_region.open_stages() == {("draft", "-")}
    assert say(small_region, 1, stage="недостающее", who="Туапсе") != ""
    assert say(small_region, 2, stage="недостающее", who="Сочи") == ""
    assert small_region.stage("signed-ministry", "sochi").status == "accepted"
    assert small_region.stage("sent").status == "accepted", "what is common was owed by Sochi as well"
    assert small_region.stage("signed-municipality", "anapa").status == "open"
    assert say(small_region, 3, stage="не внесено", who="всеми") == ""
    assert small_region.point(small_region.parent).status == "accepted"


def test_where_nothing_is_owed_the_words_are_refused(small_region: ProcessRegion) -> None:
    small_region.sweep(date(2027, 6, 3))
    assert "ничего не пропущено" in say(small_region, 1, stage="не внесено")


@pytest.mark.parametrize(
    ("words", "means"),
    [
        ("не внесено", True),
        ("Не внесены!", True),
        ("недостающие этапы", True),
        ("внесено", False),
        ("подписано", False),
    ],
)
def test_the_words_for_all_that_is_owed(words: str, means: bool) -> None:
    assert means_missing(words) == means
