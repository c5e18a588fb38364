"""contacts.yaml: strict, without secrets, applied as often as one likes."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlmodel import col

from models import Channel, Official
from models.db import open_session
from roadmap.catalogue.contacts import holds_no_secret
from roadmap.catalogue.loading import built_in
from tasks.editions.load import load_roadmap
from tasks.people.contacts import ContactReport, ContactsError, apply_contacts, read_contacts
from tests.parts.databases import sqlite_engine

GOOD = """
surgut:
  coordinator: {post: Координатор, channels: [{kind: email, address: coordinator@example.org}]}
  controller: {post: Заместитель директора, name: Иванова И.И., channels: []}
  bodies:
    BODY:
      - post: Директор
        channels:
          - {kind: email, address: director@example.org}
          - {kind: telegram, address: "${VEKHA_TELEGRAM_TOKEN}/123456"}
      - post: Методист
        channels: [{kind: url, address: "json://gateway.example.org/vekha"}]
"""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A database with one roadmap on control."""
    engine = sqlite_engine(tmp_path / "vekha.db")
    of = built_in("surgut")
    with open_session(engine) as session:
        at = datetime(2021, 9, 3, tzinfo=UTC)
        load_roadmap(session, of, today=date(2021, 9, 3), at=at, controlled_from=date(2021, 9, 3))
    yield engine
    engine.dispose()


def owner() -> str:
    return built_in("surgut").items[0].owner


def apply(engine: Engine, tmp_path: Path, text: str) -> ContactReport:
    path = tmp_path / "contacts.yaml"
    path.write_text(text.replace("BODY", owner()), encoding="utf-8")
    with open_session(engine) as session:
        return apply_contacts(session, path)["surgut"]


def officials(engine: Engine) -> dict[str, tuple[str, bool, bool]]:
    with open_session(engine) as session:
        rows = session.execute(select(Official)).scalars()
        return {row.post: (row.role, row.is_lead, row.is_active) for row in rows}


def addresses(engine: Engine) -> dict[str, bool]:
    with open_session(engine) as session:
        return {row.address: row.is_active for row in session.execute(select(Channel)).scalars()}


def test_contacts_become_officials_and_channels(engine: Engine, tmp_path: Path) -> None:
    report = apply(engine, tmp_path, GOOD)
    assert (report.officials, report.channels) == (4, 4)
    assert officials(engine) == {
        "Координатор": ("coordinator", True, True),
        "Заместитель директора": ("controller", True, True),
        "Директор": ("executor", True, True),
        "Методист": ("executor", False, True),
    }
    assert addresses(engine) == {
        "coordinator@example.org": True,
        "director@example.org": True,
        "${VEKHA_TELEGRAM_TOKEN}/123456": True,
        "json://gateway.example.org/vekha": True,
    }


def test_an_address_with_a_variable_of_ours_is_named(engine: Engine, tmp_path: Path) -> None:
    assert apply(engine, tmp_path, GOOD).unusable == ("VEKHA_TELEGRAM_TOKEN",)
    assert apply(engine, tmp_path, GOOD.replace("VEKHA_TELEGRAM", "TELEGRAM")).unusable == ()


@pytest.mark.parametrize("address", ["${PATH}@example.org", "deputy@${HOST}.example.org", "a@example.{org}"])
def test_an_e_mail_address_names_no_variable(address: str, engine: Engine, tmp_path: Path) -> None:
    with pytest.raises(ContactsError, match="не адрес электронной почты"):
        apply(engine, tmp_path, GOOD.replace("director@example.org", f'"{address}"'))


def test_an_official_may_live_in_a_zone_of_his_own(engine: Engine, tmp_path: Path) -> None:
    def zones() -> dict[str, str | None]:
        with open_session(engine) as session:
            return {row.post: row.zone for row in session.execute(select(Official)).scalars()}

    own = "surgut:\n  bodies:\n    BODY: [{post: Директор, zone: Asia/Kamchatka}, {post: Методист}]\n"
    apply(engine, tmp_path, own)
    assert zones() == {"Директор": "Asia/Kamchatka", "Методист": None}
    apply(engine, tmp_path, own.replace(", zone: Asia/Kamchatka", ""))
    assert zones() == {"Директор": None, "Методист": None}


