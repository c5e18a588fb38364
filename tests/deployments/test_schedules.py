"""What starts by itself does start: the Prefect that is installed makes the dates of every schedule of ours."""

from datetime import timedelta

import pytest
from prefect.server.schemas.schedules import CronSchedule

from deployments.registry import service_deployments
from models import clock
from roadmap.calendar.office_hours import OfficeHours
from roadmap.calendar.zones import zone_of

ZONES = ("Europe/Moscow", "Asia/Yekaterinburg", "Asia/Vladivostok")
SCHEDULES = sorted(
    {schedule for service in service_deployments(ZONES, OfficeHours(9, 18)) for schedule in service.schedules}
)


@pytest.mark.parametrize(("cron", "zone"), SCHEDULES)
async def test_the_server_makes_the_dates_of_a_schedule(cron: str, zone: str) -> None:
    start = clock.now()
    dates = await CronSchedule(cron=cron, timezone=zone).get_dates(3, start=start)
    assert len(dates) == 3
    assert all(start <= day < start + timedelta(days=30) for day in dates)
    if cron == "0 6 * * *":
        assert {day.astimezone(zone_of(zone)).hour for day in dates} == {6}
