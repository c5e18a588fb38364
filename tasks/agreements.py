"""What is known about each agreement: facts from a table, a form or a person become stages done, refused, moved on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlmodel import Session, col

from models import Body, ControlPoint, Item, Roadmap, Transition
from models.lifecycle import Refused
from models.lifecycle_many import Change, change_many
from models.moves import Action, Move
from roadmap.agreements import CASE, EVIDENCE, REFUSAL, Fact, Known, read_facts
from roadmap.calendar import WorkCalendar
from roadmap.ledger import Ledger, StageFact, ledger
from roadmap.municipalities import Cell, Problem, plain
from tasks.municipalities import TableRefused
from tasks.spreadsheets import read_rows, write_form
from tasks.stages_rows import StageRow, Underway, underway

KIND = "agreement"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What facts changed: stages done and taken off control, facts that were known already."""

    done: int = 0
    refused: int = 0
    known: int = 0


@dataclass(slots=True)
class Standing:
    """An agreement item's point with its process, and the names that people use."""

    one: Underway
    names: dict[str, str]
    """Short name of a municipality by its code."""
    title: str
    number: str
    stages: dict[tuple[str, str | None], StageRow] = field(init=False)

    def __post_init__(self) -> None:
        self.stages = {stage.place: stage for stage in self.one.stages}


def agreements(work: Session, roadmap_code: str, *, ended: bool = False) -> list[Standing]:
    """The agreements of a roadmap that are under way (or: every one), in the order of their points."""
    items = select(Item).where(col(Item.roadmap_code) == roadmap_code)
    by_id: dict[int | None, Item] = {item.id: item for item in work.execute(items).scalars()}
    bodies = select(col(Body.code), col(Body.short)).where(col(Body.roadmap_code) == roadmap_code)
    names: dict[str, str] = dict(work.execute(bodies).tuples().all())
    found = underway(work, roadmap_code, ended=ended)
    return [
        Standing(one, names, by_id[one.parent.item_id].title, by_id[one.parent.item_id].number)
        for one in found
        if one.process.per == "municipality" and by_id[one.parent.item_id].kind == KIND
    ]


def the_agreement(work: Session, roadmap_code: str, item: str | None = None, *, ended: bool = False) -> Standing:
    """The agreement meant: the only one under way, or that of an item (by code or number).

    ``ended``: the newest one counts where none is under way. ``Refused`` when there is none, or several.
    """
    wanted = select(col(Item.id)).where(col(Item.roadmap_code) == roadmap_code)
    wanted = wanted.where((col(Item.code) == item) | (col(Item.number) == item))
    ids = set(work.execute(wanted).scalars()) if item else set()
    if item and not ids:
        raise Refused(f"Пункта «{item}» в «{roadmap_code}» нет; список: vekha items {roadmap_code}")
    found = [one for one in agreements(work, roadmap_code) if not item or one.one.parent.item_id in ids]
    if not found and ended:
        past = [one for one in agreements(work, roadmap_code, ended=True) if not item or one.one.parent.item_id in ids]
        found = past[-1:]
    if not found:
        raise Refused(
            f"В «{roadmap_code}» сейчас нет соглашений в работе: пункт ещё не открыт, или нет списка муниципалитетов "
            f"(vekha municipalities {roadmap_code} import ФАЙЛ); этапы создаёт ежедневный контроль"
        )
    if len(found) > 1:
        listed = ", ".join(
            f"{one.one.parent.key.split('/')[1]} (до {one.one.parent.deadline_on:%d.%m.%Y})" for one in found
        )
        raise Refused(f"Соглашений в работе несколько: {listed} — назовите пункт: --item КОД")
    return found[0]


