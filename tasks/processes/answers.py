"""What a decision about stages does to the rows: one transaction a decision, so a kill leaves none half-taken."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlmodel import Session, col

from models import Body, ControlPoint, Transition
from models.lifecycle.bulk import Change, change_many
from models.lifecycle.transitions import Action, Refused, TransitionCommand
from roadmap.calendar import WorkCalendar
from roadmap.processes.form_words import Unclear, means_all, means_missing, read_names, read_stages
from roadmap.processes.missing_evidence import missing_evidence
from roadmap.processes.schema import Stage
from tasks.context.working_calendar import calendar_of
from tasks.control.commands import AcceptSession, Command, MarkStages, RecordRefusal, SkipStages
from tasks.control.decisions import Handler, Handlers, accept, done_day
from tasks.processes.rows import StageRow, Underway, underway
from tasks.processes.session_decisions import add_decisions
from tasks.processes.sweep import advance

OfStages = MarkStages | SkipStages | RecordRefusal


def accept_session(session: Session, point: ControlPoint, command: AcceptSession) -> ControlPoint:
    """«Принять» a session as a whole, with what it decided."""
    by = command.by
    on = done_day(command.done_on, by.today) or point.submitted_on or by.today
    calendar = calendar_of(session, point.roadmap_code)
    add_decisions(session, point, command.decisions, on=on, proof=command.evidence, today=by.today, calendar=calendar)
    return accept(session, point, command)


def mark_stages(session: Session, point: ControlPoint, command: MarkStages) -> ControlPoint:
    """«Отметить этап»; with what a session decided by it. The point is accepted with its last stage."""
    by = command.by

    def change(one: Underway, calendar: WorkCalendar) -> None:
        on = done_day(command.done_on, by.today) or by.today
        _mark(session, one, command, on=on)
        if text := command.decisions:
            add_decisions(session, point, text, on=on, proof=command.evidence, today=by.today, calendar=calendar)

    return _answered(session, point, command, change)


def leave_out(session: Session, point: ControlPoint, command: SkipStages | RecordRefusal) -> ControlPoint:
    """«Пропустить этап», «отказ муниципалитета», «отказ стороны»."""
    return _answered(session, point, command, lambda one, _: _leave_out(session, one, command))


def of_stages(once_key: str) -> ColumnElement[bool]:
    """The transitions of stages that one form made: each has a key of its own behind the form's."""
    key = col(Transition.once_key)
    return (key == once_key) | key.startswith(f"{once_key}:", autoescape=True)


HANDLERS: Handlers = {
    AcceptSession: Handler(accept_session),
    MarkStages: Handler(mark_stages, of_stages),
    SkipStages: Handler(leave_out, of_stages),
    RecordRefusal: Handler(leave_out, of_stages),
}


def _answered(
    session: Session, point: ControlPoint, command: OfStages, change: Callable[[Underway, WorkCalendar], None]
) -> ControlPoint:
    """1. missing stages come to be; 2. those meant change; 3. the process goes on, to its end if it is there."""
    code, by = point.roadmap_code, command.by
    calendar = calendar_of(session, code)
    advance(session, code, today=by.today, at=by.at, calendar=calendar, only=point.key)
    one = next(iter(underway(session, code, only=point.key)), None)
    if one is None or not one.runs:
        raise Refused("У этого пункта нет этапов в работе: примите, верните, перенесите или снимите пункт целиком")
    try:
        change(one, calendar)
    except Unclear as unclear:
        raise Refused(str(unclear)) from unclear
    advance(session, code, today=by.today, at=by.at, calendar=calendar, only=point.key, accepts=by.actor)
    session.flush()
    session.expire(point)
    return point


def _mark(session: Session, one: Underway, command: MarkStages, *, on: date) -> None:
    """The stages meant are done on a day: opened where they were not, reported, accepted."""
    stages, rows = _meant(session, one, command)
    _refuse_counts(stages, rows, planned=command.planned, count=command.count)
    facts = {"evidence": command.evidence.strip(), "planned_count": command.planned, "count": command.count}
    unopened = [row for row in rows if row.status == "planned"]
    days = {row.id: {"blocked": False, "opens_on": min(row.opens_on, on, row.due_on)} for row in unopened}
    change_many(session, [Change(row.id, _move("open", row, on, command), days[row.id]) for row in unopened])
    reported = [row for row in rows if row.status != "submitted"]
    change_many(session, [Change(row.id, _move("submit", row, on, command, **facts)) for row in reported])
    more = {"evidence": facts["evidence"]}
    proof = {row.id: {} if row.status != "submitted" else more for row in rows}
    change_many(session, [Change(row.id, _move("accept", row, on, command, **proof[row.id])) for row in rows])


