from datetime import date
from pathlib import Path

import pytest

from roadmap.catalogue.loading import CatalogueError, built_in, built_in_codes, load_catalogue
from roadmap.catalogue.training_contacts import training_contacts

VALID = """\
code: sample
region: Область
title: Комплекс мер
act:
  kind: приказ
  number: '7'
  on: 2026-01-12
  authority: министерство
  document: order.txt
period:
  start: 2026-01-12
  end: 2026-12-31
  ground: заголовок
zone: Europe/Moscow
bodies:
  - code: minobr
    name: министерство образования
    short: Министерство
    level: regional
  - code: centre
    name: центр мастерства
    short: Центр
    level: regional
    aliases: [ЦНППМ]
  - code: all
    name: все субъекты
    short: Все
    level: regional
    members: [minobr, centre]
sections:
  - code: '1'
    title: Направление 1
items:
  - code: 1.1.1
    number: '1'
    section: '1'
    title: Подписать соглашение
    owner: minobr
    co_executors: [centre]
    term: до 1 марта 2026 г.
    kind: agreement
    fan_out: all
    source: {place: строка 1}
directives:
  - code: p2
    title: Разработать проект
    owner: centre
    kind: document
    source: {place: пункт 2}
indicators:
  - code: '1'
    title: Доля педагогов
    target: 30
    source: {place: раздел 5}
"""
REMEDY = "добавьте его в bodies или исправьте код"


def load(folder: Path, text: str | bytes) -> CatalogueError:
    path = folder / "order.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(CatalogueError) as refusal:
        load_catalogue(path)
    assert "\n" not in str(refusal.value)
    return refusal.value


def test_a_file_becomes_a_catalogue(tmp_path: Path) -> None:
    path = tmp_path / "order.yaml"
    path.write_text(VALID, encoding="utf-8")

    catalogue = load_catalogue(path)

    assert catalogue.act.on == date(2026, 1, 12)
    assert catalogue.items[0].co_executors == ("centre",)
    assert catalogue.indicators[0].target == 30


def test_a_kind_in_the_word_of_0_3_0_is_read(tmp_path: Path) -> None:
    path = tmp_path / "order.yaml"
    path.write_text(VALID.replace("kind: agreement", "kind: measure"), encoding="utf-8")

    assert load_catalogue(path).items[0].kind == "activity"


def test_words_that_return_may_be_written_once(tmp_path: Path) -> None:
    path = tmp_path / "order.yaml"
    text = VALID.replace("title: Комплекс мер", "title: &words Комплекс мер", 1)
    path.write_text(text.replace("title: Разработать проект", "title: *words"), encoding="utf-8")

    assert load_catalogue(path).directives[0].title == "Комплекс мер"


