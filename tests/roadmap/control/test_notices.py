"""Whom to tell what: every rule as a case, and who must not be told."""

from datetime import date, timedelta
from typing import Any

import pytest

from roadmap.calendar import WorkCalendar
from roadmap.control.ladder import Ladder, digest_days, escalation_day, owner_rungs
from roadmap.control.reminders import RANK, Decision, Situation, decide, relevant

DUE = date(2027, 5, 26)
OPENS = date(2027, 3, 1)
LADDER = Ladder()
CALENDAR = WorkCalendar()


def day(offset: int) -> date:
    return DUE + timedelta(days=offset)


def told(*, today: date, ladder: Ladder = LADDER, **facts: Any) -> list[tuple[str, str, int]]:
    return [(line.reason, line.to, line.days) for line in decision(today=today, ladder=ladder, **facts).lines]


def decision(*, today: date, ladder: Ladder = LADDER, **facts: Any) -> Decision:
    situation: dict[str, Any] = {
        "status": "open",
        "opens_on": OPENS,
        "deadline_on": DUE,
        "next_check_on": OPENS,
    } | facts
    return decide(Situation(**situation), today=today, ladder=ladder, calendar=CALENDAR)


@pytest.mark.parametrize(
    ("today", "since", "expected"),
    [
        pytest.param(OPENS, OPENS, [("opened", "owner", 86)], id="on the day of opening the owner hears of the duty"),
        pytest.param(day(-15), day(-14), [], id="the day before a rung nobody is told"),
        pytest.param(day(-14), day(-14), [("due_soon", "owner", 14)], id="fourteen days before"),
        pytest.param(day(-13), day(-7), [], id="the day after a rung nobody is told"),
        pytest.param(day(-7), day(-7), [("due_soon", "owner", 7)], id="seven days before"),
        pytest.param(day(-3), day(-3), [("due_soon", "owner", 3)], id="three days before"),
        pytest.param(day(-1), day(-1), [("due_soon", "owner", 1)], id="the day before"),
        pytest.param(day(0), day(0), [("due_today", "owner", 0)], id="the day itself"),
        pytest.param(day(1), day(1), [("overdue", "owner", -1)], id="the day after"),
        pytest.param(day(2), day(3), [], id="between the rungs after the deadline there is peace"),
        pytest.param(day(5), day(5), [("overdue", "owner", -5)], id="on Mondays, with all that is overdue"),
        pytest.param(day(7), day(7), [("escalated", "controller", -7)], id="after seven days the controller"),
        pytest.param(day(12), day(12), [("overdue", "owner", -12)], id="weekly, the owner; the controller not again"),
        pytest.param(
            date(2027, 6, 14),
            date(2027, 6, 14),
            [("overdue", "owner", -19), ("still_overdue", "controller", -19)],
            id="a week after he heard first, on Monday, the controller's list",
        ),
        pytest.param(
            day(-2), OPENS, [("due_soon", "owner", 2)], id="of several rungs missed the latest, with true days"
        ),
        pytest.param(
            day(40),
            OPENS,
            [("overdue", "owner", -40), ("escalated", "controller", -40)],
            id="a controller who never heard of it gets the escalation, not the list",
        ),
    ],
)
def test_the_ladder_of_an_open_point(today: date, since: date, expected: list[Any]) -> None:
    assert told(today=today, next_check_on=since) == expected


@pytest.mark.parametrize(
    ("today", "looks_again"),
    [
        pytest.param(OPENS, day(-14), id="after opening: the first rung"),
        pytest.param(day(-14), day(-7), id="fourteen → seven"),
        pytest.param(day(-5), day(-3), id="between rungs: the next one"),
        pytest.param(day(0), day(1), id="the day itself → the day after"),
        pytest.param(day(1), day(5), id="the day after → Monday"),
        pytest.param(day(5), day(7), id="Monday → the controller hears"),
        pytest.param(day(7), day(12), id="the controller → Monday"),
        pytest.param(day(19), day(26), id="Monday → Monday, both"),
    ],
)
def test_the_next_look_is_the_next_rung_of_anybody(today: date, looks_again: date) -> None:
    assert decision(today=today, next_check_on=today).next_check_on == looks_again


