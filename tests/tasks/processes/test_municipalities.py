"""The list of municipalities: taken whole or not at all, the same list twice changes nothing."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import select
from sqlmodel import col

from models import Body, Channel, Municipality, Official
from models.db import open_session
from models.db.rows import table_of
from roadmap.catalogue.contacts import RoadmapContacts
from roadmap.catalogue.municipalities import code_of
from tasks.files.errors import DocumentRefused
from tasks.people.contacts import load_contacts
from tasks.processes.municipalities import Imported, TableRefused, import_municipalities, municipalities
from tests.worlds.world import World

HEADER = ("Почта", "Муниципалитет", "Должность", "ФИО", "Код", "С даты", "По дату", "Вошёл в", "Орган")
ROWS: tuple[tuple[Any, ...], ...] = (
    (
        "go@example.org",
        "г. Горячий Ключ",
        "Начальник",
        "Иванов И. И.",
        "",
        "01.02.2027",
        "",
        "",
        "Управление образования",
    ),
    ("gm@example.org", "г. Горячий Ключ", "Методист", "", "", "", "", "", ""),
    ("ab@example.org", "Абинский район", "Начальник", "", "abinsk", "", "", "", ""),
    ("", "Старый район", "", "", "", "", "30.06.2027", "Абинский район", ""),
)


def table(folder: Path, rows: Any = ROWS, header: Any = HEADER, name: str = "list.csv") -> Path:
    path = folder / name
    if name.endswith(".csv"):
        lines = [";".join(str(cell) for cell in row) for row in (header, *rows)]
        path.write_text("\n".join(lines) + "\n", encoding="cp1251")
        return path
    book = Workbook()
    for row in (header, *rows):
        book.active.append([cell or None for cell in row])  # type: ignore[union-attr]
    book.save(path)
    return path


def take(world: World, path: Path) -> Imported:
    with open_session(world.engine) as session:
        return import_municipalities(session, world.code, path)


def stored(world: World) -> list[Any]:
    found: list[Any] = []
    with open_session(world.engine) as session:
        for model in (Body, Municipality, Official, Channel):
            rows = session.execute(select(model).order_by(*table_of(model).primary_key)).scalars()
            found.append([row.model_dump() for row in rows])
    return found


@pytest.mark.parametrize("name", ["list.csv", "list.xlsx"])
def test_a_list_becomes_bodies_officials_and_addresses(world: World, tmp_path: Path, name: str) -> None:
    done = take(world, table(tmp_path, name=name))
    assert (done.listed, done.added, done.officials) == (3, 3, 6)
    with open_session(world.engine) as session:
        listed = municipalities(session, world.code)
    assert [(one.code, one.name, one.officials, one.reachable) for one in listed] == [
        ("abinsk", "Абинский район", 1, 1),
        ("g-goriachii-kliuch", "г. Горячий Ключ", 2, 2),
        ("staryi-raion", "Старый район", 0, 0),
    ]
    assert (listed[1].since, listed[1].body) == (date(2027, 2, 1), "Управление образования")
    assert (listed[2].until, listed[2].merged_into) == (date(2027, 6, 30), "Абинский район")
    with open_session(world.engine) as session:
        leads = select(col(Official.post)).join(Body, col(Body.id) == col(Official.body_id))
        leads = leads.where(col(Body.code) == "g-goriachii-kliuch", col(Official.is_lead))
        assert list(session.execute(leads).scalars()) == ["Начальник"]


def test_the_same_list_again_changes_nothing(world: World, tmp_path: Path) -> None:
    take(world, table(tmp_path))
    before = stored(world)
    assert take(world, table(tmp_path)) == Imported(listed=3)
    assert stored(world) == before


def test_a_new_list_changes_what_it_says_and_leaves_what_it_does_not_name(world: World, tmp_path: Path) -> None:
    take(world, table(tmp_path))
    rows = [("new@example.org", "г. Горячий Ключ", "Начальник", "Петров П. П.", "", "", "", "", "")]
    take(world, table(tmp_path, rows))
    with open_session(world.engine) as session:
        people = select(col(Official.post), col(Official.name), col(Official.is_active))
        people = people.join(Body, col(Body.id) == col(Official.body_id)).where(col(Body.short) == "г. Горячий Ключ")
        assert sorted(map(tuple, session.execute(people))) == [
            ("Методист", "", False),
            ("Начальник", "Петров П. П.", True),
        ]
        addresses = {one.address for one in session.execute(select(Channel)).scalars() if one.is_active}
        assert {"new@example.org", "ab@example.org"} <= addresses
        assert "go@example.org" not in addresses
        assert len(municipalities(session, world.code)) == 3


def test_officials_of_the_list_outlive_contacts(world: World, tmp_path: Path) -> None:
    take(world, table(tmp_path))
    entry = {"bodies": {"institute": [{"post": "Ректор", "channels": [{"kind": "email", "address": "r@example.org"}]}]}}
    with open_session(world.engine) as session:
        load_contacts(session, world.code, RoadmapContacts.model_validate(entry))
        assert [one.reachable for one in municipalities(session, world.code)] == [1, 2, 0]
        methodist = (
            select(Official).join(Body, col(Body.id) == col(Official.body_id)).where(col(Body.code) == "institute")
        )
        assert {row.post: row.is_active for row in session.execute(methodist).scalars()} == {
            "Ректор": True,
            "Методист": False,
        }


@pytest.mark.parametrize(
    ("row", "cell", "words"),
    [
        pytest.param(("x", "А", "Н", "", "", "", "", "", ""), "A2", "не адрес электронной почты", id="an address"),
        pytest.param(
            ("${VEKHA_LINK_KEY}@evil.example.org", "А", "Н", "", "", "", "", "", ""), "A2", "знаков", id="no variable"
        ),
        pytest.param(("", "", "Н", "", "", "", "", "", ""), "B2", "название не указано", id="a name"),
        pytest.param(("a@example.org", "А", "", "", "", "", "", "", ""), "C2", "укажите должность", id="a post"),
        pytest.param(("", "А", "", "", "Код", "", "", "", ""), "E2", "строчные латинские", id="a code"),
        pytest.param(("", "А", "", "", "", "31.06.2027", "", "", ""), "F2", "не дата", id="a day"),
        pytest.param(("", "А", "", "", "", "02.06.2027", "01.06.2027", "", ""), "G2", "раньше", id="days in order"),
        pytest.param(
            ("", "А", "", "", "", "", "", "Абинский район", ""), "H2", "укажите и «по дату»", id="a merger has a day"
        ),
        pytest.param(("", "А", "", "", "", "", "01.06.2027", "Ю", ""), "B2", "нет в списке", id="a merger has a place"),
        pytest.param(("", "А", "", "", "institute", "", "", "", ""), "B2", "занят органом", id="a code not taken"),
    ],
)
def test_a_fault_is_told_with_its_cell_and_nothing_is_taken(
    small_world: World, tmp_path: Path, row: Any, cell: str, words: str
) -> None:
    before = stored(small_world)
    with pytest.raises(TableRefused, match=words) as refused:
        take(small_world, table(tmp_path, [row, *ROWS]))
    assert refused.value.problems[0].cell == cell
    assert stored(small_world) == before


def test_a_list_from_outside_names_no_variable_for_telegram_either(small_world: World, tmp_path: Path) -> None:
    row = ("", "А", "Н", "", "", "", "", "", "${TELEGRAM_TOKEN}/1")
    with pytest.raises(TableRefused, match="знаков") as refused:
        take(small_world, table(tmp_path, [row], header=(*HEADER[:-1], "Телеграм")))
    assert refused.value.problems[0].cell == "I2"


def test_every_fault_is_told_at_once(small_world: World, tmp_path: Path) -> None:
    rows = [("x", "А", "Н", "", "", "вчера", "", "", ""), *ROWS, ("y", "Б", "Н", "", "", "", "", "", "")]
    with pytest.raises(TableRefused) as refused:
        take(small_world, table(tmp_path, rows))
    assert [one.cell for one in refused.value.problems] == ["A2", "F2", "A7"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        pytest.param("list.xlsx", b"not a book", "не читается как .xlsx", id="no book"),
        pytest.param("list.doc", b"", "нужен файл .xlsx или .csv", id="another kind"),
        pytest.param("list.csv", b"", "таблица пуста", id="nothing in it"),
        pytest.param("list.csv", b"a\0b", "это не текст", id="no text"),
        pytest.param("missing.csv", None, "не читается", id="no file"),
    ],
)
def test_a_file_that_is_no_table_is_refused_in_one_line(
    small_world: World, tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DocumentRefused, match=words):
        take(small_world, tmp_path / name)


@pytest.mark.parametrize(
    ("name", "code"),
    [("г. Сочи", "g-sochi"), ("Ейский район", "eiskii-raion"), ("Щёлково", "shchelkovo"), ("ЗАТО № 7", "zato-7")],
)
def test_a_name_gives_the_same_code_for_ever(name: str, code: str) -> None:
    assert code_of(name) == code
