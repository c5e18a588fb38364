"""Which process a point goes through, why some go in one go, what is owed behind facts out of order."""

from datetime import date
from typing import Any

import pytest

from roadmap.processes.choosing import About, choose, why_without_stages
from roadmap.processes.loading import built_in
from roadmap.processes.missing_evidence import missing_evidence, missing_words

TODAY = date(2027, 3, 10)


@pytest.mark.parametrize(
    ("kind", "about", "code"),
    [
        pytest.param("agreement", "all", "agreement", id="with every municipality: three parties"),
        pytest.param("agreement", "municipality", "agreement", id="with one of them as well"),
        pytest.param("agreement", "body", "cooperation", id="with a body that is no municipality: two parties"),
        pytest.param("agreement", "keeper", None, id="nobody signs with himself"),
        pytest.param("document", "body", "document", id="a document of each body has the same stages"),
        pytest.param("study", "body", None, id="a study has cases in municipalities only"),
        pytest.param("activity", "all", None, id="an activity has no stages"),
    ],
)
def test_a_process_is_chosen_by_the_kind_and_by_whom_the_point_is_about(
    kind: str, about: About, code: str | None
) -> None:
    found = choose(built_in(), kind, about)
    assert (found.code if found else None) == code


@pytest.mark.parametrize("about", ["all", "municipality", "body", "keeper"])
def test_no_two_built_in_processes_serve_the_same(about: About) -> None:
    for kind in {process.serves for process in built_in().values()}:
        mine = {code: process for code, process in built_in().items() if process.serves == kind}
        turned = dict(reversed(mine.items()))
        assert choose(mine, kind, about) is choose(turned, kind, about)


@pytest.mark.parametrize(
    ("kind", "days", "why"),
    [
        pytest.param("document", {"deadline_on": date(2027, 4, 4)}, None, id="25 days from today are enough"),
        pytest.param("document", {"deadline_on": date(2027, 4, 3)}, "few_days", id="24 are not, whenever it opened"),
        pytest.param("document", {"deadline_on": date(2027, 3, 9)}, "past", id="what is past gets no new days"),
        pytest.param("registry", {"deadline_on": TODAY}, None, id="a registry may be confirmed on its last day"),
        pytest.param("registry", {"deadline_on": date(2027, 3, 9)}, "past", id="but not after it"),
        pytest.param(
            "document",
            {"opens_on": date(2027, 4, 1), "deadline_on": date(2027, 4, 20)},
            "few_days",
            id="from its opening",
        ),
        pytest.param("document", {"is_continuous": True}, "continuous", id="a document all the time has no draft"),
        pytest.param("registry", {"is_continuous": True}, None, id="a registry is confirmed all the same"),
    ],
)
def test_stages_begin_only_where_there_is_time_for_them(kind: str, days: dict[str, Any], why: str | None) -> None:
    given = {"opens_on": date(2027, 1, 11), "deadline_on": date(2027, 6, 30), "is_continuous": False} | days
    assert why_without_stages(built_in()[kind], today=TODAY, **given) == why  # type: ignore[arg-type]


COMMON = {("draft", None): "done", ("approved", None): "done", ("sent", None): "done"}
OWN = ("signed-municipality", "signed-institute", "signed-ministry", "registered")


def of(case: str, *states: str) -> dict[tuple[str, str | None], str]:
    return {(code, case): state for code, state in zip(OWN, states, strict=True)}


@pytest.mark.parametrize(
    ("states", "said"),
    [
        pytest.param(of("a", "current", "current", "waiting", "waiting"), [], id="in order nothing is owed"),
        pytest.param(of("a", "done", "current", "waiting", "waiting"), [], id="two who sign side by side owe nothing"),
        pytest.param(of("a", "skipped", "done", "done", "done"), [], id="what was left out is not owed"),
        pytest.param(
            of("a", "current", "done", "done", "done"),
            ["Зарегистрировано, не внесена дата этапа «Подпись муниципалитета»: г. Анапа"],
            id="a signature behind the registration",
        ),
        pytest.param(
            of("a", "current", "done", "waiting", "done") | of("b", "current", "done", "waiting", "done"),
            ["Зарегистрировано, не внесены даты этапов «Подпись муниципалитета», «Подпись министерства»: б, г. Анапа"],
            id="alike are told together, with what is needed by way of others",
        ),
        pytest.param(
            {("approved", None): "done", ("draft", None): "current"},
            ["Отмечен этап «Рассылка муниципалитетам», не внесена дата этапа «Проект соглашения»"],
            id="what is common has no name",
        ),
        pytest.param(
            of("a", "done", "done", "done", "done") | {("sent", None): "current"},
            ["Зарегистрировано, не внесена дата этапа «Рассылка муниципалитетам»: г. Анапа"],
            id="a common stage is owed as well",
        ),
    ],
)
def test_what_keeps_a_point_open_behind_facts_out_of_order_is_said(states: Any, said: list[str]) -> None:
    found = missing_evidence(built_in()["agreement"], COMMON | states)
    assert missing_words(found, {"a": "г. Анапа", "b": "б"}) == said


def test_many_names_are_cut() -> None:
    states: Any = dict(COMMON)
    for n in range(44):
        states |= of(f"m{n:02}", "current", "done", "done", "done")
    (said,) = missing_words(missing_evidence(built_in()["agreement"], states), {})
    assert said.endswith("m06, m07 и ещё 36")