@pytest.mark.parametrize(
    ("facts", "expected", "looks_again"),
    [
        pytest.param(
            {"status": "submitted", "news": "submitted"},
            [("submitted", "coordinator", 0)],
            date(2027, 6, 2),
            id="a reported result is the coordinator's, again after five working days",
        ),
        pytest.param(
            {"status": "submitted"},
            [("awaiting_decision", "coordinator", 0)],
            date(2027, 6, 2),
            id="a result that waits is told of again",
        ),
        pytest.param(
            {"status": "returned", "news": "returned"},
            [("returned", "owner", 0)],
            day(1),
            id="a return is told of instead of the rung of the day",
        ),
        pytest.param(
            {"status": "returned"}, [("due_today", "owner", 0)], day(1), id="a returned point keeps its ladder"
        ),
        pytest.param(
            {"status": "open", "news": "extended", "deadline_on": day(30)},
            [("extended", "owner", 30)],
            day(16),
            id="a new deadline brings its own ladder",
        ),
        pytest.param(
            {"status": "planned", "news": "extended", "opens_on": day(10), "deadline_on": day(90)},
            [("extended", "owner", 90)],
            day(10),
            id="a planned point whose deadline moved sleeps until it opens",
        ),
        pytest.param(
            {"status": "accepted", "news": "accepted"}, [("accepted", "owner", 0)], None, id="accepted: last word"
        ),
        pytest.param(
            {"status": "withdrawn", "news": "withdrawn"}, [("withdrawn", "owner", 0)], None, id="withdrawn too"
        ),
        pytest.param({"status": "accepted"}, [], None, id="what is closed and told is never looked at again"),
        pytest.param({"is_history": True}, [], None, id="history is nobody's concern"),
    ],
)
def test_states_and_news(facts: dict[str, Any], expected: list[Any], looks_again: date | None) -> None:
    facts = {"next_check_on": DUE} | facts
    assert told(today=DUE, **facts) == expected
    assert decision(today=DUE, **facts).next_check_on == looks_again


def test_news_does_not_repeat_the_escalation_of_the_same_morning() -> None:
    escalated = day(7)
    assert ("escalated", "controller", -7) in told(today=escalated, next_check_on=escalated)
    later = told(today=day(8), next_check_on=escalated, status="returned", news="returned")
    assert later == [("returned", "owner", -8)]


@pytest.mark.parametrize(
    ("length", "offsets"),
    [
        pytest.param(90, [-90, -14, -7, -3, -1, 0, 1, 5, 12, 19], id="a quarter has every rung"),
        pytest.param(28, [-28, -14, -7, -3, -1, 0, 1, 5, 12, 19], id="exactly half is kept"),
        pytest.param(27, [-27, -7, -3, -1, 0, 1, 5, 12, 19, 26], id="less than half is not"),
        pytest.param(4, [-4, -1, 0, 1, 8, 15, 22, 29, 36, 43], id="of a step of few days on the same day of the week"),
        pytest.param(0, [0, 1, 8, 15, 22, 29, 36, 43, 50, 57], id="a one-day duty has its day"),
    ],
)
def test_rungs_before_fit_the_time_that_is_given(length: int, offsets: list[int]) -> None:
    rungs = owner_rungs(day(-length), DUE, LADDER)
    assert [(next(rungs) - DUE).days for _ in range(10)] == offsets


@pytest.mark.parametrize(
    ("length", "quiet", "offsets"),
    [
        pytest.param(90, 0, [0, 1, 5, 12], id="what was taken to do has its deadline"),
        pytest.param(90, -5, [-5, -3, -1, 0, 1, 5], id="put off: that day, and the rungs after it"),
        pytest.param(90, -100, [-90, -14, -7, -3], id="before the opening nothing is said anyhow"),
        pytest.param(90, 30, [0, 1, 5, 12], id="the deadline was brought forward: nothing silences it"),
        pytest.param(4, 0, [0, 1, 8, 15], id="a weekly duty: on its day, the day after, then with the next one"),
    ],
)
def test_a_point_may_be_quiet_before_its_deadline(length: int, quiet: int, offsets: list[int]) -> None:
    rungs = owner_rungs(day(-length), DUE, LADDER, quiet_until=day(quiet))
    assert [(next(rungs) - DUE).days for _ in offsets] == offsets


def test_of_a_duty_of_few_days_the_controller_hears_with_the_list_of_monday() -> None:
    assert escalation_day(day(-4), DUE, LADDER) == date(2027, 6, 7)
    assert next(digest_days(day(-4), DUE, LADDER)) == date(2027, 6, 14)


@pytest.mark.parametrize(
    ("reason", "days", "expected"), [("due_soon", 3, None), ("opened", 9, None), ("due_today", 0, "due_today")]
)
def test_what_was_taken_to_do_since_the_morning_is_not_reminded_of(
    reason: Any, days: int, expected: str | None
) -> None:
    assert relevant(reason, status="open", days=days, is_quiet=days > 0) == expected


