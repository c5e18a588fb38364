"""Facts of the five documents, one by one: line and words of the document, and what the catalogue makes of them."""

from datetime import date
from typing import Any, NamedTuple

import pytest

from roadmap.catalogue.loading import built_in
from roadmap.catalogue.schema import Catalogue
from roadmap.control.planning import read_item
from tests.places import SEEDS, needs_shared

KIROV, MOSCOW, KRASNODAR, BASHKORTOSTAN, SURGUT = "kirov", "moscow-oblast", "krasnodar", "bashkortostan", "surgut"
JUSTICE = "Государственный комитет Республики Башкортостан по делам юстиции"
CLUB = ("recruiting-asou", "directors-club")
CNPPM_OF_MOSCOW = ("cnppm-asou", "cnppm-ggtu", "cnppm-gsgu")


class Fact(NamedTuple):
    """Words in a line of a document, and the field of the catalogue that says them: «код/поле.поле» or «поле.поле»."""

    name: str
    code: str
    line: int
    words: str
    place: str
    value: Any


FACTS = (
    Fact("K1", KIROV, 428, "Мониторинг проводится КОГОАУ ДПО", "monitoring_by.body", "iro"),
    Fact("K2", KIROV, 189, "ежегодных рабочих совещаний", "3.2.3-11/term", "ежегодных"),
    Fact("K2", KIROV, 310, "ежегодный план", "4.1-03/term", "ежегодный"),
    Fact("K3", KIROV, 314, "4.2. Оптимизация расходования", "4.2-01/controlled", False),
    Fact("K3", KIROV, 316, "4.3. Формирование кадрового состава", "4.3-01/owner", "cnppm"),
    Fact("K3", KIROV, 318, "4.4. Обеспечение Федерального реестра", "4.4-01/owner", "iro"),
    Fact("K3", KIROV, 324, "4.6. Применение современных", "4.6-01/owner", "cnppm"),
    Fact("K3", KIROV, 326, "4.7. Использование цифровой экосистемы", "4.7-01/owner", "cnppm"),
    Fact("K5", KIROV, 62, "штатный сотрудник ЦНППМ", "7.2-5/asked_of", ("cnppm",)),
    Fact("K6", KIROV, 398, "разработан и реализуется", "7.2-1/proven_by", ()),
    Fact("K6", KIROV, 398, "разработан и реализуется", "7.2-1/asked_of", ("minobr",)),
    Fact("K6", BASHKORTOSTAN, 699, "разработка и реализация комплекса мер", "5.1-1/asked_of", ("minobrnauki",)),
    Fact("M1", MOSCOW, 100, "Проректор по развитию", "1.2.3/co_executors", ("asou-network",)),
    Fact("M1", MOSCOW, 106, "Министерство образования", "1.3.3/co_executors", CNPPM_OF_MOSCOW),
    Fact("M1", MOSCOW, 119, "ММС", "2.2.1/co_executors", ("mms",)),
    Fact("M2", MOSCOW, 275, "Выполнение и реализация комплекса мероприятий", "1/computed_from", "points"),
    Fact("M2", MOSCOW, 275, "Выполнение и реализация комплекса мероприятий", "1/proven_by", ()),
    Fact("M3", MOSCOW, 281, "подобранные с учетом диагностики", "3/numerator~", "подобранным с учетом диагностики"),
    Fact("M3", MOSCOW, 281, "на базе Федерального оператора", "3/asked_of", ("regional-coordinator",)),
    Fact("M4", MOSCOW, 124, "клуб директоров ЦНППМ", "2.2.3/co_executors", (*CLUB, "cnppm")),
    Fact("M5", MOSCOW, 131, "Самоанализ ЦНППМ ГСГУ, ГГТУ, АСОУ", "2.4.2/fan_out", "cnppm"),
    Fact("M5", MOSCOW, 172, "Зональная конференция", "3.5.6/fan_out", "cnppm"),
    Fact("M5", MOSCOW, 92, "Заключение / пролонгирование", "1.1.3/fan_out", "all-subjects"),
    Fact("M6", MOSCOW, 110, "Список регионального методического актива", "1.4.1/kind", "registry"),
    Fact("M7", MOSCOW, 17, "пункт 1 дополнить абзацем", "act.changes.0.source.place", "пункт 1, подпункт 1"),
    Fact("M7", MOSCOW, 21, "Управлению развития профессионального", "act.changes.1.before~", "Управлению развития"),
    Fact("M7", MOSCOW, 23, "Сторчак Л.Н.", "act.changes.2.before", "Сторчак Л.Н."),
    Fact("M7", MOSCOW, 23, "Охрименко А.В.", "act.changes.2.after", "Охрименко А.В."),
    Fact("M7", MOSCOW, 31, "от 02.02.2023 № Р-112", "act.changes.4.after", "от 02.02.2023 № Р-112"),
    Fact("M7", MOSCOW, 39, "Внести изменения в Показатели", "act.changes.7.source.place", "пункт 3"),
    Fact("M8", MOSCOW, 45, "первого официального опубликования", "p4.1.1/event.words~", "опубликования"),
    Fact("M8", MOSCOW, 47, "со дня регистрации", "p4.1.2/event.words", "регистрации"),
    Fact("M8", MOSCOW, 49, "обеспечить размещение", "p4.2/term", ""),
    Fact("K5", MOSCOW, 284, "«Андрагог XXI века»", "5/asked_of", ("asou",)),
    Fact("R1", KRASNODAR, 22, "от 27 июля 2021 г. № 2435", "act.basis.0.number", "2435"),
    Fact("R1", KRASNODAR, 22, "от 27 июля 2021 г. № 2435", "act.basis.0.on", date(2021, 7, 27)),
    Fact("R2", KRASNODAR, 36, "С.В. Пронько", "controller.name", "С.В. Пронько"),
    Fact("R3", KRASNODAR, 26, "Денисова О.Г.", "legal/person.name", "Денисова О.Г."),
    Fact("R3", KRASNODAR, 28, "Мясищева Е.В.", "general-education/person.name", "Мясищева Е.В."),
    Fact("R3", KRASNODAR, 28, "Гайдук Т.А.", "iro/person.name", "Гайдук Т.А."),
    Fact("R3", SURGUT, 30, "В.Н.Слизова", "imc/person.name", "В.Н.Слизова"),
    Fact("R4", KRASNODAR, 28, "заключить трехсторонние соглашения", "p3/renews", False),
    Fact("R4", KRASNODAR, 56, "Подписано трехстороннее соглашение", "1.2/renews", False),
    Fact("R4", SURGUT, 277, "Подписано трехстороннее соглашение", "3/renews", False),
    Fact("R1", BASHKORTOSTAN, 17, "от 31 декабря 2019 года № 3273-р", "act.basis.0.number", "3273-р"),
    Fact("R1", BASHKORTOSTAN, 17, "от 16 декабря 2020 года № Р-174", "act.basis.1.on", date(2020, 12, 16)),
    Fact("R1", SURGUT, 21, "№10-П-1000 от 22.07.2021", "act.basis.0.number", "10-П-1000"),
    Fact("B1", BASHKORTOSTAN, 203, "взаимодействия и взаимообучения", "2.4-n2-09/owner", "oo"),
    Fact("B2", BASHKORTOSTAN, 32, "№ 20375", "act.registration.number", "20375"),
    Fact("B2", BASHKORTOSTAN, 31, "« 2 » июля 20 23 г.", "act.registration.on", date(2023, 7, 2)),
    Fact("B2", BASHKORTOSTAN, 29, JUSTICE, "act.registration.authority", JUSTICE),
    Fact("B3", BASHKORTOSTAN, 378, "не менее 5 лет", "2.4-n1-05/criteria.0.words~", "стаж работы по специальности"),
    Fact("B3", BASHKORTOSTAN, 380, "стабильно высокие результаты", "2.4-n1-05/criteria.1.words~", "стабильно высокие"),
    Fact("K5", BASHKORTOSTAN, 89, "штатный сотрудник ЦНППМ", "5.3-1/asked_of", ("cnppm",)),
    *(
        Fact("S1", SURGUT, 213, "данные официальной статистики", f"6.1.{n}/method~", "данные официальной статистики")
        for n in range(1, 6)
    ),
    *(Fact("S2", SURGUT, 198 + 2 * n, "ЦНППМПР", f"6.1.{n}/asked_of", ("cnppmpr",)) for n in (1, 2)),
    *(Fact("S2", SURGUT, 198 + 2 * n, "Доля", f"6.1.{n}/asked_of", ("schools",)) for n in (3, 4, 5)),
    Fact("S3", SURGUT, 36, "разработку ежегодных мероприятий", "p4.3/term", "ежегодных"),
    Fact("S4", SURGUT, 25, "1. Утвердить положение", "1/done_by.place", "пункт 1"),
    Fact("S4", SURGUT, 26, "2. Утвердить комплекс мер", "2/done_by.place", "пункт 2"),
    Fact("S4", MOSCOW, 25, "дополнить Комплексом мер", "1.1.2/done_by.place~", "приложение 1"),
    *(
        Fact("S5", SURGUT, 95 + 2 * n, words, f"2.3.{n}/title~", words)
        for n, words in enumerate(
            ("персональных траекторий", "инновационных формах", "изучение запросов", "стимулирование участия",
             "взаимообучения работников", "презентации своего опыта"), start=1,
        )
    ),
    Fact("S5", SURGUT, 169, "информации о повышении квалификации", "4.2.1/owner", "dep"),
    *(
        Fact("понятие", code, line, "управленческих команд", f"{entry}/unclear~", "документ не определяет")
        for code, line, entry in ((KIROV, 404, "7.2-4"), (MOSCOW, 282, "4"), (BASHKORTOSTAN, 707, "5.2-2"))
    ),
)  # fmt: skip


