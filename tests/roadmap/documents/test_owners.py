"""Who answers: how a cell parts into names, what stands for the row above, what is nobody's name."""

import pytest

from roadmap.documents.draft import draft
from roadmap.documents.names import kind_of, names_in, stands_alone
from roadmap.language.cases import nominative
from tests.roadmap.documents.plans import HEADER, Cells, asked, bodies, imported


def plan(*owners: str) -> list[Cells]:
    """One measure for each cell of those responsible."""
    return [HEADER, *((str(n), f"Провести встречу {n}", "май 2027 г.", who) for n, who in enumerate(owners, 1))]


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("Управление образования\nИМЦ\nруководители ОО", ["Управление образования", "ИМЦ", "руководители ОО"]),
        ("Петров П.П.\nСидорова С.С.", ["Петров П.П.", "Сидорова С.С."]),
        ("Управление\nобразования", ["Управление образования"]),
        ("Руководители\nобщеобразовательных организаций", ["Руководители общеобразовательных организаций"]),
        ("- директор\n- завуч", ["директор", "завуч"]),
        ("Администрация школы/педагоги", ["Администрация школы", "педагоги"]),
        ("ИМЦ совместно с управлением образования", ["ИМЦ", "управление образования"]),
        ("отдел кадров и методический центр", ["отдел кадров", "методический центр"]),
        ("МБУ «Центр и школа», школы и детские сады", ["МБУ «Центр и школа»", "школы", "детские сады"]),
        ("Департамент образования и молодёжной политики", ["Департамент образования и молодёжной политики"]),
        ("Начальник управления и отдела кадров", ["Начальник управления и отдела кадров"]),
        ("Руководители и педагоги ОО", ["Руководители и педагоги ОО"]),
        ("Заместители директора по УВР, ВР", ["Заместители директора по УВР, ВР"]),
        ("Иванов И.И., директор ИМЦ, Петрова А.А.", ["Иванов И.И., директор ИМЦ", "Петрова А.А."]),
        ("директор, завуч", ["директор", "завуч"]),
        ("Иванов И.И. Петров П.П.", ["Иванов И.И.", "Петров П.П."]),
    ],
)
def test_a_mark_parts_only_what_is_a_name_on_each_side(cell: str, names: list[str]) -> None:
    assert names_in(" ".join(cell.split("\n")), cell.split("\n")) == names


@pytest.mark.parametrize("same", ["он же", "Она же", "-//-", '- " -', "то же", "«", "те же"])
def test_the_row_above_is_meant(same: str) -> None:
    if same == "«":
        same = "»"
    assert bodies(imported(plan("Директор ИМЦ", same, same))) == [["Директор ИМЦ"]] * 3


def test_the_same_one_of_several_is_asked_and_those_after_follow() -> None:
    table = plan("Директор\nЗавуч", "он же", "те же")
    found = imported(table)
    (question,) = asked(found, "responsible")
    assert question.choices == ("Директор; Завуч", "Директор", "Завуч")
    assert bodies(found) == [["Директор", "Завуч"]] * 3
    settled = imported(table, answers=[("responsible", question.words, "Завуч")])
    assert bodies(settled) == [["Директор", "Завуч"], ["Завуч"], ["Завуч"]]


def test_a_ditto_in_the_first_row_is_asked_and_is_no_body() -> None:
    found = imported(plan("он же"))
    assert asked(found, "responsible")
    assert all("он же" not in name for names in bodies(found) for name in names)


def test_a_name_of_nobody_is_asked_once() -> None:
    table = plan("Лица", "Лица, директор", "Лица")
    (question,) = asked(imported(table), "responsible")
    assert question.words == "Лица"
    named = imported(table, answers=[("responsible", "Лица", "Учителя; завуч")])
    assert bodies(named)[1] == ["Учителя", "завуч", "директор"]
    assert asked(named, "responsible") == []
    nobody = imported(table, answers=[("responsible", "Лица", "не исполнитель")])
    assert bodies(nobody)[1] == ["директор"]
    kept = imported(table, answers=[("responsible", "Лица", "орган")])
    assert (bodies(kept)[0], asked(kept, "responsible")) == (["Лица"], [])


def test_a_post_over_a_body_may_be_one_official_or_two() -> None:
    table = plan("Директор\nИМЦ")
    (question,) = asked(imported(table), "responsible")
    assert question.choices == ("Директор ИМЦ", "Директор; ИМЦ")
    settled = imported(table, answers=[("responsible", question.words, question.choices[0])])
    assert (bodies(settled), asked(settled, "responsible")) == ([["Директор ИМЦ"]], [])


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Управление образования", "body"), ("МБУ «ИМЦ»", "body"), ("Минобрнауки", "body"), ("ЦНППМ", "body"),
        ("Рабочая группа", "body"), ("Главам муниципальных образований", "post"), ("Классные руководители", "post"),
        ("Зам. директора по ВР", "post"), ("Учитель-логопед", "post"), ("Иванова Мария Петровна", "person"),
        ("А. А. Иванов", "person"), ("Лица", "unknown"), ("родители", "unknown"), ("Провести семинар", "unknown"),
        ("справка", "unknown"), ("Отчётность", "unknown"),
    ],
)  # fmt: skip
def test_what_a_name_names(name: str, kind: str) -> None:
    assert kind_of(name) == kind


@pytest.mark.parametrize(
    "words", ["образования", "отдела кадров", "общеобразовательных организаций", "молодёжной политики"]
)
def test_the_rest_of_a_name_is_no_name(words: str) -> None:
    assert not stands_alone(words)


def test_a_post_and_a_person_are_people_and_no_bodies() -> None:
    told = imported(plan("Директор", "Иванов И.И.", "ИМЦ")).to_json()
    assert [body["name"] for body in told["bodies"]] == ["ИМЦ"]
    assert [(one["name"], one["kind"]) for one in told["people"]] == [("Директор", "post"), ("Иванов И.И.", "person")]


def test_the_draft_says_that_an_official_is_no_body_of_a_level() -> None:
    text = draft(imported(plan("Директор", "Классные руководители", "Управление общей работы")))
    levels = [line.strip() for line in text.splitlines() if line.startswith("  level:")]
    assert [line.partition("  # ")[0] for line in levels] == [
        "level: regional", "level: institutional", "level: regional",
    ]  # fmt: skip
    assert "должность или лицо" in levels[0]
    assert "должность или лицо" not in levels[1] + levels[2]


def test_what_may_be_a_plural_is_left_as_it_stands() -> None:
    assert bodies(imported(plan("директора школ"))) == [["директора школ"]]


def test_one_body_in_two_alphabets_is_one() -> None:
    assert (
        bodies(imported(plan("Управление образования", "Упpавление oбразования"))) == [["Управление образования"]] * 2
    )


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Руководителям школ", "Руководители школ"),
        ("Классным руководителям", "Классные руководители"),
        ("Директорам колледжей", "Директора колледжей"),
        ("Главам районов", "Главы районов"),
        ("Учителям", "Учителя"),
    ],
)
def test_several_posts_are_named_in_the_nominative(said: str, name: str) -> None:
    assert nominative(said) == name
