"""``vekha recommendations``, ``take``, ``decline``: as a coordinator and as a program meet them."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import select
from typer.testing import CliRunner, Result

from deployments.cli import app
from models import Body, ControlPoint, Item, Recommendation, Round, clock
from models.db import engine_for, open_session
from models.lifecycle import Refused
from roadmap.catalogue.loading import built_in
from tasks.editions.load import load_roadmap
from tests.days import TODAY
from tests.parts.databases import sqlite_engine

DUE = TODAY + timedelta(days=60)
CODE = "krasnodar"


def fill(engine: Engine) -> None:
    """A rehearsal of Krasnodar with a round that recommends two things."""
    with open_session(engine) as session:
        shift = TODAY.year - 2021
        load_roadmap(session, built_in(CODE), today=TODAY, at=clock.now(), shift_years=shift, rehearsal=True)
        point = session.exec(select(ControlPoint)).first()
        item = session.exec(select(Item)).first()
        body = session.exec(select(Body)).first()
        assert point is not None
        assert item is not None
        assert body is not None
        days: dict[str, Any] = {
            "opens_on": date(2026, 10, 1),
            "due_on": date(2026, 10, 7),
            "note_on": date(2026, 10, 14),
        }
        period: dict[str, Any] = {"period_start": date(2026, 7, 1), "period_end": date(2026, 9, 30)}
        session.add(row := Round(roadmap_code=CODE, rhythm="quarter", point_id=point.id or 0, **(period | days)))
        session.flush()
        for n in (1, 2):
            facts: dict[str, Any] = {
                "roadmap_code": CODE,
                "round_id": row.id,
                "body_id": body.id,
                "rule": "below",
                "due_on": DUE,
            }
            words: dict[str, Any] = {
                "text": f"Направить на обучение {n}",
                "ground": "5 % при цели 12 %",
                "open_key": f"{n}",
            }
            session.add(Recommendation(item_codes=[item.code], **(facts | words)))


@pytest.fixture
def vekha(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """A rehearsal of Krasnodar with a round that recommends two things."""
    monkeypatch.setenv("VEKHA_DATA", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "200")
    sqlite_engine(tmp_path / "vekha.db", fill)
    return lambda *args: CliRunner().invoke(app, list(args))


def says(result: Result) -> str:
    assert result.exit_code == 0, result.exception
    return " ".join(result.stdout.split())


def test_listed_taken_with_another_term_and_declined(vekha: Callable[..., Result]) -> None:
    listed = says(vekha("recommendations", CODE))
    assert "Направить на обучение 1" in listed
    assert f"{DUE:%d.%m.%Y}" in listed
    due = TODAY + timedelta(days=30)
    assert f"на контроль: {CODE}/m-rec.1/-/{due}" in says(vekha("take", "1", "--due", due.isoformat()))
    assert "отклонена: уже идёт" in says(vekha("decline", "2", "--reason", "уже идёт"))
    first, second = json.loads(vekha("recommendations", CODE, "--json").stdout)
    assert (first["state"], first["key"], first["due_on"]) == ("taken", f"{CODE}/m-rec.1/-/{due}", due.isoformat())
    assert (second["state"], second["reason"], second["number"]) == ("declined", "уже идёт", 2)
    left = says(vekha("recommendations", CODE))
    assert f"взята на контроль: {CODE}/m-rec.1/" in left
    assert "Направить на обучение 2" not in left
    assert "отклонена" in says(vekha("recommendations", CODE, "--all"))


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (("take", "77"), "Рекомендации № 77 нет"),
        (("decline", "1"), "Укажите, почему рекомендация отклонена"),
        (("take", "1", "--due", "2020-01-01"), "уже прошёл"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_changes_nothing(
    vekha: Callable[..., Result], args: tuple[str, ...], line: str
) -> None:
    result = vekha(*args)
    assert isinstance(result.exception, Refused)
    assert line in f"{result.exception}"
    assert {row["state"] for row in json.loads(vekha("recommendations", CODE, "--json").stdout)} == {"proposed"}


def test_a_load_leaves_what_was_taken_alone(vekha: Callable[..., Result], tmp_path: Path) -> None:
    says(vekha("take", "1"))
    with open_session(engine_for(f"sqlite:///{(tmp_path / 'vekha.db').resolve()}")) as session:
        shift = TODAY.year - 2021
        load_roadmap(session, built_in(CODE), today=TODAY, at=clock.now(), shift_years=shift, rehearsal=True)
        assert session.exec(select(Item).where(Item.code == "m-rec.1")).one().is_controlled
