"""Where Prefect is and how things are called there: known without importing it, so that commands start at once."""

import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from models.settings import Settings
from roadmap.cards.run_tags import THIS_WEEK, all_runs
from roadmap.catalogue.schema import KINDS_RU
from roadmap.control.state import IN_REVIEW, IN_REWORK, IN_WORK, OVERDUE

#: Names of the flows that keep points, by the kind of the item.
FLOW_NAMES = KINDS_RU
POOL = "vekha"
"""The work pool of our worker."""
KEPT_BY_ANOTHER = "Точку ведёт другой запуск"
"""The state of a run that people made by hand for a point on control."""
SERVICE_TAG = "служебное"
"""The tag of what the clock starts."""
PERSON_MARK = "\u2063"
"""Behind this sign, which nobody sees or types, the door writes who answered, at the end of an answer's ground.

In the answer itself, so that both are there or neither; in a field that every form has had since the first release, for
Prefect takes none that its form does not know.
"""
PERSON_LABEL = "vekha.person"
"""Under this label it stands on a run that somebody starts."""
COORDINATOR = "координатор"
"""Who it is where nobody said."""
POOL_TEMPLATE: dict[str, Any] = {
    "job_configuration": {"stream_output": True},
    "variables": {"type": "object", "properties": {}, "description": "Запуск начинается одной и той же программой."},
}
"""What the pool lets a deployment or a caller choose for a run: nothing."""


def actor_of(person: str) -> str:
    """How the history of a point names who decided on Prefect's pages."""
    return f"{person} (Prefect)"


def api_url(settings: Settings) -> str:
    """The server's API: as set (a worker, an own server), else of the server that ``vekha up`` starts."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(settings.host, settings.host)
    return settings.prefect_url or os.environ.get("PREFECT_API_URL") or f"http://{host}:{settings.port}/api"


UI_BASE = "/prefect"
"""What the paths of Prefect's pages begin with, on the address of our own."""


def ui_url(settings: Settings) -> str:
    """Where people open Prefect: by the door of the pages."""
    return f"{settings.pages_url}{UI_BASE}"


@dataclass(frozen=True, slots=True)
class Link:
    """A link and what it says."""

    words: str
    url: str


WHENEVER = "type=range&startDate=2000-01-01&endDate=2100-01-01"
"""Without it the list of runs holds those of the past seven days, by the day they were opened."""


def runs_url(base: str, *, states: Iterable[str] = (), tags: Iterable[str] = ()) -> str:
    """The list of the runs in any of the states that have all of the tags, whenever they were opened."""
    asked = [f"state={quote(state)}" for state in states] + [f"tag={quote(tag)}" for tag in tags]
    return f"{base}/runs?{'&'.join([*asked, WHENEVER])}"


def item_url(base: str, deployment_id: str) -> str:
    """The page of an item with all of its runs."""
    return f"{base}/deployments/deployment/{deployment_id}{all_runs()}"


def run_url(base: str, run_id: str) -> str:
    """The page of a run, its card in sight."""
    return f"{base}/runs/flow-run/{run_id}?tab=Artifacts"


def point_page(settings: Settings, point_id: int | None) -> str:
    """A point on the coordinator's page; empty where there is none."""
    return f"{settings.pages_url}/control/point/{point_id}" if point_id else ""


def list_links(base: str, *, roadmap: str = "") -> list[Link]:
    """What a coordinator asks first, of one roadmap or of all."""
    only = [roadmap] if roadmap else []
    return [
        Link("Просрочено", runs_url(base, states=[OVERDUE], tags=only)),
        Link("На проверке", runs_url(base, states=[IN_REVIEW], tags=only)),
        Link("На этой неделе", runs_url(base, tags=[THIS_WEEK, *only])),
        Link("Всё, что в работе", runs_url(base, states=[OVERDUE, IN_REVIEW, IN_REWORK, IN_WORK], tags=only)),
    ]


OVERVIEW_KEY = "obzor"
"""The key of the artifact that leads to those of the roadmaps."""


def links_on_pages() -> list[Link]:
    """The line of links on every page of Prefect: paths, which hold under whatever name the pages are opened."""
    overview = Link("Обзор", f"{UI_BASE}/artifacts/key/{OVERVIEW_KEY}")
    return [Link("Страница контроля", "/control"), overview, *list_links(UI_BASE)]


def worker_name(settings: Settings) -> str:
    """What the worker of this machine is called: whose processes can be looked for here."""
    return settings.worker_name or f"vekha {socket.gethostname()}"
