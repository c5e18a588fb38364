"""What was reviewed goes on: a draft changes a setting only where it says so, and nothing disappears by omission."""

from typing import Any

import pytest

from roadmap.catalogue.answers import Answer
from roadmap.catalogue.draft_yaml import Draft
from roadmap.catalogue.loading import built_in, built_in_codes, parse_catalogue
from roadmap.catalogue.schema import Catalogue, Item, MonitoringRound
from roadmap.catalogue.validation import inconsistencies
from roadmap.documents.draft import kind_of
from roadmap.editions import DROPPED, KEPT, Plan, compare
from roadmap.editions.answers import asked_about, by_code, pasted
from roadmap.editions.keep_reviewed import is_read_from_document
from roadmap.language.matching import alike

MOSCOW, SURGUT = "moscow-oblast", "surgut"
UNSAID = ("fan_out", "rhythm", "event", "controlled")


def read_again(code: str, **edits: dict[str, Any]) -> Catalogue:
    """A built-in system as import would draft it: settings unsaid, kinds guessed from the words; edits by code."""
    changes = {code.removeprefix("i").replace("_", "."): fields for code, fields in edits.items()}

    def drafted(item: Item) -> dict[str, Any]:
        said = item.model_dump(exclude_unset=True, exclude=set(UNSAID))
        return said | {"kind": kind_of(f"{item.title} {item.result}")} | changes.get(item.code, {})

    content = built_in(code).model_dump(exclude_unset=True, exclude={"roll", "report_by", "days_off", "coordinator"})
    old = built_in(code)
    for part in ("items", "directives", "duties"):
        content[part] = [drafted(item) for item in getattr(old, part)]
    return Catalogue.model_validate(content)


def changed(plan: Plan) -> dict[str, list[tuple[str, str]]]:
    return {pair.old.code: [(change.field, change.after) for change in pair.changes] for pair in plan.changed}


@pytest.mark.parametrize("code", built_in_codes())
def test_what_import_leaves_out_or_guesses_changes_nothing(code: str) -> None:
    plan = compare(built_in(code), read_again(code), is_read=True)
    assert plan.is_empty
    kept = {item.code: item for _, item in plan.edition.duties_by_origin()}
    for _, item in built_in(code).duties_by_origin():
        assert kept[item.code] == item


