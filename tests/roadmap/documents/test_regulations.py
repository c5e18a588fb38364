"""The two regulations without a table, Kirov and Bashkortostan: what stands in them, held against the documents."""

import re
from collections import Counter
from datetime import date

import pytest

from roadmap.catalogue.loading import built_in
from roadmap.catalogue.schema import Catalogue, Indicator, Item
from tests.places import SEEDS, needs_shared

BOTH = ["kirov", "bashkortostan"]


def controlled(catalogue: Catalogue) -> list[Item]:
    return [duty for duty in catalogue.duties if duty.controlled]


def folded(text: str) -> str:
    """The words alone: marks of bold, headings and page breaks gone, every run of blanks one blank."""
    text = text.replace("<p>", " ").replace("*", "").replace("\\", "")
    return " ".join(re.sub(r"(?m)^#+ ", "", text).split())


def document_of(catalogue: Catalogue) -> str:
    return folded((SEEDS / catalogue.act.document).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("code", "bodies", "duties", "on_control", "indicators"),
    [
        pytest.param("kirov", 21, 89, 17, 9, id="Kirov"),
        pytest.param("bashkortostan", 25, 181, 31, 6, id="Bashkortostan"),
    ],
)
def test_the_regulation_is_complete(code: str, bodies: int, duties: int, on_control: int, indicators: int) -> None:
    catalogue = built_in(code)
    counted = (len(catalogue.bodies), len(catalogue.duties), len(controlled(catalogue)), len(catalogue.indicators))
    assert counted == (bodies, duties, on_control, indicators)
    assert catalogue.items == ()
    assert catalogue.directives == ()


@pytest.mark.parametrize(
    ("code", "levels"),
    [
        pytest.param("kirov", {"federal": 2, "regional": 9, "municipal": 3, "institutional": 3}, id="Kirov"),
        pytest.param(
            "bashkortostan", {"federal": 1, "regional": 14, "municipal": 3, "institutional": 4}, id="Bashkortostan"
        ),
    ],
)
def test_bodies_stand_on_their_levels(code: str, levels: dict[str, int]) -> None:
    assert Counter(body.level for body in built_in(code).bodies if not body.members) == levels


@pytest.mark.parametrize(
    ("code", "sizes"),
    [
        pytest.param("kirov", {"regional": 8, "municipal": 2, "institutional": 3, "rs-nms": 13}, id="Kirov 3.2–3.4"),
        pytest.param("bashkortostan", {"rs-nms": 14, "municipal": 2, "oo": 4}, id="Bashkortostan 3.1, 3.3, 3.4"),
    ],
)
def test_groups_have_the_members_that_the_document_lists(code: str, sizes: dict[str, int]) -> None:
    assert {body.code: len(body.members) for body in built_in(code).bodies if body.members} == sizes


@pytest.mark.parametrize("code", BOTH)
def test_every_member_of_the_system_has_a_function_of_its_own(code: str) -> None:
    catalogue = built_in(code)
    (system,) = (body for body in catalogue.bodies if body.code == "rs-nms")
    assert set(system.members) - {duty.owner for duty in catalogue.duties} == set()


@pytest.mark.parametrize("code", BOTH)
def test_what_is_on_control_has_one_rhythm_and_only_it(code: str) -> None:
    for duty in built_in(code).duties:
        rhythms = [said for said in (duty.term, duty.rhythm) if said]
        assert len(rhythms) == (1 if duty.controlled else 0), duty.code


@pytest.mark.parametrize(
    ("code", "duty", "owner", "kind", "rhythm", "words"),
    [
        ("kirov", "3.2.1-05", "minobr", "agreement", "year", "заключения трехсторонних соглашений"),
        ("kirov", "3.2.2-02", "iro", "document", "year", "включением в Федеральный реестр"),
        ("kirov", "3.2.3-11", "cnppm", "session", "year", "ежегодных рабочих совещаний"),
        ("kirov", "3.2.3-12", "cnppm", "registry", "quarter", "ведения реестра работников"),
        ("kirov", "3.2.3-19", "cnppm", "activity", "ежегодно", "проходят обучение на базе координатора ЕФС"),
        ("kirov", "4.1-03", "minobr", "document", "year", "ежегодный план проведения региональных мероприятий"),
        ("kirov", "7.4-01", "iro", "monitoring", "не реже одного раза в год", "Мониторинг проводится"),
        ("kirov", "7.4-02", "iro", "document", "year", "адресные рекомендации"),
        ("bashkortostan", "3.2.1-05", "minobrnauki", "agreement", "year", "заключение трехсторонних соглашений"),
        ("bashkortostan", "3.2.2-28", "cnppm", "activity", "year", "проходят обучение на базе координатора ЕФС"),
        ("bashkortostan", "3.3.1-03", "mms", "activity", "year", "для паспорта ДПО"),
        ("bashkortostan", "5.1-02", "minobrnauki", "document", "ежегодно, начиная с 2021 года", "комплекса мер"),
        ("bashkortostan", "5.1-03", "minobrnauki", "monitoring", "ежегодно, начиная с 2023 года", "мониторинга"),
    ],
)
def test_a_yearly_result_is_on_control(code: str, duty: str, owner: str, kind: str, rhythm: str, words: str) -> None:
    (found,) = (each for each in built_in(code).duties if each.code == duty)
    assert found.controlled
    assert (found.owner, found.kind, found.term or found.rhythm) == (owner, kind, rhythm)
    assert words in found.title


