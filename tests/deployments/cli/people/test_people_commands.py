"""The commands about people as a coordinator and as a program meet them."""

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from datetime import date, timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest
from sqlmodel import select

from deployments.cli import main
from models import AuditEntry
from models.db import close_engines, engine_for, open_session
from tests.days import TODAY, on_the_usual_day
from tests.parts.databases import copy_template

POST = "Ректор академии"
CONTACTS = f"""\
# Телефон приёмной — в журнале.
krasnodar:
  coordinator: {{post: Координатор, channels: [{{kind: email, address: coordinator@example.org}}]}}
  bodies:
    BODY:
      - post: {POST}
        channels:
          - {{kind: email, address: rector@example.org}}
      - {{post: Проректор, zone: Asia/Yekaterinburg, channels: [{{kind: email, address: vice@example.org}}]}}
"""


class Vekha:
    """Runs the command line in this process, in a data folder of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data

    def run(self, *args: str) -> tuple[int, str, str]:
        out, err, code = io.StringIO(), io.StringIO(), 0
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.setenv("VEKHA_DATA", str(self.data))
            patch.setenv("COLUMNS", "200")
            patch.setattr(sys, "argv", ["vekha", *args])
            try:
                main()
            except SystemExit as stopped:
                code = int(stopped.code or 0)
        return code, out.getvalue(), err.getvalue()

    def says(self, *args: str) -> str:
        code, out, err = self.run(*args)
        assert code == 0, err
        return " ".join((out + err).split())

    def json(self, *args: str) -> Any:
        code, out, err = self.run(*args, "--json")
        assert code == 0, err
        return json.loads(out)

    def refused(self, *args: str) -> str:
        code, out, err = self.run(*args)
        assert (code, out) == (2, ""), (out, err)
        assert len(err.strip().splitlines()) == 1, err
        return err

    def audit(self) -> list[str]:
        with open_session(engine_for(f"sqlite:///{(self.data / 'vekha.db').resolve()}")) as session:
            return [row.action for row in session.exec(select(AuditEntry).order_by(AuditEntry.id))]  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A rehearsal of Krasnodar whose busiest body has two officials of our own."""
    there = Vekha(tmp_path_factory.mktemp("rehearsed"))
    copy_template(there.data / "vekha.db")
    with on_the_usual_day():
        there.says("load", "krasnodar", "--rehearsal")
        lead = next(one for one in there.json("people", "krasnodar")["officials"] if one["role"] == "executor")
        (there.data / "contacts.yaml").write_text(CONTACTS.replace("BODY", lead["body"]), encoding="utf-8")
        there.says("contacts")
    close_engines()
    return there.data


@pytest.fixture
def vekha(rehearsed: Path, tmp_path: Path) -> Vekha:
    """The rehearsal in a folder of the test's own."""
    return Vekha(copytree(rehearsed, tmp_path / "data"))


def days(first: int, last: int) -> tuple[str, ...]:
    return "--from", f"{TODAY + timedelta(days=first)}", "--to", f"{TODAY + timedelta(days=last)}"


def test_people_shows_who_is_reached_how_and_what_is_muted(vekha: Vekha) -> None:
    vekha.says("absence", "krasnodar", POST, "--deputy", "Проректор", *days(0, 7))
    item = vekha.json("items", "krasnodar")[0]["key"].split("/", 1)[1]
    vekha.says("silence", "krasnodar", "--item", item, "--until", f"{TODAY}", "--reason", "идёт суд")
    shown = vekha.json("people", "krasnodar")
    rector, vice = (next(one for one in shown["officials"] if one["post"] == post) for post in (POST, "Проректор"))
    works = {"drilled_at": None, "proven_at": None, "failing_since": None, "failure": "", "given_up_at": None}
    assert rector["channels"] == [{"kind": "email", "address": "rector@example.org", **works}]
    assert [date.fromisoformat(one["to"]) - TODAY for one in rector["absences"]] == [timedelta(days=7)]
    assert rector["absences"][0]["deputy"] == vice["number"]
    assert vice["zone"] == "Asia/Yekaterinburg"
    assert shown["silences"] == [
        {"subject": f"пункт {item}", "until": f"{TODAY}", "reason": "идёт суд", "set_by": "координатор"}
    ]
    table = vekha.says("people", "krasnodar")
    assert "не проверен" in table
    assert "идёт суд" in table
    assert vekha.audit() == ["absence", "mute"]


def test_a_mute_and_absence_twice_change_nothing_and_are_taken_back(vekha: Vekha) -> None:
    mute = ("silence", "krasnodar", "--body", vekha.json("people", "krasnodar")["officials"][1]["body"] or "minobr")
    away = ("absence", "krasnodar", POST)
    for command, undo in (
        ((*mute, "--until", f"{TODAY}", "--reason", "суд"), (*mute, "--lift")),
        ((*away, "--deputy", "Проректор", *days(1, 2)), (*away, "--back")),
    ):
        assert [vekha.json(*command)["changed"] for _ in range(2)] == [True, False]
        assert [vekha.json(*undo)["changed"] for _ in range(2)] == [True, False]
    assert vekha.audit() == ["mute", "mute-lifted", "absence", "absence-taken-back"]


