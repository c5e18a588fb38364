"""The catalogues say how every indicator is counted, asked and answered; an amendment keeps what was reviewed."""

import runpy
from typing import Any

import pytest

from roadmap.catalogue.loading import built_in, built_in_codes
from roadmap.catalogue.schema import Catalogue
from roadmap.catalogue.validation import inconsistencies
from roadmap.editions import compare
from roadmap.editions.keep_reviewed import MEASURED
from roadmap.editions.next import next_edition
from tests.places import DOCS

INDICATORS = {(code, one.code): one for code in built_in_codes() for one in built_in(code).indicators}


def test_the_page_of_monitoring_is_up_to_date() -> None:
    written = runpy.run_path(str(DOCS / "make_monitoring.py"))["page"]()
    assert (DOCS / "monitoring.md").read_text(encoding="utf-8") == written


@pytest.mark.parametrize("key", INDICATORS)
def test_every_indicator_can_be_asked_and_answered(key: tuple[str, str]) -> None:
    one = INDICATORS[key]
    assert one.answered_by
    assert bool(one.numerator and one.denominator) == (one.counted in ("share", "ratio"))
    assert bool(one.proven_by or one.asked_of) == (one.counted == "flag") or one.asked_of


def test_a_plan_that_is_to_be_carried_out_is_not_proven_by_the_paper_that_approves_it() -> None:
    carried_out = {("kirov", "7.2-1"): ("minobr",), ("bashkortostan", "5.1-1"): ("minobrnauki",)}
    assert {key: INDICATORS[key].asked_of for key in carried_out} == carried_out
    assert INDICATORS["moscow-oblast", "1"].computed_from == "points"


def test_what_falls_on_one_methodist_is_a_ratio() -> None:
    found = [key for key, one in INDICATORS.items() if one.counted == "ratio"]
    assert found == [("kirov", "7.2-5"), ("moscow-oblast", "5"), ("bashkortostan", "5.3-1")]
    assert all("методист" in INDICATORS[key].denominator for key in found)


def test_the_rhythms_of_the_five_systems() -> None:
    rhythms = {code: [(one.rhythm, bool(one.ground)) for one in built_in(code).monitoring] for code in built_in_codes()}
    usual = [("quarter", False), ("year", True)]
    moscow = [("month", True), ("quarter", True), ("year", True)]
    assert rhythms == dict.fromkeys(built_in_codes(), usual) | {"moscow-oblast": moscow}


def test_only_the_first_indicator_of_moscow_is_asked_each_month() -> None:
    assert [key for key, one in INDICATORS.items() if one.in_round("month")] == [("moscow-oblast", "1")]


def changed(code: str = "kirov", indicator: str = "7.2-3", **facts: Any) -> Catalogue:
    catalogue = built_in(code)
    entries = tuple(one.model_copy(update=facts) if one.code == indicator else one for one in catalogue.indicators)
    return catalogue.model_copy(update={"indicators": entries})


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        pytest.param({"answered_by": ("9.9",)}, "поле answered_by[0]: нет записи с кодом «9.9»", id="answers: no item"),
        pytest.param({"proven_by": ("9.9",)}, "поле proven_by[0]: нет записи с кодом «9.9»", id="proves: no item"),
        pytest.param({"proven_by": ("7.4-01",)}, "подтверждается только «да/нет»", id="a share is not proven by items"),
        pytest.param({"denominator": ""}, "поле denominator: для доли и отношения нужны оба", id="half of the words"),
        pytest.param({"way": "ratio", "numerator": " "}, "поле numerator: для доли", id="blank words"),
        pytest.param({"way": "total"}, "знаменателя не имеют", id="a total has no whole"),
        pytest.param(
            {"asked_of": ("nobody",)}, "поле asked_of[0]: нет органа с кодом «nobody»", id="asked of: no body"
        ),
        pytest.param({"asked": "owner", "asked_of": ("iro",)}, "уже сказано в asked", id="asked twice"),
        pytest.param({"computed_from": "points", "asked": "owner"}, "считает программа", id="computed and asked"),
        pytest.param({"computed_from": "points", "way": "ratio"}, "считается только доля", id="computed, no share"),
        pytest.param({"rounds": ("month",)}, "ритма «month» нет в monitoring", id="a rhythm nobody keeps"),
    ],
)
def test_what_does_not_fit_is_named(facts: dict[str, Any], said: str) -> None:
    lines = list(inconsistencies(changed(**facts)))
    assert lines
    assert said in lines[0]
    assert lines[0].startswith("indicators[2] (7.2-3), ")


def test_an_indicator_that_says_nothing_of_its_counting_is_left_alone() -> None:
    assert not list(inconsistencies(changed(numerator="", denominator="")))


def test_a_rhythm_is_named_once() -> None:
    catalogue = built_in("kirov")
    twice = catalogue.model_copy(update={"monitoring": (*catalogue.monitoring, catalogue.monitoring[0])})
    assert list(inconsistencies(twice)) == [
        "monitoring[2], поле rhythm: ритм «quarter» уже назван выше — оставьте один"
    ]


def drafted(code: str, *without: str) -> Catalogue:
    """The catalogue as a draft that says nothing of monitoring and has lost some items."""
    data = built_in(code).model_dump(exclude_defaults=True)
    data = {name: value for name, value in data.items() if name not in ("monitoring", "monitoring_by")}
    data["indicators"] = [{name: v for name, v in one.items() if name not in MEASURED} for one in data["indicators"]]
    data["items"] = [item for item in data.get("items", ()) if item["code"] not in without]
    return Catalogue.model_validate(data)


@pytest.mark.parametrize("code", ["kirov", "moscow-oblast", "bashkortostan", "surgut"])
def test_an_amendment_keeps_how_indicators_are_counted(code: str) -> None:
    old = built_in(code)
    edition = compare(old, drafted(code)).edition
    assert (edition.monitoring, edition.monitoring_by) == (old.monitoring, old.monitoring_by)
    assert edition.indicators == old.indicators


def test_an_item_that_was_dropped_answers_no_more() -> None:
    edition = compare(built_in("moscow-oblast"), drafted("moscow-oblast", "2.4.1")).edition
    assert next(one for one in edition.indicators if one.code == "3").answered_by == ("2.1.1", "3.5.5")
    assert not list(inconsistencies(edition))


def test_another_unit_is_counted_anew() -> None:
    draft = drafted("kirov")
    moved = draft.model_copy(
        update={
            "indicators": tuple(
                one.model_copy(update={"unit": "percent"}) if one.code == "7.2-5" else one for one in draft.indicators
            )
        }
    )
    found = next(one for one in compare(built_in("kirov"), moved).edition.indicators if one.code == "7.2-5")
    assert (found.way, found.numerator) == (None, "")


def test_another_rhythm_of_monitoring_is_a_change_that_is_shown() -> None:
    old = built_in("kirov")
    new = old.model_copy(update={"monitoring": old.monitoring[:1]})
    (change,) = compare(old, new).header
    assert (change.field, change.before, change.after) == (
        "monitoring",
        "ежеквартальный, ежегодный",
        "ежеквартальный",
    )


def test_the_next_roadmap_asks_about_the_ground_of_its_rhythm() -> None:
    draft = next_edition(built_in("moscow-oblast"), first=2027, last=2028)
    assert draft.catalogue.monitoring == built_in("moscow-oblast").monitoring
    assert "monitoring" in draft.questions
    assert "  - rhythm: month" in draft.to_yaml()