def test_a_telephone_is_kept_beside_the_addresses(engine: Engine, tmp_path: Path) -> None:
    def kept() -> tuple[str, dict[str, str]]:
        with open_session(engine) as session:
            one = session.execute(select(Official).where(col(Official.post) == "Координатор")).scalar_one()
            return one.phone, one.addresses

    number = "+7 (861)  123-45-67, доб. 12"
    with_phone = GOOD.replace("{post: Координатор,", f'{{post: Координатор, phone: "{number}",')
    apply(engine, tmp_path, with_phone)
    apply(engine, tmp_path, with_phone.replace("coordinator@", "another@"))
    phone, addresses = kept()
    assert phone == "+7 (861) 123-45-67, доб. 12"
    assert addresses == {"1": "coordinator@example.org", "2": "another@example.org", "phone": phone}
    apply(engine, tmp_path, GOOD)
    assert kept()[0] == ""


def test_applying_twice_changes_nothing(engine: Engine, tmp_path: Path) -> None:
    first = apply(engine, tmp_path, GOOD)
    before = officials(engine), addresses(engine)
    assert apply(engine, tmp_path, GOOD) == first
    assert (officials(engine), addresses(engine)) == before


def test_what_is_no_longer_named_is_switched_off_and_comes_back(engine: Engine, tmp_path: Path) -> None:
    apply(engine, tmp_path, GOOD)
    fewer = "surgut:\n  bodies:\n    BODY:\n      - {post: Методист, name: Петрова, channels: []}\n"
    apply(engine, tmp_path, fewer)
    assert officials(engine) == {
        "Координатор": ("coordinator", False, False),
        "Заместитель директора": ("controller", False, False),
        "Директор": ("executor", False, False),
        "Методист": ("executor", True, True),
    }
    assert not addresses(engine)["json://gateway.example.org/vekha"]
    apply(engine, tmp_path, GOOD)
    assert officials(engine)["Директор"] == ("executor", True, True)
    assert all(addresses(engine).values())