def test_replace_shows_what_moves_then_moves_it_and_the_file_with_it(vekha: Vekha) -> None:
    command = ("replace", "krasnodar", POST, "--name", "Петрова М. И.", "--email", "petrova@example.org")
    before = (vekha.data / "contacts.yaml").read_text(encoding="utf-8")
    assert "повторите с --apply" in vekha.says(*command)
    assert (vekha.data / "contacts.yaml").read_text(encoding="utf-8") == before
    done = vekha.json(*command, "--apply")
    assert (done["applied"], done["contacts_rewritten"], done["channels_off"]) == (True, True, 1)
    text = (vekha.data / "contacts.yaml").read_text(encoding="utf-8")
    assert text.startswith("# Телефон приёмной — в журнале.\n")
    assert ("petrova@example.org" in text, "rector@example.org" in text) == (True, False)
    assert vekha.json(*command, "--apply")["applied"] is False
    people = vekha.json("people", "krasnodar")
    vekha.says("contacts")
    assert vekha.json("people", "krasnodar") == people
    assert vekha.audit() == ["replace"]


def test_replace_says_when_contacts_do_not_name_the_official(vekha: Vekha) -> None:
    (vekha.data / "contacts.yaml").unlink()
    command = ("replace", "krasnodar", POST, "--name", "Петрова", "--email", "petrova@example.org", "--apply")
    assert "впишите преемника сами" in vekha.says(*command)


def test_revoke_is_recorded(vekha: Vekha) -> None:
    assert vekha.json("revoke", "krasnodar", POST)["revoked"] is True
    assert vekha.audit() == ["revoke"]


def test_a_ladder_is_shown_set_in_part_or_whole_and_given_back(vekha: Vekha, tmp_path: Path) -> None:
    usual = vekha.json("ladder", "krasnodar")
    assert (usual["own"], usual["ladder"]["ask_extension_by"]) == (False, 1)
    own = vekha.json("ladder", "krasnodar", "--before", "30, 10,0", "--ask-extension-by", "3")
    assert (own["ladder"]["before"], own["ladder"]["after"], own["changed"]) == ([30, 10, 0], [1], True)
    assert not vekha.json("ladder", "krasnodar", "--before", "0,10,30")["changed"]
    file = tmp_path / "ladder.yaml"
    file.write_text("after: [2]\nescalate_after: 3\n", encoding="utf-8")
    whole = vekha.json("ladder", "krasnodar", "--set", str(file))["ladder"]
    assert (whole["before"], whole["after"], whole["escalate_after"]) == ([14, 7, 3, 1, 0], [2], 3)
    assert vekha.json("ladder", "krasnodar", "--default") == usual | {"changed": True}
    assert vekha.audit() == ["ladder"] * 3


@pytest.mark.parametrize(
    ("args", "line"),
    [
        (("people", "nowhere"), "vekha load nowhere"),
        (("silence", "krasnodar", "--until", "2099-01-01"), "либо пункт"),
        (("silence", "krasnodar", "--item", "нет", "--until", "2099-01-01"), "Пункта «нет»"),
        (("silence", "krasnodar", "--item", "2.1.3"), "--until"),
        (("absence", "krasnodar", POST), "--deputy, --from, --to"),
        (("absence", "krasnodar", "Декан", "--back"), "vekha people krasnodar"),
        (("revoke", "krasnodar", "Декан"), "«Декан»"),
        (("replace", "krasnodar", POST, "--name", "А", "--email", "нет"), "не адрес электронной почты"),
        (("replace", "krasnodar", POST, "--name", " ", "--email", "a@example.org"), "--name"),
        (("ladder", "krasnodar", "--before", "две недели"), "--before"),
        (("ladder", "krasnodar", "--after", "0"), "лестница напоминаний"),
        (("ladder", "krasnodar", "--set", "/nowhere/ladder.yaml"), "файл не читается"),
        (("ladder", "krasnodar", "--default", "--before", "3"), "уберите остальные"),
    ],
)
def test_bad_input_is_one_line_and_changes_nothing(vekha: Vekha, args: tuple[str, ...], line: str) -> None:
    assert line in vekha.refused(*args)
    assert vekha.audit() == []


def test_an_unknown_zone_in_the_contacts_is_one_line(vekha: Vekha) -> None:
    path = vekha.data / "contacts.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("Asia/Yekaterinburg", "Mars/Base"), encoding="utf-8")
    assert "поле zone: часового пояса «Mars/Base» нет" in vekha.refused("contacts")


