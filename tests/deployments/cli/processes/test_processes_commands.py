"""``vekha municipalities`` and ``vekha agreements`` as a coordinator and as a program meet them."""

import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from openpyxl import load_workbook
from sqlalchemy import select
from typer.testing import CliRunner, Result

from deployments.cli.processes.agreements import agreements, municipalities
from models import Body, ControlPoint, Item, Municipality, Roadmap, clock, lifecycle
from models.db import close_engines, open_session
from models.db.migrate import ready_engine
from tasks.context.working_calendar import calendar_of
from tasks.processes.sweep import advance

CODE = "krai"
LIST = "муниципалитет;должность;почта\nг. Сочи;Начальник;s@example.org\nг. Анапа;Начальник;a@example.org\n"

Run = Callable[..., Result]
Signed = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, today: date) -> Iterator[Run]:
    """The two commands over a roadmap with an agreement that opens today."""
    monkeypatch.setenv("VEKHA_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")
    _build(today)
    app = typer.Typer()
    app.command("municipalities")(municipalities)
    app.command("agreements")(agreements)

    def of(*args: str) -> Result:
        return CliRunner().invoke(app, list(args))

    yield of
    close_engines()


def _build(today: date) -> None:
    with open_session(ready_engine()) as session:
        start, end = today - timedelta(days=400), today + timedelta(days=800)
        words: dict[str, Any] = {
            "region": "Край",
            "title": "Комплекс мер",
            "act": "приказ № 1",
            "zone": "Europe/Moscow",
        }
        rules: dict[str, Any] = {"roll": "preceding", "report_by": "period_end", "controlled_from": start}
        session.add(Roadmap(code=CODE, period_start=start, period_end=end, **words, **rules))
        session.flush()
        session.add(Body(roadmap_code=CODE, code="iro", name="Институт", short="ИРО", level="regional"))
        session.flush()
        owner = session.execute(select(Body)).scalar_one().id
        names: dict[str, Any] = dict.fromkeys(
            ("section", "group", "responsible", "executors", "term", "result", "source"), ""
        )
        item: dict[str, Any] = {"code": "1", "position": 1, "origin": "table", "number": "1", "kind": "agreement"}
        item |= {"title": "Заключить соглашения", "owner_id": owner, "reading": {}, "is_controlled": True}
        session.add(Item(roadmap_code=CODE, **item, **names))
        session.flush()
        due = today + timedelta(days=60)
        point: dict[str, Any] = {
            "key": f"{CODE}/1/-/{due}",
            "item_id": session.execute(select(Item)).scalar_one().id,
            "owner_id": owner,
        }
        session.add(ControlPoint(roadmap_code=CODE, opens_on=today, due_on=due, deadline_on=due, **point))


def _sweep(today: date) -> None:
    with open_session(ready_engine()) as session:
        lifecycle.open_due(session, CODE, today=today, at=clock.now())
        advance(session, CODE, today=today, at=clock.now(), calendar=calendar_of(session, CODE))


def _list(tmp_path: Path, text: str = LIST) -> str:
    path = tmp_path / "список.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_dry_run_tells_what_would_change_and_keeps_nothing(run: Run, tmp_path: Path) -> None:
    done = run("municipalities", CODE, "import", _list(tmp_path), "--dry-run")
    assert done.exit_code == 0, done.output
    assert "Изменилось бы: в таблице 2, новых 2" in done.output
    with open_session(ready_engine()) as session:
        assert session.execute(select(Municipality)).all() == []
    assert "Муниципалитетов нет" in run("municipalities", CODE).output


def test_a_list_is_taken_and_listed(run: Run, tmp_path: Path) -> None:
    assert run("municipalities", CODE, "import", _list(tmp_path)).exit_code == 0
    found = json.loads(run("municipalities", CODE, "list", "--json").output)
    assert [(one["name"], one["reachable"]) for one in found["municipalities"]] == [("г. Анапа", 1), ("г. Сочи", 1)]
    again = json.loads(run("municipalities", CODE, "import", _list(tmp_path), "--json").output)
    assert (again["added"], again["changed"], again["officials"]) == (0, 0, 0)


def test_faults_are_listed_with_their_cells_and_the_exit_code_is_two(run: Run, tmp_path: Path) -> None:
    done = run("municipalities", CODE, "import", _list(tmp_path, LIST + ";Начальник;x\nг. Ейск;Начальник;x\n"))
    assert done.exit_code == 2
    assert "A4: «муниципалитет»: название не указано" in done.output
    assert "C5: «почта»: «x» — не адрес" in done.output.replace("\n", " ")
    assert "ничего не записано" in done.output
    told = run("municipalities", CODE, "import", _list(tmp_path, LIST + ";Начальник;x\n"), "--json")
    assert json.loads(told.stdout)["problems"][0]["cell"] == "A4"


