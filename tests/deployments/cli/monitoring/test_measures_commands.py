"""``vekha measures``: the form written, filled ones taken back, values shown and corrected, bad input in one line."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from openpyxl import load_workbook
from sqlalchemy import Engine, select
from sqlmodel import col
from typer.testing import CliRunner

from deployments.cli.monitoring import submissions
from models import Body, ControlPoint, IndicatorValue, Item, Municipality, Round, clock
from models.db import open_session
from models.lifecycle.transitions import Refused
from roadmap.catalogue.loading import built_in
from roadmap.catalogue.schema import Indicator, Source
from roadmap.monitoring.periods import Period, period_of
from tasks.editions.load import load_roadmap
from tasks.files.errors import DocumentRefused
from tests.days import TODAY
from tests.parts.databases import sqlite_engine

PERIOD = period_of(TODAY, "quarter").previous
INDICATORS = [
    Indicator(code="trained", title="Доля учителей", unit="percent", words="Не менее 12%", source=Source(place="п. 3")),
    Indicator(code="events", title="Число мероприятий", unit="count", source=Source(place="п. 4")),
]


def fill(engine: Engine) -> None:
    """A rehearsal of Krasnodar with two municipalities."""
    shift = TODAY.year - 2021
    with open_session(engine) as session:
        load_roadmap(session, built_in("krasnodar"), today=TODAY, at=clock.now(), shift_years=shift, rehearsal=True)
    for code, short in (("anapa", "г. Анапа"), ("sochi", "г. Сочи")):
        with open_session(engine) as session:
            body = Body(roadmap_code="krasnodar", code=code, name=short, short=short, level="municipal")
            session.add(body)
            session.flush()
            since = TODAY - timedelta(days=900)
            session.add(Municipality(body_id=body.id or 0, roadmap_code="krasnodar", since=since))


class Vekha:
    """Runs ``vekha measures krasnodar …`` in this process, on a rehearsal with two municipalities."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.engine = sqlite_engine(folder / "vekha.db", fill)
        self.app = typer.Typer()
        self.app.command()(submissions.measures)

    def round(self, period: Period) -> int:
        """An open round with a data point of each municipality."""
        days: dict[str, Any] = {"opens_on": TODAY, "due_on": TODAY + timedelta(days=7)}
        with open_session(self.engine) as session:
            item = session.execute(select(Item).order_by(col(Item.id)).limit(1)).scalar_one()
            facts = {"roadmap_code": "krasnodar", "item_id": item.id, "status": "open"}
            facts |= days | {"deadline_on": days["due_on"]}
            key = f"krasnodar/m-{period.rhythm}/-/{period.end}"
            parent = ControlPoint(key=key, purpose="round", owner_id=item.owner_id, **facts)
            session.add(parent)
            session.flush()
            for body in session.execute(select(Body).where(col(Body.level) == "municipal")).scalars():
                mine = {"owner_id": body.id, "body_id": body.id, "parent_id": parent.id, "stage": "data"}
                session.add(ControlPoint(key=f"{key}/data/{body.code}", purpose="data", **(facts | mine)))
            asked = [one.model_dump(mode="json") for one in INDICATORS]
            span = {"rhythm": period.rhythm, "period_start": period.start, "period_end": period.end}
            ends = {"note_on": days["due_on"], "point_id": parent.id, "indicators": asked}
            row = Round(roadmap_code="krasnodar", **(span | days | ends))
            session.add(row)
            session.flush()
            return row.id or 0

    def run(self, *args: str) -> Any:
        return CliRunner().invoke(self.app, ["krasnodar", *args])

    def says(self, *args: str) -> str:
        result = self.run(*args)
        assert result.exit_code == 0, (result.output, result.exception)
        return " ".join(result.output.split())

    def json(self, *args: str) -> Any:
        result = self.run(*args, "--json")
        assert result.exit_code == 0, (result.output, result.exception)
        return json.loads(result.stdout)

    def form(self, name: str, cells: dict[str, Any], *args: str) -> str:
        """A form that was written, filled in and saved."""
        path = self.folder / name
        self.says("template", "-o", str(path), *args)
        book = load_workbook(path)
        for place, value in cells.items():
            book["Показатели"][place] = value
        book.save(path)
        return str(path)

    def values(self) -> list[tuple[str, float | None, str, str]]:
        with open_session(self.engine) as session:
            rows = session.execute(select(IndicatorValue).order_by(col(IndicatorValue.id))).scalars()
            return [(row.indicator_code, row.numerator, row.source, row.reason) for row in rows]


