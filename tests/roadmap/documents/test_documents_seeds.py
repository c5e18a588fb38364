"""The documents of the built-in systems give exactly what was reviewed by hand."""

from typing import Literal

import pytest

from roadmap.catalogue.loading import built_in, built_in_codes, parse_catalogue
from roadmap.catalogue.open_questions import open_questions
from roadmap.documents.draft import draft
from roadmap.documents.importer import Found, find
from roadmap.documents.plain_text import from_text
from roadmap.editions.keep_reviewed import MEASURED
from tests.places import SEEDS, needs_shared

WORDS: tuple[Literal["title", "responsible", "executors", "term", "result"], ...] = (
    "title",
    "responsible",
    "executors",
    "term",
    "result",
)
pytestmark = needs_shared


def whole(words: str) -> str:
    """A hyphen at the end of a torn line: the copy keeps the blank after it in one place and not in another."""
    return words.replace("- ", "-")


def of_seed(code: str) -> Found:
    name = built_in(code).act.document
    return find(from_text((SEEDS / name).read_text(encoding="utf-8"), name))


@pytest.mark.parametrize(("code", "number"), [("moscow-oblast", 63), ("krasnodar", 20), ("surgut", 4)])
def test_a_document_gives_exactly_the_items_of_its_built_in_catalogue(code: str, number: int) -> None:
    system = built_in(code)
    sections = {section.code: section.title for section in system.sections}

    found = [entry for entry in of_seed(code).items if entry.origin == "table"]

    assert len(found) == number
    got = [
        (e.code, e.item.number, e.item.section, e.group, *(whole(e.item.words.get(w, "")) for w in WORDS))
        for e in found
    ]
    assert got == [
        (i.code, i.number, sections[i.section or ""], i.group, *(whole(getattr(i, w)) for w in WORDS))
        for i in system.items
    ]


@pytest.mark.parametrize("code", built_in_codes())
def test_directives_and_indicators_of_a_document_are_those_of_its_built_in_catalogue(code: str) -> None:
    system, found = built_in(code), of_seed(code)

    got = [(e.code, *(e.item.words[w] for w in WORDS[:2])) for e in found.items if e.origin == "directive"]
    assert got == [(i.code, i.title, i.responsible) for i in system.directives]
    # How an indicator is counted, by whom and what proves it is no word of the document: reviewers add it.
    left_out = {"source", "method", *MEASURED}
    # «Выполнение … комплекса мероприятий» reads as yes or no; the reviewer counts it as a share.
    judged = {"unit", "comparison", "target", "cumulative"}
    computed = {indicator.code for indicator in system.indicators if indicator.computed_from}
    for seen, indicator in zip(found.indicators, system.indicators, strict=True):
        out = left_out | (judged if indicator.code in computed else set())
        assert {k: v for k, v in seen.items() if k not in out} == indicator.model_dump(
            exclude_defaults=True, exclude=out
        )


@pytest.mark.parametrize(
    ("code", "number", "on"),
    [
        ("moscow-oblast", "Р-503", "2023-05-23"),
        ("krasnodar", "2625", "2021-08-13"),
        ("bashkortostan", "984", "2023-04-19"),
        ("surgut", "539", "2021-09-03"),
        ("kirov", "", None),
    ],
)
def test_the_act_of_a_document_is_found(code: str, number: str, on: str | None) -> None:
    act, known = of_seed(code).act.to_json(), built_in(code).act

    assert (act["kind"], act["number"], act["on"], act["title"]) == (known.kind, number, on, known.title)
    amends = known.amends.model_dump(mode="json") if known.amends else None
    assert act["amends"] == amends


@pytest.mark.parametrize("code", built_in_codes())
def test_every_row_of_a_document_is_counted_once_and_its_draft_is_a_catalogue(code: str) -> None:
    found = of_seed(code)
    document = (SEEDS / built_in(code).act.document).read_text(encoding="utf-8")

    assert found.rows == sum(found.counts.values()) == sum("\t" in line for line in document.splitlines())
    assert found.counts["item"] == sum(entry.origin == "table" for entry in found.items)
    catalogue = parse_catalogue(draft(found).encode(), "draft.yaml")
    assert len(catalogue.items) == len(built_in(code).items)
    assert len(open_questions(draft(found))) == len(found.all_questions())


@pytest.mark.parametrize(("code", "numberless"), [("moscow-oblast", 0), ("kirov", 1), ("surgut", 5)])
def test_an_indicator_that_a_document_names_without_a_number_is_a_question(code: str, numberless: int) -> None:
    questions = [question for question in of_seed(code).questions if question.about == "indicator"]
    assert len(questions) == numberless
    assert all("число цели не названо" in question.why for question in questions)


def test_indicators_are_counted_apart_from_measures() -> None:
    rows = of_seed("moscow-oblast").to_json()["rows"]
    assert (rows["item"], rows["indicator"]) == (63, 6)
    assert rows.pop("total") == sum(rows.values()) == 103
