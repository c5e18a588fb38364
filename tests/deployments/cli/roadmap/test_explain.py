"""``vekha explain`` and ``vekha check`` as a coordinator and as a program meet them."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlmodel import select
from typer.testing import CliRunner

from deployments.cli.roadmap import explain as commands
from deployments.cli.run import daily
from models import ControlPoint
from models.db import open_session
from models.db.migrate import ready_engine
from roadmap.catalogue.loading import CatalogueError

app = typer.Typer()
app.command("explain")(commands.explain)
app.command("check")(commands.check)
app.command("load")(daily.load)


@pytest.fixture(autouse=True)
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEKHA_DATA", str(tmp_path / "data"))


def answer(*args: str) -> Any:
    done = CliRunner().invoke(app, [*args, "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_phrase_is_explained_with_its_rule_and_windows() -> None:
    told = answer("explain", "1 раз в квартал", "--from", "2024-01-01", "--to", "2024-12-31")
    assert (told["kind"], told["rule"], len(told["windows"])) == ("recurring", "quarterly", 4)
    assert told["rule_words"].startswith("«Ежеквартально»")
    assert told["canonical"] == "ежеквартально с 1 января 2024 г. по 31 декабря 2024 г."


def test_a_phrase_that_is_not_understood_says_why() -> None:
    told = answer("explain", "31 июня 2023 г.")
    assert (told["kind"], told["canonical"]) == ("unreadable", None)
    assert told["problems"] == ["Такой даты нет: «31 июня 2023 года»."]


@pytest.mark.parametrize("phrase", ["2023/2024 учебный год", "01.09/15.10"])
def test_a_slash_does_not_make_a_phrase_a_key(phrase: str) -> None:
    assert answer("explain", phrase)["text"] == phrase


def test_an_item_is_explained_with_its_row_its_points_and_other_settings() -> None:
    told = answer("explain", "moscow-oblast/1.1.4")
    assert (told["term"], told["document"]) == ("Май 2023 г., август 2024 г.", "распоряжение от 23.05.2023 № Р-503")
    assert told["source"].startswith("приложение 1, направление 1")
    assert [point["deadline_on"] for point in told["points"]] == ["2023-05-31", "2024-08-30"]
    assert "суббота" in told["points"][1]["note"]
    assert told["calendar"]["version"].startswith("holidays ")
    other = {(one["setting"], one["value"]): one["points"] for one in told["otherwise"]}
    key = "moscow-oblast/1.1.4/-/2024-08-31"
    assert other["roll", "following"] == [{"key": key, "deadline_on": "2024-08-30", "would_be": "2024-09-02"}]
    assert other["roll", "none"] == [{"key": key, "deadline_on": "2024-08-30", "would_be": "2024-08-31"}]
    assert other["report_by", "next_month_10"] == []


def test_a_point_is_explained_alone() -> None:
    told = answer("explain", "moscow-oblast/1.1.4/-/2023-05-31")
    assert [point["key"] for point in told["points"]] == ["moscow-oblast/1.1.4/-/2023-05-31"]
    assert all(one["points"] == [] for one in told["otherwise"])


def test_a_key_of_a_point_that_came_back_to_its_day_is_found() -> None:
    assert CliRunner().invoke(app, ["load", "krasnodar"]).exit_code == 0
    with open_session(ready_engine()) as daily:
        point = daily.exec(select(ControlPoint).where(ControlPoint.key == "krasnodar/1.2/-/2021-09-15")).one()
        point.key += "-2"
        daily.commit()
    told = answer("explain", "krasnodar/1.2/-/2021-09-15-2")
    assert [one["deadline_on"] for one in told["points"]] == ["2021-09-15"]
    assert [one["key"] for one in told["on_control"]] == ["krasnodar/1.2/-/2021-09-15-2"]


def test_another_setting_is_shown_for_the_same_window() -> None:
    told = answer("explain", "moscow-oblast/2.2.1")
    other = {(one["setting"], one["value"]): one["points"] for one in told["otherwise"]}
    moved = {one["key"].rsplit("/", 1)[1]: one["would_be"] for one in other["report_by", "next_month_10"]}
    assert (moved["2023-05-31"], moved["2023-08-31"]) == ("2023-06-09", "2023-09-08")
    assert all(would_be[:7] > due[:7] for due, would_be in moved.items())


def test_a_term_in_working_days_is_read_in_the_federal_calendar() -> None:
    told = answer("explain", "последний рабочий день квартала", "--from", "2024-01-01", "--to", "2024-06-30")
    assert told["windows"] == [["2024-03-29", "2024-03-29"], ["2024-06-28", "2024-06-28"]]
    assert told["calendar"].startswith("holidays ")


def test_a_rehearsal_copy_on_control_is_explained_in_its_own_years() -> None:
    assert CliRunner().invoke(app, ["load", "krasnodar", "--rehearsal"]).exit_code == 0
    told = answer("explain", "krasnodar/1.2")
    assert told["shift_years"] > 0
    assert told["points"][0]["due_on"] == f"{2021 + told['shift_years']}-09-15"


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("nowhere/1.1", "«nowhere» нет ни на контроле, ни среди встроенных"),
        ("krasnodar/9.9", "нет пункта «9.9»"),
        ("krasnodar/1.2/-/2021-01-01", "Контрольной точки «krasnodar/1.2/-/2021-01-01» нет"),
    ],
)
def test_what_is_not_there_is_one_line_and_code_2(what: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as stopped:
        commands.explain(what)
    told = capsys.readouterr()
    assert (stopped.value.exit_code, told.out) == (2, "")
    assert says in told.err


def test_people_read_the_same_in_words() -> None:
    done = CliRunner().invoke(app, ["explain", "moscow-oblast/1.1.4"], env={"COLUMNS": "200"})
    assert "Слова: «Май 2023 г., август 2024 г.»" in done.output
    assert "Если перенос на следующий рабочий день (ГК РФ, ст. 193): 30.08.2024 → 02.09.2024." in done.output


def test_check_lists_what_is_wrong_with_a_built_in_document() -> None:
    told = answer("check", "krasnodar")
    assert [(finding["kind"], finding["place"]) for finding in told["findings"]] == [("owner", "p3 (пункт 3)")]
    assert {"body": "mouo", "month": "2021-09-01", "count": 1} in told["load"]


def test_check_reads_a_file_and_ends_well_whatever_it_finds(tmp_path: Path) -> None:
    words = files("roadmap.catalogue").joinpath("krasnodar.yaml").read_text(encoding="utf-8")
    file = tmp_path / "draft.yaml"
    file.write_text(words.replace("term: 15 сентября 2021 года", "term: 31 июня 2021 года", 1), encoding="utf-8")
    told = answer("check", str(file))
    assert "Такой даты нет" in next(one["words"] for one in told["findings"] if one["kind"] == "unread")
    assert CliRunner().invoke(app, ["check", str(file)], env={"COLUMNS": "200"}).exit_code == 0
    assert CliRunner().invoke(app, ["check", str(file), "--strict"]).exit_code == 1
    assert CliRunner().invoke(app, ["check", "krasnodar", "--strict"]).exit_code == 0


def test_check_refuses_what_is_no_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CatalogueError, match="файла нет"):
        commands.check(str(tmp_path / "none.yaml"))
    with pytest.raises(typer.Exit) as stopped:
        commands.check("nowhere")
    assert stopped.value.exit_code == 2
    assert "«nowhere»" in capsys.readouterr().err
