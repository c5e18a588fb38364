"""The coordinator's page «Контроль»: what waits for a decision first, then how everything stands."""

from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse
from markupsafe import Markup
from sqlmodel import Session

from models import clock
from models.db import open_session
from models.queries import roadmaps
from models.settings import Settings
from models.tables.alert import alerts
from roadmap.control.state import is_late, is_overdue
from roadmap.dashboards import boards, gantt
from roadmap.language import section_words
from roadmap.language.months import MONTHS
from tasks.context.last_control import missed_controls
from tasks.editions.calendar_changes import unapproved_lines
from tasks.files.point_export import MEDIA_TYPE, workbook
from tasks.pages.filters import Choices, Filter, ShownPoint, board_points, choices, run_urls, year_end
from tasks.pages.people import Reach, muted, reach_of_bodies
from tasks.pages.queue import evidence_of, queue
from tasks.prefect.names import UI_BASE, list_links
from web.control import login, monitoring, requests
from web.control import point as control_point
from web.control.filters import FILTERS, Query, page, read_query
from web.control.login import ForLoggedIn
from web.pages import FOLDER, render
from web.security import csrf_token

QUEUE_SIZE, LIST_SIZE, LIGHTS_SIZE, LOAD_SIZE = 25, 50, 40, 25
MOST_ITEMS = 150
"""More rows than that are no drawing any more: sections stand in their place."""
STYLE = FOLDER.parent / "static" / "control.css"

router = APIRouter()
door = APIRouter(route_class=ForLoggedIn)


@door.get("/control")
def dashboard(request: Request) -> Response:
    """The whole page; the number of queries does not depend on the number of points."""
    settings: Settings = request.app.state.settings
    query, today = read_query(request.query_params), clock.today(settings.zone)
    with open_session(request.app.state.engine) as session:
        values = _values(session, request, settings, query, today=today)
    said = request.session.pop("said", None)
    values |= {"said": {"point_id": said[0], "words": said[1]} if said else None, "csrf": csrf_token(request)}
    values |= {"given": dict.fromkeys(FILTERS, "") | dict(query.given)}
    return render(request, "control.html.j2", query=query, today=today, **values)


@door.get("/control/export.xlsx")
def export(request: Request) -> Response:
    """The filtered list as an Excel table."""
    settings: Settings = request.app.state.settings
    query, today = read_query(request.query_params), clock.today(settings.zone)
    with open_session(request.app.state.engine) as session:
        points = board_points(session, query.wanted, today=today)
        regions = choices(session, query.wanted).roadmaps
        reach = reach_of_bodies(session, query.wanted.roadmap)
    who = {body_id: one.post for body_id, one in reach.items()}
    content = workbook(points, today=today, regions=regions, who=who)
    name = quote(f"Контроль {today:%d.%m.%Y}.xlsx")
    disposition = f"attachment; filename=\"control.xlsx\"; filename*=UTF-8''{name}"
    return Response(content, media_type=MEDIA_TYPE, headers={"Content-Disposition": disposition})


@router.get("/control/style.css")
def style() -> FileResponse:
    """Rules of these pages alone."""
    return FileResponse(STYLE, media_type="text/css", headers={"Cache-Control": "max-age=600"})


def _values(session: Session, request: Request, settings: Settings, query: Query, *, today: date) -> dict[str, Any]:
    params, wanted = request.query_params, query.wanted
    reach = reach_of_bodies(session, wanted.roadmap)
    lost = {body_id for body_id, one in reach.items() if one.is_lost}
    ahead = board_points(session, wanted, today=today, unreachable=lost, until=boards.months_ahead(today, 13)[-1])
    chosen = [roadmap for roadmap in roadmaps(session) if wanted.roadmap in ("", roadmap.code)]
    has_period = wanted.start is not None or wanted.end is not None
    points = [p for p in ahead if has_period or _is_shown(p, today)]
    offered = choices(session, wanted)
    waiting = page(queue(session, points, today=today, zone=settings.zone), "queue", params, size=QUEUE_SIZE)
    late = page([p for p in points if is_overdue(p, today)], "late", params, size=QUEUE_SIZE)
    listed = page(points, "points", params, size=LIST_SIZE)
    shown = [one.point for one in waiting.items] + [*late.items, *listed.items]
    return {
        "alerts": alerts(session),
        "missed": missed_controls(session, at=clock.now(), code=wanted.roadmap or None),
        "unapproved": unapproved_lines(session, chosen, today=today),
        "zone": settings.zone,
        "points": listed,
        "waiting": waiting,
        "late": late,
        "soon": sum(boards.has_state(p, "soon", today) for p in points),
        "evidence": evidence_of(session, {one.point.id for one in waiting.items if one.request is None}),
        "runs": run_urls(session, (point.key for point in shown)),
        "lists": list_links(UI_BASE, roadmap=wanted.roadmap or ""),
        "tables": _tables(points, offered, params, today=today),
        "gantt": _gantt(session, query, points, offered, unreachable=lost, today=today),
        "load": _load(ahead, reach, offered, params, today=today),
        "lost": page(_lost(points, reach), "lost", params, size=QUEUE_SIZE),
        "untried": sum(one.problem == "связь ещё не проверяли" for one in _answering(points, reach)),
        "muted": muted(session, wanted.roadmap, today=today),
        "offered": offered,
        "states": boards.STATES_RU,
        "kinds": boards.KINDS_RU,
        "light": boards.light,
        "is_late": is_late,
    }


