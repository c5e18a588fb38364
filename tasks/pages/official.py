"""What the official's pages show: rows of «мои сроки» and the card of a point, read in one go and put into words."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlmodel import Session, col, select

from models import Body, ControlPoint, Evidence, Official, Request, Roadmap, Transition, lifecycle, queries
from models.lifecycle.requests import KIND_RU
from models.queries import officials
from models.queries.printed_numbers import Shared, number_of, shared_numbers
from models.tables.request import ORDERS
from roadmap.calendar import WorkCalendar
from roadmap.catalogue.executors import CO_EXECUTOR
from roadmap.control.co_executors import PASSED, own_term
from roadmap.control.ladder import Ladder, days_to_put_off, is_quiet
from roadmap.control.state import NAMES, State, state_of
from roadmap.letters.wording import time_left
from tasks.context.working_calendar import calendar_of
from tasks.control.submissions import extension_days, extension_refusal
from tasks.control.taking_part import TakingPart, parts_of, shared_term, taking_part
from tasks.pages.point import recalled_at
from tasks.people.access import AccessiblePoint, away_now, live_points, possible_actions

AHEAD_SHOWN = 12
"""Points to come: enough to see the next quarter, not the whole period."""
TONES: dict[State, str] = {
    "planned": "ahead",
    "open": "work",
    "overdue": "late",
    "submitted": "wait",
    "returned": "due",
    "done": "done",
    "done_late": "done",
    "withdrawn": "off",
    "history": "off",
}
ORDER_RU = {"waiting": "ждёт решения", "granted": "выполнено", "refused": "не выполнено", "settled": "утратило силу"}
REQUEST_RU = {"waiting": "ждёт решения", "granted": "удовлетворена", "refused": "отклонена", "settled": "снята"}


@dataclass(frozen=True, slots=True)
class OwnPart:
    """What an official who takes part is called, and by when the part is due or that it is given."""

    role: str = CO_EXECUTOR
    words: str = ""


NOT_NAMED = OwnPart()


@dataclass(frozen=True, slots=True)
class StateLine:
    """How a point stands: the words carry it, ``tone`` (a class of the stylesheet) only colours them."""

    words: str
    tone: str


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    own: AccessiblePoint
    number: str
    """By which people know the item."""
    standing: StateLine
    left: str
    part: OwnPart = NOT_NAMED


@dataclass(frozen=True, slots=True)
class Group:
    """A heading of the list with its rows; ``more`` rows are not shown."""

    heading: str
    rows: Sequence[Row]
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A point with everything known of it."""

    own: AccessiblePoint
    number: str
    """By which people know the item."""
    roadmap: Roadmap
    standing: StateLine
    left: str
    remark: str
    """The coordinator's words when the point came back for rework."""
    demand: str
    """The words of whoever controls when the result was demanded last."""
    history: Sequence[Transition]
    evidence: Sequence[Evidence]
    recalled_at: datetime | None
    """Until when what was reported was recalled."""
    requests: Sequence[Request]
    parts: str
    """Which co-executors have given their part; empty where nobody takes part."""
    part: OwnPart
    """The reader's own part, where he takes part."""
    actions: Sequence[str]
    extension_refusal: str
    first_new_day: date
    """The earliest day that may be asked for as another deadline."""
    bodies: Sequence[Body]
    """Whose the point may be instead."""
    today: date

    @property
    def reminder_days(self) -> tuple[date, date] | None:
        """The first and the last day to which reminders may be put off."""
        return days_to_put_off(self.today, self.own.point.deadline_on)

    @property
    def quiet_until(self) -> date | None:
        """The day before which no reminder comes; of what is quiet until its deadline nothing was put off."""
        until = self.own.point.quiet_until
        return until if until != self.own.point.deadline_on and is_quiet(self.today, until) else None


def groups(session: Session, official: Official, *, today: date) -> list[Group]:
    """The list «мои сроки»: overdue first, then by deadline; what waits for a decision and what is to come after."""
    calendar = calendar_of(session, official.roadmap_code)
    shared = shared_numbers(session)
    points = live_points(session, official, today=today)
    parts = _own_parts(session, official, points, today=today)
    rows = [
        replace(_row(own, calendar, shared, today=today), part=parts.get(own.point.id, NOT_NAMED)) for own in points
    ]
    by_state: defaultdict[State, list[Row]] = defaultdict(list)
    for row in rows:
        by_state[state_of(row.own.point, today)].append(row)
    planned = by_state["planned"]
    ahead = _next_of_each(planned)[:AHEAD_SHOWN]
    own = [row for row in by_state["overdue"] if row.own.answers]
    found = (
        # As many as the first lines of the official's letters say.
        Group("Просрочено", own),
        Group("В работе", [row for row in rows if state_of(row.own.point, today) in ("open", "returned")]),
        Group("На проверке у координатора", by_state["submitted"]),
        Group("Просрочено у других, вы — соисполнитель", [row for row in by_state["overdue"] if not row.own.answers]),
        Group("Впереди", ahead, len(planned) - len(ahead)),
    )
    return [group for group in found if group.rows]