@pytest.mark.parametrize(
    ("words", "owners"),
    [
        pytest.param(
            "паспорта",
            ["cnppm", "iro", "copp", "rmc", "bgpu", "uunit", "ocenka", "belpk", "smpk", "mms"],
            id="ten bodies give data for the passport",
        ),
        pytest.param(
            "реестра стажировочных площадок",
            ["cnppm", "iro", "copp", "rmc", "uunit"],
            id="five keep a registry of training sites",
        ),
        pytest.param(
            "в Федеральный реестр",
            ["cnppm", "iro", "iro", "copp", "rmc", "bgpu", "uunit"],
            id="six bring programmes into the federal registry, one of them twice",
        ),
    ],
)
def test_in_bashkortostan_each_body_answers_for_its_own_result(words: str, owners: list[str]) -> None:
    found = [duty.owner for duty in controlled(built_in("bashkortostan")) if words in duty.title]
    assert found == owners


def judged(indicator: Indicator) -> tuple[object, ...]:
    shown = (indicator.unit, indicator.comparison, indicator.target, indicator.target_year, indicator.rhythm)
    return (*shown, indicator.words)


@pytest.mark.parametrize(
    ("code", "indicator", "expected"),
    [
        ("kirov", "7.2-1", ("yes_no", "equals", 1, 2024, "year", "ежегодно")),
        ("kirov", "7.2-2", ("yes_no", "equals", 1, None, "year", "ежегодно, начиная с 2023 года")),
        ("kirov", "7.2-3", ("percent", "at_least", 30, 2024, None, "к 2024 году – не менее 30%")),
        (
            "kirov",
            "7.2-4",
            (
                *("percent", "at_least", 40, 2024, None),
                "к 2024 году – не менее 40% от общего количества управленческих команд субъекта Российской Федерации",
            ),
        ),
        ("kirov", "7.2-5", ("count", "at_most", 250, 2024, None, "к 2024 году – не более 250 человек")),
        ("kirov", "7.2-6", ("percent", "at_least", 70, 2024, None, "к 2024 году – не менее 70%")),
        ("kirov", "7.2-7", ("percent", "at_least", 10, None, "year", "не менее 10% ежегодно")),
        ("kirov", "7.2-8", ("percent", "at_least", 10, None, "year", "не менее 10% ежегодно")),
        ("kirov", "7.2-9", ("percent", None, None, None, None, "")),
        ("bashkortostan", "5.1-1", ("yes_no", "equals", 1, 2024, "year", "ежегодно, начиная с 2021 года")),
        ("bashkortostan", "5.1-2", ("yes_no", "equals", 1, None, "year", "ежегодно, начиная с 2023 года")),
        ("bashkortostan", "5.2-1", ("percent", "at_least", 30, 2024, None, "к 2024 году – не менее 30%")),
        (
            "bashkortostan",
            "5.2-2",
            (
                *("percent", "at_least", 40, 2024, None),
                "к 2024 году – не менее 40% от общего количества управленческих команд Республики Башкортостан",
            ),
        ),
        ("bashkortostan", "5.3-1", ("count", "at_most", 250, 2024, None, "к 2024 году – не более 250 человек")),
        ("bashkortostan", "5.3-2", ("percent", "at_least", 70, 2024, None, "к 2024 году – не менее 70%")),
    ],
)
def test_an_indicator_has_the_target_of_the_document(code: str, indicator: str, expected: tuple[object, ...]) -> None:
    (found,) = (each for each in built_in(code).indicators if each.code == indicator)
    assert judged(found) == expected


def test_the_act_of_bashkortostan_names_what_it_amends_and_who_controls() -> None:
    catalogue = built_in("bashkortostan")
    assert (catalogue.act.number, catalogue.act.on) == ("984", date(2023, 4, 19))
    assert catalogue.act.amends is not None
    assert (catalogue.act.amends.number, catalogue.act.amends.on) == ("1484", date(2021, 7, 21))
    assert catalogue.controller is not None
    assert (catalogue.controller.post, catalogue.controller.name) == (
        "первый заместитель министра",
        "И.М. Мавлетбердин",
    )


@pytest.mark.parametrize(
    ("code", "start", "zone"),
    [("kirov", date(2023, 1, 1), "Europe/Kirov"), ("bashkortostan", date(2021, 7, 21), "Asia/Yekaterinburg")],
)
def test_the_period_ends_with_2024(code: str, start: date, zone: str) -> None:
    catalogue = built_in(code)
    assert (catalogue.period.start, catalogue.period.end, catalogue.zone) == (start, date(2024, 12, 31), zone)


