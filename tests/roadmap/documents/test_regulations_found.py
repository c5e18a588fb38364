"""What the import finds in the running text of the five documents, against the reviewed catalogues: exact figures."""

from functools import cache

import pytest

from roadmap.catalogue.loading import built_in, built_in_codes, parse_catalogue
from roadmap.catalogue.schema import Catalogue, Item
from roadmap.documents.draft import draft
from roadmap.documents.entries import Entry
from roadmap.documents.importer import Found, find
from roadmap.documents.neutral import Paragraph
from roadmap.documents.plain_text import from_text
from roadmap.language.normalise import plain_with_signs
from tests.places import SEEDS, needs_shared

REGULATIONS = ["kirov", "bashkortostan", "surgut"]

pytestmark = needs_shared


@cache
def of_seed(code: str) -> Found:
    name = built_in(code).act.document
    return find(from_text((SEEDS / name).read_text(encoding="utf-8"), name))


def duties(found: Found) -> list[Entry]:
    return [entry for entry in found.items if entry.origin == "duty"]


def pairs(catalogue: Catalogue, found: Found) -> list[tuple[Item, Entry | None]]:
    """Each reviewed duty with the found one of the same number whose title is its title or holds it."""
    left = duties(found)
    told: list[tuple[Item, Entry | None]] = []
    for duty in catalogue.duties:
        title = plain_with_signs(duty.title)
        same = [e for e in left if e.item.number == duty.number and title in plain_with_signs(e.item.words["title"])]
        entry = min(same, key=lambda e: len(e.item.words["title"]), default=None)
        left = [e for e in left if e is not entry]
        told.append((duty, entry))
    return told


@pytest.mark.parametrize(
    ("code", "expected", "found", "controlled", "more"),
    [
        pytest.param("kirov", 89, 83, (17, 17), 0, id="Kirov: all but the six mechanisms of section 4"),
        pytest.param(
            "bashkortostan", 181, 181, (31, 31), 12, id="Bashkortostan: 12 measures of p. 2.4 for schools more"
        ),
        pytest.param("surgut", 28, 21, (4, 4), 0, id="Surgut: all but the aims of 2.3 and the mechanism of 4.2"),
    ],
)
def test_the_duties_of_a_regulation_are_found(
    code: str, expected: int, found: int, controlled: tuple[int, int], more: int
) -> None:
    catalogue, seen = built_in(code), of_seed(code)
    told = pairs(catalogue, seen)

    assert len(told) == expected
    assert sum(entry is not None for _, entry in told) == found
    on_control = [entry is not None for duty, entry in told if duty.controlled]
    assert (sum(on_control), len(on_control)) == controlled
    assert len(duties(seen)) - found == more


@pytest.mark.parametrize("code", REGULATIONS)
def test_a_duty_on_control_has_the_term_words_of_the_reviewed_catalogue(code: str) -> None:
    told = [(duty.term, e.item.words["term"]) for duty, e in pairs(built_in(code), of_seed(code)) if e]
    assert [words for reviewed, words in told if words != reviewed] == []
    terms = [e.reading.kind for duty, e in pairs(built_in(code), of_seed(code)) if e and duty.term]
    assert set(terms) == {"recurring"}
    assert len(terms) == {"kirov": 2, "bashkortostan": 2, "surgut": 1}[code]


@pytest.mark.parametrize(
    ("code", "same", "others"),
    [
        pytest.param("kirov", 82, {"4.1-03"}, id="Kirov: the reviewer kept a genitive, the import the nominative"),
        pytest.param(
            "bashkortostan",
            169,
            {f"3.4-{n:02}" for n in range(2, 14)},
            id="Bashkortostan: the import keeps the list in brackets after the name",
        ),
        pytest.param(
            "surgut",
            17,
            {"3.2.2.1", "3.2.2.2", "3.2.2.3", "3.4.3.1"},
            id="Surgut: «(далее – …)» and a gloss are left out",
        ),
    ],
)
def test_the_bearer_of_a_duty_is_named_as_reviewed(code: str, same: int, others: set[str]) -> None:
    told = [(duty, entry) for duty, entry in pairs(built_in(code), of_seed(code)) if entry]
    differs = {duty.code for duty, entry in told if entry.item.words["responsible"] != duty.responsible}
    assert (len(told) - len(differs), differs) == (same, others)


@pytest.mark.parametrize("code", ["kirov", "bashkortostan"])
def test_the_codes_are_those_of_the_reviewed_catalogue(code: str) -> None:
    assert [(d.code, e.code) for d, e in pairs(built_in(code), of_seed(code)) if e and d.code != e.code] == []


