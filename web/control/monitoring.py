"""«Мониторинг»: the rounds, one round with its numbers and recommendations, how a value came about."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from markupsafe import Markup
from sqlmodel import Session, col

from models import Recommendation, ReportFile, Roadmap, clock
from models.db import open_session
from models.lifecycle.transitions import Refused
from models.settings import Settings
from roadmap.dashboards import monitoring
from roadmap.monitoring.indicators.gaps import LEVEL_RU, DeficitMap, deficits
from roadmap.monitoring.report import words as note_words
from roadmap.monitoring.snapshot import Snapshot
from tasks.context.working_calendar import calendar_of
from tasks.control.decisions import audit_alone
from tasks.files.point_export import MEDIA_TYPE
from tasks.monitoring.recommendations import propose
from tasks.monitoring.report.gap_export import deficits_workbook
from tasks.monitoring.rounds.snapshot import of_round
from tasks.monitoring.submissions.rows import history
from tasks.pages.filters import run_urls
from tasks.pages.monitoring import SOURCE_RU, RoundLine, body_of, corrected, round_lines, silent_bodies
from web import forms
from web.control.filters import page
from web.control.login import COORDINATOR, ForLoggedIn, SafeForm
from web.downloads import report_response
from web.forms import BadField
from web.pages import RowId, render
from web.security import csrf_token

ROUNDS_SIZE, HEAT_SIZE, LIST_SIZE = 30, 60, 50
YEARS_AHEAD = 10

router = APIRouter(route_class=ForLoggedIn)


@dataclass(frozen=True, slots=True)
class Place:
    """The address of a round's page with its order and page of the map; links that change them."""

    path: str
    given: dict[str, str]

    def link(self, anchor: str = "", **changes: object) -> str:
        """The same page with something changed."""
        query = urlencode({name: value for name, value in {**self.given, **changes}.items() if value})
        return self.path + (f"?{query}" if query else "") + (f"#{anchor}" if anchor else "")


@router.get("/control/monitoring")
def show_rounds(request: Request) -> Response:
    """Every round begun, and the next to come."""
    settings: Settings = request.app.state.settings
    today = clock.today(settings.zone)
    with open_session(request.app.state.engine) as session:
        lines = round_lines(session, today=today)
        shown = page(lines, "rounds", request.query_params, size=ROUNDS_SIZE)
        runs = run_urls(session, (line.key for line in shown.items))
    place = Place("/control/monitoring", {})
    values: dict[str, Any] = {"rounds": shown, "runs": runs, "today": today, "query": place}
    return render(request, "monitoring.html.j2", csrf=csrf_token(request), **values)


@router.get("/control/monitoring/{round_id}")
def show_round(request: Request, round_id: RowId) -> Response:
    """One round; nothing changes by opening it."""
    return _page(request, round_id)


@router.get("/control/monitoring/{round_id}/deficits.xlsx")
def download_deficits(request: Request, round_id: RowId) -> Response:
    """The map of deficits as an Excel table."""
    with open_session(request.app.state.engine) as session:
        line = _round(session, round_id)
        snapshot = of_round(session, round_id)
    if snapshot is None:
        raise HTTPException(404, "Показатели этого раунда ещё не рассчитаны")
    name = quote(f"Карта дефицитов за {line.period.title.rstrip('.')}.xlsx")
    disposition = f"attachment; filename=\"deficits.xlsx\"; filename*=UTF-8''{name}"
    content = deficits_workbook(deficits(snapshot), snapshot)
    return Response(content, media_type=MEDIA_TYPE, headers={"Content-Disposition": disposition})


@router.get("/control/monitoring/{round_id}/value")
def show_value(request: Request, round_id: RowId, indicator: str = "", body: str = "") -> Response:
    """Every value of one body for one indicator: who gave it, when, why it was corrected."""
    with open_session(request.app.state.engine) as session:
        line = _round(session, round_id)
        snapshot = of_round(session, round_id)
        named = body_of(session, line.roadmap_code, body)
        rows = history(session, round_id, named.id or 0).get(indicator, []) if named else []
    result = next((one for one in snapshot.indicators if one.code == indicator), None) if snapshot else None
    if named is None or (result is None and not rows):
        raise HTTPException(404, "Такого значения нет")
    values: dict[str, Any] = {"line": line, "rows": rows, "body": named, "result": result, "indicator": indicator}
    values |= {"sources": SOURCE_RU, "exact": note_words.exact, "csrf": csrf_token(request)}
    return render(request, "monitoring_value.html.j2", **values)


@router.get("/control/monitoring/file/{file_id}")
def download_file(request: Request, file_id: RowId) -> Response:
    """A file of a note, as a download only."""
    with open_session(request.app.state.engine) as session:
        found = session.get(ReportFile, file_id)
    if found is None:
        raise HTTPException(404, "Такого файла нет")
    return report_response(request, found)


@router.post("/control/monitoring/recommendation/{recommendation_id}/take")
def take(request: Request, recommendation_id: RowId, form: SafeForm) -> Response:
    """Put a recommendation on control, with its term or another."""

    def carry_out(session: Session, roadmap: Roadmap) -> str:
        at = clock.now()
        today = clock.today(roadmap.zone, at)
        latest = date(today.year + YEARS_AHEAD, 12, 31)
        due_on = forms.day(form, "due_on", "Срок", earliest=today, latest=latest)
        key = propose.take(
            session,
            recommendation_id,
            actor=COORDINATOR,
            due_on=due_on,
            today=today,
            at=at,
            calendar=calendar_of(session, roadmap.code),
        )
        return f"Рекомендация взята на контроль: {key}, срок {due_on:%d.%m.%Y}."

    return _decided(request, recommendation_id, carry_out)


