"""Weekly and monthly sessions do not bury their owner: how often they are asked for is a setting."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from roadmap.calendar import WorkCalendar
from roadmap.catalogue.schema import Catalogue
from roadmap.control.planning import plan
from roadmap.review.check import check

RUSSIA = WorkCalendar()


def catalogue(term: str, **facts: Any) -> Catalogue:
    """A roadmap of one session, from 1 February to 30 June 2027."""
    item = {"code": "1.1", "title": "Вебинар", "owner": "iro", "kind": "session", "source": {"place": "строка 1"}}
    return Catalogue.model_validate(
        {
            "code": "demo",
            "region": "Край",
            "title": "Дорожная карта",
            "act": {"kind": "приказ", "on": date(2027, 2, 1), "authority": "Министерство", "document": "d.txt"},
            "period": {"start": date(2027, 2, 1), "end": date(2027, 6, 30), "ground": "заголовок"},
            "zone": "Europe/Moscow",
            "bodies": [{"code": "iro", "name": "Институт", "short": "ИРО", "level": "regional"}],
            "items": [item | {"term": term} | facts],
        }
    )


def dues(term: str, **facts: Any) -> Sequence[date]:
    (_, _, _, points), *_ = plan(catalogue(term, **facts), calendar=RUSSIA)
    return [point.planned_due_on for point in points]


MONTH_ENDS = [date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30), date(2027, 5, 31), date(2027, 6, 30)]
QUARTER_ENDS = [date(2027, 3, 31), date(2027, 6, 30)]


def test_without_the_setting_a_weekly_session_is_asked_for_each_week() -> None:
    weekly = dues("еженедельно")
    assert len(weekly) == 22
    assert dues("еженедельно", control="each") == weekly


@pytest.mark.parametrize(
    ("term", "facts", "expected"),
    [
        pytest.param(
            "еженедельно", {"control": "quarterly"}, [date(2027, 3, 28), QUARTER_ENDS[1]], id="by the last week"
        ),
        pytest.param("ежемесячно", {"control": "quarterly"}, QUARTER_ENDS, id="months of a quarter are one point"),
        pytest.param("ежемесячно", {"control": "monthly"}, MONTH_ENDS, id="months stay months"),
        pytest.param("ежеквартально", {"control": "monthly"}, QUARTER_ENDS, id="never more often than the words"),
        pytest.param("весь период", {}, QUARTER_ENDS, id="a whole period by our own rhythm"),
        pytest.param("весь период", {"control": "monthly"}, MONTH_ENDS, id="a whole period month by month"),
        pytest.param("", {"rhythm": "month", "control": "quarterly"}, QUARTER_ENDS, id="a rhythm of the catalogue"),
        pytest.param("ежемесячно", {"rhythm": "quarter", "control": "each"}, MONTH_ENDS, id="before the rhythm"),
    ],
)
def test_the_times_of_a_month_or_quarter_are_one_point(term: str, facts: dict[str, Any], expected: list[date]) -> None:
    assert dues(term, **facts) == expected


def test_weeks_of_a_month_are_due_with_the_last_of_them() -> None:
    by_month = dues("еженедельно", control="monthly")
    assert [day.month for day in by_month] == sorted({day.month for day in by_month})
    assert set(by_month) <= set(dues("еженедельно"))


def test_named_days_of_a_month_are_one_point_with_the_setting() -> None:
    term = "05.03.2027, 19.03.2027, 02.04.2027"
    assert dues(term) == [date(2027, 3, 5), date(2027, 3, 19), date(2027, 4, 2)]
    assert dues(term, control="monthly") == [date(2027, 3, 19), date(2027, 4, 2)]


@pytest.mark.parametrize(("kind", "severity"), [("session", "question"), ("document", "note")])
def test_a_session_on_a_day_off_is_a_question(kind: str, severity: str) -> None:
    found = [one for one in check(catalogue("20.03.2027", kind=kind), RUSSIA) if one.kind == "day_off"]
    assert [one.severity for one in found] == [severity]
    assert ("подтвердите" in found[0].words) == (kind == "session")
