"""The .xlsx form of a round, written by us, filled in a spreadsheet, taken back: whole, or a list of its faults."""

import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import delete, select
from sqlmodel import Session, col

from models import Body, IndicatorValue, Municipality, Round
from models.db import open_session
from roadmap.monitoring.indicators.submission import Given
from roadmap.monitoring.workbook import SHEET
from tasks.monitoring.submissions.rows import the_round
from tasks.monitoring.submissions.workbooks import (
    FormRefused,
    Source,
    Taken,
    form_name,
    form_of,
    form_xlsx,
    take_forms,
)
from tests.worlds.monitored import Monitored

FIRST, SECOND, REASON = "J", "L", "M"
#: What a municipality writes into its four rows.
FILLED = {"J5": 12, "L5": 100, "J6": 300, "L6": 2, "J7": 7, "J8": "да"}
Edit = Callable[[Any], None]


def blank(monitored: Monitored, body: str | None = "sochi", period: str | None = None) -> bytes:
    """The form as it is handed out."""

    def made(session: Session) -> bytes:
        return form_xlsx(form_of(session, the_round(session, "krai", period), body=body))

    return bytes(monitored.ask(made))


def filled(content: bytes, cells: dict[str, Any] | None = None, *edits: Edit) -> bytes:
    """The form after somebody wrote into it, and saved it."""
    book = load_workbook(io.BytesIO(content))
    values: dict[str, Any] = FILLED if cells is None else cells
    for place, value in values.items():
        book[SHEET][place] = value
    for edit in edits:
        edit(book)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def take(
    monitored: Monitored, *contents: bytes, body: str | None = None, period: str | None = None, **more: Any
) -> Taken:
    def taken(session: Session) -> Taken:
        round_ = the_round(session, "krai", period) if period or body else None
        source = Source(actor="координатор", at=monitored.at, today=monitored.on, round_=round_, body=body)
        files = [(f"форма {n}.xlsx", content) for n, content in enumerate(contents, start=1)]
        return take_forms(session, "krai", files, source=source, **more)

    found: Taken = monitored.ask(taken)
    return found


def faults(monitored: Monitored, *contents: bytes, **more: Any) -> list[str]:
    """The lines of a refusal; nothing is written by it."""
    before = monitored.world.rows(IndicatorValue)
    with pytest.raises(FormRefused) as refused:
        take(monitored, *contents, **more)
    assert monitored.world.rows(IndicatorValue) == before
    return [f"{one.cell}: {one.words}" for one in refused.value.problems]


def test_a_filled_form_is_taken_and_the_same_again_changes_nothing(monitored: Monitored) -> None:
    one = monitored.round()
    content = filled(blank(monitored))
    first, again = take(monitored, content), take(monitored, content)
    assert (first.new, first.known, first.settled) == (4, 0, 1)
    assert (again.new, again.known, again.settled) == (0, 4, 0)
    assert [row[:4] for row in monitored.values(one)] == [
        ("sochi", "trained", 12.0, 100.0),
        ("sochi", "per-methodist", 300.0, 2.0),
        ("sochi", "events", 7.0, None),
        ("sochi", "policy", 1.0, None),
    ]
    assert monitored.world.rows(IndicatorValue)[1]["place"] == "форма 1.xlsx, J6"
    assert monitored.data("sochi").status == "accepted"


def test_the_form_locks_all_but_the_answers_hides_codes_and_checks_what_is_typed(small_monitored: Monitored) -> None:
    small_monitored.round()
    sheet = load_workbook(io.BytesIO(blank(small_monitored)))[SHEET]
    assert sheet.protection.sheet
    opened = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert opened == {*(f"{c}{n}" for c in "JM" for n in range(5, 9)), "L5", "L6"}
    assert sheet.row_dimensions[1].hidden
    assert [letter for letter in "ABCDEF" if sheet.column_dimensions[letter].hidden] == ["A", "B", "C"]
    assert [cell.value for cell in sheet[1][:2]] == ["vekha-measures-1", "krai/m-quarter/-/2027-07-14"]
    row = [cell.value for cell in sheet[5]]
    assert row[3:9] == [
        "г. Сочи",
        1,
        "Доля учителей, прошедших обучение",
        "Не менее 12% от общего числа учителей",
        "%",
        "Учителей обучено с начала года",
    ]
    assert row[10] == "Учителей всего"
    checks = {str(check.sqref): check.type for check in sheet.data_validations.dataValidation}
    assert checks == {"J8": "list", "J5:J7": "custom", "L5:L8": "custom", "M5:M8": "textLength"}


