"""The letter about a data point: what is asked, the link to the form, the form itself as a file."""

import io
import re
from datetime import UTC, datetime, time, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pydantic import SecretStr

from models.settings import Settings
from roadmap.monitoring.indicators.submission import Given
from tasks.daily.control_day import control_day
from tasks.letters.deliver import deliver
from tests.worlds.monitored import Monitored

SITE = "https://vekha.example.org"


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """Letters lie in the mailbox folder; the pages have a public address."""
    return Settings(
        _env_file=None,
        data=tmp_path,
        public_url=SITE,
        link_key=SecretStr("a key long enough that nobody guesses it"),
        link_days=30,
    )


def letters(monitored: Monitored, here: Settings) -> dict[str, EmailMessage]:
    """The letters of the day, by address."""
    at = datetime.combine(monitored.on, time(6), UTC)
    assert not control_day(monitored.world.engine, today=monitored.on, at=at - timedelta(hours=3)).failed
    deliver(monitored.world.engine, settings=here, at_source=lambda: at)
    found = {}
    for path in (here.letters / f"{monitored.on}").glob("*.eml"):
        parsed = message_from_bytes(path.read_bytes(), policy=default)
        assert isinstance(parsed, EmailMessage)
        found[parsed["To"]] = parsed
    return found


def words(letter: EmailMessage) -> list[str]:
    bodies = [letter.get_body((kind,)) for kind in ("plain", "html")]
    return [" ".join(body.get_content().split()) for body in bodies if body is not None]


def files(letter: EmailMessage) -> dict[str, bytes]:
    named = {part.get_filename() or "": part for part in letter.iter_attachments()}
    return {name: part.get_content() for name, part in named.items() if name.endswith(".xlsx")}


def test_the_letter_names_what_is_asked_and_brings_the_form(small_monitored: Monitored, here: Settings) -> None:
    small_monitored.round()
    small_monitored.on = small_monitored.on.replace(day=6)
    letter = letters(small_monitored, here)["sochi@example.org"]
    point = small_monitored.data("sochi")
    for shown in words(letter):
        assert "Просим представить данные по 4 показателям" in shown
        assert "Доля учителей, прошедших обучение" in shown
        assert re.search(rf"{SITE}/o/[\w.-]+/data/{point.id}\b", shown)
    ((name, content),) = files(letter).items()
    assert name == "Показатели за II квартал 2027 г., г. Сочи.xlsx"
    sheet = load_workbook(io.BytesIO(content))["Показатели"]
    assert [sheet[f"A{n}"].value for n in range(5, 10)] == ["sochi"] * 4 + [None]


def test_nobody_is_sent_a_form_who_has_given_all(small_monitored: Monitored, here: Settings) -> None:
    one = small_monitored.round()
    small_monitored.give(one)
    small_monitored.give(one, "anapa", Given("events", 1))
    small_monitored.settle(one)
    small_monitored.on = small_monitored.on.replace(day=6)
    found = letters(small_monitored, here)
    assert "sochi@example.org" not in found
    assert len(files(found["anapa@example.org"])) == 1


def test_the_coordinator_gets_no_forms(small_monitored: Monitored, here: Settings) -> None:
    small_monitored.round()
    small_monitored.on = small_monitored.on.replace(day=6)
    found = letters(small_monitored, here)
    assert all(not files(letter) for to, letter in found.items() if to.startswith(("coordinator", "deputy")))