def _leave_out(session: Session, one: Underway, command: SkipStages | RecordRefusal) -> None:
    """A skipped stage, or a municipality that refuses: withdrawn with the ground, told to those who had it in hand."""
    ground, is_body = command.reason.strip(), one.process.per == "body"
    if not ground:
        refusal = f"записать отказ {'стороны' if is_body else 'муниципалитета'}"
        raise Refused(
            f"Чтобы {refusal if isinstance(command, RecordRefusal) else 'пропустить этап'}, укажите основание"
        )
    if isinstance(command, RecordRefusal):
        rows = [row for row in _of_cases(session, [row for row in one.stages if row.case], command) if row.is_live]
        ground = f"{'сторона отказалась' if is_body else 'муниципалитет отказался'}: {ground}"
    else:
        _, rows = _meant(session, one, command)
    if not rows:
        raise Refused("Здесь нечего снимать: этапы уже исполнены или сняты")
    tells = {row.id: row.status != "planned" for row in rows}
    moves = [_move("withdraw", row, command.by.today, command, reason=ground, tell=tells[row.id]) for row in rows]
    change_many(session, [Change(row.id, move) for row, move in zip(rows, moves, strict=True)])


def _move(action: Action, row: StageRow, on: date, command: Command, **facts: object) -> TransitionCommand:
    facts = {"tell": False, **facts}
    key = f"{command.by.once_key}:{row.id}:{action}"
    return TransitionCommand(action=action, actor=command.by.actor, at=command.by.at, on=on, once_key=key, **facts)  # type: ignore[arg-type]


def _meant(session: Session, one: Underway, command: MarkStages | SkipStages) -> tuple[list[Stage], list[StageRow]]:
    """The stages named and their live rows; ``Refused`` where nothing is left to do."""
    if not command.stage.strip():
        raise Refused("Укажите «Этап»: номер с карты этапов или его название")
    if means_missing(command.stage):
        return _missing(session, one, command)
    there = {row.stage for row in one.stages}
    stages = read_stages([stage for stage in one.process.stages if stage.code in there], command.stage)
    codes = {stage.code for stage in stages}
    rows = _of_cases(session, [row for row in one.stages if row.stage in codes], command)
    if left := [row for row in rows if row.is_live]:
        return stages, left
    done = next((row for row in rows if row.status == "accepted"), None)
    since = f" {(done.submitted_on or done.closed_on):%d.%m.%Y}" if done else ""
    raise Refused(f"«{stages[-1].title}»: этап уже {'отмечен' + since if done else 'снят с контроля'}")


def _missing(session: Session, one: Underway, command: MarkStages | SkipStages) -> tuple[list[Stage], list[StageRow]]:
    """All that is owed behind what was recorded out of order, by those named in «Кто» or by all."""
    by_place = {row.place: row for row in one.stages}
    behind = missing_evidence(one.process, {place: row.standing().state for place, row in by_place.items()})
    if command.who.strip() and not means_all(command.who):
        chosen = {row.case for row in _of_cases(session, [row for row in one.stages if row.case], command)}
        behind = [late for late in behind if late.case in chosen]
    wanted = {(stage.code, late.case): stage for late in behind for stage in late.missing}
    rows = {row.id: row for code, case in wanted if (row := by_place.get((code, case)) or by_place[code, None])}
    if not rows:
        raise Refused("Перед отмеченными этапами ничего не пропущено: укажите номер этапа с карты или его название")
    return list(wanted.values()), list(rows.values())


def _of_cases(session: Session, rows: Sequence[StageRow], command: OfStages) -> list[StageRow]:
    """The rows of those named in «Кто»; a single open one need not be named."""
    cases = {row.body_id for row in rows if row.case and row.body_id}
    who = command.who.strip()
    if not cases:
        if who and not means_all(who):
            raise Refused("Этот этап один для всех: поле «Кто» оставьте пустым")
        return list(rows)
    stages = "" if isinstance(command, RecordRefusal) else command.stage
    if means_all(who) or (not who and means_all(stages)):
        return list(rows)
    names = _names(session, cases)
    if not who:
        live = {row.body_id for row in rows if row.is_live}
        if len(live) == 1:
            return [row for row in rows if row.body_id in live]
        shown = "; ".join(sorted(names[str(body)][0] for body in live)[:8])
        raise Refused(f"Укажите, кто: «всеми» или названия через «;». Осталось {len(live)}: {shown}")
    chosen = {int(body) for body in read_names(who, names)}
    return [row for row in rows if row.body_id in chosen]


def _names(session: Session, bodies: Iterable[int]) -> dict[str, tuple[str, ...]]:
    found = session.execute(select(Body).where(col(Body.id).in_(list(bodies)))).scalars()
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