def test_what_was_done_about_people_stands_in_the_audit(vekha: Vekha) -> None:
    vekha.says("revoke", "krasnodar", POST)
    (newest, *_) = vekha.json("audit")
    assert newest["actor"] == "координатор"
    assert newest["action"] in vekha.says("audit", "--limit", "1")


def test_a_drill_a_discipline_and_a_watch_answer_on_the_command_line(vekha: Vekha) -> None:
    asked = vekha.json("drill", "krasnodar")
    assert all(row["asks_on"] for row in asked if row["channel"])
    assert "Не подтверждено" in vekha.says("drill", "krasnodar", "--dry-run")
    told = vekha.json("discipline", "krasnodar")
    assert set(told) == {"from", "to", "bodies", "excused"}
    code, _, err = vekha.run("discipline", "krasnodar", "--from", "2027-02-01", "--to", "2027-01-01")
    assert (code, err.count("\n")) == (2, 1)
    assert "Наблюдатель не задан" in vekha.says("watch")


NAME, ADDRESS = "Свиристелева Аграфена Ильинична", "svirist@mail.example.org"


@pytest.fixture
def named(vekha: Vekha) -> Vekha:
    """The lead has a name and an address of his own."""
    file = vekha.data / "contacts.yaml"
    text = file.read_text(encoding="utf-8").replace(f"post: {POST}\n", f"post: {POST}\n        name: {NAME}\n")
    file.write_text(text.replace("rector@example.org", ADDRESS), encoding="utf-8")
    vekha.says("contacts")
    return vekha


def number_of(named: Vekha, post: str = POST) -> str:
    return next(str(one["number"]) for one in named.json("people", "krasnodar")["officials"] if one["post"] == post)


def test_help_says_what_both_do(named: Vekha) -> None:
    for command in (("person",), ("person", "export"), ("person", "erase")):
        assert "лица" in named.says(*command, "--help")


def test_an_export_by_number_by_post_and_of_a_whole_roadmap(named: Vekha, tmp_path: Path) -> None:
    number = number_of(named)
    one = named.json("person", "export", number)
    assert (one["name"], one["post"]) == (NAME, POST)
    assert [way["address"] for way in one["addresses"] if way["is_active"]] == [ADDRESS]
    assert named.json("person", "export", "krasnodar", POST) == one
    assert one in named.json("person", "export", "krasnodar")["people"]
    table = named.says("person", "export", number, "--to", f"{tmp_path / 'told'}")
    assert (NAME in table, ADDRESS in table) == (True, True)
    assert json.loads((tmp_path / "told" / f"person-{number}.json").read_text(encoding="utf-8")) == one


def test_erase_shows_first_then_blanks_the_row_and_the_file_of_contacts(named: Vekha) -> None:
    number = number_of(named)
    command = ("person", "erase", number, "--reason", "заявление")
    assert "Ничего не изменено" in named.says(*command)
    assert named.json(*command)["applied"] is False
    assert named.json("person", "export", number)["name"] == NAME
    done = named.json(*command, "--yes")
    assert (done["applied"], done["contacts_rewritten"], done["passes_to"]) == (True, True, "Проректор")
    text = (named.data / "contacts.yaml").read_text(encoding="utf-8")
    assert text.startswith("# Телефон приёмной — в журнале.\n")
    assert (ADDRESS in text, "vice@example.org" in text) == (False, True)
    left = named.json("person", "export", number)
    assert (left["name"], left["post"], left["in_office"]) == ("", POST, False)
    assert {way["address"] for way in left["addresses"]} == {""}
    assert left["about"][-1]["detail"] == "заявление"
    named.says("contacts")
    assert named.json("person", "export", number)["name"] == ""
    assert "уже удалены" in named.says(*command, "--yes")
    assert named.json(*command, "--yes")["applied"] is False
    assert named.audit() == ["erase"]


def test_a_file_of_contacts_that_would_still_name_the_person_stops_it(named: Vekha) -> None:
    file = named.data / "contacts.yaml"
    file.write_text(f"{file.read_text(encoding='utf-8')}# {NAME}: отпуск в июле\n", encoding="utf-8")
    line = named.refused("person", "erase", number_of(named), "--reason", "заявление", "--yes")
    assert "contacts.yaml, строка" in line
    assert named.json("person", "export", number_of(named))["name"] == NAME


def test_what_cannot_be_done_is_one_line(named: Vekha) -> None:
    because = ("--reason", "заявление", "--yes")
    for command, word in (
        (("export", "4711"), "№ 4711 нет"),
        (("export", "9223372036854775808"), "нет"),
        (("export", "nowhere"), "nowhere"),
        (("export", "krasnodar", "Архивариус"), "Архивариус"),
        (("erase", "4711", *because), "№ 4711 нет"),
        (("erase", "krasnodar", *because), "Назовите одно лицо"),
        (("erase", "1"), "--reason"),
    ):
        assert word in named.refused("person", *command)
