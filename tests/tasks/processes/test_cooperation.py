"""Agreements with bodies that are no municipalities, each a point of its own: two parties, one ledger, one table."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlmodel import select

from models import Body, Item
from models.db import open_session
from tasks.context.working_calendar import calendar_of
from tasks.prefect.cards.point_facts import point_of
from tasks.prefect.cards.process_facts import process_cards
from tasks.prefect.runs.forms import Decision, PartyDecision, StageDecision, answer, form_for
from tasks.processes.agreement_import import Recorded, import_agreements
from tasks.processes.agreements import ledger_of, the_agreement, write_template
from tasks.processes.rows import underway
from tests.worlds.process_region import ProcessRegion

OPENS, DEADLINE = date(2027, 6, 1), date(2027, 6, 30)
SIDES = {"flagship": "Флагманские школы", "mms": "ММС"}
OWN = ("draft", "approved", "sent", "signed-owner", "registered")


def key_of(body: str) -> str:
    return f"krai/c1/{body}/{DEADLINE}"


@pytest.fixture
def sides(small_region: ProcessRegion) -> ProcessRegion:
    """The institute concludes agreements with two bodies; its own point is one of the group."""
    region = small_region
    region.move("withdraw", region.parent, reason="не нужно")
    with open_session(region.world.engine) as session:
        for code, short in SIDES.items():
            session.add(Body(roadmap_code="krai", code=code, name=short, short=short, level="institutional"))
    for code in (*SIDES, "institute"):
        body = region.body(code)
        region.add_point("agreement", "c1", OPENS, DEADLINE, key=key_of(code), body_id=body, owner_id=body)
    region.sweep(OPENS)
    return region


def done_to(region: ProcessRegion, body: str, *stages: str) -> None:
    for stage in stages:
        region.submit(stage, body, parent=key_of(body))
        region.sweep()


def test_each_side_has_its_own_stages_and_the_owner_none_with_itself(sides: ProcessRegion) -> None:
    assert sides.open_stages() == {("draft", "flagship"), ("draft", "mms")}
    with open_session(sides.world.engine) as session:
        assert {one.parent.key: one.process.code for one in underway(session, "krai")} == {
            key_of("flagship"): "cooperation",
            key_of("mms"): "cooperation",
        }
        institute, mms = sides.body("institute"), sides.body("mms")
    holders = {stage: sides.stage(stage, "mms", key_of("mms")).owner_id for stage in (*OWN, "signed-body")}
    assert holders == dict.fromkeys(OWN, institute) | {"signed-body": mms}
    assert sides.stage("draft", "mms", key_of("mms")).stage_title == "Проект соглашения · ММС"


def test_it_goes_from_draft_to_registration_and_the_other_stays(sides: ProcessRegion) -> None:
    done_to(sides, "mms", "draft", "approved", "sent", "signed-body", "signed-owner", "registered")
    assert sides.point(key_of("mms")).status == "submitted"
    assert sides.proof(key_of("mms")) == ["Зарегистрировано"]
    assert sides.point(key_of("flagship")).status == "open"


def test_one_ledger_shows_every_side_also_those_that_are_done(sides: ProcessRegion) -> None:
    done_to(sides, "mms", "draft", "approved", "sent", "signed-body", "signed-owner", "registered")
    with open_session(sides.world.engine) as session:
        found = ledger_of(session, the_agreement(session, "krai"), today=OPENS, calendar=calendar_of(session, "krai"))
    assert found.main == "Подписано сторонами 1 из 2, зарегистрировано 1 из 2"
    assert [(line.name, line.outcome) for line in found.lines] == [
        ("ММС", "завершено"),
        ("Флагманские школы", "в работе"),
    ]
    assert found.holders == (("ИРО", 1, 0),)


def take(region: ProcessRegion, path: Path) -> Recorded:
    with open_session(region.world.engine) as session:
        _, done = import_agreements(session, "krai", path, item="c1", actor="к", today=region.on, at=region.at)
    region.sweep()
    return done


def test_one_table_records_all_sides_and_its_form_comes_back_as_it_is(sides: ProcessRegion, tmp_path: Path) -> None:
    form = tmp_path / "form.xlsx"
    with open_session(sides.world.engine) as session:
        assert write_template(session, the_agreement(session, "krai"), form) == 2
    book = load_workbook(form)
    rows = list(book.active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert rows[0][:2] == ("Сторона", "Проект соглашения")
    filled = Workbook()
    sheet: Any = filled.active
    sheet.append(rows[0])
    sheet.append(["ММС", *[OPENS] * 6, "№ 4"])
    sheet.append(["Флагманские школы", *[None] * 7, "не согласны"])
    filled.save(form)
    assert take(sides, form) == Recorded(done=6, refused=1)
    assert [sides.point(key_of(body)).status for body in SIDES] == ["submitted", "submitted"]
    assert sides.proof(key_of("flagship")) == ["Зарегистрировано 0 из 1, снято с контроля 1"]


def form_of(region: ProcessRegion, key: str, kind: str = "windows") -> type[Decision]:
    with open_session(region.world.engine) as session:
        for item in session.execute(select(Item)).scalars():
            item.reading = {"text": "до 30 июня", "kind": kind, "rule": "date"}
        session.flush()
        point = point_of(session, key)
    assert point is not None
    return form_for(point)


def test_its_form_asks_for_a_side_and_takes_its_refusal(sides: ProcessRegion) -> None:
    assert form_of(sides, key_of("mms")) is PartyDecision
    assert form_of(sides, key_of("institute")) is Decision
    form = PartyDecision(decision="отказ стороны", reason="письмо № 3")
    said = answer(sides.world.engine, key_of("mms"), form, once_key="a", today=OPENS, at=sides.at)
    assert (said.refusal, said.status) == ("", "submitted")
    assert sides.history(f"{key_of('mms')}/draft/mms")[-1][2] == "сторона отказалась: письмо № 3"


def test_its_card_shows_the_side(sides: ProcessRegion) -> None:
    with open_session(sides.world.engine) as session:
        card = process_cards(session, {key_of("mms"): OPENS})[key_of("mms")]
    assert "| Сторона | Этап |" in card
    assert "Муниципалитет" not in card
    assert "| 4 | Подпись стороны | впереди | ММС |" in card


@pytest.mark.parametrize("kind", ["document", "registry"])
def test_a_point_done_in_one_go_has_the_plain_form(sides: ProcessRegion, kind: str) -> None:
    late = sides.add_point(kind, "d1", date(2027, 3, 1), date(2027, 5, 31))
    in_time = sides.add_point(kind, "d1", OPENS, date(2027, 7, 30))
    sides.sweep()
    assert (form_of(sides, late), form_of(sides, in_time)) == (Decision, StageDecision)


def test_an_agreement_that_waits_for_its_municipalities_has_the_form_of_stages(small_region: ProcessRegion) -> None:
    small_region.on = OPENS
    assert form_of(small_region, small_region.parent) is StageDecision
    assert form_of(small_region, small_region.parent, "continuous") is Decision
