"""From readings to control points: keys, openings, working days, rhythms, fan-out, and copies in other years."""

import json
from datetime import date, timedelta
from typing import Any

import pytest

from roadmap.calendar import WorkCalendar
from roadmap.calendar.spans import add_years, slices
from roadmap.catalogue.schema import Catalogue
from roadmap.control.planning import PlannedPoint, plan, plan_item, read_item
from roadmap.control.year_shift import shift_reading, shift_years
from roadmap.reading import Reading, Window
from tests.places import GOLD, needs_shared

RUSSIA = WorkCalendar()
SOURCE = {"place": "пункт 1"}


def day(text: str) -> date:
    return date.fromisoformat(text)


def catalogue(item: dict[str, Any] | None = None, **settings: Any) -> Catalogue:
    """A roadmap of one item, on control in 2026-2027."""
    entry = {"code": "1.1", "title": "Мониторинг", "owner": "min", "kind": "monitoring", "source": SOURCE} | (
        item or {}
    )
    period = settings.pop("period", ("2026-02-16", "2027-12-31"))
    return Catalogue.model_validate(
        {
            "code": "demo",
            "region": "Край",
            "title": "Дорожная карта",
            "act": {
                "kind": "приказ",
                "number": "1",
                "on": day(period[0]),
                "authority": "Министерство",
                "document": "d.txt",
            },
            "period": {"start": day(period[0]), "end": day(period[1]), "ground": "заголовок"},
            "zone": "Europe/Moscow",
            "bodies": [
                {"code": "min", "name": "Министерство", "short": "МО", "level": "regional"},
                {"code": "iro", "name": "Институт", "short": "ИРО", "level": "regional"},
                {"code": "all", "name": "Все субъекты", "short": "все", "level": "regional", "members": ["min", "iro"]},
            ],
            "items": [entry],
        }
        | settings
    )


def reading(kind: str, *windows: tuple[str | None, str], **facts: Any) -> Reading:
    dated = tuple(Window(day(start) if start else None, day(due)) for start, due in windows)
    return Reading(text=facts.pop("text", "срок"), kind=kind, rule="rule", windows=dated, **facts)  # type: ignore[arg-type]


def planned(of: Catalogue, what: Reading, calendar: WorkCalendar = RUSSIA) -> list[PlannedPoint]:
    return plan_item(of, of.items[0], what, calendar=calendar)


def opens_and_due(points: list[PlannedPoint]) -> list[tuple[str, str]]:
    return [(point.opens_on.isoformat(), point.due_on.isoformat()) for point in points]


MONTHS = [("2026-02-16", "2026-02-28"), ("2026-03-01", "2026-03-31"), ("2026-04-01", "2026-04-30")]
QUARTER_ENDS = ["03-31", "06-30", "09-30", "12-31"]


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        pytest.param([("2026-05-01", "2026-05-31")], [("2026-05-01", "2026-05-31")], id="a month opens with the month"),
        pytest.param(
            [("2026-09-15", "2026-09-15")], [("2026-09-01", "2026-09-15")], id="a bare date: two weeks before"
        ),
        pytest.param([(None, "2026-08-31")], [("2026-08-01", "2026-08-31")], id="«до» a date: thirty days before"),
        pytest.param([(None, "2026-03-01")], [("2026-02-16", "2026-03-01")], id="«до» a near date: with the period"),
        pytest.param([("2026-02-01", "2026-02-28")], [("2026-02-16", "2026-02-28")], id="not before the period"),
        pytest.param([("2026-01-01", "2026-01-31")], [("2026-01-30", "2026-01-31")], id="over before the period began"),
        pytest.param(
            [("2026-05-01", "2026-05-31"), ("2026-04-01", "2026-05-31")],
            [("2026-04-01", "2026-05-31")],
            id="two windows with one end are one point",
        ),
    ],
)
def test_a_window_opens_and_is_due(windows: list[tuple[str | None, str]], expected: list[tuple[str, str]]) -> None:
    assert opens_and_due(planned(catalogue(), reading("windows", *windows))) == expected


def test_the_key_names_roadmap_item_body_and_planned_day() -> None:
    (point,) = planned(catalogue(), reading("windows", (None, "2026-08-31")))
    assert point.key == "demo/1.1/-/2026-08-31"
    assert (point.item_code, point.body_code, point.owner_code, point.purpose) == ("1.1", None, "min", "result")