def known(catalogue: Catalogue, place: str) -> Any:
    """The value of a place; the term of an item is that of its reading, for it may stand in the item's own words."""
    code, slash, path = place.rstrip("~").rpartition("/")
    value: Any = catalogue
    if slash:
        found = [item for _, item in catalogue.duties_by_origin()], catalogue.bodies, catalogue.indicators
        value = next(e for part in found for e in part if e.code == code and path.split(".")[0] in type(e).model_fields)
        if path == "term":
            return value.term or read_item(catalogue, value).text
    for step in path.split("."):
        value = value[int(step)] if step.isdigit() else getattr(value, step)
    return value


@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: f"{fact.name}, {fact.code} {fact.place}")
def test_a_fact_of_the_document_stands_in_the_catalogue(fact: Fact) -> None:
    value = known(built_in(fact.code), fact.place)
    assert fact.value in value if fact.place.endswith("~") else value == fact.value


@needs_shared
@pytest.mark.parametrize("fact", FACTS, ids=lambda fact: f"{fact.name}, {fact.code} {fact.place}")
def test_the_words_of_a_fact_stand_in_the_line_of_the_document(fact: Fact) -> None:
    lines = (SEEDS / built_in(fact.code).act.document).read_text(encoding="utf-8").split("\n")
    assert fact.words in lines[fact.line - 1]


def test_every_registered_act_and_ground_keeps_its_own_date_in_a_training_copy() -> None:
    from roadmap.control.year_shift import shift_years

    assert [shift_years(built_in(code), 5).act for code in (KRASNODAR, BASHKORTOSTAN, MOSCOW)] == [
        built_in(code).act for code in (KRASNODAR, BASHKORTOSTAN, MOSCOW)
    ]
