"""Who was late, and whose fault it was."""

from datetime import date
from typing import Any

import pytest

from roadmap.control.discipline import PointRecord, by_body, judge, total

TODAY = date(2027, 6, 10)
DEADLINE = date(2027, 5, 31)


def record(key: str = "k/1", **facts: Any) -> PointRecord:
    known: dict[str, Any] = {
        "body": "ИРО",
        "deadline_on": DEADLINE,
        "submitted_on": None,
        "status": "submitted" if facts.get("submitted_on") else "open",
        "was_told": True,
    }
    return PointRecord(key=key, **(known | facts))


@pytest.mark.parametrize(
    ("facts", "outcome"),
    [
        pytest.param({"submitted_on": DEADLINE}, "in_time", id="reported on the day is in time"),
        pytest.param({"submitted_on": date(2027, 6, 1)}, "late", id="reported a day after is late"),
        pytest.param(
            {"submitted_on": DEADLINE, "status": "accepted"}, "in_time", id="acceptance weeks later changes nothing"
        ),
        pytest.param({}, "overdue", id="not reported and past is overdue"),
        pytest.param({"deadline_on": TODAY}, "ahead", id="on the day itself nothing is overdue"),
        pytest.param(
            {"status": "planned", "blocked": True}, "ahead", id="a stage that waits for another is not overdue"
        ),
    ],
)
def test_a_point_comes_out_by_the_day_of_its_report(facts: dict[str, Any], outcome: str) -> None:
    assert judge([record(**facts)], today=TODAY)[0].outcome == outcome


@pytest.mark.parametrize(
    ("facts", "excuse"),
    [
        pytest.param({}, None, id="told, free, unasked: its own fault"),
        pytest.param({"was_told": False}, "not_told", id="nobody told it"),
        pytest.param({"needs": ("k/0",)}, "previous_late", id="what it needs was late"),
        pytest.param({"needs": ("k/00",)}, None, id="what it needs was in time"),
        pytest.param({"needs": ("k/own",)}, None, id="its own lateness before excuses nothing"),
        pytest.param({"asked_on": date(2027, 5, 20)}, "decided_late", id="asked in time and never decided"),
        pytest.param(
            {"asked_on": date(2027, 5, 20), "decided_on": date(2027, 6, 2)},
            "decided_late",
            id="asked in time and decided after the deadline",
        ),
        pytest.param(
            {"asked_on": date(2027, 5, 20), "decided_on": date(2027, 5, 25)}, None, id="refused in time is no excuse"
        ),
        pytest.param({"asked_on": date(2027, 6, 1)}, None, id="asked after the deadline is no excuse"),
    ],
)
def test_lateness_that_the_body_could_not_help_is_told_apart(facts: dict[str, Any], excuse: str | None) -> None:
    needed = [
        record("k/0", body="ЦНППМ", submitted_on=date(2027, 6, 5)),
        record("k/00", body="ЦНППМ", submitted_on=DEADLINE),
        record("k/own", submitted_on=date(2027, 6, 5)),
    ]
    assert judge([*needed, record(**facts)], today=TODAY)[-1].excuse == excuse


def test_the_table_counts_each_point_once_and_the_worst_stands_first() -> None:
    rows = by_body(
        judge(
            [
                record("a", submitted_on=DEADLINE, returned=2),
                record("b", submitted_on=date(2027, 6, 2), extended=1),
                record("c", was_told=False),
                record("d", body="ЦНППМ", submitted_on=DEADLINE),
                record("e", body="Школа", deadline_on=date(2027, 12, 1)),
                record("f", body="Музей", was_told=False),
            ],
            today=TODAY,
        )
    )
    assert [(r.body, r.in_time, r.late, r.overdue, r.excused, r.returned, r.extended) for r in rows] == [
        ("Музей", 0, 0, 1, 1, 0, 0),
        ("ИРО", 1, 1, 1, 1, 2, 1),
        ("ЦНППМ", 1, 0, 0, 0, 0, 0),
    ]
    assert [row.share for row in rows] == [0.0, 1 / 3, 1.0]
    assert [row.own_share for row in rows] == [None, 0.5, 1.0]
    whole = total(rows)
    assert (whole.body, whole.due, whole.share, whole.own_share) == ("Всего", 5, 2 / 5, 2 / 3)
