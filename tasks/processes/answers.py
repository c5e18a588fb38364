"""What an answer about stages does to the rows: one transaction an answer, so a kill leaves none half-taken."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from prefect import task
from prefect.cache_policies import NO_CACHE
from sqlalchemy import Engine, select
from sqlmodel import Session, col

from models import Body, ControlPoint, Transition, lifecycle
from models.db import session
from models.lifecycle.bulk import Change, change_many
from models.lifecycle.transitions import Action, Move, Refused
from roadmap.calendar import WorkCalendar
from roadmap.processes.form_words import Unclear, means_all, means_missing, read_count, read_names, read_stages
from roadmap.processes.missing_evidence import owed
from roadmap.processes.schema import Stage
from tasks.context.working_calendar import calendar_of
from tasks.control.decisions import ACTOR, Decision, Outcome, decide, done_day
from tasks.prefect.forms import ABOUT_STAGES, REFUSALS, StageDecision
from tasks.processes.rows import StageRow, Underway, underway
from tasks.processes.session_decisions import add_decisions
from tasks.processes.sweep import advance


@dataclass(frozen=True, slots=True, kw_only=True)
class _When:
    """How an answer is recorded: its key, the day it was given, the instant, by whom."""

    once_key: str
    today: date
    at: datetime
    actor: str
    calendar: WorkCalendar


@task(name="Решение", cache_policy=NO_CACHE)
def answer_task(engine: Engine, key: str, decision: Decision, *, once_key: str, today: date, at: datetime) -> Outcome:
    """``answer`` as a step of a flow."""
    return answer(engine, key, decision, once_key=once_key, today=today, at=at)


@task(name="Этапы", cache_policy=NO_CACHE)
def advance_task(engine: Engine, key: str, *, today: date, at: datetime) -> None:
    """Bring the stages of one point forward, as the daily control does for all."""
    with session(engine) as work:
        code = lifecycle.point_by_key(work, key).roadmap_code
        advance(work, code, today=today, at=at, calendar=calendar_of(work, code), only=key)


def answer(
    engine: Engine, key: str, decision: Decision, *, once_key: str, today: date, at: datetime, actor: str = ACTOR
) -> Outcome:
    """Carry out an answer of any of the forms; what cannot be carried out changes nothing and says why.

    The same ``once_key`` a second time changes nothing. When the last stage is done by this answer, the point is
    accepted with it.
    """
    if decision.decision not in ABOUT_STAGES:

        def before(work: Session) -> None:
            _before_whole(work, key, decision, once_key=once_key, today=today)

        return decide(engine, key, decision, once_key=once_key, today=today, at=at, actor=actor, before=before)
    assert isinstance(decision, StageDecision)
    try:
        with session(engine) as work:
            code = lifecycle.point_by_key(work, key).roadmap_code
            when = _When(once_key=once_key, today=today, at=at, actor=actor, calendar=calendar_of(work, code))
            _answer_stages(work, key, decision, when)
            work.flush()
            work.expire_all()
            return Outcome(lifecycle.point_by_key(work, key).status)
    except (Refused, Unclear) as refused:
        with session(engine) as work:
            return Outcome(lifecycle.point_by_key(work, key).status, str(refused))


def _before_whole(work: Session, key: str, decision: Decision, *, once_key: str, today: date) -> None:
    """A decision about the whole point: words in the fields of a stage would otherwise be lost without a word."""
    if _is_taken(work, once_key):
        return
    if getattr(decision, "stage", "").strip() or getattr(decision, "who", "").strip():
        raise Refused(
            f"Вы заполнили «Этап» или «Кто», а решение «{decision.decision}» — о пункте в целом: выберите «отметить "
            "этап» или оставьте эти поля пустыми"
        )
    if text := getattr(decision, "decisions", "").strip():
        if decision.decision != "принять":
            raise Refused("Решения сессии вносят с решением «принять» или «отметить этап»: уберите их из формы")
        point = lifecycle.point_by_key(work, key)
        on = done_day(decision.done_on, today) or point.submitted_on or today
        _add(work, point, text, decision, on=on, today=today, calendar=calendar_of(work, point.roadmap_code))


def _add(
    work: Session, point: ControlPoint, text: str, decision: Decision, *, on: date, today: date, calendar: WorkCalendar
) -> None:
    add_decisions(work, point, text, on=on, proof=decision.evidence, today=today, calendar=calendar)


def _answer_stages(work: Session, key: str, decision: StageDecision, when: _When) -> None:
    """1. missing stages come to be; 2. those meant change; 3. the process goes on, to its end if it is there."""
    point = lifecycle.point_by_key(work, key)
    code = point.roadmap_code
    advance(work, code, today=when.today, at=when.at, calendar=when.calendar, only=key)
    if _is_taken(work, when.once_key):
        return
    one = next(iter(underway(work, code, only=key)), None)
    if one is None or not one.runs:
        raise Refused("У этого пункта нет этапов в работе: примите, верните, перенесите или снимите пункт целиком")
    on = done_day(decision.done_on, when.today) or when.today
    if decision.decision == "отметить этап":
        _mark(work, one, decision, on=on, when=when)
    else:
        _leave_out(work, one, decision, when)
    if text := getattr(decision, "decisions", "").strip():
        if decision.decision != "отметить этап":
            raise Refused("Решения сессии вносят с решением «отметить этап» или «принять»: уберите их из формы")
        _add(work, point, text, decision, on=on, today=when.today, calendar=when.calendar)
    advance(work, code, today=when.today, at=when.at, calendar=when.calendar, only=key, accepts=when.actor)


def _mark(work: Session, one: Underway, decision: StageDecision, *, on: date, when: _When) -> None:
    """The stages meant are done on a day: opened where they were not, reported, accepted."""
    stages, rows = _meant(work, one, decision)
    planned = read_count(decision.planned, "Запланировано")
    count = read_count(decision.count, "Пришло / записей")
    _refuse_counts(stages, rows, planned=planned, count=count)
    facts = {"evidence": decision.evidence.strip(), "planned_count": planned, "count": count}
    unopened = [row for row in rows if row.status == "planned"]
    days = {row.id: {"waits": False, "opens_on": min(row.opens_on, on, row.due_on)} for row in unopened}
    change_many(work, [Change(row.id, _move("open", row, on, when), days[row.id]) for row in unopened])
    reported = [row for row in rows if row.status != "submitted"]
    change_many(work, [Change(row.id, _move("submit", row, on, when, **facts)) for row in reported])
    more = {"evidence": facts["evidence"]}
    proof = {row.id: {} if row.status != "submitted" else more for row in rows}
    change_many(work, [Change(row.id, _move("accept", row, on, when, **proof[row.id])) for row in rows])


def _leave_out(work: Session, one: Underway, decision: StageDecision, when: _When) -> None:
    """A skipped stage, or a municipality that refuses: withdrawn with the ground, told to those who had it in hand."""
    ground = decision.reason.strip()
    if not ground:
        raise Refused(f"Чтобы {_TO_DO[decision.decision]}, укажите основание")
    if decision.decision in REFUSALS:
        if decision.stage.strip():
            raise Refused("Отказ снимает все этапы того, кто отказался: оставьте «Этап» пустым")
        rows = [row for row in _of_cases(work, [row for row in one.stages if row.case], decision) if row.is_live]
        ground = f"{'сторона отказалась' if one.process.per == 'body' else 'муниципалитет отказался'}: {ground}"
    else:
        _, rows = _meant(work, one, decision)
    if not rows:
        raise Refused("Здесь нечего снимать: этапы уже исполнены или сняты")
    tells = {row.id: row.status != "planned" for row in rows}
    moves = [_move("withdraw", row, when.today, when, reason=ground, tell=tells[row.id]) for row in rows]
    change_many(work, [Change(row.id, move) for row, move in zip(rows, moves, strict=True)])


_TO_DO = {"пропустить этап": "пропустить этап"} | {refusal: f"записать {refusal}" for refusal in REFUSALS}


def _move(action: Action, row: StageRow, on: date, when: _When, **facts: object) -> Move:
    facts = {"tell": False, **facts}
    key = f"{when.once_key}:{row.id}:{action}"
    return Move(action=action, actor=when.actor, at=when.at, on=on, once_key=key, **facts)  # type: ignore[arg-type]


def _meant(work: Session, one: Underway, decision: StageDecision) -> tuple[list[Stage], list[StageRow]]:
    """The stages named and their live rows; ``Refused`` where nothing is left to do."""
    if not decision.stage.strip():
        raise Refused("Укажите «Этап»: номер с карты этапов или его название")
    if means_missing(decision.stage):
        return _missing(work, one, decision)
    there = {row.stage for row in one.stages}
    stages = read_stages([stage for stage in one.process.stages if stage.code in there], decision.stage)
    codes = {stage.code for stage in stages}
    rows = _of_cases(work, [row for row in one.stages if row.stage in codes], decision)
    if left := [row for row in rows if row.is_live]:
        return stages, left
    done = next((row for row in rows if row.status == "accepted"), None)
    since = f" {(done.submitted_on or done.closed_on):%d.%m.%Y}" if done else ""
    raise Refused(f"«{stages[-1].title}»: этап уже {'отмечен' + since if done else 'снят с контроля'}")


def _missing(work: Session, one: Underway, decision: StageDecision) -> tuple[list[Stage], list[StageRow]]:
    """All that is owed behind what was recorded out of order, by those named in «Кто» or by all."""
    by_place = {row.place: row for row in one.stages}
    behind = owed(one.process, {place: row.standing().state for place, row in by_place.items()})
    if decision.who.strip() and not means_all(decision.who):
        chosen = {row.case for row in _of_cases(work, [row for row in one.stages if row.case], decision)}
        behind = [late for late in behind if late.case in chosen]
    wanted = {(stage.code, late.case): stage for late in behind for stage in late.missing}
    rows = {row.id: row for code, case in wanted if (row := by_place.get((code, case)) or by_place[code, None])}
    if not rows:
        raise Refused("Перед отмеченными этапами ничего не пропущено: укажите номер этапа с карты или его название")
    return list(wanted.values()), list(rows.values())


def _of_cases(work: Session, rows: Sequence[StageRow], decision: StageDecision) -> list[StageRow]:
    """The rows of those named in «Кто»; a single open one need not be named."""
    cases = {row.body_id for row in rows if row.case and row.body_id}
    who = decision.who.strip()
    if not cases:
        if who and not means_all(who):
            raise Refused("Этот этап один для всех: поле «Кто» оставьте пустым")
        return list(rows)
    if means_all(who) or (not who and means_all(decision.stage)):
        return list(rows)
    names = _names(work, cases)
    if not who:
        live = {row.body_id for row in rows if row.is_live}
        if len(live) == 1:
            return [row for row in rows if row.body_id in live]
        shown = "; ".join(sorted(names[str(body)][0] for body in live)[:8])
        raise Refused(f"Укажите, кто: «всеми» или названия через «;». Осталось {len(live)}: {shown}")
    chosen = {int(body) for body in read_names(who, names)}
    return [row for row in rows if row.body_id in chosen]


def _names(work: Session, bodies: Iterable[int]) -> dict[str, tuple[str, ...]]:
    found = work.execute(select(Body).where(col(Body.id).in_(list(bodies)))).scalars()
    return {str(body.id): (body.short, body.name, body.code) for body in found}


def _refuse_counts(
    stages: Sequence[Stage], rows: Sequence[StageRow], *, planned: int | None, count: int | None
) -> None:
    asked = next((stage for stage in stages if stage.counts), None)
    if (planned, count) != (None, None):
        if asked is None:
            raise Refused(f"«{stages[-1].title}»: чисел у этого этапа не спрашивают, уберите их")
        if len(rows) > 1:
            raise Refused("Числа относятся к одному исполнителю: отметьте этап по одному или уберите числа")
        if planned is not None and asked.counts == "count":
            raise Refused(f"«{asked.title}»: здесь нужно одно число — в поле «Пришло / записей»")
    if asked is not None and len(rows) == 1:
        if count is None:
            raise Refused(f"«{asked.title}»: укажите число в поле «Пришло / записей»")
        if planned is None and asked.counts == "planned_and_came":
            raise Refused(f"«{asked.title}»: укажите, сколько планировалось")


def _is_taken(work: Session, once_key: str) -> bool:
    mine = (col(Transition.once_key) == once_key) | col(Transition.once_key).startswith(f"{once_key}:", autoescape=True)
    return work.execute(select(col(Transition.id)).where(mine).limit(1)).first() is not None
