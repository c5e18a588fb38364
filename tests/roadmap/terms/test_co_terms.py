"""A co-executor with a term of its own answers for a point of its own; items may wait for others."""

from datetime import date
from typing import Any

import pytest

from roadmap.catalogue.calendar import calendar_of
from roadmap.catalogue.loading import built_in
from roadmap.catalogue.schema import Catalogue, CoTerm
from roadmap.catalogue.validation import inconsistencies
from roadmap.control.planning import plan

SYSTEM = built_in("krasnodar")
FIRST = SYSTEM.items[0]


def with_item(**facts: Any) -> Catalogue:
    return SYSTEM.model_copy(update={"items": (FIRST.model_copy(update=facts), *SYSTEM.items[1:])})


def points(catalogue: Catalogue) -> list[tuple[str, str, date]]:
    planned = plan(catalogue, calendar=calendar_of(catalogue))
    return [(p.key, p.owner_code, p.due_on) for _, item, _, own in planned if item.code == FIRST.code for p in own]


def test_the_co_executor_gets_its_own_point_beside_the_owners() -> None:
    other = next(body.code for body in SYSTEM.bodies if body.code not in (FIRST.owner, *FIRST.co_executors))
    catalogue = with_item(co_executors=(other,), co_terms=(CoTerm(body=other, term="до 1 марта 2022 г."),))
    added = set(points(catalogue)) - set(points(SYSTEM))
    assert added == {(f"krasnodar/{FIRST.code}/{other}/2022-03-01", other, date(2022, 3, 1))}
    assert set(points(SYSTEM)) <= set(points(catalogue))
    assert list(inconsistencies(catalogue)) == []


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        pytest.param({"co_terms": (CoTerm(body="nobody", term="май 2022 г."),)}, "не назван в co_executors", id="who"),
        pytest.param(
            {"co_executors": (FIRST.owner,), "co_terms": (CoTerm(body=FIRST.owner, term="в тринадцатый месяц"),)},
            "не прочитан",
            id="a term that is not understood is refused, not skipped",
        ),
        pytest.param({"after": ("9.9.9",)}, "нет записи с кодом", id="needs an item that is not there"),
        pytest.param({"after": (FIRST.code,)}, "ждёт сам себя", id="needs itself"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(facts: dict[str, Any], words: str) -> None:
    assert any(words in line for line in inconsistencies(with_item(**facts)))
