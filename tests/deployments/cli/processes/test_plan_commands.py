"""``vekha plan``: the days of НИКУ entered, shown, refused, as a coordinator and as a program meet them."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col
from typer.testing import CliRunner

from deployments.cli.processes import external_plans
from models import ControlPoint, clock
from models.db import engine_for, open_session
from roadmap.catalogue.loading import built_in
from roadmap.processes.external_plans import PlanRefused
from tasks.editions.load import load_roadmap
from tests.days import TODAY
from tests.parts.databases import sqlite_engine

STARTS = date(TODAY.year + 1, 10, 12)


class Vekha:
    """Runs the commands of ``vekha plan`` in this process."""

    def run(self, *args: str) -> Any:
        return CliRunner().invoke(external_plans.app, list(args))

    def says(self, *args: str) -> str:
        result = self.run(*args)
        assert result.exit_code == 0, result.exception
        return " ".join(result.stdout.split())

    def json(self, *args: str) -> Any:
        result = self.run(*args, "--json")
        assert result.exit_code == 0, result.exception
        return json.loads(result.stdout)


def dated(starts: date = STARTS, days: int = 3) -> tuple[str, ...]:
    return "--from", starts.isoformat(), "--to", (starts + timedelta(days=days)).isoformat()


def rehearse(engine: Engine) -> None:
    shift = TODAY.year - 2021
    with open_session(engine) as session:
        load_roadmap(session, built_in("krasnodar"), today=TODAY, at=clock.now(), shift_years=shift, rehearsal=True)


@pytest.fixture
def vekha(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Vekha:
    """A rehearsal of Krasnodar, its years shifted to now, in a data folder of its own."""
    monkeypatch.setenv("VEKHA_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    sqlite_engine(tmp_path / "vekha.db", rehearse)
    return Vekha()


def points(tmp_path: Path) -> list[tuple[str, str]]:
    """(key, status) of every result that a plan has dated."""
    with open_session(engine_for(f"sqlite:///{(tmp_path / 'vekha.db').resolve()}")) as session:
        found = select(col(ControlPoint.key), col(ControlPoint.status))
        rows = session.execute(found.where(col(ControlPoint.deadline_note).startswith("По плану")))
        return [(key, status) for key, status in rows.tuples()]


def test_days_are_entered_for_every_body_that_waits(vekha: Vekha, tmp_path: Path) -> None:
    before = vekha.json("list")
    assert {one["plan"] for one in before} == {"НИКУ"}
    assert all(one["key"] is None for one in before)
    told = vekha.json("set", "НИКУ", *dated())["roadmaps"]
    assert [one["roadmap"] for one in told] == ["krasnodar"]
    assert sorted(told[0]["new"]) == sorted(key for key, _ in points(tmp_path))
    assert all(one["note"].startswith("По плану НИКУ: с 12.10.") for one in vekha.json("list"))


def test_the_same_days_again_change_nothing(vekha: Vekha, tmp_path: Path) -> None:
    vekha.says("set", "НИКУ", *dated())
    there = points(tmp_path)
    told = vekha.json("set", "НИКУ", *dated())["roadmaps"][0]
    assert (told["new"], told["moved"], told["named"]) == ([], [], [])
    assert points(tmp_path) == there


def test_a_dry_run_shows_and_writes_nothing(vekha: Vekha, tmp_path: Path) -> None:
    assert "будет: новых сроков: 1" in vekha.says("set", "НИКУ", *dated(), "--dry-run")
    assert points(tmp_path) == []


def test_moved_days_are_told_with_their_keys(vekha: Vekha, tmp_path: Path) -> None:
    vekha.says("set", "НИКУ", *dated())
    said = vekha.says("set", "нику", *dated(STARTS + timedelta(days=14)), "--roadmap", "krasnodar")
    assert "krasnodar: перенесено: 1" in said
    assert all(key in said for key, _ in points(tmp_path))


@pytest.mark.parametrize(
    ("args", "why"),
    [
        pytest.param(("set", "ВПР", *dated()), "не ждёт ни одна дорожная карта; ждут: НИКУ", id="an unknown plan"),
        pytest.param(("set", "НИКУ", *dated(days=-3)), "раньше начала", id="backwards"),
        pytest.param(("set", "НИКУ", *dated(TODAY - timedelta(days=9))), "уже прошло", id="in the past"),
        pytest.param(
            ("set", "НИКУ", *dated(date(TODAY.year + 30, 1, 9))), "выходит за период", id="outside the period"
        ),
    ],
)
def test_bad_days_are_one_line(vekha: Vekha, tmp_path: Path, args: tuple[str, ...], why: str) -> None:
    refused = vekha.run(*args).exception
    assert isinstance(refused, PlanRefused)
    assert why in str(refused)
    assert points(tmp_path) == []


def test_an_unknown_roadmap_is_refused(vekha: Vekha) -> None:
    assert vekha.run("list", "--roadmap", "tula").exit_code == 2
