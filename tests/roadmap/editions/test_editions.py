"""Two editions compared: each item is found again, or is a question, or goes by the act; nothing is lost."""

from datetime import date
from typing import Any

import pytest

from roadmap.catalogue.calendar import calendar_of
from roadmap.catalogue.loading import built_in, built_in_codes, parse_catalogue
from roadmap.catalogue.open_questions import open_questions
from roadmap.catalogue.schema import Catalogue, Item
from roadmap.control.planning import plan
from roadmap.editions import AnswerRefused, Plan, compare
from roadmap.editions.next import next_edition
from roadmap.editions.points import paired_days

MOSCOW = "moscow-oblast"


def amended(old: Catalogue, *, drop: tuple[str, ...] = (), add: tuple[Item, ...] = (), **edits: Any) -> Catalogue:
    """The catalogue with items dropped, added in front, and edited: code with «_» for «.» → fields."""
    changes = {code.removeprefix("i").replace("_", "."): fields for code, fields in edits.items()}
    kept = [item for item in old.items if item.code not in drop]
    items = [item.model_copy(update=changes.get(item.code, {})) for item in kept]
    return old.model_copy(update={"items": (*add, *items)})


def item(old: Catalogue, of: str, **facts: Any) -> Item:
    return next(item for item in old.items if item.code == of).model_copy(update=facts)


def kinds(plan: Plan) -> dict[str, list[str]]:
    return {pair.old.code: sorted(pair.kinds) for pair in plan.changed}


@pytest.fixture
def moscow() -> Catalogue:
    return built_in(MOSCOW)


@pytest.mark.parametrize("code", built_in_codes())
def test_an_edition_compared_with_itself_is_kept_whole(code: str) -> None:
    plan = compare(built_in(code), built_in(code))
    assert plan.is_empty
    assert plan.edition == built_in(code)
    assert plan.sums["old"] == plan.sums["kept"] == plan.sums["new"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        pytest.param({"result": "Отчёт"}, ["words"], id="another result is changed words"),
        pytest.param(
            {"title": "Стратегическая сессия всех субъектов РС НМС"}, ["words"], id="a word more in the title"
        ),
        pytest.param({"number": "1.2.9"}, ["number"], id="another printed number is a renumbering"),
        pytest.param({"term": "Июнь 2023 г."}, ["term"], id="another month moves the term"),
        pytest.param({"term": "май 2023 года"}, ["words"], id="the same month in other words moves nothing"),
        pytest.param({"owner": "minobr"}, ["owner"], id="another first body is another owner"),
        pytest.param({"rhythm": "month"}, ["control"], id="another rhythm is another way of control"),
        pytest.param(
            {"term": "Июнь 2023 г.", "owner": "minobr", "result": "Отчёт"},
            ["owner", "term", "words"],
            id="one item bears several changes",
        ),
        pytest.param({"code": "1.2.99"}, [], id="a code is ours: the same words under another code are kept"),
    ],
)
def test_each_change_of_an_item_has_its_name(moscow: Catalogue, fields: dict[str, Any], expected: list[str]) -> None:
    plan = compare(moscow, amended(moscow, i1_2_1=fields))
    assert kinds(plan) == ({"1.2.1": expected} if expected else {})
    assert (plan.added, plan.dropped, plan.questions) == ((), (), ())


def test_an_item_put_in_front_renumbers_the_others_and_drops_none(moscow: Catalogue) -> None:
    group = [it for it in moscow.items if it.code.startswith("1.1.")]
    renumbered: dict[str, Any] = {
        f"i{it.code.replace('.', '_')}": {"code": f"1.1.{n}", "number": f"1.1.{n}"}
        for n, it in enumerate(group, start=2)
    }
    fresh = item(moscow, "1.1.1", title="Перечень стажировочных площадок края утверждён", result="Приказ")
    plan = compare(moscow, amended(moscow, add=(fresh,), **renumbered))
    assert kinds(plan) == {it.code: ["number"] for it in group}
    assert [it.title for it in plan.added] == [fresh.title]
    assert (plan.dropped, plan.questions) == ((), ())
    codes = [it.code for it in plan.edition.items]
    assert len(set(codes)) == len(codes) == 64
    assert plan.added[0].code == "1.1.1-2"


def test_the_edition_in_stable_codes_compared_with_the_draft_again_is_empty(moscow: Catalogue) -> None:
    draft = amended(
        moscow,
        drop=("1.2.3",),
        add=(item(moscow, "1.1.1", code="1.2.3", title="Перечень площадок утверждён"),),
        i1_1_2={"code": "1.1.3", "number": "1.1.3"},
        i1_1_3={"code": "1.1.2", "number": "1.1.2"},
    )
    once = compare(moscow, draft)
    again = compare(once.edition, draft)
    assert again.is_empty
    assert again.edition == once.edition