def _is_shown(point: ShownPoint, today: date) -> bool:
    """The load looks a year ahead, everything else at this year, and at what waits for a decision."""
    return point.opens_on <= year_end(today) or point.status == "submitted" or point.has_open_request


def _tables(points: list[ShownPoint], offered: Choices, params: Any, *, today: date) -> list[dict[str, Any]]:
    """The lights of each roadmap: folded where there are several, the one that is reddest first."""
    by_code: dict[str, list[ShownPoint]] = {}
    for point in points:
        by_code.setdefault(point.roadmap_code, []).append(point)
    tables: list[dict[str, Any]] = [
        {
            "code": code,
            "region": offered.roadmaps.get(code, code),
            "table": (table := boards.light_table(some, today)),
            "rows": page(table.rows, f"lights-{code}", params, size=LIGHTS_SIZE),
            "is_open": len(by_code) == 1 or f"lights-{code}-page" in params,
        }
        for code, some in by_code.items()
    ]
    tables.sort(key=lambda one: (-one["table"].total.of("red"), one["region"]))
    for worst in tables[:1]:
        worst["is_open"] = True
    return tables


def _gantt(
    session: Session, query: Query, points: list[ShownPoint], offered: Choices, *, unreachable: set[int], today: date
) -> dict[str, Any]:
    wanted = query.wanted
    year = query.year or (wanted.start or wanted.end or today).year
    if year != today.year or wanted.start or wanted.end:
        whole: Filter = replace(wanted, start=date(year, 1, 1), end=date(year, 12, 31))
        points = board_points(session, whole, today=today, unreachable=unreachable)
    rows: tuple[gantt.Row, ...] = ()
    if len({point.roadmap_code for point in points}) <= 1:
        rows = gantt.item_rows(points, year, today)
    if not 0 < len(rows) <= MOST_ITEMS:
        rows = gantt.section_rows(points, year, today, regions=offered.roadmaps)

    def link(bar: gantt.Bar) -> str | None:
        if bar.point_id is not None:
            return f"/control/point/{bar.point_id}"
        one = bar.first
        start = bar.opens_on if bar.is_month else bar.deadline_on
        period = {"from": start, "to": bar.deadline_on}
        return query.link("points", roadmap=one.roadmap_code, section=section_words(one.section), **period)

    title = f"Сроки {year} года"
    svg = gantt.gantt_svg(rows, year, today, title=title, link=link) if rows else ""
    return {"svg": Markup(svg), "year": year, "rows": len(rows)}  # every word in the drawing is escaped already


def _load(
    points: list[ShownPoint], reach: dict[int, Reach], offered: Choices, params: Any, *, today: date
) -> dict[str, Any]:
    """Posts and bodies of two regions are often named alike: the region stands beside where there are several."""
    who = {body_id: one.who for body_id, one in reach.items()}
    regions = {point.owner_id: offered.roadmaps.get(point.roadmap_code, "") for point in points}
    if len(set(regions.values())) > 1:
        who = {body_id: f"{name}, {regions[body_id]}" for body_id, name in who.items() if body_id in regions}
    load = boards.load(points, who, today)
    return {
        "months": load.months,
        "names": [MONTHS[month.month - 1] for month in load.months],
        "peak": load.peak,
        "rows": page(load.rows, "load", params, size=LOAD_SIZE),
    }


def _answering(points: list[ShownPoint], reach: dict[int, Reach]) -> list[Reach]:
    """Those who answer for something that is not done yet."""
    owners = {point.owner_id for point in points if point.status in ("planned", "open", "returned")}
    return [reach[body_id] for body_id in owners if body_id in reach]


def _lost(points: list[ShownPoint], reach: dict[int, Reach]) -> list[tuple[Reach, int, ShownPoint]]:
    """Each owner that letters do not reach, with what is still to be done and the nearest deadline of it."""
    live: dict[int, list[ShownPoint]] = {}
    for point in points:
        if point.status in ("planned", "open", "returned"):
            live.setdefault(point.owner_id, []).append(point)
    found = [(one, len(live[one.body_id]), live[one.body_id][0]) for one in _answering(points, reach) if one.is_lost]
    return sorted(found, key=lambda one: (one[2].deadline_on, one[0].body))


for part in (login.router, control_point.router, requests.router, monitoring.router, door):
    router.include_router(part)