def test_a_file_saved_by_notepad_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "order.yaml"
    path.write_text(VALID, encoding="utf-8-sig")

    assert load_catalogue(path).code == "sample"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        pytest.param(*case, id=rule)
        for rule, *case in [
            (
                "an owner must be a body of the catalogue",
                "owner: minobr",
                "owner: minobra",
                f"items[0] (1.1.1), поле owner: нет органа с кодом «minobra» — {REMEDY}",
            ),
            (
                "a co-executor must be a body of the catalogue",
                "co_executors: [centre]",
                "co_executors: [centre, center]",
                f"items[0] (1.1.1), поле co_executors[1]: нет органа с кодом «center» — {REMEDY}",
            ),
            (
                "a directive is checked like an item",
                "owner: centre",
                "owner: center",
                f"directives[0] (p2), поле owner: нет органа с кодом «center» — {REMEDY}",
            ),
            (
                "a section must be listed",
                "section: '1'",
                "section: '2'",
                "items[0] (1.1.1), поле section: нет раздела с кодом «2» — добавьте его в sections или исправьте код",
            ),
            (
                "an item fans out to a body that is there",
                "fan_out: all",
                "fan_out: every",
                f"items[0] (1.1.1), поле fan_out: нет органа с кодом «every» — {REMEDY}",
            ),
            (
                "an item fans out to a group only",
                "fan_out: all",
                "fan_out: centre",
                "items[0] (1.1.1), поле fan_out: «centre» — не группа: "
                "впишите members этого органа или уберите fan_out",
            ),
            (
                "a member of a group must be a body",
                "members: [minobr, centre]",
                "members: [minobr, nobody]",
                f"bodies[2] (all), поле members[1]: нет органа с кодом «nobody» — {REMEDY}",
            ),
            (
                "a group is no member of a group",
                "members: [minobr, centre]",
                "members: [minobr, all]",
                "bodies[2] (all), поле members[1]: «all» сам является группой — перечислите его участников",
            ),
            (
                "an alias belongs to one body, whatever its case",
                "members: [minobr, centre]",
                "aliases: [все, цнппм]\n    members: [minobr]",
                "bodies[2] (all), поле aliases[1]: «цнппм» уже названо у органа «centre» — "
                "оставьте имя у одного органа",
            ),
            (
                "codes of bodies are unique",
                "bodies:\n",
                "bodies:\n  - {code: centre, name: пункт, short: Пункт, level: municipal}\n",
                "bodies[2] (centre), поле code: код «centre» уже занят в bodies[0] — дайте другой код",
            ),
            (
                "items and directives share one space of codes",
                "- code: 1.1.1",
                "- code: p2",
                "items[0] (p2), поле code: код «p2» уже занят в directives[0] — дайте другой код",
            ),
            (
                "a time zone must exist",
                "Europe/Moscow",
                "Europe/Moskva",
                "поле zone: нет часового пояса «Europe/Moskva» — впишите имя IANA, например Europe/Moscow",
            ),
            (
                "a number in the place of words is to be quoted",
                "number: '1'",
                "number: 1.10",
                'items[0] (1.1.1), поле number: нужна строка, а записано 1.1 — возьмите значение в кавычки: "1.1"',
            ),
            (
                "a date in the place of words is to be quoted",
                "term: до 1 марта 2026 г.",
                "term: 2026-03-01",
                "items[0] (1.1.1), поле term: нужна строка, а записано 2026-03-01 — "
                'возьмите значение в кавычки: "2026-03-01"',
            ),
            (
                "an empty value is no text",
                "term: до 1 марта 2026 г.",
                "term:",
                "items[0] (1.1.1), поле term: нужна строка, а записано: пусто — впишите текст или уберите поле",
            ),
            (
                "a quoted date is no date",
                "on: 2026-01-12",
                "on: '2026-01-12'",
                "act, поле on: нужна дата без кавычек вида 2027-05-31, а записано: 2026-01-12",
            ),
            (
                "an unknown field is named",
                "owner: minobr",
                "owner: minobr\n    responsable: министерство",
                "items[0] (1.1.1), поле responsable: такого поля нет в схеме — исправьте имя или уберите поле",
            ),
            (
                "a missing field is named",
                "    owner: minobr\n",
                "",
                "items[0] (1.1.1), поле owner: поля нет — добавьте его",
            ),
            (
                "a choice lists what may be chosen",
                "kind: agreement",
                "kind: соглашение",
                "items[0] (1.1.1), поле kind: недопустимое значение «соглашение» — выберите одно из: "
                "agreement, monitoring, session, study, document, registry, activity",
            ),
            (
                "a code is short Latin",
                "- code: centre",
                "- code: Центр",
                "bodies[1] (Центр), поле code: код «Центр» не годится — пишите строчными латинскими буквами, цифрами, "
                "точкой и дефисом",
            ),
            (
                "a list is a list",
                "[centre]",
                "centre",
                "items[0] (1.1.1), поле co_executors: нужен список, а записано: centre — "
                "начните каждую строку с дефиса",
            ),
            (
                "an entry of a list is a set of fields",
                "source: {place: строка 1}",
                "source: строка 1",
                "items[0] (1.1.1), поле source: нужен набор полей «ключ: значение», а записано: строка 1",
            ),
            (
                "a target is a number",
                "target: 30",
                "target: 30 %",
                "indicators[0] (1), поле target: нужно число без кавычек, а записано: 30 %",
            ),
            (
                "a period runs forward",
                "end: 2026-12-31",
                "end: 2025-12-31",
                "поле period: конец раньше начала — исправьте start или end",
            ),
            (
                "no order plans a hundred years",
                "end: 2026-12-31",
                "end: 2099-12-31",
                "поле period: 12.01.2026 – 31.12.2099 длиннее 10 лет — впишите период, который назван в документе",
            ),
            (
                "a period that nobody knows yet",
                "start: 2026-01-12",
                "start:",
                "period, поле start: нужна дата без кавычек вида 2027-05-31, а записано: пусто",
            ),
            (
                "a key stands once",
                "    kind: agreement\n",
                "    kind: agreement\n    term: до 1 мая 2026 г.\n",
                "строка 42, столбец 5: ключ «term» повторяется — оставьте один",
            ),
            (
                "a date that does not exist has a place",
                "on: 2026-01-12",
                "on: 2026-02-31",
                "строка 7, столбец 7: нет такой даты или числа: 2026-02-31 — исправьте значение",
            ),
            (
                "broken YAML has a line and a column",
                "title: Комплекс мер",
                "title: Комплекс: мер",
                "строка 3, столбец 16: ошибка в записи YAML — проверьте отступы, кавычки и двоеточия",
            ),
            (
                "a tag cannot call Python",
                "title: Комплекс мер",
                "title: !!python/object/apply:os.getcwd []",
                "строка 3, столбец 8: ошибка в записи YAML — проверьте отступы, кавычки и двоеточия",
            ),
            (
                "a control character is not text",
                "title: Комплекс мер",
                "title: Комплекс\x07мер",
                "недопустимый символ — сохраните файл заново как простой текст в UTF-8",
            ),
            (
                "a list cannot be a key",
                "title: Комплекс мер",
                "[title]: Комплекс мер",
                "строка 3, столбец 1: ключом может быть только слово",
            ),
        ]
    ],
)
def test_a_broken_catalogue_is_refused_in_one_line(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert old in VALID
    refusal = load(tmp_path, VALID.replace(old, new, 1))

    assert str(refusal) == f"order.yaml: {problem}"
    assert refusal.problems == (str(refusal),)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        pytest.param(b"", "файл пуст — заполните его по образцу встроенной системы", id="an empty file"),
        pytest.param(b"# later\n", "файл пуст — заполните его по образцу встроенной системы", id="comments only"),
        pytest.param(
            VALID.encode("cp1251"), "файл не в кодировке UTF-8 (байт 22) — сохраните его в UTF-8", id="Windows-1251"
        ),
        pytest.param(b"- a\n- b\n", "нужен набор полей «ключ: значение», а записано: список", id="a list"),
        pytest.param(
            b"[" * 100_000 + b"]" * 100_000,
            "строка 1, столбец 21: слишком глубокая вложенность — упростите запись",
            id="endless nesting, which crashes libyaml",
        ),
        pytest.param(
            b"a: &a [x, x]\nb: [*a, *a]\n",
            "строка 2, столбец 5: ссылки YAML на списки и наборы полей не принимаются — напишите значение целиком",
            id="references, which can swell without end",
        ),
    ],
)
def test_a_file_that_is_no_catalogue_is_refused(tmp_path: Path, content: bytes, problem: str) -> None:
    assert str(load(tmp_path, content)) == f"order.yaml: {problem}"


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"^absent\.yaml: файла нет — проверьте путь .*absent\.yaml$"):
        load_catalogue(tmp_path / "absent.yaml")


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    (tmp_path / "orders").mkdir()
    with pytest.raises(CatalogueError, match=r"^orders: это папка — укажите файл YAML$"):
        load_catalogue(tmp_path / "orders")


