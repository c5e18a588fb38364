"""The command line as a coordinator and as a program meet it: real database, no Prefect running."""

import io
import json
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from deployments.cli import main
from roadmap.catalogue.loading import built_in_codes
from tests.days import TODAY, on_the_usual_day
from tests.places import ROOT


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


class Vekha:
    """Runs the ``vekha`` command line in a data folder of its own, in this process: a start takes seconds."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def __call__(self, *args: str, stdin: str = "", env: dict[str, str] | None = None) -> Done:
        out, err, code = io.StringIO(), io.StringIO(), 0
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            for name, value in ({"VEKHA_DATA": str(self.data), "COLUMNS": "200"} | (env or {})).items():
                patch.setenv(name, value)
            patch.setattr(sys, "argv", ["vekha", *args])
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
            try:
                main()
            except SystemExit as stopped:
                code = int(stopped.code or 0)
        return Done(code, out.getvalue(), err.getvalue())

    def json(self, *args: str) -> Any:
        done = self(*args, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def refused(self, *args: str, env: dict[str, str] | None = None) -> str:
        """The one line of a refusal."""
        done = self(*args, env=env)
        assert (done.returncode, done.stdout) == (2, ""), done
        lines = done.stderr.strip().splitlines()
        assert len(lines) == 1, done.stderr
        return lines[0]


@pytest.fixture
def vekha(tmp_path: Path) -> Vekha:
    return Vekha(tmp_path / "data")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Vekha:
    """A rehearsal copy of Krasnodar on control."""
    there = Vekha(tmp_path_factory.mktemp("cli") / "data")
    with on_the_usual_day():
        assert there("load", "krasnodar", "--rehearsal").returncode == 0
    return there


@pytest.mark.parametrize("code", built_in_codes())
def test_items_of_every_built_in_system_are_there_before_anything_is_loaded(vekha: Vekha, code: str) -> None:
    rows = vekha.json("items", code)
    keys = {"key", "number", "origin", "section", "title", "responsible", "executors"}
    keys |= {"term", "kind", "result", "reading"}
    assert rows
    assert all(keys <= row.keys() for row in rows)
    assert {row["origin"] for row in rows} <= {"table", "directive", "duty"}


def test_terms_answers_every_line_in_order_even_an_empty_one(vekha: Vekha) -> None:
    phrases = "Май 2023 г.\n\n31 июня 2023 г.\nпо плану НИКУ\n"
    done = vekha("terms", "--from", "2023-01-01", "--to", "2024-12-31", stdin=phrases)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["text"] for answer in answers] == ["Май 2023 г.", "", "31 июня 2023 г.", "по плану НИКУ"]
    assert [answer["kind"] for answer in answers] == ["windows", "unreadable", "unreadable", "external"]
    assert answers[0]["windows"] == [["2023-05-01", "2023-05-31"]]
    assert answers[1]["problems"]
    assert answers[2]["problems"]


def test_points_tell_programs_all_they_need(loaded: Vekha) -> None:
    rows = loaded.json("points", "krasnodar")
    wanted = {"key", "item", "title", "body", "owner", "opens_on", "due_on", "deadline_on", "status", "overdue"}
    assert rows
    assert all(wanted <= row.keys() for row in rows)
    assert any(row["overdue"] for row in rows)
    assert {"accepted", "open", "planned", "submitted"} <= {row["status"] for row in rows}


def test_points_are_bounded_by_both_days(loaded: Vekha) -> None:
    every = loaded.json("points", "krasnodar")
    first, last = every[3]["deadline_on"], every[-4]["deadline_on"]
    rows = loaded.json("points", "krasnodar", "--from", first, "--to", last)
    assert [row for row in every if first <= row["deadline_on"] <= last] == rows


def test_a_point_goes_through_report_return_report_and_acceptance(loaded: Vekha) -> None:
    key = next(row["key"] for row in loaded.json("points", "krasnodar") if row["overdue"] and row["status"] == "open")
    assert loaded.json("submit", key, "--proof", "приказ № 7")["status"] == "submitted"
    assert loaded.json("return", key, "--reason", "нет подписи")["status"] == "returned"
    assert loaded.json("submit", key)["status"] == "submitted"
    assert loaded.json("accept", key)["status"] == "accepted"
    shown = loaded.json("show", key)
    assert [entry["action"] for entry in shown["history"]][-4:] == ["submit", "return", "submit", "accept"]
    assert [entry["words"] for entry in shown["evidence"]] == ["приказ № 7"]
    assert "исполнено с опозданием" in loaded("show", key).stdout
    assert "нельзя принять, сейчас — исполнено" in loaded.refused("accept", key)


def test_an_extension_rolls_to_a_working_day(loaded: Vekha) -> None:
    key = next(row["key"] for row in loaded.json("points", "krasnodar") if row["status"] == "planned")
    assert loaded.json("extend", key, "--until", "2028-06-12", "--reason", "письмо")["deadline_on"] == "2028-06-09"
    assert "укажите основание" in loaded.refused("withdraw", key)


def test_a_demand_names_its_day_and_who_demands(loaded: Vekha) -> None:
    key = next(row["key"] for row in loaded.json("points", "krasnodar") if row["overdue"] and row["status"] == "open")
    until = TODAY + timedelta(days=5)
    assert loaded.json("demand", key, "--until", f"{until}", "--by", "Замминистра")["demanded_until"] == f"{until}"
    shown = loaded.json("show", key)
    assert (shown["demanded_until"], shown["history"][-1]["actor"]) == (f"{until}", "Замминистра")
    assert f"потребовано исполнение до {until:%d.%m.%Y}" in loaded("show", key).stdout
    assert "не раньше" in loaded.refused("demand", key, "--until", "2020-01-01")


def test_status_counts_every_point_once(loaded: Vekha) -> None:
    (row,) = loaded.json("status")
    assert row["rehearsal"] is True
    assert sum(row["points"].values()) + row["history"] == len(loaded.json("points", "krasnodar"))
    assert row["without_channel"] == []


def test_loading_twice_changes_nothing(loaded: Vekha) -> None:
    before = loaded.json("points", "krasnodar")
    assert loaded.json("load", "krasnodar", "--rehearsal")["points_new"] == 0
    assert loaded.json("points", "krasnodar") == before


def test_a_dry_run_writes_nothing(vekha: Vekha) -> None:
    assert vekha.json("load", "surgut", "--controlled-from", "2021-09-01", "--dry-run")["points_new"] > 0
    assert vekha.json("status") == []


def test_a_days_control_and_delivery_work_without_prefect(tmp_path: Path) -> None:
    vekha = Vekha(tmp_path / "data")
    vekha("load", "surgut", "--rehearsal")
    working_day = (TODAY + timedelta(days=8)).isoformat()
    first = vekha.json("control", "--on", working_day, "--force")
    again = vekha.json("control", "--on", working_day, "--force")
    assert sum(day["told"]["notices"] for day in first["days"]) > 0
    assert sum(day["told"]["lines"] for day in again["days"]) == 0
    past = vekha("control", "--on", (TODAY - timedelta(days=1)).isoformat()).stderr
    assert "прошёл" in past
    assert "сделанное остаётся" in past
    assert "Ежедневный контроль был проведён по неверной дате" in vekha("control").stderr


def test_a_control_of_a_day_that_has_not_come_is_refused_and_writes_nothing(loaded: Vekha) -> None:
    before = loaded.json("points", "krasnodar"), loaded.json("outbox")
    tomorrow = TODAY + timedelta(days=1)
    refused = loaded.refused("control", "--on", tomorrow.isoformat())
    for words in (f"{tomorrow:%d.%m.%Y} ещё не наступил", "vekha rehearse", "--rehearsal", "--force"):
        assert words in refused
    assert (loaded.json("points", "krasnodar"), loaded.json("outbox")) == before


def test_rehearse_lists_the_letters_of_a_period_and_writes_nothing(loaded: Vekha) -> None:
    before = loaded.json("outbox")
    period = ("--from", (TODAY + timedelta(days=1)).isoformat(), "--to", (TODAY + timedelta(days=40)).isoformat())
    report = loaded.json("rehearse", "krasnodar", *period)
    assert report["letters"]
    assert sum(report["by_official"].values()) == len(report["letters"])
    assert loaded.json("outbox") == before


@pytest.mark.parametrize(
    ("args", "words"),
    [
        pytest.param(("items", "tula"), "встроенной системы «tula» нет", id="an unknown system"),
        pytest.param(("points", "kirov"), "Дорожной карты «kirov» нет на контроле", id="a system not loaded"),
        pytest.param(("show", "krasnodar/9/-/2027-01-01"), "Контрольной точки", id="an unknown key"),
        pytest.param(("load", "нет.yaml"), "нет.yaml: файла нет", id="a missing file"),
        pytest.param(("contacts", "нет.yaml"), "нет.yaml: файл не читается", id="missing contacts"),
    ],
)
def test_bad_input_gets_one_clear_line_and_exit_code_2(loaded: Vekha, args: tuple[str, ...], words: str) -> None:
    assert words in loaded.refused(*args)


def test_a_broken_catalogue_names_file_entry_field_and_remedy_and_writes_nothing(vekha: Vekha, tmp_path: Path) -> None:
    source = (ROOT / "roadmap/catalogue/surgut.yaml").read_text(encoding="utf-8")
    (tmp_path / "мой.yaml").write_text(source.replace("owner: ", "owner: net-takogo-", 1), encoding="utf-8")
    line = vekha.refused("load", str(tmp_path / "мой.yaml"))
    assert "мой.yaml" in line
    assert "owner" in line
    assert "net-takogo-" in line
    assert vekha.json("status") == []


@pytest.mark.parametrize(("name", "value"), [("VEKHA_PORT", "тысяча"), ("VEKHA_ZONE", "Москва")])
def test_a_wrong_setting_is_named(vekha: Vekha, name: str, value: str) -> None:
    assert name in vekha.refused("status", env={name: value})


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("это файл", encoding="utf-8")
    assert "недоступна для записи" in Vekha(tmp_path / "data").refused("status")


@pytest.mark.usefixtures("own_programs")
def test_the_command_runs_as_a_program_of_its_own(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "deployments.cli", "items", "нет", "--json"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=400, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("встроенной системы «нет» нет")
    assert "Traceback" not in done.stderr
