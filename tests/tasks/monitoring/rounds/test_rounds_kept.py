"""Who keeps the rounds, and whom a group stands for when a round asks it."""

from datetime import date

from roadmap.catalogue.schema import Indicator
from tests.worlds.monitored_region import MonitoredRegion
from tests.worlds.monitored_region import indicator as entry


def test_the_rounds_are_kept_by_the_body_the_document_names(small_monitored_region: MonitoredRegion) -> None:
    region, q1 = small_monitored_region, date(2027, 3, 31)
    region.sweep(date(2027, 1, 11))
    before = region.point(region.round(q1)).owner_id
    region.amend(monitoring_by={"body": "sochi", "source": {"place": "п. 7.4"}})
    region.sweep()
    assert before != region.body("sochi") == region.point(region.round(q1)).owner_id


def test_of_a_group_each_member_is_asked(small_monitored_region: MonitoredRegion) -> None:
    region = small_monitored_region
    share = entry("share", "Доля школ", unit="percent", asked_of=["schools"])
    region.amend(indicators=[share], bodies=[{"code": "schools", "members": ["anapa", "eysk"]}])
    region.sweep(date(2027, 4, 1))
    found = region.round(date(2027, 3, 31))
    assert sorted(region.data(found)) == ["anapa", "eysk"]
    assert Indicator.model_validate((found.indicators or [])[0]).asked_of == ("anapa", "eysk")