def test_a_fanned_out_item_has_one_point_for_each_member_who_owns_it() -> None:
    points = planned(catalogue({"fan_out": "all"}), reading("windows", (None, "2026-08-31"), (None, "2026-10-30")))
    assert [(point.key, point.owner_code) for point in points] == [
        ("demo/1.1/min/2026-08-31", "min"),
        ("demo/1.1/iro/2026-08-31", "iro"),
        ("demo/1.1/min/2026-10-30", "min"),
        ("demo/1.1/iro/2026-10-30", "iro"),
    ]


@pytest.mark.parametrize(
    ("roll", "deadline", "note"),
    [
        (
            "preceding",
            "2026-05-29",
            "31.05.2026 — нерабочий день (воскресенье), срок перенесён на предшествующий рабочий день 29.05.2026",
        ),
        (
            "following",
            "2026-06-01",
            "31.05.2026 — нерабочий день (воскресенье), срок перенесён на следующий рабочий день 01.06.2026",
        ),
        ("none", "2026-05-31", ""),
    ],
)
def test_a_term_on_a_day_off_says_where_it_went_and_keeps_its_key(roll: str, deadline: str, note: str) -> None:
    (point,) = planned(catalogue(roll=roll), reading("windows", ("2026-05-31", "2026-05-31")))
    assert (point.key, point.due_on) == ("demo/1.1/-/2026-05-31", day("2026-05-31"))
    assert (point.deadline_on, point.deadline_note) == (day(deadline), note)


def test_a_note_says_when_the_decree_is_not_known_yet() -> None:
    (point,) = planned(catalogue(period=("2026-02-16", "2028-12-31")), reading("windows", (None, "2028-04-30")))
    assert point.deadline_on == day("2028-04-28")
    assert point.deadline_note.endswith("28.04.2028; производственный календарь на 2028 год ещё не утверждён")


def test_a_new_decree_moves_the_deadline_and_never_the_key() -> None:
    what = reading("windows", (None, "2026-08-31"))
    (before,), (after,) = (
        planned(catalogue(), what),
        planned(catalogue(), what, WorkCalendar({day("2026-08-31"): "День"})),
    )
    assert before.key == after.key
    assert (before.deadline_on, after.deadline_on) == (day("2026-08-31"), day("2026-08-28"))


def test_planning_twice_gives_the_same_points() -> None:
    what = reading("continuous", ("2026-02-16", "2027-12-31"))
    assert planned(catalogue(), what) == planned(catalogue(), what)


def test_a_point_never_opens_after_its_deadline() -> None:
    weekdays = [(d.isoformat(), d.isoformat()) for d in (day("2026-12-19") + timedelta(days=n) for n in range(30))]
    points = planned(catalogue(), reading("recurring", *weekdays, every="week"))
    assert len(points) == 30
    assert all(point.opens_on <= point.deadline_on <= point.due_on for point in points)


@pytest.mark.parametrize(
    ("kind", "item"),
    [
        pytest.param("on_demand", {}, id="on demand"),
        pytest.param("unreadable", {}, id="unreadable is a question"),
        pytest.param("windows", {"controlled": False}, id="not controlled"),
    ],
)
def test_some_items_have_no_points(kind: str, item: dict[str, Any]) -> None:
    windows = [("2026-05-01", "2026-05-31")] if kind == "windows" else []
    assert planned(catalogue(item), reading(kind, *windows)) == []


def test_a_continuous_item_has_a_point_per_quarter_clipped_by_the_span() -> None:
    points = planned(catalogue(), reading("continuous", ("2026-02-16", "2027-11-15")))
    assert opens_and_due(points) == [
        ("2026-02-16", "2026-03-31"),
        ("2026-04-01", "2026-06-30"),
        ("2026-07-01", "2026-09-30"),
        ("2026-10-01", "2026-12-31"),
        ("2027-01-01", "2027-03-31"),
        ("2027-04-01", "2027-06-30"),
        ("2027-07-01", "2027-09-30"),
        ("2027-10-01", "2027-11-15"),
    ]


def test_the_end_of_a_span_that_is_a_quarters_end_is_not_doubled() -> None:
    points = planned(catalogue(), reading("continuous", ("2026-01-01", "2026-12-31")))
    assert [point.due_on.isoformat() for point in points] == [f"2026-{end}" for end in QUARTER_ENDS]


def test_a_catalogues_rhythm_replaces_ours() -> None:
    points = planned(catalogue({"rhythm": "year"}), reading("continuous", ("2026-02-16", "2027-12-31")))
    assert opens_and_due(points) == [("2026-02-16", "2026-12-31"), ("2027-01-01", "2027-12-31")]


