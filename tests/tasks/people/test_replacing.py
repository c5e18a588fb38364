"""A person leaves, another comes: everything moves at once, contacts.yaml with it, or nothing does."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from models import Absence, AuditEntry, Channel, Notice, Official
from models.db import open_session
from models.lifecycle import Refused
from tasks.daily.control_day import control_day
from tasks.people.contacts import ContactsError
from tasks.people.contacts_file import Place, rewritten_contacts
from tasks.people.lookup import official_of
from tasks.people.replacements import Replacement, Successor, plan_replacement, replace_official
from tests.worlds.world import World

TODAY = date(2027, 5, 26)
AT = datetime(2027, 5, 26, 9, tzinfo=UTC)
DAY = timedelta(days=1)
NEW = Successor(name="Петрова Мария Ивановна", email="petrova@example.org", post="Ректор")


@pytest.fixture
def busy(world: World) -> World:
    """The lead has two channels, letters that wait and one that left, absences of both kinds."""
    with open_session(world.engine) as session:
        way = session.get_one(Official, 1).channel("url", "json://gateway.example.org/vekha", proven_at=AT)
        session.add(way)
        for official, deputy, first in ((1, 2, 0), (1, 2, 30), (2, 1, 60)):
            days: dict[str, Any] = {"starts_on": TODAY + first * DAY, "ends_on": TODAY + (first + 5) * DAY}
            session.add(Absence(official_id=official, deputy_id=deputy, set_by="тест", set_at=AT, **days))
    for later in (20, 0, 3):
        world.point(TODAY + later * DAY, next_check_on=TODAY - DAY)
    yesterday = TODAY - DAY
    assert not control_day(world.engine, today=yesterday, at=datetime.combine(yesterday, time(3), UTC)).failed
    return world


def replaced(world: World, successor: Successor = NEW, *, apply: bool = True) -> Replacement:
    with open_session(world.engine) as session:
        official = official_of(session, "krai", "1")
        if not apply:
            return plan_replacement(session, official, successor, today=TODAY)
        return replace_official(session, official, successor, today=TODAY, actor="координатор", at=AT)


def everything(world: World) -> list[Any]:
    return [world.rows(table) for table in (Official, Channel, Notice, Absence, AuditEntry)]


def test_a_plan_lists_what_moves_and_writes_nothing(busy: World) -> None:
    before = everything(busy)
    plan = replaced(busy, apply=False)
    # The rounds of monitoring that the body keeps are to come all after them.
    assert [point.deadline_on for point in plan.points][:3] == [TODAY, TODAY + 3 * DAY, TODAY + 20 * DAY]
    assert all("/m-quarter/" in point.key for point in plan.points[3:])
    assert (plan.letters, plan.own_absences, plan.stands_in, plan.channels_off, plan.is_done) == (2, 2, 1, 2, False)
    assert everything(busy) == before


def test_everything_moves_at_once_and_the_second_time_nothing(busy: World) -> None:
    with open_session(busy.engine) as session:
        session.get_one(Official, 1).give_phone("+7 (861) 123-45-67")
    replaced(busy)
    rector = busy.rows(Official)[0]
    assert "phone" not in rector["addresses"]
    assert (rector["name"], rector["post"], rector["link_serial"], rector["is_lead"]) == (NEW.name, "Ректор", 1, True)
    new = [row for row in busy.rows(Channel) if row["official_id"] == 1 and row["is_active"]]
    assert [(row["address"], row["proven_at"]) for row in new] == [(NEW.email, None)]
    letters = [row for row in busy.rows(Notice) if row["official_id"] == 1]
    assert [(row["state"], row["channel_id"] == new[0]["id"]) for row in letters] == [
        ("queued", True),
        ("dropped", False),
        ("queued", False),  # The last one to whoever leaves: what is his no more.
    ]
    assert [row["official_id"] for row in busy.rows(Absence)] == [2]
    assert [row["action"] for row in busy.rows(AuditEntry)] == ["replace"]
    after = everything(busy)
    assert replaced(busy).is_done
    assert everything(busy) == after


def test_what_was_sent_and_what_runs_stays_with_the_day_it_was(busy: World) -> None:
    busy.change(Notice, state="sent")
    with open_session(busy.engine) as session:
        first = session.get_one(Absence, 1)
        first.starts_on = TODAY - 3 * DAY
    before = len(busy.rows(Notice))
    replaced(busy)
    assert [row["state"] for row in busy.rows(Notice)] == ["sent"] * before + ["queued"]
    assert next((row["official_id"], row["ends_on"]) for row in busy.rows(Absence)) == (1, TODAY - DAY)


def test_a_mailbox_of_the_post_stays_and_must_be_proven_anew(busy: World) -> None:
    busy.change(Channel, proven_at=AT)
    replaced(busy, Successor(name="Петрова", email="rector@example.org", post="Ректор"))
    own = {
        row["address"]: (row["is_active"], row["proven_at"]) for row in busy.rows(Channel) if row["official_id"] == 1
    }
    assert own == {"rector@example.org": (True, None), "json://gateway.example.org/vekha": (False, AT)}


def test_a_post_that_is_taken_is_refused(small_world: World) -> None:
    with pytest.raises(Refused, match="«Методист» у этого органа уже есть"):
        replaced(small_world, Successor(name="Петрова", email="p@example.org", post="Методист"))
    assert small_world.rows(AuditEntry) == []


CONTACTS = """\
# Кто за что отвечает. Правит координатор.
krai:
  coordinator: {post: Координатор, channels: [{kind: email, address: coordinator@example.org}]}
  bodies:
    # Институт переехал в мае.
    institute:
      - post: Ректор   # с 2019 года
        name: "Иванов И. И."
        channels:
          - kind: email
            address: rector@example.org  # приёмная
          - {kind: url, address: "json://gateway.example.org/vekha"}
      - post: Методист
        zone: Asia/Yekaterinburg
    school:
      - {post: Директор}