@pytest.mark.parametrize("code", built_in_codes())
def test_every_paragraph_of_a_document_is_counted_once(code: str) -> None:
    name = built_in(code).act.document
    document = from_text((SEEDS / name).read_text(encoding="utf-8"), name)
    assert sum(of_seed(code).texts.values()) == sum(isinstance(block, Paragraph) for block in document.blocks)


@pytest.mark.parametrize(
    ("code", "counts"),
    [
        ("kirov", {"item": 81, "indicator": 9, "definition": 19, "continuation": 6, "heading": 39, "statement": 57}),
        (
            "bashkortostan",
            {"item": 188, "indicator": 4, "definition": 19, "continuation": 7, "heading": 57, "statement": 72},
        ),
        ("surgut", {"item": 21, "indicator": 5, "definition": 21, "continuation": 2, "heading": 35, "statement": 49}),
        ("krasnodar", {"item": 2, "continuation": 2, "heading": 14, "statement": 3}),
        ("moscow-oblast", {"item": 3, "definition": 22, "continuation": 5, "heading": 18, "statement": 17}),
    ],
)
def test_paragraphs_are_of_these_classes(code: str, counts: dict[str, int]) -> None:
    assert dict(of_seed(code).texts) == counts


@pytest.mark.parametrize(
    ("code", "number"), [("kirov", 19), ("bashkortostan", 19), ("surgut", 21), ("krasnodar", 0), ("moscow-oblast", 22)]
)
def test_all_definitions_are_found_with_their_words(code: str, number: int) -> None:
    reviewed = {plain_with_signs(each.term): plain_with_signs(each.meaning) for each in built_in(code).definitions}
    found = {plain_with_signs(each["term"]): plain_with_signs(each["meaning"]) for each in of_seed(code).definitions}
    assert len(found) == number
    assert found == reviewed


@pytest.mark.parametrize("code", built_in_codes())
def test_the_act_is_that_of_the_reviewed_catalogue(code: str) -> None:
    catalogue, found = built_in(code), of_seed(code)
    act, reviewed = found.act, catalogue.act
    assert (act.kind, act.number, act.on, act.title) == (reviewed.kind, reviewed.number, reviewed.on, reviewed.title)
    assert act.authority == reviewed.authority
    assert act.amends == (reviewed.amends.model_dump(mode="json") if reviewed.amends else None)
    assert (found.title, found.region) == (catalogue.title, catalogue.region)
    assert found.period is not None
    assert found.period[:2] == (catalogue.period.start, catalogue.period.end)


@pytest.mark.parametrize(
    ("code", "proposed"),
    [
        ("bashkortostan", "«21.07.2021 – 31.12.2024» или «19.04.2023 – 31.12.2024»"),
        ("surgut", "«03.09.2021 – 25.08.2022» или «03.09.2021 – 31.12.2022»"),
        ("kirov", None),
        ("krasnodar", None),
        ("moscow-oblast", None),
    ],
)
def test_a_period_that_the_document_leaves_open_is_a_question_with_both(code: str, proposed: str | None) -> None:
    asked = [question.proposed for question in of_seed(code).questions if question.about == "period"]
    assert asked == ([proposed] if proposed else [])


@pytest.mark.parametrize("code", REGULATIONS)
def test_a_level_that_is_not_told_is_asked_and_the_others_are_as_reviewed(code: str) -> None:
    catalogue, found = built_in(code), of_seed(code)
    owners = {body.code: body for body in catalogue.bodies}
    asked = {question.words for question in found.questions if "уровень" in question.why}
    differs = []
    for duty, entry in pairs(catalogue, found):
        if entry and entry.item.words["responsible"] and entry.bodies[0].name not in asked:
            level = entry.bodies[0].to_entry()["level"]
            differs += [(duty.code, level)] if level != owners[duty.owner].level else []
    assert differs == []
    assert len(asked) == {"kirov": 0, "bashkortostan": 5, "surgut": 0}[code]


@pytest.mark.parametrize("code", built_in_codes())
def test_the_draft_of_a_document_is_a_catalogue_with_as_many_duties(code: str) -> None:
    found = of_seed(code)
    catalogue = parse_catalogue(draft(found).encode(), "draft.yaml")
    assert len(catalogue.duties) == len(duties(found))
    sections = {section.code for section in catalogue.sections}
    assert {duty.section for duty in catalogue.duties} - sections <= {None}


def test_a_rhythm_that_is_only_a_quality_is_a_question_not_a_silent_term() -> None:
    asked = {q.words[:60] for q in of_seed("kirov").all_questions() if q.about == "term"}
    assert asked == {
        "проведение ежегодных рабочих совещаний с представителями рег",
        "распоряжение министерства образования Кировской области «Об ",
    }
