"""Office hours at their edges: the minute before, at, after; days off; the clocks of other zones."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from roadmap.calendar import WorkCalendar
from roadmap.calendar.office_hours import OfficeHours, opening

MOSCOW = ZoneInfo("Europe/Moscow")
CALENDAR = WorkCalendar()


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        pytest.param("2027-05-26 08:59", "2027-05-26 09:00", id="a minute before the office opens"),
        pytest.param("2027-05-26 09:00", "2027-05-26 09:00", id="at its opening"),
        pytest.param("2027-05-26 17:59", "2027-05-26 17:59", id="a minute before it closes"),
        pytest.param("2027-05-26 18:00", "2027-05-27 09:00", id="at its closing"),
        pytest.param("2027-05-28 20:00", "2027-05-31 09:00", id="on Friday evening: Monday"),
        pytest.param("2027-05-29 12:00", "2027-05-31 09:00", id="on Saturday noon: Monday"),
        pytest.param("2027-06-11 18:30", "2027-06-15 09:00", id="over a holiday moved to Monday"),
        pytest.param("2027-12-31 10:00", "2028-01-10 09:00", id="over the holidays of the New Year"),
    ],
)
def test_the_next_opening(at: str, opens: str) -> None:
    asked = datetime.fromisoformat(at).replace(tzinfo=MOSCOW)
    found = opening(asked, zone=MOSCOW, calendar=CALENDAR, hours=OfficeHours())
    assert f"{found:%Y-%m-%d %H:%M}" == opens


@pytest.mark.parametrize(
    ("zone", "opens"),
    [
        pytest.param(
            "Asia/Kamchatka", "2027-05-27 00:00", id="in Kamchatka the evening has come: tomorrow at nine there"
        ),
        pytest.param("Europe/Kaliningrad", "2027-05-26 10:00", id="in Kaliningrad it is nine just now"),
        pytest.param("Asia/Yekaterinburg", "2027-05-26 10:00", id="in Yekaterinburg it is noon"),
    ],
)
def test_the_hours_are_those_of_the_zone(zone: str, opens: str) -> None:
    asked = datetime(2027, 5, 26, 10, 0, tzinfo=MOSCOW)
    found = opening(asked, zone=ZoneInfo(zone), calendar=CALENDAR, hours=OfficeHours())
    assert f"{found.astimezone(MOSCOW):%Y-%m-%d %H:%M}" == opens


@pytest.mark.parametrize(("opens", "closes"), [(9, 9), (18, 9), (-1, 5), (9, 25)])
def test_hours_that_end_before_they_begin_are_refused(opens: int, closes: int) -> None:
    with pytest.raises(ValueError, match="рабочие часы"):
        OfficeHours(opens, closes)