def test_all_problems_are_collected_and_the_line_says_how_many(tmp_path: Path) -> None:
    text = VALID.replace("owner: minobr", "owner: a").replace("owner: centre", "owner: b").replace("Moscow", "Moskva")

    refusal = load(tmp_path, text)

    assert len(refusal.problems) == 3
    assert str(refusal) == refusal.problems[0] + " (и ещё 2)"


def test_an_unknown_built_in_system_is_refused_with_the_list() -> None:
    with pytest.raises(CatalogueError) as refusal:
        built_in("tver")
    assert str(refusal.value) == (
        "встроенной системы «tver» нет — выберите одну из: kirov, moscow-oblast, krasnodar, bashkortostan, surgut"
    )


@pytest.mark.parametrize(
    ("code", "counts", "zone", "period"),
    [
        ("kirov", (0, 0, 9), "Europe/Kirov", (date(2023, 1, 1), date(2024, 12, 31))),
        ("moscow-oblast", (63, 3, 6), "Europe/Moscow", (date(2023, 5, 23), date(2024, 12, 31))),
        ("krasnodar", (20, 2, 0), "Europe/Moscow", (date(2021, 8, 13), date(2024, 12, 31))),
        ("bashkortostan", (0, 0, 6), "Asia/Yekaterinburg", (date(2021, 7, 21), date(2024, 12, 31))),
        ("surgut", (4, 1, 5), "Asia/Yekaterinburg", (date(2021, 9, 3), date(2022, 8, 25))),
    ],
)
def test_a_built_in_system_is_complete(
    code: str, counts: tuple[int, int, int], zone: str, period: tuple[date, date]
) -> None:
    system = built_in(code)

    assert system.code == code
    assert (len(system.items), len(system.directives), len(system.indicators)) == counts
    assert (system.zone, system.period.start, system.period.end) == (zone, *period)


def test_the_list_of_built_in_systems_keeps_its_order() -> None:
    assert built_in_codes() == ("kirov", "moscow-oblast", "krasnodar", "bashkortostan", "surgut")


