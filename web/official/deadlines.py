"""The official's pages behind a personal link: «мои сроки», the card of a point, absence. Opening changes nothing."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException

from models import Evidence, clock
from models.db import open_session
from models.lifecycle import Refused
from tasks.control import submissions
from tasks.files import evidence as files
from tasks.pages import official as official_view
from tasks.people import access, deputies
from tasks.people.links import calendar_url
from tasks.prefect.push import push_point
from web import forms
from web.downloads import file_response
from web.forms import BadField, BadFields, Faults, Form
from web.official import controller
from web.official.entry import visitor
from web.official.forms import ACTIONS
from web.official.visits import person as _person
from web.official.visits import visit as _visit
from web.pages import RowId, render

router = APIRouter()
READ = ["GET", "HEAD"]
DONE_RU = {
    "submit": "Записано: сообщено об исполнении. Координатор проверит и примет результат или вернёт его с замечаниями.",
    "supplement": "Записано: отчёт дополнен. Координатор увидит дополнение рядом с отчётом.",
    "recall": "Записано: отчёт отозван, пункт снова за вами. Исправьте, что нужно, и сообщите об исполнении ещё раз.",
    "recall-request": "Записано: просьба отозвана. Всё остаётся по-прежнему.",
    "acknowledge": "Записано: принято в работу. До дня срока напоминаний не будет.",
    "remind-later": "Записано: до этого дня напоминаний не будет.",
    "progress": "Записано: промежуточный отчёт отправлен координатору.",
    "part": "Записано: ваша часть представлена. Её видит тот, кто отвечает за пункт.",
    "extend": "Записано: просьба о переносе отправлена. Пока решения нет, действует прежний срок.",
    "not-mine": "Записано: координатор решит, кому передать пункт. Пока решения нет, пункт остаётся за вами.",
    "absence": "Записано: письма на эти дни пойдут заместителю.",
    "back": "Записано: замещение отменено.",
    "demand": "Записано: исполнение потребовано. Исполнитель получит письмо, ваши слова остаются в истории пункта.",
    "order-extension": "Записано: поручение перенести срок передано координатору. Об исходе вы узнаете из письма.",
    "order-withdrawal": "Записано: поручение снять с контроля передано координатору. Об исходе вы узнаете из письма.",
    "personal": "Записано: пункт на вашем личном контроле. Недельное письмо будет называть его, пока он не исполнен.",
    "not-personal": "Записано: пункт снят с личного контроля.",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a form was not taken, with what was typed: nobody types it twice."""

    action: str
    faults: Sequence[BadField]
    typed: dict[str, str] = field(default_factory=dict)

    def about(self, name: str) -> list[str]:
        """What is wrong with a field."""
        return [str(fault) for fault in self.faults if fault.field == name]


@router.api_route("/o/{token}", methods=READ)
def my_deadlines(request: Request, token: str) -> Response:
    """The list «мои сроки»; of whoever controls «на моём контроле»."""
    with open_session(request.app.state.engine) as session:
        answer, official, roadmap = _visit(session, request, token)
        if official.role == "controller":
            return controller.home(request, session, answer, official)
        return render(
            request,
            "official/list.html",
            **_person(session, official, roadmap, token),
            groups=official_view.groups(session, official, today=answer.today),
            absences=deputies.absences(session, official, today=answer.today),
            instead_of=access.away_now(session, official, today=answer.today),
            calendar=calendar_url(answer.settings, official),
            today=answer.today,
        )


@router.api_route("/o/{token}/point/{point_id}", methods=READ)
def point_card(request: Request, token: str, point_id: RowId) -> Response:
    """The card of one point."""
    return _card(request, token, point_id)


async def _read_report(request: Request, token: str) -> AsyncIterator[FormData]:
    """Files come only from who may send them: a stranger's are not even kept for the time of the answer."""

    def known() -> None:
        # What day it is, is asked once, when the form has come.
        with open_session(request.app.state.engine) as session:
            visitor(session, request, token)

    await run_in_threadpool(known)
    async for form in forms.read_with_files(request):
        yield form


Report = Annotated[FormData, Depends(_read_report)]


@router.post("/o/{token}/point/{point_id}/{action}")
def answer_point(request: Request, token: str, point_id: RowId, action: str, form: Report) -> Response:
    """One action on a point; what is refused is shown on the card as the point stands now."""
    do = ACTIONS.get(action)
    if do is None:
        raise HTTPException(404)
    try:
        with open_session(request.app.state.engine) as session:
            answer, official, _ = _visit(session, request, token, once=forms.once(form))
            for given in forms.files(form, "file"):
                request.app.state.uploads.take(official.id, given.size or 0)
        key = do(answer, point_id, form)
    except submissions.NotYours as unknown:
        raise HTTPException(404, "Такого пункта среди ваших нет.") from unknown
    except (BadField, BadFields, files.FileRefused, Refused) as refused:
        code, faults = _faults(refused)
        return _card(request, token, point_id, code, Refusal(action, faults, _typed(form)))
    shown = BackgroundTask(_push, request, key, answer.at)
    return RedirectResponse(f"/o/{token}/point/{point_id}?done={action}", 303, background=shown)


@router.post("/o/{token}/order/{point_id}/{action}")
def order(request: Request, token: str, point_id: RowId, action: str, form: Form) -> Response:
    """A decision of the person charged with control; what is refused is shown on the card as it stands now."""
    try:
        key, refusal = controller.decide_form(request, token, point_id, action, form)
    except (BadField, BadFields) as bad:
        code, faults = _faults(bad)
        return _card(request, token, point_id, code, Refusal(action, faults, _typed(form)))
    if refusal:
        return _card(request, token, point_id, 409, Refusal(action, [BadField(refusal)], _typed(form)))
    shown = BackgroundTask(_push, request, key, clock.now())
    return RedirectResponse(f"/o/{token}/point/{point_id}?done={action}", 303, background=shown)