def test_a_coarser_rhythm_gathers_a_recurrence() -> None:
    weeks = [
        (w.start.isoformat(), w.due.isoformat())
        for w in slices(day("2026-02-16"), day("2026-04-19"), "week")
        if w.start
    ]
    points = planned(catalogue({"rhythm": "month"}), reading("recurring", *weeks, every="week"))
    assert opens_and_due(points) == [
        ("2026-02-16", "2026-02-22"),
        ("2026-02-23", "2026-03-29"),
        ("2026-03-30", "2026-04-19"),
    ]


@pytest.mark.parametrize(
    ("report_by", "every", "windows", "expected"),
    [
        pytest.param(
            "period_end",
            "month",
            MONTHS,
            [("2026-02-16", "2026-02-28"), ("2026-03-01", "2026-03-31"), ("2026-04-01", "2026-04-30")],
            id="by default a month is due on its last day",
        ),
        pytest.param(
            "next_month_10",
            "month",
            MONTHS,
            [("2026-02-16", "2026-03-10"), ("2026-03-11", "2026-04-10"), ("2026-04-11", "2026-05-10")],
            id="or by the 10th of the next, each after the one before",
        ),
        pytest.param(
            "next_month_10",
            "quarter",
            [("2026-10-01", "2026-12-31")],
            [("2026-10-01", "2027-01-10")],
            id="a quarter by the 10th of the month after it",
        ),
        pytest.param(
            "next_month_10",
            "month",
            [("2026-03-05", "2026-03-05"), ("2026-04-05", "2026-04-05")],
            [("2026-03-01", "2026-03-05"), ("2026-04-01", "2026-04-05")],
            id="a named day is kept",
        ),
        pytest.param(
            "next_month_10",
            "year",
            [("2026-02-16", "2026-12-31")],
            [("2026-02-16", "2026-12-31")],
            id="a year stays with its last day",
        ),
        pytest.param(
            "period_end",
            "week",
            [("2026-06-04", "2026-06-04"), ("2026-06-11", "2026-06-11")],
            [("2026-06-01", "2026-06-04"), ("2026-06-08", "2026-06-11")],
            id="a Thursday opens on its Monday",
        ),
    ],
)
def test_a_recurrence_has_a_point_each_time(
    report_by: str, every: str, windows: list[tuple[str | None, str]], expected: list[tuple[str, str]]
) -> None:
    points = planned(catalogue(report_by=report_by), reading("recurring", *windows, every=every))
    assert opens_and_due(points) == expected


@pytest.mark.parametrize(
    ("period", "dues"),
    [
        pytest.param(("2026-02-16", "2028-12-31"), ["2026-03-18", "2027-01-31", "2028-01-31"], id="30 days at first"),
        pytest.param(("2026-01-01", "2027-01-20"), ["2026-01-31"], id="31 January, not past the period"),
        pytest.param(("2026-12-20", "2028-06-30"), ["2027-01-19", "2028-01-31"], id="not twice within one January"),
        pytest.param(("2026-02-16", "2026-03-01"), ["2026-03-01"], id="a short period ends it"),
    ],
)
def test_an_external_plan_is_asked_for_once_a_year(period: tuple[str, str], dues: list[str]) -> None:
    points = planned(catalogue(period=period), reading("external", plan="НИКУ"))
    assert [point.due_on.isoformat() for point in points] == dues
    assert {point.purpose for point in points} == {"name_dates"}
    assert all("план (НИКУ)" in point.deadline_note and "задано программой" in point.deadline_note for point in points)


@pytest.mark.parametrize(
    ("on", "relative", "due", "purpose"),
    [
        pytest.param("2026-06-08", (7, "calendar_days"), "2026-06-15", "result", id="calendar days from the day after"),
        pytest.param("2026-06-08", (5, "working_days"), "2026-06-16", "result", id="working days skip 12 June"),
        pytest.param(None, (7, "calendar_days"), "2026-03-03", "name_dates", id="an unknown event: ten working days"),
    ],
)
def test_a_relative_term_counts_from_its_event(on: str | None, relative: Any, due: str, purpose: str) -> None:
    event = {"words": "день регистрации", "on": day(on) if on else None}
    (point,) = planned(catalogue({"event": event}), reading("relative", relative=relative, event="день регистрации"))
    assert (point.due_on.isoformat(), point.purpose) == (due, purpose)
    assert point.opens_on == (day(on) if on else day("2026-02-16"))


@pytest.mark.parametrize(
    ("on", "deadline"),
    [
        pytest.param("2025-12-20", "2025-12-30", id="the working day before, for the term has one"),
        pytest.param("2025-12-31", "2026-01-12", id="the one after: the one before lies before the event"),
        pytest.param("2025-12-30", "2026-01-12", id="not on the day of the event either"),
    ],
)
def test_a_term_that_ends_in_the_holidays_does_not_end_before_its_event(on: str, deadline: str) -> None:
    of = catalogue({"event": {"words": "день сессии", "on": day(on)}}, period=("2025-01-01", "2026-12-31"))
    (point,) = planned(of, reading("relative", relative=(10, "calendar_days"), event="день сессии"))
    assert point.deadline_on == day(deadline)
    assert day(on) <= point.opens_on <= point.deadline_on


