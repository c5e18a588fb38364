"""Facts about agreements from a table: dates, refusals, the ledger; taken whole or not at all."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from models import ControlPoint, Evidence, Transition
from models.db import open_session
from models.lifecycle import Refused
from tasks.context.working_calendar import calendar_of
from tasks.processes.agreement_import import Recorded, import_agreements
from tasks.processes.agreements import ledger_of, the_agreement, write_template
from tasks.processes.municipalities import TableRefused
from tests.worlds.process_region import ProcessRegion

TOWNS = ("г. Анапа", "Ейский район", "г. Сочи")
WIDE = (
    "Муниципалитет",
    "Подпись муниципалитета",
    "Подпись института",
    "Подпись министерства",
    "Регистрация соглашения",
)
SIGNED = date(2027, 6, 14)


def book(folder: Path, header: tuple[str, ...], *rows: tuple[Any, ...]) -> Path:
    path = folder / "facts.xlsx"
    sheet_of = Workbook()
    for row in (header, *rows):
        sheet_of.active.append(row)  # type: ignore[union-attr]
    sheet_of.save(path)
    return path


def take(region: ProcessRegion, path: Path, item: str | None = None) -> Recorded:
    with open_session(region.world.engine) as session:
        _, done = import_agreements(
            session, region.code, path, item=item, actor="координатор", today=region.on, at=region.at
        )
        return done


def ledger(region: ProcessRegion) -> Any:
    with open_session(region.world.engine) as session:
        standing = the_agreement(session, region.code, ended=True)
        return ledger_of(session, standing, today=region.on, calendar=calendar_of(session, region.code))


def everything(region: ProcessRegion) -> list[Any]:
    return [region.world.rows(table) for table in (ControlPoint, Transition, Evidence)]


@pytest.fixture
def sent(region: ProcessRegion, workday: Callable[[int], date]) -> ProcessRegion:
    """The letter to all municipalities was sent; today is two weeks later."""
    region.do([("draft", "-"), ("approved", "-"), ("sent", "-")], workday(2))
    region.sweep(date(2027, 6, 16))
    return region


def test_a_table_with_a_column_for_each_stage_ends_what_it_says(sent: ProcessRegion, tmp_path: Path) -> None:
    rows = [(town, SIGNED, SIGNED, "15.06.2027", date(2027, 6, 16), "№ 7") for town in TOWNS]
    assert take(sent, book(tmp_path, (*WIDE, "Реквизиты"), *rows)) == Recorded(done=12)
    sent.sweep()
    assert sent.point(sent.parent).status == "submitted"
    assert sent.proof(f"{sent.parent}/registered/sochi") == ["№ 7"]
    assert sent.stage("signed-ministry", "sochi").submitted_on == date(2027, 6, 15)


def test_a_table_with_a_fact_in_each_row_does_the_same(sent: ProcessRegion, tmp_path: Path) -> None:
    header = ("Дата", "Этап", "Муниципалитет", "Реквизиты")
    rows = [(SIGNED, "Подпись муниципалитета", "г. Сочи", "п. 1"), (SIGNED, "signed-institute", "sochi", "")]
    assert take(sent, book(tmp_path, header, *rows)).done == 2
    sent.sweep()
    assert ("signed-ministry", "sochi") in sent.open_stages()


def test_the_same_table_again_changes_nothing(sent: ProcessRegion, tmp_path: Path) -> None:
    header = (*WIDE[:2], "Отказ")
    path = book(tmp_path, header, ("г. Сочи", SIGNED, None), ("г. Анапа", None, "депутаты против"))
    assert take(sent, path) == Recorded(done=1, refused=1)
    before = everything(sent)
    assert take(sent, path) == Recorded(known=2)
    assert everything(sent) == before


def test_a_stage_done_out_of_order_is_recorded_and_what_it_needs_stays_owed(
    region: ProcessRegion, tmp_path: Path
) -> None:
    region.sweep(date(2027, 6, 16))
    take(region, book(tmp_path, ("Муниципалитет", "Регистрация соглашения"), ("г. Сочи", SIGNED)))
    region.sweep()
    assert region.stage("registered", "sochi").status == "accepted"
    assert region.open_stages() == {("draft", "-")}
    assert [action for action, *_ in region.history(f"{region.parent}/registered/sochi")] == [
        "open",
        "submit",
        "accept",
    ]


def test_a_refusal_is_a_decision_and_no_hang(sent: ProcessRegion, tmp_path: Path) -> None:
    take(sent, book(tmp_path, ("Муниципалитет", "Отказ, причина"), ("г. Анапа", "Решение совета № 5")))
    assert not {town for _, town in sent.open_stages()} & {"anapa"}
    assert sent.history(f"{sent.parent}/registered/anapa")[-1][2] == "отказ: Решение совета № 5"
    rows = [(town, SIGNED, SIGNED, SIGNED, SIGNED) for town in TOWNS[1:]]
    take(sent, book(tmp_path, WIDE, *rows))
    sent.sweep()
    assert sent.proof(sent.parent) == ["Зарегистрировано 2 из 3, снято с контроля 1"]
    outcomes = {line.name: (line.outcome, line.ground) for line in ledger(sent).lines}
    assert outcomes == {
        "г. Анапа": ("снято", "отказ: Решение совета № 5"),
        "Ейский район": ("завершено", ""),
        "г. Сочи": ("завершено", ""),
    }


@pytest.mark.parametrize(
    ("header", "row", "cell", "words"),
    [
        pytest.param(WIDE[:2], ("г. Москва", SIGNED), "A2", "среди участников соглашения нет", id="a municipality"),
        pytest.param(WIDE[:2], ("г. Сочи", "31.06.2027"), "B2", "не дата", id="a day"),
        pytest.param(WIDE[:2], ("г. Сочи", date(2027, 7, 1)), "B2", "ещё не наступила", id="a day to come"),
        pytest.param(WIDE[:2], ("г. Сочи", date(2017, 6, 1)), "B2", "раньше начала", id="a day of another time"),
        pytest.param(("Муниципалитет", "Ратификация"), ("г. Сочи", SIGNED), "B1", "не этап", id="a column"),
        pytest.param(
            ("Муниципалитет", "Этап", "Дата"), ("г. Сочи", "Чтение", SIGNED), "B2", "этапа «Чтение» нет", id="a stage"
        ),
        pytest.param(
            ("Муниципалитет", "Этап", "Дата"), ("г. Сочи", "registered", None), "C2", "укажите дату", id="no day"
        ),
        pytest.param(("Орган", "Этап"), ("г. Сочи", ""), "A1", "не этап", id="no municipality"),
    ],
)
def test_a_fault_is_told_with_its_cell_and_nothing_is_taken(
    small_region: ProcessRegion, tmp_path: Path, header: Any, row: Any, cell: str, words: str
) -> None:
    small_region.sweep(date(2027, 6, 16))
    before = everything(small_region)
    good = ("г. Анапа", SIGNED) if header == WIDE[:2] else ()
    with pytest.raises(TableRefused, match=words) as refused:
        take(small_region, book(tmp_path, header, row, *([good] if good else [])))
    assert refused.value.problems[0].cell == cell
    assert everything(small_region) == before


def test_another_day_for_what_was_recorded_is_a_fault(sent: ProcessRegion, tmp_path: Path) -> None:
    take(sent, book(tmp_path, WIDE[:2], ("г. Сочи", SIGNED)))
    with pytest.raises(TableRefused, match=r"уже записано 14\.06\.2027, а здесь 15\.06\.2027"):
        take(sent, book(tmp_path, WIDE[:2], ("г. Сочи", date(2027, 6, 15))))


def test_several_agreements_want_the_item_named(sent: ProcessRegion, tmp_path: Path) -> None:
    sent.add_point("agreement", "a2", sent.on, date(2027, 9, 1))
    sent.sweep()
    path = book(tmp_path, WIDE[:2], ("г. Сочи", SIGNED))
    with pytest.raises(Refused, match="--item"):
        take(sent, path)
    assert take(sent, path, "a1").done == 1
    with pytest.raises(Refused, match="Пункта «a9»"):
        take(sent, path, "a9")


def test_the_ledger_says_who_holds_each_agreement_and_for_how_long(sent: ProcessRegion, tmp_path: Path) -> None:
    take(sent, book(tmp_path, WIDE, ("г. Сочи", SIGNED, SIGNED, None, None), ("г. Анапа", *[SIGNED] * 4)))
    sent.sweep()
    found = ledger(sent)
    assert found.main == "Подписано всеми 1 из 3, зарегистрировано 1 из 3"
    by_name = {line.name: line for line in found.lines}
    assert [held.holder for held in by_name["Ейский район"].held] == ["Ейский район", "ИРО"]
    assert [(held.holder, held.working_days) for held in by_name["г. Сочи"].held] == [("Минобр", 0)]
    assert (by_name["г. Анапа"].outcome, by_name["г. Анапа"].done_on) == ("завершено", SIGNED)
    assert found.holders == (("Ейский район", 1, 0), ("ИРО", 1, 0), ("Минобр", 1, 0))


def test_while_the_draft_is_written_everybody_waits_for_the_legal_department(region: ProcessRegion) -> None:
    region.sweep(date(2027, 6, 1))
    region.sweep(date(2027, 7, 1))
    found = ledger(region)
    assert found.holders == (("Правовой отдел", 3, 3),)
    assert all(line.is_late for line in found.lines)


def test_a_form_filled_with_what_is_known_can_be_taken_back_as_it_is(sent: ProcessRegion, tmp_path: Path) -> None:
    take(sent, book(tmp_path, (*WIDE[:2], "Отказ"), ("г. Сочи", SIGNED, None), ("г. Анапа", None, "нет")))
    form = tmp_path / "form.xlsx"
    with open_session(sent.world.engine) as session:
        assert write_template(session, the_agreement(session, sent.code), form) == 3
    rows = list(load_workbook(form).active.iter_rows(values_only=True))  # type: ignore[union-attr]
    assert rows[0][:2] == WIDE[:2]
    assert {row[0]: row[-1] for row in rows[1:]} == {"Ейский район": None, "г. Анапа": "нет", "г. Сочи": None}
    before = everything(sent)
    assert take(sent, form) == Recorded(known=2)
    assert everything(sent) == before


def test_without_an_open_agreement_the_remedy_is_told(region: ProcessRegion, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="vekha municipalities krai import"):
        take(region, book(tmp_path, WIDE[:2], ("г. Сочи", SIGNED)))
