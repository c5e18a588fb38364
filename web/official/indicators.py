"""The page of a data point behind a personal link: what is asked, typed or sent as .xlsx. Opening changes nothing."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from models import Body, Roadmap, clock, queries
from models.db import open_session
from models.lifecycle import Refused
from roadmap.monitoring.indicators import submission
from roadmap.monitoring.indicators.submission import Fields
from tasks.control.submissions import NotYours
from tasks.files.spreadsheets import LARGEST
from tasks.monitoring.submissions import page as measure_page
from tasks.monitoring.submissions.page import DataPage, NotTaken, Outcome
from tasks.monitoring.submissions.progress import Answered
from tasks.monitoring.submissions.rows import given_of, period_of
from tasks.monitoring.submissions.workbooks import FormRefused
from tasks.pages import official as official_view
from tasks.people.links import Answer, link_holder
from web import forms
from web.forms import BadField, BadFields, Faults
from web.official.entry import secret_of, visitor
from web.pages import RowId, render

router = APIRouter()
READ = ["GET", "HEAD"]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_FIELDS = 500
"""Of one form: a hundred indicators with five fields each."""
SHOWN_FAULTS = 50
STEPS_FROM = 4
"""So many indicators are one at a time on a phone; fewer are seen at a glance."""
DONE_RU = {
    "all": "Записано: данные переданы полностью. Больше ничего делать не нужно.",
    "part": "Записано. Остались показатели без ответа: заполните их до срока.",
    "late": "Записано как полученное после справки: в справку раунда эти значения не вошли.",
    "same": "Изменений нет: эти значения уже записаны.",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """One indicator on the page: what stands in its fields, and what is wrong with each."""

    row: Answered
    numerator: str = ""
    denominator: str = ""
    is_missing: bool = False
    reason: str = ""
    is_past: bool = False
    """The numbers are those of an earlier round, put in for convenience."""
    faults: Mapping[str, str] = field(default_factory=dict)


async def _read(request: Request) -> AsyncIterator[FormData]:
    form = await request.form(max_files=1, max_fields=MOST_FIELDS)
    try:
        yield form
    finally:
        await form.close()


ManyFields = Annotated[FormData, Depends(_read)]


@router.api_route("/o/{token}/data/{point_id}", methods=READ)
def data_form(request: Request, token: str, point_id: RowId) -> Response:
    """The form, with what is known put in."""
    return _page(request, token, point_id)


@router.post("/o/{token}/data/{point_id}")
def send_data(request: Request, token: str, point_id: RowId, form: ManyFields) -> Response:
    """Keep what was typed; faults are shown beside their fields, and nothing typed is lost."""
    try:
        answer = _answer(request, token, once=forms.once(form))
        with open_session(answer.engine) as session:
            rows = measure_page.data_page(session, answer, point_id).rows
        return _done(token, point_id, measure_page.give(answer, point_id, _typed(form, rows)))
    except NotYours as unknown:
        raise HTTPException(404, "Такого пункта среди ваших нет.") from unknown
    except NotTaken as wrong:
        faults = {one.cell: one.words for one in wrong.problems}
        return _page(request, token, point_id, 400, typed=form, faults=faults)
    except BadFields as wrong:
        faults = {one.field: str(one) for one in wrong.faults}
        return _page(request, token, point_id, 400, typed=form, faults=faults)
    except (BadField, Refused) as refused:
        return _page(request, token, point_id, 409, typed=form, line=_said(refused))


@router.api_route("/o/{token}/data/{point_id}/form.xlsx", methods=READ)
def form_file(request: Request, token: str, point_id: RowId) -> Response:
    """The form as .xlsx, as a download."""
    answer = _answer(request, token)
    try:
        with open_session(answer.engine) as session:
            name, content = measure_page.blank_form(session, answer, point_id)
    except NotYours as unknown:
        raise HTTPException(404, "Такого пункта среди ваших нет.") from unknown
    kept = f"attachment; filename*=UTF-8''{quote(name)}"
    return Response(content, media_type=XLSX, headers={"Content-Disposition": kept})


@router.post("/o/{token}/data/{point_id}/file")
def send_file(request: Request, token: str, point_id: RowId, form: ManyFields) -> Response:
    """Take a filled .xlsx form; every fault is listed with its cell."""
    try:
        answer = _answer(request, token, once=forms.once(form))
        given = forms.file(form, "file")
        if given is None:
            raise BadField("Выберите заполненную форму .xlsx.")
        request.app.state.uploads.take(_holder_id(request, token), given.size or 0)
        content = given.file.read(LARGEST + 1)
        name = (given.filename or "форма.xlsx").replace("\\", "/").rpartition("/")[2][:120]
        return _done(token, point_id, measure_page.take_file(answer, point_id, name=name, content=content))
    except NotYours as unknown:
        raise HTTPException(404, "Такого пункта среди ваших нет.") from unknown
    except FormRefused as wrong:
        listed = [f"{one.cell}: {one.words}" for one in wrong.problems]
        return _page(request, token, point_id, 400, listed=listed)
    except (BadField, Refused) as refused:
        return _page(request, token, point_id, 409, line=_said(refused))


def _said(refused: BadField | Refused) -> str:
    return refused.said if isinstance(refused, Refused) else str(refused)


def _answer(request: Request, token: str, *, once: str = "") -> Answer:
    """Who came by the link, and the day it is there. Raises ``LinkRefused``."""
    state, at = request.app.state, clock.now()
    with open_session(state.engine) as session:
        official = visitor(session, request, token).official
        today = clock.today(session.get_one(Roadmap, official.roadmap_code).zone, at)
    shown = secret_of(request, token)
    return Answer(settings=state.settings, engine=state.engine, token=shown, at=at, once=once, today=today)


def _holder_id(request: Request, token: str) -> int:
    with open_session(request.app.state.engine) as session:
        return visitor(session, request, token).official.id or 0


def _done(token: str, point_id: int, outcome: Outcome) -> Response:
    return RedirectResponse(f"/o/{token}/data/{point_id}?done={outcome.word}", 303)


def _page(
    request: Request,
    token: str,
    point_id: int,
    status: int = 200,
    *,
    typed: FormData | None = None,
    faults: Mapping[str, str] | None = None,
    listed: list[str] | None = None,
    line: str = "",
) -> Response:
    answer = _answer(request, token)
    with open_session(answer.engine) as session:
        try:
            page = measure_page.data_page(session, answer, point_id)
        except NotYours as unknown:
            raise HTTPException(404, "Такого пункта среди ваших нет.") from unknown
        faults = dict(sorted((faults or {}).items(), key=lambda one: _place(one[0])))
        rows = [_shown(row, typed, faults) for row in page.rows]
        return render(
            request,
            "official/measures.html",
            status,
            **_person(session, answer),
            home=f"/o/{token}",
            page=page,
            quota=request.app.state.uploads.words,
            rows=rows,
            steps=len(rows) >= STEPS_FROM,
            first_step=next((place for place, one in enumerate(rows, 1) if one.faults), 1),
            period=period_of(page.round_).title,
            card=official_view.card(session, page.own, today=answer.today),
            answers=submission,
            given_of=given_of,
            faults=faults,
            listed=(listed or [])[:SHOWN_FAULTS],
            more=max(0, len(listed or []) - SHOWN_FAULTS),
            line=line,
            withdrawn=_ground(page, session),
            done=DONE_RU.get(request.query_params.get("done", "")) if status == 200 else None,
            once=forms.once_key,
        )


def _person(session: Session, answer: Answer) -> dict[str, Any]:
    official = link_holder(session, answer.settings, answer.token).official
    body = session.get(Body, official.body_id) if official.body_id is not None else None
    roadmap = session.get_one(Roadmap, official.roadmap_code)
    return {"official": official, "body": body, "roadmap": roadmap}


def _ground(page: DataPage, session: Session) -> str:
    """Why the point was taken off control."""
    if page.own.point.status != "withdrawn":
        return ""
    events = queries.history(session, page.own.point.id or 0)
    return next((event.reason for event in reversed(events) if event.action == "withdraw"), "")


def _typed(form: FormData, rows: tuple[Answered, ...]) -> dict[int, Fields]:
    """What was typed, by numbers of indicators. Numbers that the page itself put in do not argue with «данных нет».

    Raises ``BadFields``, with all that is wrong in other fields as well.
    """
    found, faults = {}, Faults()
    for row in rows:
        n, known = row.number, _known(row)
        first, second = (faults.read(forms.text, form, f"{kind}{n}", "Число", longest=60) or "" for kind in "nd")
        is_missing = f"m{n}" in form
        if is_missing and (first, second) == (known.numerator, known.denominator):
            first = second = ""
        reason = faults.read(forms.text, form, f"r{n}", "Причина") or ""
        places = {"numerator": f"n{n}", "denominator": f"d{n}", "reason": f"r{n}"}
        found[n] = Fields(numerator=first, denominator=second, reason=reason, is_missing=is_missing, places=places)
    if faults:
        unread = {fault.field for fault in faults}
        for row in rows:
            if row.number in found and not row.proof and unread.isdisjoint(found[row.number].places.values()):
                _, wrong = submission.read_answer(row.indicator, found[row.number])
                faults.extend(BadField(one.words, one.cell) for one in wrong)
    faults.refuse()
    return found


def _place(field: str) -> tuple[int, int]:
    """Where a field stands on the page: «d12» before «r12»."""
    return int(field[1:]), "ndr".index(field[0])


def _shown(row: Answered, typed: FormData | None, faults: Mapping[str, str]) -> Shown:
    n, known = row.number, _known(row)
    if typed is None:
        return known
    said = {kind: str(typed.get(f"{kind}{n}", ""))[: forms.LONGEST] for kind in "ndr"}
    mine = {kind: faults[f"{kind}{n}"] for kind in "ndr" if f"{kind}{n}" in faults}
    return Shown(row, said["n"], said["d"], f"m{n}" in typed, said["r"], known.is_past, mine)


def _known(row: Answered) -> Shown:
    """The fields as a fresh page has them: what is in force, else the last numbers of an earlier round."""
    given = given_of(row.now) if row.now else row.earlier.given if row.earlier else None
    if given is None:
        return Shown(row)
    if given.is_missing:
        return Shown(row, is_missing=True, reason=given.reason)
    first, second = (_plain(number) for number in (given.numerator, given.denominator))
    if row.indicator.counted == "flag":
        first = "да" if given.numerator else "нет"
    return Shown(row, first, second, is_past=row.now is None)


def _plain(number: float | None) -> str:
    """As a person types it, to the last digit: «1234,5». A field left alone must not read as a correction."""
    if number is None:
        return ""
    words = f"{Decimal(repr(number)):f}"
    return (words.rstrip("0").rstrip(".") if "." in words else words).replace(".", ",")