def card(session: Session, own: AccessiblePoint, *, today: date, reader: Official | None = None) -> Card:
    """Everything about one point, as it stands now; ``reader``: whose own part is shown, where he takes part."""
    point = own.point
    assert point.id is not None
    history = queries.history(session, point.id)
    stands, left = _state_and_left(point, calendar_of(session, point.roadmap_code), today=today)
    waiting = [request.kind for request in officials.waiting_requests(session, [point.id]).get(point.id, [])]
    others = select(Body).where(Body.roadmap_code == point.roadmap_code, Body.id != point.owner_id)
    return Card(
        own=own,
        number=number_of(own.item, shared_numbers(session)),
        roadmap=session.get_one(Roadmap, point.roadmap_code),
        standing=stands,
        left=left,
        remark=_remark(point, history),
        demand=next((event.reason for event in reversed(history) if event.action == "demand"), ""),
        history=history,
        evidence=queries.evidence(session, point.id),
        recalled_at=recalled_at(history),
        requests=session.exec(select(Request).where(Request.point_id == point.id).order_by(col(Request.id))).all(),
        parts=parts_of(session, point, own.item),
        part=_own_parts(session, reader, [own], today=today).get(point.id, NOT_NAMED) if reader else NOT_NAMED,
        actions=possible_actions(own, waiting=waiting, is_acknowledged=_is_acknowledged(history), today=today),
        extension_refusal=extension_refusal(session, point, today=today),
        first_new_day=extension_days(point, today=today)[0],
        bodies=session.exec(others.order_by(col(Body.id))).all(),
        today=today,
    )


def state_line(point: ControlPoint, today: date) -> StateLine:
    """Words and tone; an overdue point says so, whatever its status."""
    state = state_of(point, today)
    rework = ", возвращено на доработку" if point.status == "returned" else ""
    if state == "overdue":
        return StateLine(f"просрочено{rework}", "late")
    if state in ("open", "returned") and point.deadline_on == today:
        return StateLine(f"срок сегодня{rework}", "due")
    words = {"history": "в истории, не контролируется", "returned": "возвращено на доработку"}
    return StateLine(words.get(state) or NAMES[state].lower(), TONES[state])


def event_words(event: Transition) -> str:
    """«срок перенесён на 31.05.2027»."""
    return lifecycle.event_words(event.action, due_to=event.due_to)


def request_words(request: Request) -> str:
    """«перенос срока на 31.05.2027 — ждёт решения»."""
    until = f" на {request.new_due_on:%d.%m.%Y}" if request.new_due_on else ""
    why = f": {request.decision_reason}" if request.decision_reason else ""
    if request.kind in ORDERS:
        return f"{KIND_RU[request.kind]}{until} — поручение контролирующего лица {ORDER_RU[request.state]}{why}"
    return f"{KIND_RU[request.kind]}{until} — просьба {REQUEST_RU[request.state]}{why}"


def _next_of_each(rows: Sequence[Row]) -> list[Row]:
    """The nearest deadline of each item, body and stage: a weekly duty must not push the rest off the list."""
    nearest: dict[tuple[int, int | None, str | None], Row] = {}
    for row in rows:
        point = row.own.point
        nearest.setdefault((point.item_id, point.body_id, point.stage), row)
    return list(nearest.values())


def _own_parts(
    session: Session, official: Official, points: Sequence[AccessiblePoint], *, today: date
) -> dict[int | None, OwnPart]:
    """«срок вашей части — 15.02.2027» or «ваша часть представлена 12.02.2027» of what the official takes part in."""
    mine = [own for own in points if own.role == "co" and own.point.status in ("open", "returned")]
    shares = taking_part(session, [(own.point, own.item) for own in mine])
    if not shares:
        return {}
    calendar = calendar_of(session, official.roadmap_code)
    ladder = Ladder.from_json(session.get_one(Roadmap, official.roadmap_code).ladder)
    bodies = {official.body_id, *(one.body_id for one in away_now(session, official, today=today))}
    found: dict[int | None, OwnPart] = {}
    for own in mine:
        share = shares.get(own.point.id, TakingPart())
        role = next((called for body, called in share.roles.items() if body in bodies), CO_EXECUTOR)
        words = ""
        if given := [on for body, on in share.given.items() if body in bodies]:
            words = f"ваша часть представлена {min(given):%d.%m.%Y}"
        elif ladder.co_term and bodies & set(share.shorts):
            due = own_term(shared_term(own.point, own.item), ladder, calendar)
            words = f"срок вашей части — {due:%d.%m.%Y}" + (f", {PASSED}" if due < today else "")
        found[own.point.id] = OwnPart(role, words)
    return found


def _row(own: AccessiblePoint, calendar: WorkCalendar, shared: Shared, *, today: date) -> Row:
    return Row(own, number_of(own.item, shared), *_state_and_left(own.point, calendar, today=today))


def _state_and_left(point: ControlPoint, calendar: WorkCalendar, *, today: date) -> tuple[StateLine, str]:
    """How it stands, and how much time is left; of a late or due point the first says both."""
    stands = state_line(point, today)
    state = state_of(point, today)
    if state == "planned":
        words = "ждёт предыдущего шага" if point.blocked else f"откроется {point.opens_on:%d.%m.%Y}"
        return StateLine(words, stands.tone), ""
    if state not in ("open", "returned", "overdue"):
        return stands, ""
    left = time_left((point.deadline_on - today).days, calendar.working_days_between(today, point.deadline_on))
    if point.deadline_on <= today:
        return StateLine(stands.words.replace("просрочено", left), stands.tone), ""
    return stands, left


def _remark(point: ControlPoint, history: Sequence[Transition]) -> str:
    if point.status != "returned":
        return ""
    return next((event.reason for event in reversed(history) if event.action == "return"), "")


def _is_acknowledged(history: Sequence[Transition]) -> bool:
    """Since it last came to the one who answers: opened, returned, handed over."""
    for event in reversed(history):
        if event.action in ("acknowledge", "open", "return", "reassign", "reopen"):
            return event.action == "acknowledge"
    return False