"""
RECTOR = Place(roadmap="krai", role="executor", body="institute", post="Ректор")
DIRECTOR = Place(roadmap="krai", role="executor", body="school", post="Директор")


@pytest.fixture
def contacts(tmp_path: Path) -> Path:
    path = tmp_path / "contacts.yaml"
    path.write_text(CONTACTS, encoding="utf-8")
    return path


def rewrite(path: Path, place: Place, successor: Successor = NEW) -> bool:
    with rewritten_contacts(path, place, successor) as is_named:
        assert path.read_text(encoding="utf-8-sig").count("petrova") == 0
    return is_named


def test_contacts_keep_comments_and_order_and_name_the_successor(contacts: Path) -> None:
    assert rewrite(contacts, RECTOR)
    gateway = '          - {kind: url, address: "json://gateway.example.org/vekha"}\n'
    expected = CONTACTS.replace(gateway, "").replace("Иванов И. И.", NEW.name)
    # The comment keeps its column as far as the longer address lets it.
    assert contacts.read_text(encoding="utf-8") == expected.replace("rector@example.org  #", f"{NEW.email} #")
    assert [path.name for path in contacts.parent.iterdir()] == ["contacts.yaml"]


def test_the_telephone_goes_with_whoever_leaves(contacts: Path) -> None:
    phone = "        phone: +7 (861) 123-45-67\n"
    name = '        name: "Иванов И. И."\n'
    contacts.write_text(CONTACTS.replace(name, name + phone), encoding="utf-8")
    assert rewrite(contacts, RECTOR)
    assert "phone" not in contacts.read_text(encoding="utf-8")


def test_an_entry_without_name_and_channels_gets_both(contacts: Path) -> None:
    assert rewrite(contacts, DIRECTOR, Successor(name="Петрова", email="petrova@example.org", post="И. о. директора"))
    text = contacts.read_text(encoding="utf-8")
    assert "post: И. о. директора, name: Петрова, channels:" in text
    assert text.startswith(CONTACTS[:300])


def test_the_coordinator_is_replaced_in_his_own_place(contacts: Path) -> None:
    place = Place(roadmap="krai", role="coordinator", body=None, post="Координатор")
    assert rewrite(contacts, place)
    assert f"coordinator: {{post: Ректор, name: {NEW.name}, channels: [{{kind: email, address: {NEW.email}}}]}}" in (
        contacts.read_text(encoding="utf-8")
    )


@pytest.mark.parametrize(
    "place",
    [
        pytest.param(Place(roadmap="krai", role="executor", body="institute", post="Декан"), id="another post"),
        pytest.param(Place(roadmap="drugoi", role="executor", body="institute", post="Ректор"), id="another roadmap"),
        pytest.param(Place(roadmap="krai", role="controller", body=None, post="Ректор"), id="a role that is not there"),
    ],
)
def test_a_file_that_does_not_name_the_official_is_left_alone(contacts: Path, place: Place) -> None:
    assert not rewrite(contacts, place)
    assert contacts.read_text(encoding="utf-8") == CONTACTS


def test_no_file_is_no_fault(tmp_path: Path) -> None:
    assert not rewrite_missing(tmp_path / "contacts.yaml")
    assert list(tmp_path.iterdir()) == []


def rewrite_missing(path: Path) -> bool:
    with rewritten_contacts(path, RECTOR, NEW) as is_named:
        return is_named


def test_when_the_database_refuses_the_file_stays_as_it_was(contacts: Path) -> None:
    with pytest.raises(Refused), rewritten_contacts(contacts, RECTOR, NEW):
        raise Refused("решение уже принято другим")
    assert contacts.read_text(encoding="utf-8") == CONTACTS
    assert [path.name for path in contacts.parent.iterdir()] == ["contacts.yaml"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        pytest.param("- {post: Директор}", "- *rector", "ссылки YAML", id="an entry shared through an anchor"),
        pytest.param("bodies:", "bodis:", "такого поля нет", id="a file that is refused anyway"),
    ],
)
def test_a_file_that_cannot_be_rewritten_safely_is_refused(contacts: Path, old: str, new: str, problem: str) -> None:
    text = CONTACTS.replace("- post: Ректор ", "- &rector\n        post: Ректор ").replace(old, new)
    contacts.write_text(text, encoding="utf-8")
    with pytest.raises(ContactsError, match=problem):
        rewrite(contacts, RECTOR)
    assert contacts.read_text(encoding="utf-8") == text


def test_windows_line_ends_and_a_mark_at_the_start_are_no_hindrance(contacts: Path) -> None:
    contacts.write_bytes(b"\xef\xbb\xbf" + CONTACTS.replace("\n", "\r\n").encode())
    assert rewrite(contacts, RECTOR)
    data = contacts.read_bytes()
    assert NEW.email.encode() in data
    assert data.count(b"\r\n") == data.count(b"\n") > 10