def test_doubtful_items_are_questions_with_a_proposal_and_answers_settle_them(moscow: Catalogue) -> None:
    words = item(moscow, "1.1.2").title
    draft = amended(moscow, i1_1_2={"title": f"{words}, планов и программ муниципальных методических служб области"})
    asked = compare(moscow, draft)
    assert [(q.old.code, q.proposed) for q in asked.questions] == [("1.1.2", "1.1.2")]
    same = compare(moscow, draft, answers={"1.1.2": "1.1.2"})
    assert (same.questions, kinds(same)) == ((), {"1.1.2": ["words"]})
    other = compare(moscow, draft, answers={"1.1.2": "dropped"})
    assert [it.code for it in other.dropped] == ["1.1.2"]
    assert [it.code for it in other.added] == ["1.1.2-2"]


def test_other_words_in_the_same_place_are_a_question_and_never_a_silent_match(moscow: Catalogue) -> None:
    plan = compare(moscow, amended(moscow, i1_2_1={"title": "Ярмарка педагогических вакансий"}))
    assert [q.old.code for q in plan.questions] == ["1.2.1"]


def test_two_new_items_close_to_an_old_one_are_a_question(moscow: Catalogue) -> None:
    words = item(moscow, "1.2.1").title
    twins = tuple(
        item(moscow, "1.2.1", code=code, number=code, title=f"{words} {end}")
        for code, end in (("9.1", "осенняя"), ("9.2", "весенняя"))
    )
    plan = compare(moscow, amended(moscow, drop=("1.2.1",), add=twins))
    assert [(q.old.code, {c.code for c in q.candidates}) for q in plan.questions] == [("1.2.1", {"9.1", "9.2"})]


def test_a_group_that_is_gone_cannot_be_fanned_out_to(moscow: Catalogue) -> None:
    def bare(item: Item) -> Item:
        return Item.model_validate(item.model_dump(exclude_unset=True, exclude={"fan_out"}))

    blank = moscow.model_copy(update={"items": tuple(bare(item) for item in moscow.items)})
    assert compare(moscow, blank).is_empty
    nobody = tuple(body.model_copy(update={"members": ()}) for body in moscow.bodies)
    assert kinds(compare(moscow, blank.model_copy(update={"bodies": nobody})))["1.1.3"] == ["control"]


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        pytest.param({"7.7": "1.1.1"}, "нет такого пункта", id="an answer about no item"),
        pytest.param({"1.1.1": "7.7"}, "нет пункта «7.7»", id="an answer that names no new item"),
        pytest.param({"1.1.1": "1.1.2", "1.1.2": "1.1.2"}, "на один пункт", id="two answers that name the same item"),
    ],
)
def test_answers_that_fit_nothing_are_refused(moscow: Catalogue, answers: dict[str, str], words: str) -> None:
    with pytest.raises(AnswerRefused, match=words):
        compare(moscow, moscow, answers=answers)


def test_bodies_named_alike_are_the_same_under_other_codes(moscow: Catalogue) -> None:
    codes = {body.code: f"b{n}" for n, body in enumerate(moscow.bodies)}
    content = moscow.model_dump(mode="json")
    for body in content["bodies"]:
        body["code"], body["members"] = codes[body["code"]], [codes[code] for code in body["members"]]
    for part in ("items", "directives", "duties"):
        for entry in content[part]:
            entry["owner"] = codes[entry["owner"]]
            entry["co_executors"] = [codes[code] for code in entry["co_executors"]]
            entry["fan_out"] = entry["fan_out"] and codes[entry["fan_out"]]
    assert compare(moscow, Catalogue.model_validate(content)).is_empty


@pytest.mark.usefixtures("campaign")
def test_a_thousand_reworded_and_renumbered_items_are_found_again_within_seconds() -> None:
    old = built_in("krasnodar")
    subjects = ("физики", "химии", "биологии", "истории", "географии", "музыки", "труда", "алгебры", "чтения", "права")
    model = old.items[3]
    first = [
        model.model_copy(
            update={
                "code": f"n{n}",
                "number": f"{n}",
                "title": f"Семинар {n} учителей {subjects[n % 10]} района {n // 10}",
            }
        )
        for n in range(1000)
    ]
    second = [
        it.model_copy(update={"code": f"n{n + 1}", "number": f"{n + 1}", "title": it.title + " и посёлков"})
        for n, it in enumerate(first)
    ]
    plan = compare(old.model_copy(update={"items": tuple(first)}), old.model_copy(update={"items": tuple(second)}))
    assert plan.sums["dropped"] == plan.sums["added"] == 0
    assert all(pair.new.title.startswith(pair.old.title) for pair in plan.changed)


D = date.fromisoformat


@pytest.mark.parametrize(
    ("old", "new", "pairs"),
    [
        pytest.param(["2027-05-31"], ["2027-06-30"], [(0, 0)], id="one day moves to one day"),
        pytest.param(
            ["2027-05-31", "2028-03-31"], ["2027-05-31", "2028-04-30"], [(0, 0), (1, 1)], id="an equal day stays"
        ),
        pytest.param(
            ["2027-05-31", "2028-03-31"],
            ["2027-06-30", "2028-04-30", "2028-10-31"],
            [(0, 0), (1, 1)],
            id="the day without a pair is the one that is far",
        ),
        pytest.param(["2027-06-30", "2027-09-30"], ["2027-10-31"], [(1, 0)], id="the nearest of the old days moves"),
        pytest.param(["2027-06-30"], [], [], id="no new day, no pair"),
    ],
)
def test_days_are_paired_in_order_with_the_least_shift(
    old: list[str], new: list[str], pairs: list[tuple[int, int]]
) -> None:
    assert paired_days([D(day) for day in old], [D(day) for day in new]) == pairs