def test_past_values_stand_beside_and_answers_given_already_stand_in_the_form(small_monitored: Monitored) -> None:
    small_monitored.give(small_monitored.round("2027-Q1", asks=False), "sochi", Given("events", 5))
    small_monitored.give(small_monitored.round(), "sochi", Given("trained", 12, 100))
    sheet = load_workbook(io.BytesIO(blank(small_monitored)))[SHEET]
    assert (sheet["J5"].value, sheet["L5"].value, sheet["J7"].value) == (12, 100, None)
    assert sheet["N7"].value == "5 (I квартал 2027 г.)"


def put(place: str, value: Any) -> Edit:
    def edit(book: Workbook) -> None:
        book[SHEET][place] = value

    return edit


def copy_row(book: Workbook) -> None:
    book[SHEET].append([cell.value for cell in book[SHEET][5]])


def drop_row(book: Workbook) -> None:
    book[SHEET].delete_rows(6)


def rename_sheet(book: Workbook) -> None:
    book[SHEET].title = "Лист1"


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        pytest.param(put("J5", "много"), "J5: «много» — не число", id="text for a number"),
        pytest.param(put("J5", 120), "J5: часть (120) больше целого (100)", id="numerator above denominator"),
        pytest.param(put("J7", -1), "J7: число не может быть отрицательным", id="negative"),
        pytest.param(put("J7", "=5+5"), "J7: здесь формула", id="a formula"),
        pytest.param(put("J7", datetime(2027, 5, 1)), "J7: здесь дата 01.05.2027", id="a date"),  # noqa: DTZ001
        pytest.param(put("L5", None), "L5: не заполнено: Учителей всего", id="half an answer"),
        pytest.param(put("J8", "может быть"), "J8: здесь нужно «да» или «нет»", id="neither yes nor no"),
        pytest.param(put("L7", 3), "L7: здесь число не нужно", id="a denominator of a total"),
        pytest.param(put("J7", None), "J7: «г. Сочи», показатель 3: нет ни числа, ни причины", id="nothing at all"),
        pytest.param(put("F5", "Доля"), "F5: изменена закрытая ячейка «Показатель»", id="a locked cell changed"),
        pytest.param(put("H5", None), "H5: изменена закрытая ячейка «Ед. изм.»", id="a locked cell emptied"),
        pytest.param(put("B5", "nope"), "B5: показатель «nope»: в этом раунде он не запрашивается", id="unknown"),
        pytest.param(put("A5", None), "A5: орган без кода", id="the code of the body is gone"),
        pytest.param(copy_row, "B9: строка повторяется", id="a row twice"),
        pytest.param(drop_row, "B8: нет строки показателя 2, «г. Сочи»", id="a row is gone"),
        pytest.param(put("J4", "Моё"), "J4: изменён заголовок «Ответ»", id="a heading changed"),
        pytest.param(put("A1", None), "A1: это не форма показателей", id="the hidden row is gone"),
        pytest.param(put("B1", "krai/m-quarter/-/2020-01-01"), "B1: это форма другого раунда", id="another round"),
        pytest.param(put("C1", "0"), "C1: форма устарела", id="another set of indicators"),
        pytest.param(put("D1", "atlantis"), "D1: Органа «atlantis» в «krai» нет", id="an unknown body"),
        pytest.param(rename_sheet, "A1: листа «Показатели» нет (есть: «Лист1»)", id="the wrong sheet"),
    ],
)
def test_every_fault_has_its_cell_and_nothing_is_taken(small_monitored: Monitored, edit: Edit, expected: str) -> None:
    small_monitored.round()
    found = faults(small_monitored, filled(blank(small_monitored), None, edit))
    assert any(line.startswith(expected) for line in found), found


def test_all_faults_of_all_files_are_told_at_once(small_monitored: Monitored) -> None:
    small_monitored.round()
    wrong = filled(blank(small_monitored), FILLED | {"J5": "x", "J7": -1})
    found = faults(small_monitored, wrong, filled(blank(small_monitored, "anapa"), {"J5": 1}))
    assert len(found) == 2 + 4


def test_what_is_right_is_taken_when_told_so(monitored: Monitored) -> None:
    one = monitored.round()
    taken = take(monitored, filled(blank(monitored), FILLED | {"J5": 120, "J7": None}), partly=True)
    assert (taken.new, taken.settled, [fault.cell for fault in taken.left_out]) == (2, 0, ["J5", "J7"])
    assert [row[1] for row in monitored.values(one)] == ["per-methodist", "policy"]