def test_the_plan_says_which_settings_go_on() -> None:
    plan = compare(built_in(MOSCOW), read_again(MOSCOW), is_read=True)
    assert [(kept.code, kept.value) for kept in plan.settings if kept.field == "fan_out"] == [
        ("1.1.3", "Все субъекты РС НМС"),
        ("2.2.1", "ЦНППМ"),
        ("2.4.2", "ЦНППМ"),
        ("3.5.6", "ЦНППМ"),
    ]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"fan_out": None}, [("fan_out", "")], id="a fan-out that is taken away in so many words goes"),
        pytest.param({"rhythm": "month"}, [("rhythm", "month")], id="another rhythm that is written down counts"),
        pytest.param({"controlled": False}, [("controlled", "нет")], id="control that is taken off counts"),
        pytest.param({"kind": "study"}, [("kind", "study")], id="a kind that the words do not suggest was chosen"),
        pytest.param({"owner": "asou"}, [], id="another owner for the same words is a proposal"),
        pytest.param(
            {"responsible": "АСОУ", "owner": "asou"},
            [("responsible", "АСОУ"), ("owner", "АСОУ")],
            id="another owner for other words is a change",
        ),
    ],
)
def test_only_what_a_draft_says_changes_a_setting(fields: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    plan = compare(built_in(MOSCOW), read_again(MOSCOW, i1_1_3=fields), is_read=True)
    assert changed(plan) == ({"1.1.3": expected} if expected else {})


def test_an_item_taken_as_drafted_takes_the_proposals_too() -> None:
    plan = compare(built_in(MOSCOW), read_again(MOSCOW, i1_1_3={"owner": "asou"}), is_read=True, as_drafted=["1.1.3"])
    assert ("owner", "АСОУ") in changed(plan)["1.1.3"]
    assert ("fan_out", "") in changed(plan)["1.1.3"]


def test_a_draft_written_by_hand_keeps_what_it_leaves_out_and_changes_what_it_says() -> None:
    draft = read_again(MOSCOW, i1_1_3={"owner": "asou", "kind": "activity"})
    plan = compare(built_in(MOSCOW), draft)
    assert changed(plan)["1.1.3"] == [("owner", "АСОУ"), ("kind", "activity")]
    assert not [change for pair in plan.changed for change in pair.changes if change.field in UNSAID]


def test_standing_duties_that_import_does_not_find_go_on_until_somebody_drops_them() -> None:
    old = built_in(SURGUT)
    draft = read_again(SURGUT).model_copy(update={"duties": (), "bodies": old.bodies[:3]})
    plan = compare(old, draft, is_read=True)
    assert [item.code for item in plan.carried] == [duty.code for duty in old.duties]
    assert (plan.dropped, plan.is_empty, plan.edition.duties) == ((), True, old.duties)
    decided = compare(old, draft, is_read=True, answers={"3.2.1.1": DROPPED})
    assert [item.code for item in decided.dropped] == ["3.2.1.1"]
    assert decided.sums == {"old": 33, "new": 32, "kept": 32, "changed": 0, "dropped": 1, "added": 0}


def test_a_paragraph_that_a_reviewer_took_apart_is_nothing_new_when_it_is_read_whole() -> None:
    old = built_in(SURGUT)
    first, second = old.duties[-2:]
    whole = first.model_copy(update={"code": "6.2-07", "title": f"{first.title}. {second.title}"})
    draft = read_again(SURGUT).model_copy(update={"duties": (*old.duties[:-2], whole)})
    assert compare(old, draft, is_read=True).is_empty
    assert len(compare(old, draft).questions) == 2, "whoever writes a catalogue by hand means the whole"


def test_an_item_that_is_answered_for_goes_on_without_a_row_in_the_draft() -> None:
    old = built_in(MOSCOW)
    draft = old.model_copy(update={"items": tuple(item for item in old.items if item.code != "1.2.3")})
    assert [item.code for item in compare(old, draft).dropped] == ["1.2.3"]
    plan = compare(old, draft, answers={"1.2.3": KEPT})
    assert (plan.dropped, [item.code for item in plan.carried], plan.is_empty) == ((), ["1.2.3"], True)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("«Лига лидеров»", '"лига лидеров".', True, id="quotes, case and the stop at the end"),
        pytest.param("социально- гуманитарный", "социально-гуманитарный", True, id="a blank at a hyphen"),
        pytest.param("2023 – 2024", "2023-2024", True, id="another dash"),
        pytest.param("отчёт", "отчет", True, id="ё"),
        pytest.param("не менее 10%", "не менее 10", False, id="a percent sign is a word"),
        pytest.param("пункт 1.1", "пункт 11", False, id="a stop inside is none at the end"),
    ],
)
def test_spelling_is_no_change_of_words(one: str, other: str, same: bool) -> None:
    assert alike(one, other) is same


def test_a_target_that_changes_is_seen_above_the_items() -> None:
    old = built_in("kirov")
    judged = next(entry for entry in old.indicators if entry.target is not None)
    moved = judged.model_copy(update={"target": (judged.target or 0) + 5, "words": "не менее иного"})
    draft = old.model_copy(update={"indicators": (moved, *(it for it in old.indicators if it.code != judged.code))})
    for is_read in (False, True):
        plan = compare(old, draft, is_read=is_read)
        assert [change.field for change in plan.header] == ["indicators"]