def test_what_is_due_before_an_event_opens_a_month_ahead_of_its_day() -> None:
    of = catalogue({"event": {"words": "дня конференции", "on": day("2024-03-15")}})
    (point,) = planned(of, reading("relative", relative=(-14, "calendar_days"), event="дня конференции"))
    assert (point.opens_on, point.due_on) == (day("2024-01-31"), day("2024-03-01"))


@pytest.mark.parametrize(
    ("months", "on", "due"),
    [
        pytest.param(1, "2026-03-12", "2026-04-12", id="the same number"),
        pytest.param(1, "2026-08-31", "2026-09-30", id="or the last day"),
        pytest.param(2, "2026-12-31", "2027-02-28", id="two months over the year"),
        pytest.param(12, "2026-03-12", "2027-03-12", id="a year"),
        pytest.param(-1, "2026-03-31", "2026-02-28", id="a month before"),
    ],
)
def test_months_after_an_event_end_on_the_same_number(months: int, on: str, due: str) -> None:
    of = catalogue({"event": {"words": "день регистрации", "on": day(on)}})
    (point,) = planned(of, reading("relative", relative=(months, "months"), event="регистрации"))
    assert point.due_on == day(due)


def test_a_duty_without_a_term_recurs_by_its_own_rhythm() -> None:
    of = catalogue({"rhythm": "year"})
    what = read_item(of, of.items[0])
    assert (what.kind, what.rule, what.text, what.every) == ("recurring", "own-rhythm", "", "year")
    assert opens_and_due(planned(of, what)) == [("2026-02-16", "2026-12-31"), ("2027-01-01", "2027-12-31")]


@pytest.mark.parametrize(
    ("before", "years", "after"),
    [
        ("2023-05-31", 3, "2026-05-31"),
        ("2024-02-29", 3, "2027-02-28"),
        ("2024-02-29", 4, "2028-02-29"),
        ("2023-02-28", 5, "2028-02-28"),
    ],
)
def test_a_day_keeps_its_number_or_takes_the_last_there_is(before: str, years: int, after: str) -> None:
    assert add_years(day(before), years) == day(after)


PERIOD = catalogue(period=("2023-05-23", "2024-12-31")).period


@pytest.mark.parametrize(
    ("words", "years", "before", "after"),
    [
        pytest.param("Май 2023 г.", 3, ("2023-05-01", "2023-05-31"), ("2026-05-01", "2026-05-31"), id="a month"),
        pytest.param(
            "Февраль 2023 г.", 5, ("2023-02-01", "2023-02-28"), ("2028-02-01", "2028-02-29"), id="into a leap"
        ),
        pytest.param(
            "Февраль 2024 г.", 3, ("2024-02-01", "2024-02-29"), ("2027-02-01", "2027-02-28"), id="out of a leap"
        ),
        pytest.param(
            "до конца февраля 2023 г.", 5, (None, "2023-02-28"), (None, "2028-02-29"), id="«до конца» a month"
        ),
        pytest.param("до 28 февраля 2023 г.", 5, (None, "2023-02-28"), (None, "2028-02-28"), id="a named 28th stays"),
        pytest.param("29 февраля 2024 г.", 3, ("2024-02-29", "2024-02-29"), ("2027-02-28", "2027-02-28"), id="no 29th"),
        pytest.param(
            "с 29 февраля по 15 марта 2024 г.",
            3,
            ("2024-02-29", "2024-03-15"),
            ("2027-02-28", "2027-03-15"),
            id="a start",
        ),
        pytest.param(
            "6 октября 2023 г.", 3, ("2023-10-06", "2023-10-06"), ("2026-10-06", "2026-10-06"), id="a bare date"
        ),
    ],
)
def test_a_window_keeps_month_ends_and_named_days(words: str, years: int, before: Any, after: Any) -> None:
    moved = shift_reading(reading("windows", before, text=words), years, period=PERIOD)
    assert moved == reading("windows", after, text=words)


