"""Where names and addresses are: with the officials, nowhere else; and nowhere at all once a person is blanked."""

import io
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import col, select

from models import AuditEntry, Body, ControlPoint, Evidence, Notice, NoticeLine, Official, Request, Transition
from models.db import open_session
from models.lifecycle import TransitionCommand, change
from models.lifecycle.requests import RequestDraft, open_request
from models.personal import KnownPeople, name_pattern, only
from models.settings import Settings
from tasks.control.commands import Accept, By
from tasks.daily.control_day import control_day
from tasks.daily.decisions import decide
from tasks.files.evidence import incoming
from tasks.letters.deliver import deliver
from tasks.people.absences import set_absence
from tasks.people.erasure import erase_person, plan_erasure
from tasks.people.lookup import PeopleRefused
from tasks.people.mutes import Subject, lift, mute
from tasks.people.personal_data import export_person, person
from tests.worlds.world import WEDNESDAY, World

AT = datetime(2027, 5, 26, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)
RECTOR, METHODIST = "Свиристелева Аграфена Ильинична", "Чижевский Ермолай Фомич"
ADDRESSES = ("svirist@mail.example.org", "chizh@mail.example.org")
#: Any of these is enough to know one of the two.
MARKS = ("свиристел", "аграфен", "svirist", "765-43-21", "7654321"), ("чижевск", "ермола", "chizh")
PHONE = "+7 (861) 765-43-21, доб. 5"


@pytest.fixture
def here(tmp_path: Path) -> Settings:
    """Letters go into the local mailbox."""
    return Settings(_env_file=None, data=tmp_path / "data")


