"""A recorded day or proof that was wrong is corrected by a table, with a ground, and the history keeps both."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState
from sqlmodel import Session

from models import ControlPoint, Evidence, Transition, lifecycle
from models.db import open_session
from models.lifecycle import Refused, TransitionCommand
from tasks.context.working_calendar import calendar_of
from tasks.processes.agreement_import import Changed, Recorded, import_agreements
from tasks.processes.agreements import ledger_of, the_agreement
from tasks.processes.municipalities import TableRefused
from tests.worlds.process_region import ProcessRegion

HEADER = ("Муниципалитет", "Этап", "Дата", "Реквизиты")
STAGES = ("signed-municipality", "signed-institute", "signed-ministry", "registered")
TOWNS = ("anapa", "eysk", "sochi")
SIGNED, RIGHT = date(2027, 6, 14), date(2027, 6, 15)
GROUND = "в таблице была опечатка"


def book(folder: Path, *rows: tuple[Any, ...]) -> Path:
    made = Workbook()
    for row in (HEADER, *rows):
        made.active.append(row)  # type: ignore[union-attr]
    made.save(folder / "facts.xlsx")
    return folder / "facts.xlsx"


def take(region: ProcessRegion, folder: Path, *rows: tuple[Any, ...], correction: str = "") -> Recorded:
    with open_session(region.world.engine) as session:
        by: dict[str, Any] = {"item": None, "actor": "координатор", "today": region.on, "at": region.at}
        path = book(folder, *rows)
        return import_agreements(session, region.code, path, **by, correction=correction)[1]


def everything(region: ProcessRegion) -> list[Any]:
    return [region.world.rows(table) for table in (ControlPoint, Transition, Evidence)]


@pytest.fixture
def signed(small_region: ProcessRegion, tmp_path: Path, workday: Callable[[int], date]) -> ProcessRegion:
    """Sochi has signed on a day, with a proof."""
    small_region.do([("draft", "-"), ("approved", "-"), ("sent", "-")], workday(2))
    small_region.sweep(date(2027, 6, 16))
    take(small_region, tmp_path, ("г. Сочи", STAGES[0], SIGNED, "письмо № 1"))
    return small_region


def corrections(region: ProcessRegion) -> list[tuple[Any, ...]]:
    rows = [row for row in region.world.rows(Transition) if row["action"] == "correct"]
    return [tuple(row[name] for name in ("due_from", "due_to", "happened_on", "actor", "reason")) for row in rows]


def test_another_day_without_the_word_is_a_fault_that_names_the_remedy(signed: ProcessRegion, tmp_path: Path) -> None:
    before = everything(signed)
    with pytest.raises(TableRefused, match=r"C2: уже записано 14\.06\.2027, а здесь 15\.06\.2027 .*--correct --reason"):
        take(signed, tmp_path, ("г. Сочи", STAGES[0], RIGHT, ""))
    assert everything(signed) == before


def test_a_correction_keeps_the_old_day_the_author_and_the_ground(signed: ProcessRegion, tmp_path: Path) -> None:
    done = take(signed, tmp_path, ("г. Сочи", STAGES[0], RIGHT, ""), correction=GROUND)
    assert done == Recorded(corrected=1)
    assert done.changes == (Changed(name="г. Сочи", stage="Подпись муниципалитета", on=RIGHT, was=SIGNED),)
    stage = signed.stage(STAGES[0], "sochi")
    assert (stage.status, stage.submitted_on, stage.closed_on) == ("accepted", RIGHT, RIGHT)
    assert corrections(signed) == [(SIGNED, RIGHT, signed.on, "координатор", GROUND)]
    assert signed.proof(stage.key) == ["письмо № 1"]


def test_the_same_correction_again_changes_nothing(signed: ProcessRegion, tmp_path: Path) -> None:
    row = ("г. Сочи", STAGES[0], RIGHT, "письмо № 2")
    assert take(signed, tmp_path, row, correction=GROUND) == Recorded(corrected=1)
    before = everything(signed)
    assert take(signed, tmp_path, row, correction=GROUND) == Recorded(known=1)
    assert take(signed, tmp_path, row) == Recorded(known=1)
    assert everything(signed) == before


def test_another_proof_is_taken_only_as_a_correction(signed: ProcessRegion, tmp_path: Path) -> None:
    row = ("г. Сочи", STAGES[0], SIGNED, "письмо № 2")
    assert take(signed, tmp_path, row) == Recorded(known=1, other_proof=1)
    assert take(signed, tmp_path, row, correction=GROUND) == Recorded(corrected=1)
    assert signed.proof(f"{signed.parent}/{STAGES[0]}/sochi") == ["письмо № 1", "письмо № 2"]
    assert corrections(signed) == [(None, None, signed.on, "координатор", GROUND)]


def test_a_day_is_corrected_there_and_back(signed: ProcessRegion, tmp_path: Path) -> None:
    for day in (RIGHT, SIGNED):
        assert take(signed, tmp_path, ("г. Сочи", STAGES[0], day, ""), correction=GROUND).corrected == 1
    assert [(was, on) for was, on, *_ in corrections(signed)] == [(SIGNED, RIGHT), (RIGHT, SIGNED)]


def test_a_table_both_corrects_and_records_what_is_new(signed: ProcessRegion, tmp_path: Path) -> None:
    rows = [("г. Сочи", STAGES[0], RIGHT, ""), ("г. Анапа", STAGES[0], RIGHT, "№ 3")]
    done = take(signed, tmp_path, *rows, correction=GROUND)
    assert done == Recorded(done=1, corrected=1)
    assert [(one.name, one.was) for one in done.changes] == [("г. Анапа", None), ("г. Сочи", SIGNED)]


def test_a_day_to_come_is_no_correction(signed: ProcessRegion, tmp_path: Path) -> None:
    with pytest.raises(TableRefused, match="ещё не наступила"):
        take(signed, tmp_path, ("г. Сочи", STAGES[0], date(2027, 6, 17), ""), correction=GROUND)


def test_the_ledger_shows_what_was_corrected(signed: ProcessRegion, tmp_path: Path) -> None:
    take(signed, tmp_path, ("г. Сочи", STAGES[0], RIGHT, ""), correction=GROUND)
    with open_session(signed.world.engine) as session:
        standing = the_agreement(session, signed.code)
        found = ledger_of(session, standing, today=signed.on, calendar=calendar_of(session, signed.code))
    (one,) = found.corrections
    assert (one.name, one.title, one.was, one.on) == ("г. Сочи", "Подпись муниципалитета", SIGNED, RIGHT)
    assert (one.actor, one.reason, one.corrected_on) == ("координатор", GROUND, signed.on)


def test_the_last_day_of_an_ended_process_moves_the_day_of_the_whole_point(
    signed: ProcessRegion, tmp_path: Path
) -> None:
    rows = [(town, stage, RIGHT, "") for town in TOWNS for stage in STAGES if (town, stage) != ("sochi", STAGES[0])]
    take(signed, tmp_path, *rows)
    signed.sweep()
    assert signed.point(signed.parent).submitted_on == RIGHT
    last = [(town, "registered", date(2027, 6, 16), "") for town in TOWNS]
    assert take(signed, tmp_path, *last[:1], correction=GROUND) == Recorded(corrected=1, moves_whole=True)
    whole = signed.point(signed.parent)
    assert (whole.status, whole.submitted_on) == ("submitted", date(2027, 6, 16))
    assert signed.history(whole.key)[-1] == ("correct", "координатор", GROUND)
    assert take(signed, tmp_path, *last, correction=GROUND) == Recorded(corrected=2, known=1)


@pytest.mark.parametrize("is_swept", [pytest.param(False, id="the same day"), pytest.param(True, id="stages closed")])
def test_a_point_accepted_as_a_whole_keeps_its_day(signed: ProcessRegion, tmp_path: Path, is_swept: bool) -> None:
    signed.move("accept", signed.parent, on=SIGNED)
    if is_swept:
        signed.sweep()
    row = ("г. Сочи", STAGES[0], date(2027, 6, 10), "")
    assert take(signed, tmp_path, row, correction=GROUND) == Recorded(corrected=1)
    assert signed.stage(STAGES[0], "sochi").submitted_on == row[2]
    assert signed.point(signed.parent).submitted_on == SIGNED


def test_a_table_of_last_year_is_not_taken_for_the_renewal(signed: ProcessRegion, tmp_path: Path) -> None:
    signed.set_period_end(date(2029, 12, 31))
    rows = [(town, stage, SIGNED, "") for town in TOWNS for stage in STAGES]
    take(signed, tmp_path, *rows)
    signed.sweep()
    signed.move("accept", signed.parent)
    (renewed,) = signed.sweep().renewed
    signed.sweep(signed.point(renewed).opens_on)
    before = everything(signed)
    for ground in ("", GROUND):
        with pytest.raises(TableRefused, match=r"C2: дата 14\.06\.2027 относится к прежнему соглашению"):
            take(signed, tmp_path, *rows, correction=ground)
    assert everything(signed) == before
    assert take(signed, tmp_path, ("г. Сочи", STAGES[0], signed.on, "")) == Recorded(done=1)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        pytest.param({"due_on": RIGHT}, "укажите основание", id="a ground is needed"),
        pytest.param({"due_on": SIGNED, "reason": GROUND}, "другой день", id="the same day is no correction"),
    ],
)
def test_a_correction_that_corrects_nothing_or_says_no_why_is_refused(
    signed: ProcessRegion, wish: dict[str, Any], words: str
) -> None:
    move = TransitionCommand(action="correct", actor="координатор", at=signed.at, on=signed.on, **wish)
    with pytest.raises(Refused, match=words), open_session(signed.world.engine) as session:
        lifecycle.change(session, f"{signed.parent}/{STAGES[0]}/sochi", move)


def test_of_two_corrections_at_once_the_second_is_told_so(signed: ProcessRegion) -> None:
    key = f"{signed.parent}/{STAGES[0]}/sochi"
    others = [RIGHT]

    def correct(session: Session, day: date) -> None:
        facts: dict[str, Any] = {"actor": "координатор", "at": signed.at, "on": signed.on, "reason": GROUND}
        lifecycle.change(session, key, TransitionCommand(action="correct", due_on=day, **facts))

    def correct_in_between(state: ORMExecuteState) -> None:
        if state.is_update and others:
            with open_session(signed.world.engine) as quick:
                correct(quick, others.pop())

    with pytest.raises(Refused, match="решение уже принято другим"), open_session(signed.world.engine) as slow:
        event.listen(slow, "do_orm_execute", correct_in_between)
        correct(slow, date(2027, 6, 10))
    assert signed.point(key).submitted_on == RIGHT