@router.post("/control/monitoring/recommendation/{recommendation_id}/decline")
def decline(request: Request, recommendation_id: RowId, form: SafeForm) -> Response:
    """Decline a recommendation; the reason is kept."""

    def carry_out(session: Session, roadmap: Roadmap) -> str:
        reason = forms.text(form, "reason", "Почему отклонена", is_required=True)
        propose.decline(session, recommendation_id, actor=COORDINATOR, reason=reason, at=clock.now())
        return "Рекомендация отклонена."

    return _decided(request, recommendation_id, carry_out)


def _decided(request: Request, recommendation_id: int, carry_out: Callable[[Session, Roadmap], str]) -> Response:
    """Carry out one form: back to the recommendations when done, the round's page with one line when not."""
    engine = request.app.state.engine
    with open_session(engine) as session:
        row = session.get(Recommendation, recommendation_id)
        if row is None:
            raise HTTPException(404, "Такой рекомендации нет")
        round_id, code = row.round_id, row.roadmap_code
    try:
        with open_session(engine) as session:
            said = carry_out(session, session.get_one(Roadmap, code))
    except BadField as bad:
        return _page(request, round_id, refusal=str(bad), status=422)
    except Refused as refused:
        action, detail = "решение не записано", f"рекомендация № {recommendation_id}: {refused}"
        audit_alone(engine, actor="координатор", action=action, at=clock.now(), subject=code, detail=detail)
        return _page(request, round_id, refusal=refused.said, status=409)
    request.session["monitoring"] = [round_id, said]
    return RedirectResponse(f"/control/monitoring/{round_id}#advice", status_code=303)


def _page(request: Request, round_id: int, *, refusal: str = "", status: int = 200) -> Response:
    with open_session(request.app.state.engine) as session:
        line = _round(session, round_id)
        snapshot = of_round(session, round_id)
        values = {
            "silent": page(silent_bodies(session, line), "silent", request.query_params, size=LIST_SIZE),
            "corrected": page(corrected(session, round_id), "corrected", request.query_params, size=LIST_SIZE),
            "advice": propose.recommended(session, col(Recommendation.round_id) == round_id),
            "run": run_urls(session, [line.key]).get(line.key, ""),
        }
    said = request.session.get("monitoring")
    if said and said[0] == round_id:
        values["said"] = request.session.pop("monitoring")[1]
    today = clock.today(line.zone)
    values |= {"line": line, "today": today, "refusal": refusal, "csrf": csrf_token(request), "snapshot": snapshot}
    values |= {"words": note_words}
    values |= {"lamps": monitoring.VERDICT_LAMP, "trend": _trend}
    values |= _measured(request, line.id, snapshot) if snapshot else {"heat": None, "query": Place(_path(round_id), {})}
    return render(request, "monitoring_round.html.j2", status, **values)


def _measured(request: Request, round_id: int, snapshot: Snapshot) -> dict[str, Any]:
    """The map of deficits in the order asked for, the lists of execution."""
    params, found = request.query_params, deficits(snapshot)
    by = params.get("by", monitoring.BY_DEFICIT)
    by = by if monitoring.is_order(found, by) else monitoring.BY_DEFICIT
    is_reversed = params.get("order") == "desc"
    given = {"by": by if by != monitoring.BY_DEFICIT else "", "order": "desc" if is_reversed else ""}
    rows = monitoring.heat_rows(found, snapshot, by=by, is_reversed=is_reversed)
    return {
        "query": (query := Place(_path(round_id), given)),
        "heat": page(rows, "heat", params, size=HEAT_SIZE),
        "columns": found.columns,
        "orders": _orders(found, query, by, is_reversed=is_reversed),
        "legend": [(monitoring.TONES[level], monitoring.SIGNS[level], words) for level, words in LEVEL_RU.items()],
        "overdue": page(snapshot.overdue, "overdue", params, size=LIST_SIZE),
        "by_body": page(snapshot.by_body, "bodies", params, size=LIST_SIZE),
    }


def _orders(found: DeficitMap, query: Place, by: str, *, is_reversed: bool) -> dict[str, dict[str, str]]:
    """The link of each heading: the column in force is turned round, another begins with the least."""
    orders = {}
    for code in (monitoring.BY_BODY, monitoring.BY_DEFICIT, *(column.code for column in found.columns)):
        turned = "desc" if code == by and not is_reversed else ""
        arrow = ("↑" if is_reversed else "↓") if code == by else ""
        changes = {"by": code if code != monitoring.BY_DEFICIT else "", "order": turned}
        orders[code] = {"href": query.link("heat", **changes), "arrow": arrow}
    return orders


def _path(round_id: int) -> str:
    return f"/control/monitoring/{round_id}"


def _trend(result: Any) -> Markup:
    return Markup(monitoring.sparkline(result))  # every word in the drawing is escaped already


def _round(session: Session, round_id: int) -> RoundLine:
    found = round_lines(session, today=date.max, round_id=round_id)
    if not found:
        raise HTTPException(404, "Такого раунда нет")
    return found[0]