def test_bodies_with_work_and_nobody_to_write_to_are_named(engine: Engine, tmp_path: Path) -> None:
    short = {body.code: body.short for body in built_in("surgut").bodies}[owner()]
    nobody = apply(engine, tmp_path, "surgut: {}\n").without_channel
    assert short in nobody
    without_channel = apply(engine, tmp_path, "surgut:\n  bodies:\n    BODY: [{post: Директор}]\n").without_channel
    assert without_channel == nobody
    assert set(nobody) - set(apply(engine, tmp_path, GOOD).without_channel) == {short}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("krasnodar: {}\n", r"дорожной карты «krasnodar» нет \(загружены: surgut\)", id="not loaded"),
        pytest.param(
            "surgut:\n  bodies:\n    nikto: []\n", r"surgut\.bodies: органа «nikto» нет; есть: ", id="no such body"
        ),
    ],
)
def test_a_name_that_is_not_there_is_refused_and_nothing_is_written(
    engine: Engine, tmp_path: Path, text: str, problem: str
) -> None:
    apply(engine, tmp_path, GOOD)
    before = officials(engine)
    with pytest.raises(ContactsError, match=rf"^contacts\.yaml: {problem}"):
        apply(engine, tmp_path, text)
    assert officials(engine) == before


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("", r"нужен набор «код дорожной карты: контакты»", id="an empty file"),
        pytest.param("surgut: [", r"строка 2, столбец 1: ошибка в записи YAML", id="no YAML"),
        pytest.param("surgut: {phone: 1}", r"surgut, поле phone: такого поля нет", id="an unknown field"),
        pytest.param(
            "surgut:\n  bodies:\n    mo:\n      - {channels: []}",
            r"surgut\.bodies\.mo\[0\], поле post: поля нет",
            id="no post",
        ),
        pytest.param(
            "surgut:\n  bodies:\n    mo:\n      - {post: А, channels: [{kind: email, address: нет}]}",
            r"surgut\.bodies\.mo\[0\], поле channels\[0\]: «нет» — не адрес электронной почты",
            id="no e-mail address",
        ),
        pytest.param(
            "surgut:\n  bodies:\n    mo:\n      - {post: А, channels: [{kind: fax, address: '1'}]}",
            r"channels\[0\], поле kind: недопустимое значение «fax»",
            id="an unknown kind",
        ),
        pytest.param(
            "surgut:\n  coordinator: {post: А, channels: [{kind: telegram, address: '123:AAHsecret/55'}]}",
            r"поле channels\[0\]: адрес telegram пишется как \$\{ИМЯ_ПЕРЕМЕННОЙ\}",
            id="a token in plain text",
        ),
        pytest.param(
            "surgut:\n  bodies:\n    mo: [{post: А, zone: Mars/Base}]",
            r"surgut\.bodies\.mo\[0\], поле zone: часового пояса «Mars/Base» нет, пример: ",
            id="an unknown zone",
        ),
        pytest.param(
            "surgut:\n  coordinator: {post: А, phone: спросить у секретаря}",
            r"surgut\.coordinator, поле phone: «спросить у секретаря» — не телефон, пример: ",
            id="no telephone",
        ),
        pytest.param(
            "surgut:\n  coordinator: {post: А, phone: 88611234567}",
            r"поле phone: нужна строка, а записано 88611234567 — возьмите значение в кавычки",
            id="a telephone as a number",
        ),
        pytest.param(
            "surgut:\n  bodies:\n    mo: [{post: А}, {post: А}]",
            r"должность «А» у органа «mo» названа дважды",
            id="a post twice",
        ),
    ],
)
def test_a_fault_is_named_with_file_entry_and_field(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "contacts.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ContactsError, match=rf"^contacts\.yaml: .*{problem}") as refused:
        read_contacts(path)
    assert "secret" not in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_missing_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(ContactsError, match=r"contacts\.yaml: файл не читается"):
        read_contacts(tmp_path / "contacts.yaml")


@pytest.mark.parametrize(
    ("url", "is_free"),
    [
        ("${VEKHA_MINOBR_URL}", True),
        ("prefect:minobr-url", True),
        ("json://gateway.example.org:8080/vekha", True),
        ("tgram://${TOKEN}/-100123456", True),
        ("discord://${HOOK_ID}/${HOOK_TOKEN}", True),
        ("mailtos://${USER}:${PASSWORD}@mail.example.org:465", True),
        ("json://user:password@gateway.example.org", False),
        ("json://gateway.example.org?+X-Token=abc", False),
        ("tgram://123456:AAHabcdef/55", False),
        ("discord://${HOOK_ID}/plainsecret", False),
        ("mailtos://${USER}:password@mail.example.org", False),
        ("mailtos://${USER}:12345@mail.example.org", False),
        ("slack://a/b/c", False),
        ("${lower}", False),
        ("просто текст", False),
    ],
)
def test_an_address_with_a_secret_in_plain_text_is_refused(url: str, is_free: bool) -> None:
    assert holds_no_secret(url) is is_free


def test_a_switched_off_official_does_not_make_a_body_reachable(engine: Engine, tmp_path: Path) -> None:
    apply(engine, tmp_path, GOOD)
    apply(engine, tmp_path, "surgut: {}\n")
    with open_session(engine) as session:
        active = session.execute(select(Official).where(col(Official.is_active))).all()
    assert active == []
    assert apply(engine, tmp_path, "surgut: {}\n").without_channel


BLANK = '{post: "", name: "", phone: "", channels: [{kind: email, address: ""}]}'


@pytest.mark.parametrize(
    ("entry", "posts"),
    [
        pytest.param(BLANK, [], id="nothing is filled in"),
        pytest.param(BLANK.replace('post: ""', "post: Директор"), [], id="only the post that the document names"),
        pytest.param(BLANK.replace('post: "", name: ""', "post: Директор, name: Иванова"), ["Директор"], id="a person"),
        pytest.param("{post: Директор}", ["Директор"], id="no channels, and so written down"),
        pytest.param("{post: Директор, channels: []}", ["Директор"], id="an empty list of channels"),
    ],
)
def test_an_entry_that_is_yet_to_be_filled_in_is_read_past(tmp_path: Path, entry: str, posts: list[str]) -> None:
    path = tmp_path / "contacts.yaml"
    path.write_text(f"surgut:\n  coordinator: {{post: Координатор}}\n  bodies:\n    a: [{entry}]\n", encoding="utf-8")
    bodies = read_contacts(path).root["surgut"].bodies
    assert [official.post for official in bodies.get("a", ())] == posts


def test_an_address_without_a_post_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "contacts.yaml"
    entry = BLANK.replace('address: ""', "address: a@example.org")
    path.write_text(f"surgut:\n  bodies:\n    a: [{entry}]\n", encoding="utf-8")
    with pytest.raises(ContactsError, match="post: пустая строка — впишите текст"):
        read_contacts(path)


def test_a_blank_file_switches_nobody_off(engine: Engine, tmp_path: Path) -> None:
    apply(engine, tmp_path, GOOD)
    path = tmp_path / "contacts.yaml"
    path.write_text(f"surgut:\n  coordinator: {BLANK}\n  bodies:\n    BODY: [{BLANK}]\n", encoding="utf-8")
    with open_session(engine) as session:
        assert apply_contacts(session, path) == {}
    assert all(is_active for _, _, is_active in officials(engine).values())