@pytest.mark.parametrize(
    ("year", "uraza", "kurban", "moved"),
    [
        pytest.param(2021, (5, 13), (7, 20), [], id="2021, all on working days"),
        pytest.param(2022, (5, 2), (7, 9), [(5, 4), (7, 11)], id="2022, one on a federal day off, one on a Saturday"),
        pytest.param(2023, (4, 21), (6, 28), [], id="2023, all on working days"),
        pytest.param(2024, (4, 10), (6, 16), [(6, 17)], id="2024, one on a Sunday"),
        pytest.param(2025, (3, 30), (6, 6), [(3, 31), (10, 13)], id="2025, a Sunday and a Saturday"),
        pytest.param(2026, (3, 20), (5, 27), [(10, 12)], id="2026, the Day of the Republic on a Sunday"),
        pytest.param(2027, (3, 9), (5, 16), [(5, 17)], id="2027, calculated"),
        pytest.param(2028, (2, 26), (5, 5), [(2, 28)], id="2028, calculated"),
    ],
)
def test_bashkortostan_rests_on_its_own_holidays(
    year: int, uraza: tuple[int, int], kurban: tuple[int, int], moved: list[tuple[int, int]]
) -> None:
    days_off = {day.on: day.name for day in built_in("bashkortostan").days_off if day.on.year == year}
    calculated = " (расчётная дата)" if year > 2026 else ""
    assert days_off.pop(date(year, *uraza)) == "Ураза-байрам" + calculated
    assert days_off.pop(date(year, *kurban)) == "Курбан-байрам" + calculated
    assert days_off.pop(date(year, 10, 11)).startswith("День Республики")
    assert list(days_off) == [date(year, *day) for day in moved]
    assert all(name.startswith("выходной день за праздник «") for name in days_off.values())


def test_a_holiday_on_a_weekend_frees_the_next_monday() -> None:
    days_off = {day.on for day in built_in("bashkortostan").days_off}
    weekend = [day for day in days_off if day.weekday() >= 5]
    assert len(weekend) == 7
    assert {date.fromordinal(day.toordinal() + 7 - day.weekday()) for day in weekend} <= days_off


@needs_shared
@pytest.mark.parametrize("code", BOTH)
def test_the_words_are_those_of_the_document(code: str) -> None:
    catalogue = built_in(code)
    document = document_of(catalogue)
    said = [catalogue.act.number, catalogue.act.title, *(section.title for section in catalogue.sections)]
    for duty in catalogue.duties:
        said += [duty.title, duty.group, duty.responsible, duty.term, duty.result]
    for indicator in catalogue.indicators:
        said += [indicator.title, indicator.words, indicator.method]
    for definition in catalogue.definitions:
        said += [f"{definition.term} – {definition.meaning}"]
    assert [words for words in said if words not in document] == []


@needs_shared
@pytest.mark.parametrize("code", BOTH)
def test_each_body_is_named_in_the_document(code: str) -> None:
    catalogue = built_in(code)
    document = document_of(catalogue)
    unnamed = [body.code for body in catalogue.bodies if not any(n in document for n in (body.name, *body.aliases))]
    assert unnamed == []


@needs_shared
@pytest.mark.parametrize(
    ("code", "start", "end", "statements"),
    [
        pytest.param(
            "kirov",
            "3.2.1. Министерство",
            "4. Основные механизмы",
            [
                "Региональный методический актив в своей деятельности руководствуется",
                "Региональный координатор деятельности РУМО",
            ],
            id="Kirov, section 3",
        ),
        pytest.param(
            "bashkortostan",
            "3.2.1. Минобрнауки",
            "4. Основные механизмы",
            ["Основу регионального методического актива составляют", "В состав регионального методического актива"],
            id="Bashkortostan, section 3",
        ),
    ],
)
def test_no_function_of_a_body_is_left_out(code: str, start: str, end: str, statements: list[str]) -> None:
    catalogue = built_in(code)
    document = document_of(catalogue)
    text = document[document.index(start) : document.index(end, document.index(start))]
    for statement in statements:  # sentences about the make-up of a body, not about what it does
        text = re.sub(rf"{statement}.*?\. (?=[3В])", "", text)
    assert set(re.findall(r"(3\.\d\.\d+)\. ", text)) - {duty.number for duty in catalogue.duties} == set()
    cursor, gaps = 0, []
    for duty in (each for each in catalogue.duties if each.number.startswith("3.")):
        found = text.index(duty.title, cursor)
        gaps.append(text[cursor:found])
        cursor = found + len(duty.title)
    gaps.append(text[cursor:])
    assert [gap for gap in gaps if not re.fullmatch(r"[;. ]*(3\.\d[^;]*)?", gap)] == []
