"""``vekha monitor`` and ``vekha rounds`` as a coordinator and as a program meet them."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from deployments.cli import app
from models import Roadmap, clock
from models.db import engine_for, open_session
from roadmap.catalogue.loading import built_in
from roadmap.monitoring.periods import period_of
from tasks.editions.load import load_roadmap
from tests.days import TODAY
from tests.parts.databases import sqlite_engine

PAST = period_of(TODAY, "quarter").previous


class Vekha:
    """Runs the commands in this process."""

    def run(self, *args: str) -> Any:
        return CliRunner().invoke(app, list(args))

    def says(self, *args: str) -> str:
        result = self.run(*args)
        assert result.exit_code == 0, (result.exception, result.output)
        return " ".join(result.stdout.split())

    def json(self, *args: str) -> Any:
        result = self.run(*args, "--json")
        assert result.exit_code == 0, (result.exception, result.output)
        return json.loads(result.stdout)


def rehearse(engine: Engine) -> None:
    shift = TODAY.year - 2022
    with open_session(engine) as session:
        load_roadmap(session, built_in("krasnodar"), today=TODAY, at=clock.now(), shift_years=shift, rehearsal=True)


@pytest.fixture
def vekha(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unpaged: None) -> Vekha:
    """A rehearsal of Krasnodar, its years shifted to now, in a data folder of its own."""
    monkeypatch.setenv("VEKHA_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    sqlite_engine(tmp_path / "vekha.db", rehearse)
    return Vekha()


def test_a_past_quarter_is_monitored_and_gives_the_same_numbers_again(vekha: Vekha) -> None:
    assert "Раундов нет" in vekha.says("rounds", "krasnodar")
    begun = vekha.json("monitor", "krasnodar", "--period", PAST.written)
    assert (begun["is_new"], begun["status"], begun["done"]) == (True, "open", [])
    assert "собирает данные" in vekha.says("monitor", "krasnodar", "--period", PAST.written)
    done = vekha.says("monitor", "krasnodar", "--period", PAST.written, "--now")
    assert "справка составлена" in done
    again = vekha.json("monitor", "krasnodar", "--period", PAST.written)
    assert (again["same"], again["status"]) == (True, "accepted")
    assert "Показатели те же, что в справке" in vekha.says("monitor", "krasnodar", "--period", PAST.written)
    (listed,) = vekha.json("rounds", "krasnodar")["rounds"]
    assert (listed["period"], listed["by_hand"], listed["step"]) == (PAST.written, True, "archived")
    assert PAST.title in vekha.says("rounds", "krasnodar")


def test_the_day_of_the_numbers_is_that_of_the_roadmaps_zone(vekha: Vekha, tmp_path: Path) -> None:
    # Of these two, the one whose day is not that of UTC now.
    zone = "Etc/GMT+12" if clock.now().hour < 12 else "Etc/GMT-14"
    with open_session(engine_for(f"sqlite:///{(tmp_path / 'vekha.db').resolve()}")) as session:
        session.get_one(Roadmap, "krasnodar").zone = zone
    period = period_of(clock.today(zone), "quarter").previous.written
    vekha.says("monitor", "krasnodar", "--period", period, "--now")
    assert f"данные на {clock.today(zone):%d.%m.%Y}" in vekha.says("monitor", "krasnodar", "--period", period)


def test_the_day_without_prefect_plans_the_rounds_to_come(vekha: Vekha) -> None:
    assert vekha.json("control")["rounds"] == {"outcomes": [], "failed": []}
    listed = vekha.json("rounds", "krasnodar")["rounds"]
    assert listed
    assert {one["status"] for one in listed} == {"planned"}
    assert "запланирован" in vekha.says("rounds", "krasnodar")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        pytest.param(("--period", "2026-Q5"), "период «2026-Q5» не понят", id="words that are no period"),
        pytest.param(("--period", "9999"), "период «9999» не понят", id="a year that no calendar has"),
        pytest.param(
            ("--period", PAST.written, "--now", "--as-of", "2026-01-31"), "оставьте одно из двух", id="look or write"
        ),
    ],
)
def test_what_is_not_understood_is_one_line(vekha: Vekha, args: tuple[str, ...], words: str) -> None:
    result = vekha.run("monitor", "krasnodar", *args)
    assert result.exit_code == 2
    assert words in " ".join(result.output.split())
    assert "Traceback" not in result.output


def test_a_roadmap_that_is_not_on_control_is_named(vekha: Vekha) -> None:
    result = vekha.run("rounds", "tula")
    assert result.exit_code == 2
    assert "«tula» нет на контроле" in " ".join(result.output.split())
