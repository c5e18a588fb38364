"""How the runs of points are found in Prefect: tags that follow the point, and names of states. Pure."""

from collections.abc import Iterable
from datetime import date
from urllib.parse import quote

from roadmap.calendar.spans import unit
from roadmap.control.state import FINAL, NAMES, ON_RUNS, Point, state_name

THIS_WEEK = "На этой неделе"
REFUSED = "Решение не принято"
#: Tags that follow a point; all other tags of a run are left alone.
MOVING_TAGS = frozenset({*NAMES.values(), THIS_WEEK, REFUSED})


def moving_tags(point: Point, today: date, refusal: str = "") -> frozenset[str]:
    """How the point stands, as tags of its run: lists are filtered by them, also where a state is not offered.

    ``refusal``: why the last decision was not taken.
    """
    name = state_name(point, today)
    monday, sunday = unit(today, "week")
    is_due = name not in FINAL and monday <= point.deadline_on <= sunday
    return frozenset({name} | ({THIS_WEEK} if is_due else set()) | ({REFUSED} if refusal else set()))


def with_moving_tags(present: Iterable[str], moving: Iterable[str]) -> list[str]:
    """The tags of a run with those that follow its point brought up to date."""
    return sorted({tag for tag in present if tag not in MOVING_TAGS} | set(moving))


def all_runs() -> str:
    """The query of the page of an item that asks for its runs by the names they have; the page's own are English."""
    return "?tab=Runs&" + "&".join(f"runs.flowRuns.state.name={quote(name)}" for name in ON_RUNS)
