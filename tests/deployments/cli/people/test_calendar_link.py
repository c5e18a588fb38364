"""The command that prints the link of a calendar."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlmodel import select
from typer.testing import CliRunner, Result

from deployments.cli.people.calendars import calendar
from deployments.cli.people.people import revoke
from models import AuditEntry, Body, Edition, Official, Roadmap
from models.db import open_session
from models.db.migrate import ready_engine
from models.settings import Settings
from tasks.people.links import LinkRefused, calendar_owner
from tasks.people.lookup import PeopleRefused

app = typer.Typer()
app.command("calendar")(calendar)


@pytest.fixture(autouse=True)
def roadmap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A roadmap with one body and three officials."""
    monkeypatch.setenv("VEKHA_DATA", str(tmp_path))
    monkeypatch.setenv("VEKHA_PUBLIC_URL", "https://vekha.example.org")
    with open_session(ready_engine()) as session:
        days: dict[str, Any] = {
            "period_start": date(2027, 1, 1),
            "period_end": date(2028, 1, 1),
            "controlled_from": date(2027, 1, 1),
        }
        words: dict[str, Any] = {
            "region": "Край",
            "title": "Комплекс мер",
            "act": "приказ № 1",
            "zone": "Europe/Moscow",
        }
        session.add(Roadmap(code="krai", roll="preceding", report_by="period_end", **words, **days))
        session.flush()
        at = datetime(2027, 1, 1, tzinfo=UTC)
        session.add(Edition(roadmap_code="krai", act="приказ", content_hash="1", catalogue={}, loaded_at=at))
        body = Body(roadmap_code="krai", code="iro", name="Институт развития", short="ИРО", level="regional")
        session.add(body)
        session.flush()
        for post, name in (("Ректор", "Иванова И. И."), ("Проректор", ""), ("Проректор по науке", "")):
            session.add(Official(roadmap_code="krai", role="executor", body_id=body.id, post=post, name=name))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, [*arguments], env={"COLUMNS": "60"})


def owner(url: str) -> Any:
    with open_session(ready_engine()) as session:
        return calendar_owner(session, Settings(), url.rsplit("/", 1)[1].removesuffix(".ics"))


@pytest.mark.parametrize(
    ("words", "post"),
    [
        pytest.param("Ректор", "Ректор", id="word for word, though others contain it"),
        pytest.param("иванова и. и.", "Ректор", id="by name"),
        pytest.param("проректор п", "Проректор по науке", id="by its beginning"),
        pytest.param("по науке", "Проректор по науке", id="a part that only one has"),
    ],
)
def test_the_link_of_an_official_is_printed(words: str, post: str) -> None:
    done = run("krai", "--official", words)
    assert done.exit_code == 0
    [url] = [line for line in done.stdout.splitlines() if line.startswith("https://vekha.example.org/calendar/")]
    assert owner(url).post == post


def test_the_link_of_a_body_is_printed_for_programs_as_well() -> None:
    told = json.loads(run("krai", "--body", "iro", "--json").stdout)
    assert (told["roadmap"], told["whose"], owner(told["url"]).code) == ("krai", "Институт развития", "iro")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        pytest.param(["krai"], "Укажите либо --official", id="whose is not said"),
        pytest.param(["krai", "--official", "Ректор", "--body", "iro"], "Укажите либо --official", id="two at once"),
        pytest.param(["krai", "--official", "Директор"], "нет такого (есть: Ректор, Иванова И. И.; ", id="nobody"),
        pytest.param(["krai", "--official", "ектор"], "подходит не один (есть: Ректор", id="several"),
        pytest.param(["krai", "--official", " "], "нет такого", id="blank"),
        pytest.param(
            ["krai", "--body", "школа"], "Органа «школа» в дорожной карте «krai» нет (есть: iro)", id="no body"
        ),
        pytest.param(["omsk", "--body", "iro"], "Дорожной карты «omsk» нет на контроле", id="no roadmap"),
    ],
)
def test_what_is_not_there_is_told_in_one_line(arguments: list[str], line: str) -> None:
    done = run(*arguments)
    assert (done.exit_code, done.stderr.count("\n")) == (2, 1)
    assert line in done.stderr


def test_the_same_link_is_printed_again() -> None:
    assert run("krai", "--body", "iro").stdout == run("krai", "--body", "iro").stdout


def test_the_link_of_a_body_is_taken_back_and_the_next_one_works() -> None:
    urls = [json.loads(run("krai", "--body", "iro", "--json").stdout)["url"]]
    revoking = typer.Typer()
    revoking.command("revoke")(revoke)
    done = CliRunner().invoke(revoking, ["krai", "--body", "iro"])
    assert (done.exit_code, "прежняя ссылка на календарь" in done.stdout) == (0, True)
    with pytest.raises(LinkRefused, match="отозвана"):
        owner(urls[0])
    urls.append(json.loads(run("krai", "--body", "iro", "--json").stdout)["url"])
    assert owner(urls[1]).code == "iro"
    with open_session(ready_engine()) as session:
        [entry] = session.exec(select(AuditEntry)).all()
    assert (entry.action, entry.subject, entry.detail) == ("revoke", "iro", "ссылка на календарь органа отозвана")


@pytest.mark.parametrize("arguments", [["krai"], ["krai", "Ректор", "--body", "iro"], ["krai", "--body", "школа"]])
def test_whose_links_are_taken_back_is_said_once(arguments: list[str]) -> None:
    revoking = typer.Typer()
    revoking.command("revoke")(revoke)
    done = CliRunner().invoke(revoking, arguments)
    assert done.exit_code in (1, 2)
    assert isinstance(done.exception, SystemExit | PeopleRefused)