def check(standing: Standing, facts: Sequence[Fact], *, today: date, since: date) -> list[Problem]:
    """Every fact that cannot be recorded, with its cell; ``since``: no agreement is older than the roadmap."""
    problems = []
    seen: dict[tuple[str | None, str], Fact] = {}
    refusing = {fact.case for fact in facts if fact.refusal}
    for fact in facts:
        wrong = _wrong(standing, fact, today=today, since=since)
        before = seen.setdefault((fact.case, fact.stage), fact)
        if not wrong and before is not fact and before.on != fact.on:
            wrong = f"то же сказано в {before.cell} с другой датой — оставьте одно"
        if not wrong and fact.case in refusing and not fact.refusal and _is_new(standing, fact):
            wrong = "муниципалитет отказался, а этап назван исполненным — оставьте одно"
        if wrong:
            problems.append(Problem(fact.cell, wrong))
    return problems


def _is_new(standing: Standing, fact: Fact) -> bool:
    return standing.stages[fact.stage, fact.case].status != "accepted"


def _wrong(standing: Standing, fact: Fact, *, today: date, since: date) -> str:
    name = standing.names.get(fact.case or "", fact.case or "")
    if fact.refusal:
        live = [row for row in standing.one.stages if row.case == fact.case]
        if not live:
            return f"у «{name}» нет такого соглашения"
        if all(row.status == "accepted" for row in live):
            return f"соглашение с «{name}» уже завершено — отказ записать нельзя"
        return ""
    row = standing.stages.get((fact.stage, fact.case))
    if row is None:
        return f"этапа «{fact.stage}» у «{name}» нет"
    if fact.on is None:
        return "укажите дату"
    if fact.on > today:
        return f"дата {fact.on:%d.%m.%Y} ещё не наступила: сегодня {today:%d.%m.%Y}"
    if fact.on < since:
        return f"дата {fact.on:%d.%m.%Y} раньше начала дорожной карты, {since:%d.%m.%Y}"
    if row.status == "withdrawn":
        return f"этап у «{name}» снят с контроля {row.closed_on:%d.%m.%Y} — исполнение записать нельзя"
    if row.submitted_on is not None and row.submitted_on != fact.on:
        return f"уже записано {row.submitted_on:%d.%m.%Y}, а здесь {fact.on:%d.%m.%Y} — исправьте дату"
    return ""


def record(
    work: Session, standing: Standing, facts: Sequence[Fact], *, actor: str, today: date, at: datetime
) -> Recorded:
    """Record checked facts: a stage done out of order is opened first; the same facts again change nothing.

    What a stage needs stays owed. The next sweep (``stages.advance``) goes on from here. ``Refused`` when somebody
    changed one of the stages meanwhile: then nothing is recorded.
    """
    wanted: dict[int, tuple[StageRow, Fact]] = {}
    known = 0
    for fact in facts:
        if fact.refusal:
            continue
        row = standing.stages[fact.stage, fact.case]
        if row.status == "accepted":
            known += 1
        else:
            wanted[row.id] = (row, fact)
    for action in STEPS:
        steps = [_step(action, row, fact, actor=actor, at=at) for row, fact in wanted.values() if _needs(action, row)]
        change_many(work, steps)
    grounds = {fact.case: fact.refusal for fact in facts if fact.refusal}
    refused = [row for row in standing.one.stages if row.case in grounds and row.is_live]
    change_many(work, [_refusal(row, grounds[row.case], actor=actor, today=today, at=at) for row in refused])
    cases = {row.case for row in refused}
    return Recorded(done=len(wanted), refused=len(cases), known=known + len(grounds.keys() - cases))


STEPS: tuple[Action, ...] = ("open", "submit", "accept")


def _needs(action: Action, row: StageRow) -> bool:
    """The steps that a stage has not made yet."""
    return action == "accept" or row.status == "planned" or (action == "submit" and row.status != "submitted")


def _step(action: Action, row: StageRow, fact: Fact, *, actor: str, at: datetime) -> Change:
    assert fact.on is not None
    evidence = fact.evidence if action == "submit" else ""
    move = Move(action=action, actor=actor, at=at, on=fact.on, evidence=evidence, tell=False)
    return Change(row.id, move, {"waits": False, "opens_on": min(row.opens_on, fact.on)} if action == "open" else {})


