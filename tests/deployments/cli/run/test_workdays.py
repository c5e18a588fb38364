"""A year's production calendar given by hand, as an operator meets it."""

from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select

from models import AuditEntry
from models.db import engine_for, open_session
from tasks.context.working_calendar import given_years
from tests.deployments.cli.people.test_people_commands import Vekha

GIVEN = """\
year: 2028
source: постановление Правительства РФ от 10.10.2027 № 1
days_off:
  - {on: 2028-02-29, name: "выходной день, перенесённый с 26.02.2028"}
working_days: [2028-02-26]
"""


@pytest.fixture
def vekha(tmp_path: Path) -> Vekha:
    """An installation of its own."""
    return Vekha(tmp_path / "data")


def test_a_year_is_given_and_taken_back(vekha: Vekha, tmp_path: Path) -> None:
    file = tmp_path / "2028.yaml"
    file.write_text(GIVEN, "utf-8")
    said = vekha.says("workdays", str(file))
    assert "Внесён производственный календарь на 2028 год: сроки перенесёт ближайший ежедневный контроль." in said
    assert "внесён вручную: постановление Правительства РФ от 10.10.2027 № 1" in said
    with open_session(engine_for(f"sqlite:///{vekha.data / 'vekha.db'}")) as session:
        given = given_years(session)[2028]
        assert (given.working, list(given.off)) == (frozenset({date(2028, 2, 26)}), [date(2028, 2, 29)])
        assert [entry.action for entry in session.exec(select(AuditEntry))] == ["производственный календарь"]
    assert "убран" in vekha.says("workdays", "--drop", "2028")
    assert "внесён вручную" not in vekha.says("workdays")
    assert vekha.run("workdays", "--drop", "2028")[0] == 2


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        ("", "2028.yaml: файл пуст"),
        (GIVEN.replace("2028-02-26", "2029-02-26"), "день 26.02.2029 не относится к 2028 году"),
        (GIVEN.replace("[2028-02-26]", "[2028-02-29]"), "день 29.02.2028 назван и нерабочим, и рабочим"),
        (GIVEN.replace("source", "sorce"), "2028.yaml: поле"),
    ],
)
def test_a_file_that_is_no_calendar_is_refused_in_one_line(
    vekha: Vekha, tmp_path: Path, words: str, refusal: str
) -> None:
    file = tmp_path / "2028.yaml"
    file.write_text(words, "utf-8")
    code, _, said = vekha.run("workdays", str(file))
    assert (code, said.count("\n")) == (2, 1)
    assert refusal in said