def document(*, author: str, words: str) -> io.BytesIO:
    """A Word file with its properties."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        kinds = '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument'
        kinds += '.wordprocessingml.document.main+xml"/>'
        archive.writestr("[Content_Types].xml", f'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{kinds}</Types>')  # fmt: skip # noqa: E501
        archive.writestr("word/document.xml", f"<w>{words}</w>")
        archive.writestr("docProps/core.xml", f"<creator>{author}</creator>")
    content.seek(0)
    return content


def found(world: World, marks: tuple[str, ...]) -> set[str]:
    """«table.column» of everything in the database that holds one of the marks."""
    where = set()
    with world.engine.connect() as connection:
        listed = {
            "sqlite": "SELECT name FROM sqlite_master WHERE type = 'table'",
            "postgresql": "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
        }
        for table in connection.execute(text(listed[world.engine.dialect.name])).scalars().all():
            for row in connection.execute(text(f'SELECT * FROM "{table}"')).mappings():
                for column, value in row.items():
                    # JSON of SQLite comes as it is written, with letters as numbers.
                    said = f"{value} {str(value).encode().decode('unicode_escape', 'ignore')}".casefold()
                    where |= {f"{table}.{column}"} if any(mark in said for mark in marks) else set()
    return where


def files_with(settings: Settings, known: KnownPeople, marks: tuple[str, ...]) -> set[str]:
    """Files of the data folder that hold a mark, by their names or in their bytes, parts of archives too."""
    where = set()
    for path in settings.data.rglob("*"):
        if not path.is_file():
            continue
        contents = [path.read_bytes()]
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                contents += [archive.read(part) for part in archive.namelist()]
        said = [path.name, *(content.decode("utf-8", "ignore") for content in contents)]
        if any(mark in one.casefold() for mark in marks for one in said):
            where.add(path.relative_to(settings.data).parts[0])
    return where


def live(world: World, here: Settings) -> None:
    """A small story in which names and addresses are written wherever people can write them."""
    first, second = world.point(WEDNESDAY), world.point(WEDNESDAY + 40 * DAY)
    world.point(WEDNESDAY + DAY, next_check_on=WEDNESDAY)
    with open_session(world.engine) as session:
        rector, methodist = session.get_one(Official, 1), session.get_one(Official, 2)
        rector.name, rector.addresses = RECTOR, {"1": ADDRESSES[0], "phone": PHONE}
        methodist.name, methodist.addresses = METHODIST, {"1": ADDRESSES[1]}
        session.add_all((rector, methodist))
    with (
        open_session(world.engine) as session,
        incoming(here, document(author=RECTOR, words="Приказ № 5"), "Отчёт Свиристелева А.И..docx") as file,
    ):
        move = {"actor": "Ректор (страница)", "official_id": 1, "at": AT, "on": WEDNESDAY}
        words = f"Сделано, {METHODIST} подтвердит; писать: <{ADDRESSES[0]}>"
        report = {"evidence": words, "reason": words, "files": (file.file,)}
        change(session, first, TransitionCommand(action="submit", **report, **move))  # type: ignore[arg-type]
        file.keep()
        ask = RequestDraft(kind="extend", official_id=1, reason=f"болен {METHODIST}", new_due_on=WEDNESDAY + 90 * DAY)
        open_request(session, second, ask, TransitionCommand(action="ask", **move))  # type: ignore[arg-type]
    by = By(actor=RECTOR, at=AT, today=WEDNESDAY, once_key="command:1", auditor="Чижевский Е.Ф.")
    accepted = Accept(key=first, by=by, reason=f"по письму А. И. Свиристелевой и {RECTOR}, 88617654321")
    assert decide(world.engine, accepted).refusal == ""
    with open_session(world.engine) as session:
        school = session.get_one(Body, 2)
        days = {"starts_on": WEDNESDAY + DAY, "ends_on": WEDNESDAY + 5 * DAY, "today": WEDNESDAY}
        rector, methodist = person(session, 1), person(session, 2)
        set_absence(session, methodist, rector, actor=f"{METHODIST} (по телефону)", at=AT, **days)
        quiet = {"today": WEDNESDAY, "actor": RECTOR, "at": AT}
        mute(session, world.code, Subject(body=school), until=WEDNESDAY + DAY, reason=f"просит {RECTOR}", **quiet)  # type: ignore[arg-type]
        lift(session, world.code, Subject(body=school), **quiet)  # type: ignore[arg-type]


def test_names_and_addresses_are_with_the_officials_alone_and_after_erasing_nowhere(
    world: World, here: Settings
) -> None:
    live(world, here)
    control_day(world.engine, today=WEDNESDAY, at=AT)
    people = {"official.name", "official.addresses"}
    assert [found(world, marks) for marks in MARKS] == [people, people]

    deliver(world.engine, settings=here, at_source=lambda: AT)
    with open_session(world.engine) as session:
        known = only(person(session, 1))
    assert [found(world, marks) for marks in MARKS] == [people, people]
    assert files_with(here, known, MARKS[0]) == {"letters", "files"}

    control_day(world.engine, today=WEDNESDAY + DAY, at=AT + DAY)
    for number, actor in ((1, RECTOR), (2, "координатор")):
        with open_session(world.engine) as session:
            erase_person(
                session, here, person(session, number), reason="заявление", actor=actor, today=WEDNESDAY, at=AT + DAY
            )
    assert [found(world, marks) for marks in MARKS] == [set(), set()]
    assert [files_with(here, known, marks) for marks in MARKS] == [set(), set()]


def test_history_keeps_the_number_and_the_post(world: World, here: Settings) -> None:
    live(world, here)
    with open_session(world.engine) as session:
        erase_person(
            session, here, person(session, 1), reason="увольнение", actor="координатор", today=WEDNESDAY, at=AT
        )
    with open_session(world.engine) as session:
        rows = [(one.action, one.actor, one.official_id) for one in session.exec(select(Transition))]
        assert ("submit", "Ректор (страница)", 1) in rows
        assert ("accept", "Ректор", 1) in rows, "a decision by somebody's name is one by his post"
        assert session.exec(select(Request)).one().reason == "болен Методист (№ 2)"
        proof = session.exec(select(Evidence).order_by(col(Evidence.id))).all()[0]
        assert proof.words.startswith("Сделано, Методист (№ 2) подтвердит; писать: <Ректор (№ 1)>")
        assert (proof.file_hash, proof.official_id) == (None, 1)
        last = session.exec(select(AuditEntry).order_by(col(AuditEntry.id).desc())).first()
        assert last is not None
        assert (last.action, last.subject, last.detail) == ("erase", "№ 1", "увольнение")


def test_what_was_written_before_the_person_was_known_is_taken_out_of_append_only_rows(
    world: World, here: Settings
) -> None:
    key = world.point(WEDNESDAY)
    late = TransitionCommand(action="progress", actor=METHODIST, at=AT, on=WEDNESDAY, reason=f"ждём {METHODIST}")
    with open_session(world.engine) as session:
        change(session, key, late)
    assert "transition.reason" in found(world, MARKS[1])
    with open_session(world.engine) as session:
        methodist = person(session, 2)
        methodist.name = METHODIST
        session.add(methodist)
    with open_session(world.engine) as session:
        erase_person(session, here, person(session, 2), reason="заявление", actor="координатор", today=WEDNESDAY, at=AT)
    assert found(world, MARKS[1]) == set()
    with open_session(world.engine) as session, pytest.raises(Exception, match="append-only"):
        session.execute(text("UPDATE transition SET reason = 'другое'"))


def test_letters_that_wait_are_withdrawn_and_the_next_of_the_body_hears(world: World, here: Settings) -> None:
    key = world.point(WEDNESDAY, next_check_on=WEDNESDAY)
    control_day(world.engine, today=WEDNESDAY, at=AT)
    with open_session(world.engine) as session:
        plan = plan_erasure(session, here, person(session, 1), today=WEDNESDAY)
        assert (plan.letters, plan.passes_to, plan.is_done) == (1, "Методист", False)
        erase_person(session, here, person(session, 1), reason="заявление", actor="координатор", today=WEDNESDAY, at=AT)
    with open_session(world.engine) as session:
        mine = session.exec(select(Notice).where(Notice.official_id == 1)).all()
        assert [one.state for one in mine] == ["dropped"]
        assert session.get_one(Official, 2).is_lead
    control_day(world.engine, today=WEDNESDAY + DAY, at=AT + DAY)
    with open_session(world.engine) as session:
        told = (
            select(col(Notice.official_id))
            .join(NoticeLine, col(NoticeLine.notice_id) == col(Notice.id))
            .join(ControlPoint, col(ControlPoint.id) == col(NoticeLine.point_id))
            .where(ControlPoint.key == key)
        )
        assert set(session.exec(told)) >= {2}
        assert 1 not in set(session.exec(told))


def test_where_nobody_is_left_the_coordinator_is_asked(world: World, here: Settings) -> None:
    key = world.point(WEDNESDAY + 20 * DAY)
    for number in (2, 1):
        with open_session(world.engine) as session:
            erase_person(session, here, person(session, number), reason="заявление", actor="к", today=WEDNESDAY, at=AT)
    control_day(world.engine, today=WEDNESDAY + DAY, at=AT + DAY)
    lines = [(post, reason) for _, post, reason, _ in world.letters()]
    assert ("Координатор", "no_channel") in lines, (key, lines)


def test_twice_changes_nothing_and_a_reason_is_asked(world: World, here: Settings) -> None:
    live(world, here)
    with open_session(world.engine) as session, pytest.raises(PeopleRefused, match="основание"):
        erase_person(session, here, person(session, 1), reason=" ", actor="к", today=WEDNESDAY, at=AT)
    with open_session(world.engine) as session:
        first = erase_person(session, here, person(session, 1), reason="заявление", actor="к", today=WEDNESDAY, at=AT)
    before = world.rows(AuditEntry)
    with open_session(world.engine) as session:
        again = erase_person(session, here, person(session, 1), reason="заявление", actor="к", today=WEDNESDAY, at=AT)
    assert (first.is_done, again.is_done) == (False, True)
    assert world.rows(AuditEntry) == before


def test_an_export_has_everything_with_the_files(world: World, here: Settings) -> None:
    live(world, here)
    control_day(world.engine, today=WEDNESDAY, at=AT)
    deliver(world.engine, settings=here, at_source=lambda: AT)
    with open_session(world.engine) as session:
        told: dict[str, Any] = export_person(session, here, person(session, 1))
    assert (told["name"], told["phone"]) == (RECTOR, PHONE)
    assert [one["address"] for one in told["addresses"]] == [ADDRESSES[0]]
    assert [one["action"] for one in told["history"]] == ["submit", "ask", "accept"]
    assert told["letters"][0]["lines"]
    assert [one["kind"] for one in told["requests"]] == ["extend"]
    kinds = {one["path"].partition("/")[0] for one in told["files"]}
    assert kinds == {"letters", "files"}
    assert all((here.data / one["path"]).is_file() for one in told["files"])


@pytest.mark.parametrize(
    ("name", "text_", "is_named"),
    [
        ("Иванова Анна Петровна", "по просьбе Ивановой", False),
        ("Иванова Анна Петровна", "звонила ИВАНОВА  Анна Петровна.", True),
        ("Иванова Анна Петровна", "А.П. Иванова", True),
        ("Иванова Анна Петровна", "Отчёт_Иванова_А.П.pdf", True),
        ("Иванова Анна Петровна", "Иванова Б. П.", False),
        ("Иванова Анна Петровна", "Анна Петровна Иванова", True),
        ("Иванова Анна Петровна", "поручить А. П. Ивановой", True),
        ("Чижевский Ермолай Фомич", "вместо Чижевского Ермолая Фомича", True),
        ("Чижевский Ермолай Фомич", "Чижевская набережная, ф. Е", False),
        ("Семёнов П. П.", "Семенов П.П.", True),
        ("Семёнов П. П.", "ул. Семёнова, п. 5", False),
        ("Анна", "Анна", False),
        ("", "что угодно", False),
    ],
)
def test_a_name_is_known_as_people_write_it(name: str, text_: str, is_named: bool) -> None:
    assert bool(name_pattern(name).search(text_)) == is_named


@pytest.mark.parametrize(
    ("text_", "is_known"),
    [
        ("звонить 8(861)765 43 21", True),
        ("тел.:+78617654321.", True),
        ("приказ № 8617654321-к", True),
        ("приказ № 18617654321987", False),
        ("срок 26.05.2027, 765-43-21", False),
    ],
)
def test_a_telephone_is_known_by_its_ten_digits(text_: str, is_known: bool) -> None:
    rector = Official(id=1, roadmap_code="krai", role="executor", post="Ректор", addresses={"phone": PHONE})
    assert only(rector).names(text_) == is_known
    assert only(rector).without("звонить 8 (861) 765-43-21") == "звонить Ректор (№ 1)"