@pytest.mark.parametrize("years", range(1, 12))
def test_weekly_thursdays_are_all_the_thursdays_of_the_moved_years(years: int) -> None:
    thursdays = [d for n in range(731) if (d := date(2023, 1, 1) + timedelta(days=n)).weekday() == 3]
    what = Reading("по четвергам", "recurring", "rule", tuple(Window(d, d) for d in thursdays), every="week")
    moved = shift_reading(what, years, period=PERIOD)
    first, last = date(2023 + years, 1, 1), date(2024 + years, 12, 31)
    wanted = [d for n in range((last - first).days + 1) if (d := first + timedelta(days=n)).weekday() == 3]
    assert moved.windows == tuple(Window(d, d) for d in wanted)


@pytest.mark.parametrize("years", range(1, 12))
def test_thursdays_of_the_whole_period_are_those_of_the_moved_period(years: int) -> None:
    def thursdays(first: date, last: date) -> tuple[Window, ...]:
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return tuple(Window(d, d) for d in days if d.weekday() == 3)

    what = Reading("по четвергам", "recurring", "rule", thursdays(PERIOD.start, PERIOD.end), every="week")
    moved = shift_reading(what, years, period=PERIOD)
    assert moved.windows == thursdays(add_years(PERIOD.start, years), add_years(PERIOD.end, years))


@pytest.mark.parametrize("years", range(1, 12))
def test_calendar_weeks_stay_calendar_weeks_of_the_moved_period(years: int) -> None:
    what = Reading("еженедельно", "recurring", "rule", slices(PERIOD.start, PERIOD.end, "week"), every="week")
    moved = shift_reading(what, years, period=PERIOD)
    assert moved.windows == slices(add_years(PERIOD.start, years), add_years(PERIOD.end, years), "week")


def test_two_weekdays_and_a_gap_survive_the_move() -> None:
    tuesdays = ["2023-09-05", "2023-09-12", "2023-09-19", "2023-09-26", "2024-04-02", "2024-04-09"]
    days = [("2023-09-07", "2023-09-07"), *((d, d) for d in tuesdays)]
    moved = shift_reading(reading("recurring", *days, every="week"), 3, period=PERIOD)
    dues = [window.due for window in moved.windows]
    assert dues == sorted(dues)
    assert {due.weekday() for due in dues} == {1, 3}
    assert {(due.year, due.month) for due in dues} == {(2026, 9), (2027, 4)}


@pytest.mark.parametrize("every", ["month", "quarter", "half_year", "year"])
@pytest.mark.parametrize("years", [1, 3, 4, 5])
def test_months_and_longer_units_are_those_of_the_moved_period(every: Any, years: int) -> None:
    what = Reading("каждый", "recurring", "rule", slices(PERIOD.start, PERIOD.end, every), every=every)
    moved = shift_reading(what, years, period=PERIOD)
    assert moved.windows == slices(add_years(PERIOD.start, years), add_years(PERIOD.end, years), every)


def test_a_shifted_catalogue_moves_what_is_dated_and_keeps_the_act() -> None:
    event = {"words": "день регистрации", "on": day("2024-02-29")}
    target = {"code": "1", "title": "Доля", "target_year": 2024, "source": SOURCE}
    of = catalogue({"event": event}, period=("2023-05-23", "2024-12-31"), indicators=[target])
    moved = shift_years(of, 3)
    assert (moved.period.start, moved.period.end) == (day("2026-05-23"), day("2027-12-31"))
    assert moved.items[0].event is not None
    assert moved.items[0].event.on == day("2027-02-28")
    assert moved.indicators[0].target_year == 2027
    assert moved.act == of.act


def test_a_rehearsal_reads_the_words_in_the_documents_years_and_plans_in_its_own() -> None:
    of = catalogue({"term": "Май-июнь 2023 г., февраль 2024 г."}, period=("2023-05-23", "2024-12-31"))
    ((origin, _, what, points),) = plan(of, calendar=RUSSIA, shift=4)
    assert (origin, what.text) == ("table", "Май-июнь 2023 г., февраль 2024 г.")
    assert [point.key for point in points] == ["demo/1.1/-/2027-06-30", "demo/1.1/-/2028-02-29"]


@needs_shared
@pytest.mark.parametrize("shift", [0, 3, 5])
def test_every_phrase_of_the_documents_gives_valid_points(shift: int) -> None:
    for line in GOLD.read_text(encoding="utf-8").splitlines():
        phrase = json.loads(line)
        of = catalogue({"term": phrase["text"]}, period=tuple(phrase["period"]))
        ((_, _, what, points),) = plan(of, calendar=RUSSIA, shift=shift)
        assert points, phrase["text"]
        assert len({point.key for point in points}) == len(points)
        assert all(point.opens_on <= min(point.due_on, point.deadline_on) for point in points)
        if what.kind in ("windows", "recurring"):
            assert [point.due_on for point in points] == sorted({window.due for window in what.windows})