def test_every_day_of_a_year_has_one_line_for_the_owner_at_the_most_and_the_looks_move_forward() -> None:
    check, heard = OPENS, []
    for n in range(365):
        today = OPENS + timedelta(days=n)
        if check > today:
            continue
        made = decision(today=today, next_check_on=check)
        heard += [(line.reason, line.to) for line in made.lines]
        assert len([line for line in made.lines if line.to == "owner"]) <= 1
        assert made.next_check_on
        assert made.next_check_on > today
        check = made.next_check_on
    assert heard.count(("opened", "owner")) == heard.count(("due_today", "owner")) == 1
    assert heard.count(("escalated", "controller")) == 1


@pytest.mark.parametrize(
    ("reason", "status", "days", "expected"),
    [
        pytest.param("due_soon", "submitted", 3, None, id="a reminder is settled by the report"),
        pytest.param("due_soon", "open", 0, "due_today", id="a late letter says what is true on its day"),
        pytest.param("due_today", "open", -1, "overdue", id="a reminder of yesterday has become lateness"),
        pytest.param("overdue", "open", 30, "due_soon", id="lateness is gone after an extension"),
        pytest.param("opened", "open", 30, "opened", id="an opening stays an opening"),
        pytest.param("opened", "withdrawn", 30, None, id="what is off control is not announced"),
        pytest.param("submitted", "accepted", 1, None, id="a decided result needs no decision"),
        pytest.param("awaiting_decision", "submitted", 1, "awaiting_decision", id="an undecided one does"),
        pytest.param("returned", "submitted", 1, None, id="a return that was answered is settled"),
        pytest.param("overdue", "planned", -2, "overdue", id="lateness holds though the daily control opened nothing"),
        pytest.param("escalated", "submitted", -9, None, id="the controller is spared what was reported"),
        pytest.param("still_overdue", "open", 5, None, id="and what was extended"),
        pytest.param("accepted", "accepted", -5, "accepted", id="acceptance holds"),
        pytest.param("extended", "accepted", 5, None, id="a new date of a closed point is no news"),
        pytest.param("no_channel", "submitted", 5, None, id="an owner who reported was reached"),
        pytest.param("demanded", "open", -9, "demanded", id="a demand holds while the result is owed"),
        pytest.param("demanded", "submitted", -9, None, id="and is settled by the report"),
        pytest.param("ordered", "submitted", -9, "ordered", id="an order waits for its answer though it was reported"),
        pytest.param("ordered", "accepted", -9, None, id="what is over needs no answer"),
        pytest.param("order_done", "withdrawn", -9, "order_done", id="what became of an order is told whatever else"),
    ],
)
def test_a_letter_says_only_what_still_holds(reason: Any, status: str, days: int, expected: str | None) -> None:
    assert relevant(reason, status=status, days=days) == expected


def test_every_reason_has_a_rule_for_its_relevance() -> None:
    settled = {reason for reason in RANK if relevant(reason, status="planned", days=1) is None}
    for_live_points = {"extended", "refused", "reassigned", "reopened", "asked_extension", "asked_transfer"}
    for_live_points |= {"demanded", "ordered", "order_done", "order_declined"}
    assert settled == set(RANK) - for_live_points - {"no_channel", "co_no_channel", "undelivered", "handed_over"}


@pytest.mark.parametrize(
    ("reason", "days", "expected"),
    [
        pytest.param("due_soon", 34, None, id="«soon» was said of another deadline"),
        pytest.param("due_today", 34, None, id="today is no deadline any more"),
        pytest.param("due_soon", 0, "due_today", id="it was brought forward to today"),
        pytest.param("due_soon", -2, "overdue", id="and beyond"),
        pytest.param("opened", 34, "opened", id="that it has begun holds"),
        pytest.param("returned", 34, "returned", id="so do remarks"),
    ],
)
def test_a_reminder_of_a_deadline_that_was_moved_is_judged_again(reason: Any, days: int, expected: str | None) -> None:
    status = "returned" if reason == "returned" else "open"
    assert relevant(reason, status=status, days=days, is_moved=True) == expected


def test_a_ladder_is_read_in_any_order() -> None:
    assert Ladder.from_json({"before": [1, 10], "after": [9, 2], "then_every": 0}) == Ladder(
        before=(1, 10), after=(2, 9), then_every=0
    )


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param({"befor": [1]}, id="a misspelt field"),
        pytest.param({"before": 3}, id="one number for a list"),
        pytest.param({"after": [0]}, id="the day itself is not after"),
        pytest.param({"before": ["3"]}, id="words for numbers"),
        pytest.param({"then_every": -1}, id="days backwards"),
        pytest.param({"awaiting_every": 0}, id="a reminder every no days"),
    ],
)
def test_a_wrong_ladder_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="лестница напоминаний"):
        Ladder.from_json(wrong)