@pytest.mark.parametrize(
    ("args", "words"),
    [
        pytest.param(("municipalities", "nowhere"), "нет на контроле", id="a roadmap"),
        pytest.param(("municipalities", CODE, "import"), "Укажите таблицу", id="a file"),
        pytest.param(("agreements", CODE, "export"), "нужно list или import", id="an action"),
    ],
)
def test_a_wrong_command_is_one_line_and_exit_code_two(run: Run, args: Any, words: str) -> None:
    done = run(*args)
    assert done.exit_code == 2
    assert words in done.output


def test_a_form_is_written_filled_in_and_taken_back(run: Run, tmp_path: Path, today: date) -> None:
    run("municipalities", CODE, "import", _list(tmp_path))
    _sweep(today)
    form = tmp_path / "форма.xlsx"
    assert "2 строки" in run("agreements", CODE, "--template", str(form)).output.replace("\n", " ")
    book = load_workbook(form)
    sheet = book.worksheets[0]
    for row in (2, 3):
        for column in (2, 3, 4, 5):
            sheet.cell(row, column).value = today
    book.save(form)
    dry = json.loads(run("agreements", CODE, "import", str(form), "--dry-run", "--json").output)
    assert (dry["done"], dry["dry_run"]) == (8, True)
    done = json.loads(run("agreements", CODE, "import", str(form), "--json").output)
    assert (done["done"], done["ended"]) == (8, False)
    ledger = json.loads(run("agreements", CODE, "--json").output)
    assert [total["words"] for total in ledger["totals"]] == ["Подписано всеми 2 из 2", "Зарегистрировано 2 из 2"]
    shown = run("agreements", CODE).output
    assert "Подписано всеми 2 из 2, зарегистрировано 2 из 2" in shown


@pytest.fixture
def signed(run: Run, tmp_path: Path, today: date) -> Signed:
    """Sochi has signed today, Anapa has not; takes the same table with another day or proof."""
    run("municipalities", CODE, "import", _list(tmp_path))
    _sweep(today)

    def table(day: date, proof: str = "") -> str:
        path = tmp_path / "даты.csv"
        path.write_text(f"муниципалитет;этап;дата;реквизиты\nг. Сочи;registered;{day:%d.%m.%Y};{proof}\n", "utf-8")
        return str(path)

    assert run("agreements", CODE, "import", table(today)).exit_code == 0
    return table


def test_a_wrong_day_is_corrected_with_a_ground_and_shown(run: Run, signed: Signed, today: date) -> None:
    other = signed(today - timedelta(days=1), "№ 5")
    refused = run("agreements", CODE, "import", other)
    assert (refused.exit_code, "--correct --reason" in refused.output) == (2, True)
    wish = ("agreements", CODE, "import", other, "--correct", "--reason", "опечатка в дате")
    dry = run(*wish, "--dry-run").output
    assert "Изменения: 1" in dry
    assert f"{today:%d.%m.%Y}" in dry
    assert f"{today - timedelta(days=1):%d.%m.%Y}" in dry
    assert "Было бы записано: этапов исполнено 0, исправлено 1" in dry
    done = json.loads(run(*wish, "--json", "--by", "Петрова").output)
    assert (done["corrected"], done["changes"][0]["was"]) == (1, f"{today}")
    assert json.loads(run(*wish, "--json").output)["corrected"] == 0
    (one,) = json.loads(run("agreements", CODE, "--json").output)["corrections"]
    assert (one["actor"], one["reason"], one["was"]) == ("Петрова (таблица)", "опечатка в дате", f"{today}")
    assert "Исправлено: 1" in run("agreements", CODE).output


def test_another_proof_is_not_dropped_in_silence(run: Run, signed: Signed, today: date) -> None:
    assert "не приняты: 1" in run("agreements", CODE, "import", signed(today, "№ 5")).output


def test_a_dry_run_names_each_change(run: Run, signed: Signed, tmp_path: Path, today: date) -> None:
    path = tmp_path / "отказ.csv"
    path.write_text("муниципалитет;отказ\nг. Анапа;решение совета № 5\n", "utf-8")
    said = run("agreements", CODE, "import", str(path), "--dry-run").output
    assert "отказ: снятие с контроля" in said
    assert "решение совета № 5" in said
    assert "г. Анапа" not in run("agreements", CODE, "--json").output.partition('"outcome": "снято"')[2]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        pytest.param(("import", "x.csv", "--correct"), "основание исправления", id="no ground"),
        pytest.param(("import", "x.csv", "--correct", "--reason", " "), "основание исправления", id="an empty ground"),
        pytest.param(("import", "x.csv", "--reason", "опечатка"), "добавьте --correct", id="a ground for nothing"),
        pytest.param(("list", "--correct", "--reason", "опечатка"), "import ФАЙЛ --correct", id="no table"),
    ],
)
def test_a_correction_without_what_it_needs_is_exit_code_two(run: Run, words: tuple[str, ...], says: str) -> None:
    done = run("agreements", CODE, *words)
    assert (done.exit_code, says in done.output.replace("\n", " ")) == (2, True)