def test_rounds_that_the_new_edition_has_no_more_are_asked_in_no_indicator() -> None:
    old = built_in(MOSCOW)
    old = old.model_copy(
        update={
            "monitoring": (MonitoringRound(rhythm="quarter"), MonitoringRound(rhythm="year")),
            "indicators": tuple(one.model_copy(update={"rounds": ("quarter", "year")}) for one in old.indicators),
        }
    )
    content = built_in(MOSCOW).model_dump(exclude_unset=True) | {"monitoring": [{"rhythm": "year"}]}
    content["indicators"] = [one.model_dump(exclude_unset=True, exclude={"rounds"}) for one in old.indicators]
    edition = compare(old, Catalogue.model_validate(content), is_read=False).edition
    assert {one.rounds for one in edition.indicators} == {("year",)}
    assert list(inconsistencies(edition)) == []


def test_the_draft_of_import_is_known_by_its_first_line() -> None:
    assert is_read_from_document("\ufeff# Черновик, составленный при импорте: слова взяты\ncode: x\n")
    assert not is_read_from_document("code: x\n# Черновик, составленный при импорте\n")


def test_questions_come_with_answers_ready_to_be_pasted() -> None:
    old = built_in(MOSCOW)
    items = tuple(
        item.model_copy(update={"title": "Ярмарка педагогических вакансий"}) if item.code == "1.2.1" else item
        for item in old.items
    )
    draft = old.model_copy(update={"items": items})
    asked = compare(old, draft)
    text = pasted(asked.questions)
    assert text.startswith("answers:\n- about: item\n  words: 1.2.1 ")
    answers, unmatched = by_code([Answer("item", asked_about(asked.questions[0].old), "1.2.1")], old, draft)
    assert (answers, unmatched) == ({"1.2.1": "1.2.1"}, ())
    assert compare(old, draft, answers=answers).questions == ()


@pytest.mark.parametrize(
    ("about", "words", "answer", "expected"),
    [
        pytest.param("item", "1.2.1", "исключён", {"1.2.1": DROPPED}, id="the code alone names an item"),
        pytest.param("item", "1.2.1", "Исключен", {"1.2.1": DROPPED}, id="ё and case do not matter"),
        pytest.param("item", "1.2.1", "сохранить", {"1.2.1": KEPT}, id="an item may go on"),
        pytest.param("term", "1.2.1", "2027", {}, id="answers to the import are left alone"),
        pytest.param("item", "9.9.9", "исключён", {}, id="an answer about no item does no harm"),
    ],
)
def test_answers_name_items_as_people_do(about: str, words: str, answer: str, expected: dict[str, str]) -> None:
    old = built_in(MOSCOW)
    assert by_code([Answer(about, words, answer)], old, old)[0] == expected


def test_what_is_kept_can_be_written_and_read_as_a_catalogue() -> None:
    plan = compare(built_in(SURGUT), read_again(SURGUT).model_copy(update={"duties": ()}), is_read=True)
    text = Draft(catalogue=plan.edition, questions={}, entries={}).to_yaml()
    assert parse_catalogue(text.encode(), "draft.yaml") == plan.edition


ANSWERED = {"term": "до 1 июня 2022 г.", "words": {"term": "к лету"}}


def answered(code: str, item: str) -> Catalogue:
    """A built-in system with one term that a coordinator has answered."""
    old = built_in(code)
    items = tuple(one.model_copy(update=ANSWERED) if one.code == item else one for one in old.items)
    return old.model_copy(update={"items": items})


def test_an_answer_goes_on_while_the_act_says_the_same() -> None:
    plan = compare(answered("krasnodar", "1.2"), read_again("krasnodar", i1_2={"term": "К лету"}), is_read=True)
    assert plan.is_empty
    (item,) = (one for one in plan.edition.items if one.code == "1.2")
    assert (item.term, item.words) == ("до 1 июня 2022 г.", {"term": "к лету"})


def test_other_words_of_the_act_under_the_same_answer_are_a_change() -> None:
    moved = read_again("krasnodar", i1_2={"term": "до 1 июня 2022 г.", "words": {"term": "к осени"}})
    plan = compare(answered("krasnodar", "1.2"), moved, is_read=True)
    assert changed(plan) == {"1.2": [("term", "к осени")]}