def _refusal(row: StageRow, ground: str, *, actor: str, today: date, at: datetime) -> Change:
    told = row.status != "planned"
    return Change(row.id, Move(action="withdraw", actor=actor, at=at, on=today, reason=f"отказ: {ground}", tell=told))


def _grounds(work: Session, parent_id: int) -> dict[int, str]:
    """Why stages were taken off control, by stage."""
    found = (
        select(col(Transition.point_id), col(Transition.reason))
        .join(ControlPoint, col(ControlPoint.id) == col(Transition.point_id))
        .where(col(ControlPoint.parent_id) == parent_id, col(Transition.action) == "withdraw")
    )
    return dict(work.execute(found).tuples().all())


def import_agreements(
    work: Session, roadmap_code: str, path: Path, *, item: str | None, actor: str, today: date, at: datetime
) -> tuple[Standing, Recorded]:
    """Take a table with the state of many agreements; the same table again changes nothing.

    ``TableRefused`` lists every wrong municipality, stage and date with its cell: then nothing is written.
    """
    rows = read_rows(path)
    standing = the_agreement(work, roadmap_code, item)
    facts, problems = read_facts(rows, Known(standing.one.process, _cases(work, standing)))
    since = work.get_one(Roadmap, roadmap_code).period_start
    problems += check(standing, facts, today=today, since=since)
    if not facts and not problems:
        problems = [Problem("A2", "в таблице нет ни одной даты и ни одного отказа")]
    if problems:
        raise TableRefused(path.name, problems)
    return standing, record(work, standing, facts, actor=actor, today=today, at=at)


def _cases(work: Session, standing: Standing) -> dict[str, str]:
    """The code of each municipality of the agreement, by every name it has."""
    ids = {row.body_id for row in standing.one.stages if row.body_id}
    rows = select(col(Body.code), col(Body.short), col(Body.name)).where(col(Body.id).in_(ids))
    return {plain(name): row.code for row in work.execute(rows) for name in (row.name, row.short, row.code)}


def write_template(work: Session, standing: Standing, path: Path) -> int:
    """Write the form of an agreement with what is known filled in; returns its rows.

    One row a municipality, a column of dates for each stage of its own, «реквизиты», «отказ, причина».
    """
    own = [stage for stage in standing.one.process.stages if not stage.common]
    grounds = _grounds(work, standing.one.parent.id)
    cases = sorted(
        {row.case for row in standing.one.stages if row.case}, key=lambda case: standing.names[case].casefold()
    )
    rows: list[list[Cell]] = []
    for case in cases:
        stages = [standing.stages.get((stage.code, case)) for stage in own]
        refused = [grounds.get(row.id, "") for row in stages if row and row.status == "withdrawn"]
        days: list[Cell] = [row.submitted_on if row and row.status != "withdrawn" else None for row in stages]
        rows.append([standing.names[case], *days, None, refused[-1].removeprefix("отказ: ") if refused else None])
    write_form(path, "Соглашения", [CASE, *(stage.title for stage in own), EVIDENCE, REFUSAL], rows)
    return len(rows)


def ledger_of(work: Session, standing: Standing, *, today: date, calendar: WorkCalendar) -> Ledger:
    """The ledger of an agreement on a day."""
    bodies = select(col(Body.id), col(Body.short)).join(ControlPoint, col(ControlPoint.owner_id) == col(Body.id))
    bodies = bodies.where(col(ControlPoint.parent_id) == standing.one.parent.id).distinct()
    holders: dict[int, str] = dict(work.execute(bodies).tuples().all())
    grounds = _grounds(work, standing.one.parent.id)
    facts = [
        StageFact(
            code=row.stage,
            case=row.case,
            holder=holders[row.owner_id],
            state=(stands := row.standing()).state,
            opens_on=row.opens_on,
            deadline_on=row.deadline_on,
            done_on=stands.done_on,
            ground=grounds.get(row.id, ""),
        )
        for row in standing.one.stages
    ]
    return ledger(standing.one.process, facts, standing.names, today=today, calendar=calendar)