def test_the_coordinators_form_holds_every_body_and_a_missing_one_is_told(monitored: Monitored) -> None:
    one = monitored.round()
    source = blank(monitored, None)
    rows = load_workbook(io.BytesIO(source))[SHEET]
    order = [(row[0].value, row[1].value) for row in rows.iter_rows(min_row=5)]
    assert [code for code, _ in order] == ["eysk"] * 4 + ["institute"] * 2 + ["anapa"] * 4 + ["sochi"] * 4
    wanted = {"share": (1, 2), "ratio": (4, 2), "total": (3, None), "flag": ("да", None)}
    cells = {
        f"{letter}{n}": value
        for n, row in enumerate(rows.iter_rows(min_row=5), start=5)
        for letter, value in zip((FIRST, SECOND), wanted[str(row[2].value)], strict=True)
    }
    gone = filled(source, cells, lambda book: book[SHEET].delete_rows(5, 4))
    assert faults(monitored, gone) == ["A15: нет строк органа: Ейский район — верните их"]
    taken = take(monitored, filled(source, cells))
    assert (taken.new, taken.settled, len(taken.bodies)) == (14, 4, 4)
    assert len(monitored.values(one)) == 14


def test_sorted_rows_are_known_by_their_codes(small_monitored: Monitored) -> None:
    small_monitored.round()

    def turn(book: Workbook) -> None:
        sheet = book[SHEET]
        rows = [[cell.value for cell in sheet[n]] for n in range(5, 9)]
        for n, row in enumerate(reversed(rows), start=5):
            for column, value in enumerate(row, start=1):
                sheet.cell(n, column).value = value

    assert take(small_monitored, filled(blank(small_monitored), None, turn)).new == 4


def test_a_correction_in_a_form_needs_its_reason_beside_it(monitored: Monitored) -> None:
    one = monitored.round()
    monitored.give(one)
    source = blank(monitored)
    (line,) = faults(monitored, filled(source, {"J5": 13}))
    assert line.startswith("J5: записано «12 из 100")
    assert take(monitored, filled(source, {"J5": 13, "M5": "опечатка"})).new == 1
    assert take(monitored, filled(source, {"J5": 13, "M5": "опечатка"})).new == 0


def test_two_files_that_say_different_things_are_refused(small_monitored: Monitored) -> None:
    small_monitored.round()
    source = blank(small_monitored)
    found = faults(small_monitored, filled(source), filled(source, FILLED | {"J7": 8}))
    assert found == ["J7: другое значение уже в «форма 1.xlsx, J7» — оставьте одно"]


def test_the_form_of_a_round_gone_by_is_taken_only_when_it_is_named(small_monitored: Monitored) -> None:
    small_monitored.round("2027-Q1", asks=False)
    old = filled(blank(small_monitored, period="2027-Q1"))
    small_monitored.round()
    (line,) = faults(small_monitored, old)
    assert line.startswith("B1: это форма другого раунда («Показатели за I квартал 2027 г. · г. Сочи")
    assert "нужна за II квартал 2027 г." in line
    assert take(small_monitored, old, period="2027-Q1").new == 4


def test_on_the_page_of_a_body_only_its_own_form_is_taken(small_monitored: Monitored) -> None:
    small_monitored.round()
    anapa, everybody = blank(small_monitored, "anapa"), blank(small_monitored, None)
    assert faults(small_monitored, filled(anapa), body="sochi")[0].startswith("D1: это форма другого органа")
    assert faults(small_monitored, filled(everybody), body="sochi")[0].startswith("D1: это сводная форма")
    assert take(small_monitored, filled(blank(small_monitored), {"J5": 1, "L5": 2}), body="sochi", blanks=True).new == 1


def test_a_row_that_a_control_point_has_come_to_prove_is_passed_over(small_monitored: Monitored) -> None:
    one = small_monitored.round()
    source = filled(blank(small_monitored, "institute"), {"J5": "да", "J6": 1, "L6": 2})
    small_monitored.accepted(done_on=date(2027, 6, 30))
    assert take(small_monitored, source).new == 1
    assert [row[1] for row in small_monitored.values(one)] == ["schools"]


def test_a_body_that_left_midway_has_no_row_any_more(small_monitored: Monitored) -> None:
    small_monitored.round()
    source = blank(small_monitored, None)
    with open_session(small_monitored.world.engine) as session:
        session.execute(delete(Municipality).where(col(Municipality.body_id) == small_monitored.bodies["eysk"]))
    found = faults(small_monitored, filled(source, {}))
    assert found[0] == "A5: орган «eysk»: у него в этом раунде ничего не запрашивается"


def test_a_name_like_a_formula_stays_a_name(small_monitored: Monitored) -> None:
    with open_session(small_monitored.world.engine) as session:
        body = session.execute(select(Body).where(col(Body.code) == "sochi")).scalar_one()
        body.short = "=HYPERLINK(1)"
    one = small_monitored.round()
    sheet = load_workbook(io.BytesIO(blank(small_monitored)))[SHEET]
    assert (sheet["D5"].value, sheet["D5"].data_type) == ("=HYPERLINK(1)", "s")
    with open_session(small_monitored.world.engine) as session:
        named = form_name(
            session.get_one(Round, one), Body(roadmap_code="krai", code="x", name="", short="а/б: в", level="municipal")
        )
    assert named == "Показатели за II квартал 2027 г., а б  в.xlsx"