@pytest.fixture
def vekha(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vekha:
    """A rehearsal in a data folder of its own, with one round that collects."""
    monkeypatch.setenv("VEKHA_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "250")
    monkeypatch.chdir(tmp_path)
    made = Vekha(tmp_path)
    made.round(PERIOD)
    return made


SOCHI = {"J5": 12, "L5": 100, "J6": 7}
BOTH = SOCHI | {"J7": 1, "L7": 2, "J8": 3}


def test_a_form_goes_out_comes_back_and_is_shown(vekha: Vekha) -> None:
    path = vekha.form("все.xlsx", BOTH)
    assert "органов 2, новых значений 4, известно раньше 0, данные сданы полностью: 2" in vekha.says("import", path)
    shown = vekha.json("show")
    assert (shown["complete"], [one["left"] for one in shown["bodies"]]) == (2, [0, 0])
    (share, count) = vekha.json("show", "--body", "anapa")["indicators"]
    assert (share["values"][0]["numerator"], share["values"][0]["place"]) == (12.0, "все.xlsx, J5")
    assert count["values"][0]["actor"] == "координатор (форма)"
    assert "12 из 100 (12 %)" in vekha.says("show", "--body", "anapa").replace("\u00a0", " ")
    assert "передали 2 из 2" in vekha.says()


def test_the_same_file_twice_changes_nothing(vekha: Vekha) -> None:
    path = vekha.form("все.xlsx", BOTH)
    first, again = vekha.json("import", path), vekha.json("import", path)
    assert (first["new"], again["new"], again["known"], again["settled"]) == (4, 0, 4, 0)


def test_forms_of_several_bodies_are_taken_together(vekha: Vekha) -> None:
    forms = [vekha.form(f"{body}.xlsx", SOCHI, "--body", body) for body in ("anapa", "sochi")]
    assert vekha.json("import", *forms)["bodies"] == 2


def test_a_form_has_a_name_of_its_own(vekha: Vekha) -> None:
    vekha.says("template", "--body", "sochi")
    assert (vekha.folder / f"Показатели за {PERIOD.title}, г. Сочи.xlsx").exists()


def test_faults_are_listed_with_file_and_cell_and_nothing_is_taken(vekha: Vekha) -> None:
    path = vekha.form("все.xlsx", BOTH | {"J5": 120, "J8": "много"})
    result = vekha.run("import", path)
    assert result.exit_code == 2
    assert "все.xlsx, J5: часть (120) больше целого (100)" in result.output
    assert "все.xlsx, J8: «много» — не число" in result.output
    assert "2 ошибки, ничего не записано; принять верное, оставив остальное: --partly" in result.output
    told = json.loads(vekha.run("import", path, "--json").stdout)
    assert [(one["file"], one["cell"]) for one in told["problems"]] == [("все.xlsx", "J5"), ("все.xlsx", "J8")]
    assert vekha.values() == []


def test_what_is_right_is_taken_when_told_so(vekha: Vekha) -> None:
    path = vekha.form("все.xlsx", BOTH | {"J5": 120})
    assert "Не принято: все.xlsx, J5" in vekha.says("import", path, "--partly")
    assert len(vekha.values()) == 3


def test_a_dry_run_tells_and_writes_nothing(vekha: Vekha) -> None:
    assert "Было бы принято: органов 2" in vekha.says("import", vekha.form("все.xlsx", BOTH), "--dry-run")
    assert vekha.values() == []


def test_one_value_is_corrected_with_its_reason(vekha: Vekha) -> None:
    vekha.says("import", vekha.form("все.xlsx", BOTH))
    args = ("correct", "--body", "sochi", "--indicator", "trained", "--reason", "ошибка в отчёте")
    assert "Было бы записано" in vekha.says(*args, "--numerator", "2", "--denominator", "2", "--dry-run")
    assert "Записано: г. Сочи, trained: 2 из 2" in vekha.says(*args, "--numerator", "2", "--denominator", "2")
    assert "Без изменений" in vekha.says(*args, "--numerator", "2", "--denominator", "2")
    assert "нет данных: ошибка в отчёте" in vekha.says(*args)
    assert vekha.values()[-2:] == [
        ("trained", 2.0, "hand", "ошибка в отчёте"),
        ("trained", None, "hand", "ошибка в отчёте"),
    ]
    assert "1 из 2" in vekha.says("show", "--body", "sochi")


@pytest.mark.parametrize(
    ("args", "why"),
    [
        pytest.param(("import",), "Укажите файлы", id="no files"),
        pytest.param(("show", "x.xlsx"), "Файлы принимает слово import", id="files to look at"),
        pytest.param(("send",), "нужно одно из show", id="an unknown word"),
        pytest.param(("template", "-o", "form.pdf"), "форма записывается как .xlsx", id="another ending"),
        pytest.param(("correct", "--body", "sochi"), "Назовите орган, показатель и причину", id="half a correction"),
    ],
)
def test_a_command_that_is_not_understood_says_what_is_missing(vekha: Vekha, args: tuple[str, ...], why: str) -> None:
    result = vekha.run(*args)
    assert (result.exit_code, why in " ".join(result.output.split())) == (2, True), result.output


@pytest.mark.parametrize(
    ("args", "why"),
    [
        pytest.param(("show", "--period", "2026-Q7"), "период «2026-Q7» не понят", id="no such period"),
        pytest.param(("show", "--period", "2001-Q1"), "раунда мониторинга за I квартал 2001 г. нет", id="no round"),
        pytest.param(("template", "--body", "atlantis"), "Органа «atlantis» в «krasnodar» нет", id="no such body"),
        pytest.param(("template", "-o", "нет/форма.xlsx"), "сюда не записать", id="no such folder"),
        pytest.param(("import", "нет.xlsx"), "нет.xlsx: файл не читается", id="no such file"),
        pytest.param(
            ("correct", "--body", "sochi", "--indicator", "zzz", "--reason", "r"),
            "Показателя «zzz» в раунде нет; есть: trained, events",
            id="an unknown indicator",
        ),
        pytest.param(
            ("correct", "--body", "sochi", "--indicator", "events", "--reason", "r", "--numerator", "x"),
            "--numerator: «x» — не число",
            id="no number",
        ),
    ],
)
def test_bad_input_is_one_line(vekha: Vekha, args: tuple[str, ...], why: str) -> None:
    refused = vekha.run(*args).exception
    assert isinstance(refused, Refused | DocumentRefused), refused
    assert why in str(refused)


def test_two_rounds_at_once_are_named_by_their_periods(vekha: Vekha) -> None:
    vekha.round(period_of(TODAY, "year").previous)
    refused = vekha.run("template").exception
    assert isinstance(refused, Refused)
    assert f"{PERIOD.written} ({PERIOD.title})" in str(refused)
    path = vekha.form("год.xlsx", BOTH, "--period", str(TODAY.year - 1))
    assert vekha.json("import", path)["rounds"] == [str(TODAY.year - 1)]