def asked_about(code: str, *, first: int, last: int) -> dict[str, tuple[str, ...]]:
    made = next_edition(built_in(code), first=first, last=last)
    rows = {part: getattr(made.catalogue, part) for part in made.entries}
    return {entry.code: made.entries[part][n] for part, row in rows.items() for n, entry in enumerate(row)}


@pytest.mark.parametrize("code", built_in_codes())
def test_the_next_edition_is_a_catalogue_that_reads_back_as_it_was_made(code: str) -> None:
    made = next_edition(built_in(code), first=2027, last=2029)
    text = made.to_yaml()
    assert parse_catalogue(text.encode(), "draft.yaml") == made.catalogue
    assert text.count("# ВОПРОС: ") == made.asked > 0
    assert (made.catalogue.act.number, made.catalogue.act.on) == ("", None)


def test_years_move_in_the_words_and_what_is_unambiguous_is_not_asked_about() -> None:
    made = next_edition(built_in(MOSCOW), first=2027, last=2028)
    terms = {entry.code: entry.term for entry in made.catalogue.items}
    assert terms["1.1.3"] == "Май 2027 г., январь 2028 г."
    assert terms["1.2.3"] == "Еженедельно по четвергам в течение 2027-2028 гг."
    asked = asked_about(MOSCOW, first=2027, last=2028)
    assert asked["1.1.3"] == asked["1.2.3"] == ()


@pytest.mark.parametrize(
    ("system", "entry", "last", "words"),
    [
        pytest.param(MOSCOW, "1.1.2", 2028, "разовое мероприятие", id="what is done once is asked about"),
        pytest.param(MOSCOW, "3.5.12", 2028, "23.10.2027 — нерабочий день", id="a day that falls on a Saturday"),
        pytest.param(MOSCOW, "1.1.3", 2029, "не назван 2029 год", id="years named for a shorter period"),
        pytest.param(
            "krasnodar", "2.1.11", 2029, "охватывает ли его срок «2028 - 2029»", id="a part of the old period"
        ),
        pytest.param("krasnodar", "2.1.11", 2027, "не подходит к новому периоду", id="years beyond a shorter period"),
        pytest.param("krasnodar", "3.1", 2029, "внешний план (НИКУ)", id="dates that another plan sets"),
        pytest.param("bashkortostan", "5.1-03", 2029, "новый период другой длины", id="a rhythm that began later"),
        pytest.param("kirov", "7.2-1", 2029, "целевое значение", id="a target for a year"),
    ],
)
def test_a_shift_without_meaning_is_a_question(system: str, entry: str, last: int, words: str) -> None:
    assert any(words in question for question in asked_about(system, first=2027, last=last)[entry])


@pytest.mark.parametrize(
    ("system", "entry", "term"),
    [
        pytest.param(
            MOSCOW, "1.2.3", "Еженедельно по четвергам в течение 2027-2029 гг.", id="a span of the old period"
        ),
        pytest.param("bashkortostan", "5.1-02", "ежегодно, начиная с 2027 года", id="a rhythm from the first year on"),
        pytest.param("surgut", "3.4.2.1", "", id="a standing duty is nothing done once"),
    ],
)
def test_what_covers_the_old_period_covers_the_new_one_unasked(system: str, entry: str, term: str) -> None:
    made = next_edition(built_in(system), first=2027, last=2029)
    assert {it.code: it.term for _, it in made.catalogue.duties_by_origin()}[entry] == term
    assert not [
        question for question in asked_about(system, first=2027, last=2029)[entry] if "названии" not in question
    ]


@pytest.mark.parametrize("code", built_in_codes())
def test_the_next_edition_can_be_put_on_control_once_its_questions_are_struck_out(code: str) -> None:
    text = next_edition(built_in(code), first=2027, last=2029).to_yaml()
    assert open_questions(text)
    settled = "\n".join(line for line in text.splitlines() if "# ВОПРОС" not in line)
    assert open_questions(settled) == []
    catalogue = parse_catalogue(settled.encode(), "next.yaml")
    for origin, item, reading, points in plan(catalogue, calendar=calendar_of(catalogue)):
        assert reading.kind != "unreadable" or not (item.controlled and item.term), (origin, item.code, item.term)
        assert all(2027 <= point.due_on.year <= 2030 for point in points), item.code


def test_a_term_that_would_mean_other_dates_is_a_question() -> None:
    old = built_in(MOSCOW)
    leap = old.model_copy(update={"items": (item(old, "1.1.1", term="29 февраля 2024 г.", title="Сбор данных"),)})
    made = next_edition(leap, first=2026, last=2027)
    assert "без потерь нельзя" in made.entries["items"][0][0]