def test_only_one_controlled_duty_of_all_systems_has_neither_term_nor_rhythm() -> None:
    undated = [
        (code, item.code)
        for code in built_in_codes()
        for _, item in built_in(code).duties_by_origin()
        if item.controlled and not item.term and item.rhythm is None
    ]

    assert undated == [("moscow-oblast", "p4.2")]


@pytest.mark.parametrize("code", built_in_codes())
def test_an_owner_is_not_also_a_co_executor_and_none_is_named_twice(code: str) -> None:
    for _, item in built_in(code).duties_by_origin():
        involved = [item.owner, *item.co_executors]
        assert len(set(involved)) == len(involved), item.code


def test_moscow_amends_an_earlier_act_and_names_its_controller() -> None:
    moscow = built_in("moscow-oblast")

    assert moscow.act.amends is not None
    assert (moscow.act.amends.number, moscow.act.amends.on) == ("Р-507", date(2022, 8, 5))
    assert moscow.controller is not None
    assert (moscow.controller.post, moscow.controller.name) == (
        "заместитель министра образования Московской области",
        "Охрименко А.В.",
    )


def test_items_without_a_number_of_their_own_are_numbered_by_row_and_order() -> None:
    moscow = {item.code: item for item in built_in("moscow-oblast").items}

    assert moscow["1.1.3"].title == "Заключение / пролонгирование договоров (соглашений) о сотрудничестве"
    assert moscow["3.5.13"].title == "Педагогический коворкинг для учителей предметников"
    assert all(item.number == code for code, item in moscow.items())


def test_surgut_names_its_coordinator_and_its_controller() -> None:
    surgut = built_in("surgut")

    assert surgut.controller is not None
    assert surgut.coordinator is not None
    assert (surgut.controller.name, surgut.coordinator.name) == ("В.В. Лупырь", "Автаева Виктория Александровна")


def test_a_signer_who_keeps_the_control_is_named_as_he_signed() -> None:
    controller = built_in("krasnodar").controller

    assert controller is not None
    assert (controller.post, controller.name) == ("Первый заместитель министра", "С.В. Пронько")


def test_the_slips_of_the_printed_order_are_kept() -> None:
    titles = {item.code: item.title for item in built_in("krasnodar").items}

    assert titles["2.1.9"].startswith("Реализация мер в рамках целевой модели паставничества")
    assert titles["3.3"] == "Разработка рекомендаций совершенствованию функционирования РСНМС"


def test_the_agreement_in_surgut_is_owned_by_the_body_that_signs_it_above_the_municipality() -> None:
    owners = {item.code: item.owner for item in built_in("surgut").items}

    assert owners == {"1": "dep", "2": "dep", "3": "dep-hmao", "4": "dep"}


@pytest.mark.parametrize("code", built_in_codes())
def test_every_owner_of_controlled_work_has_a_rehearsal_contact(code: str) -> None:
    system = built_in(code)
    contacts = training_contacts(system)

    assert contacts["roadmap"] == code
    assert {item.owner for _, item in system.duties_by_origin() if item.controlled} <= set(contacts["bodies"])


def test_a_body_that_neither_works_nor_is_asked_has_no_rehearsal_contact() -> None:
    with_work, asked = {"dep", "quality", "imc", "dep-hmao", "iro"}, {"cnppmpr", "schools"}
    assert set(training_contacts(built_in("surgut"))["bodies"]) == with_work | asked


def test_members_to_which_an_item_fans_out_have_rehearsal_contacts(tmp_path: Path) -> None:
    path = tmp_path / "order.yaml"
    alone = VALID.replace("    co_executors: [centre]\n", "").replace("owner: centre", "owner: minobr")
    path.write_text(alone, encoding="utf-8")

    assert set(training_contacts(load_catalogue(path))["bodies"]) == {"minobr", "centre"}


def test_rehearsal_officials_are_posts_under_example_org() -> None:
    contacts = training_contacts(built_in("surgut"))

    assert contacts["coordinator"] == {
        "post": "Ведущий специалист отдела развития и оценки качества образования",
        "channels": [{"kind": "email", "address": "coordinator@surgut.example.org"}],
    }
    assert contacts["bodies"]["imc"] == [
        {
            "post": "Ответственный исполнитель (МКУ «ИМЦ»)",
            "channels": [{"kind": "email", "address": "imc@surgut.example.org"}],
        }
    ]
    assert "Лупырь" not in str(contacts)


def test_a_system_without_a_named_coordinator_rehearses_with_a_plain_post() -> None:
    assert training_contacts(built_in("krasnodar"))["coordinator"]["post"] == "Координатор"