@router.api_route("/o/{token}/file/{evidence_id}", methods=READ)
def evidence_file(request: Request, token: str, evidence_id: RowId) -> Response:
    """A file given as evidence, as a download."""
    with open_session(request.app.state.engine) as session:
        answer, official, _ = _visit(session, request, token)
        evidence = session.get(Evidence, evidence_id)
        if evidence is None or not access.accessible_point(session, official, evidence.point_id, today=answer.today):
            raise HTTPException(404)
        return file_response(request, evidence)


@router.api_route("/o/{token}/absence", methods=READ)
def absence_page(request: Request, token: str) -> Response:
    """The form «меня замещает»."""
    return _absence(request, token)


@router.post("/o/{token}/absence")
def set_absence(request: Request, token: str, form: Form) -> Response:
    """Set an absence, or take one back (field «back» holds its number)."""
    try:
        with open_session(request.app.state.engine) as session:
            answer, _, _ = _visit(session, request, token, once=forms.once(form))
        if "back" in form:
            deputies.take_back(answer, forms.number(form, "back", "Замещение"))
            return RedirectResponse(f"/o/{token}/absence?done=back", 303)
        deputy_id, starts_on, ends_on = _absence_of(form, answer.today)
        deputies.stand_in(answer, deputy_id=deputy_id, starts_on=starts_on, ends_on=ends_on)
    except (BadField, BadFields, Refused) as refused:
        code, faults = _faults(refused)
        return _absence(request, token, code, Refusal("absence", faults, _typed(form)))
    return RedirectResponse(f"/o/{token}/absence?done=absence", 303)


@router.api_route("/o/{token}/proof", methods=READ)
def proof_page(request: Request, token: str) -> Response:
    """The button «письма доходят»."""
    with open_session(request.app.state.engine) as session:
        _, official, roadmap = _visit(session, request, token)
        return render(request, "official/proof.html", **_person(session, official, roadmap, token), is_proven=False)


@router.post("/o/{token}/proof")
def prove(request: Request, token: str) -> Response:
    """The official confirms that the letter came."""
    with open_session(request.app.state.engine) as session:
        answer, official, roadmap = _visit(session, request, token)
        person = _person(session, official, roadmap, token)
    deputies.prove_channel(answer.engine, answer.settings, answer.token, at=answer.at)
    return render(request, "official/proof.html", **person, is_proven=True)


def _card(request: Request, token: str, point_id: int, status: int = 200, refusal: Refusal | None = None) -> Response:
    with open_session(request.app.state.engine) as session:
        answer, official, roadmap = _visit(session, request, token)
        own = access.accessible_point(session, official, point_id, today=answer.today)
        if own is None:
            raise HTTPException(404, "Такого пункта среди ваших нет.")
        done = request.query_params.get("done", "")
        return render(
            request,
            "official/card.html",
            status,
            **_person(session, official, roadmap, token),
            card=official_view.card(session, own, today=answer.today, reader=official),
            view=official_view,
            orders=controller.card_values(session, own, today=answer.today) if own.role == "controls" else None,
            own_requests=submissions.own_requests(session, official, own.point, today=answer.today),
            refusal=refusal,
            done=DONE_RU.get("part" if (own.role, done) == ("co", "progress") else done) if refusal is None else None,
            once=forms.once_key,
            most_files=forms.MOST_FILES,
            accept=files.ACCEPT,
            allowed=files.ALLOWED_RU,
            file_limits=f"не больше {answer.settings.max_file_mb} МБ; {request.app.state.uploads.words}",
        )


def _absence(request: Request, token: str, status: int = 200, refusal: Refusal | None = None) -> Response:
    with open_session(request.app.state.engine) as session:
        answer, official, roadmap = _visit(session, request, token)
        return render(
            request,
            "official/absence.html",
            status,
            **_person(session, official, roadmap, token),
            colleagues=deputies.colleagues(session, official),
            absences=deputies.absences(session, official, today=answer.today),
            refusal=refusal,
            done=DONE_RU.get(request.query_params.get("done", "")) if refusal is None else None,
            once=forms.once_key,
            today=answer.today,
        )


def _absence_of(form: FormData, today: date) -> tuple[int, date, date]:
    """Who stands in, from which day to which."""
    faults = Faults()
    near = timedelta(days=2 * 366)
    deputy_id = faults.read(forms.number, form, "deputy", "Кто замещает")
    days = {"earliest": today - near, "latest": today + near}
    starts_on = faults.read(forms.day, form, "starts_on", "С какого дня", **days)
    ends_on = faults.read(forms.day, form, "ends_on", "По какой день", **days)
    faults.refuse()
    assert deputy_id is not None
    assert starts_on is not None
    assert ends_on is not None
    return deputy_id, starts_on, ends_on


def _faults(refused: BadField | BadFields | files.FileRefused | Refused) -> tuple[int, list[BadField]]:
    """The code of the answer and what is wrong, each with its field."""
    match refused:
        case BadFields():
            return 400, list(refused.faults)
        case BadField():
            return 400, [refused]
        case files.FilesRefused():
            return 400, [BadField(line, "file") for line in refused.lines]
        case files.FileRefused():
            return 507 if isinstance(refused, files.NoRoom) else 400, [BadField(str(refused), "file")]
        case Refused():
            return 409, [BadField(refused.said, refused.field)]


def _typed(form: FormData) -> dict[str, str]:
    return {name: value[: forms.LONGEST] for name, value in form.items() if isinstance(value, str)}


def _push(request: Request, key: str, at: datetime) -> None:
    push_point(request.app.state.engine, key, request.app.state.settings, at=at)
