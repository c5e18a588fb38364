"""What a table says of agreements becomes stages done, refused, corrected: taken whole or not at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import select
from sqlmodel import Session, col

from models import Body, Roadmap
from models.db.locks import lock_roadmap
from models.lifecycle.bulk import Change, change_many
from models.lifecycle.transitions import Action, TransitionCommand
from roadmap.catalogue.municipalities import Problem
from roadmap.language.normalise import plain
from roadmap.processes.agreement_rows import Fact, Known, read_facts
from tasks.files.spreadsheets import read_rows
from tasks.processes.agreements import AgreementState, the_agreement
from tasks.processes.corrections import By, Differs, correct, differing
from tasks.processes.municipalities import TableRefused
from tasks.processes.renew import renewed_results
from tasks.processes.rows import StageRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """One thing that facts change: a stage was done ``on`` a day (``was``: recorded before), or (None) is refused."""

    name: str
    """The municipality; empty for what is common to all."""
    stage: str
    on: date | None
    was: date | None = None
    evidence: str = ""
    ground: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What facts changed: stages done, refused, recorded otherwise before; facts that were known already."""

    done: int = 0
    refused: int = 0
    known: int = 0
    corrected: int = 0
    other_proof: int = 0
    """Stages recorded with another proof than the facts name; left as they were."""
    moves_whole: bool = False
    """The day of the point itself was corrected with that of its last stage."""
    changes: tuple[Changed, ...] = field(default=(), compare=False)


def import_agreements(
    session: Session,
    roadmap_code: str,
    path: Path,
    *,
    item: str | None,
    actor: str,
    today: date,
    at: datetime,
    correction: str = "",
) -> tuple[AgreementState, Recorded]:
    """Take a table with the state of many agreements; the same table again changes nothing.

    With a ground in ``correction`` it also corrects what was recorded, in agreements that are all done too.
    ``TableRefused`` lists every wrong municipality, stage and date with its cell: then nothing is written.
    """
    rows = read_rows(path)
    lock_roadmap(session, roadmap_code)
    standing = the_agreement(session, roadmap_code, item, ended=bool(correction))
    facts, problems = read_facts(rows, Known(standing.one.process, _cases(session, standing)))
    since = session.get_one(Roadmap, roadmap_code).period_start
    renewed = renewed_results(session, standing.one.point_ids)
    problems += check(standing, facts, today=today, since=since, renewed=renewed, corrects=bool(correction))
    if not facts and not problems:
        problems = [Problem("A2", "в таблице нет ни одной даты и ни одного отказа")]
    if problems:
        raise TableRefused(path.name, problems)
    return standing, record(session, standing, facts, actor=actor, today=today, at=at, correction=correction)


def _cases(session: Session, standing: AgreementState) -> dict[str, str]:
    """The code of each municipality of the agreement, by every name it has."""
    ids = {row.body_id for row in standing.one.stages if row.body_id}
    rows = select(col(Body.code), col(Body.short), col(Body.name)).where(col(Body.id).in_(ids))
    return {plain(name): row.code for row in session.execute(rows) for name in (row.name, row.short, row.code)}


NO_RENEWAL: Mapping[int, date] = MappingProxyType({})


def check(
    standing: AgreementState,
    facts: Sequence[Fact],
    *,
    today: date,
    since: date,
    renewed: Mapping[int, date] = NO_RENEWAL,
    corrects: bool = False,
) -> list[Problem]:
    """Every fact that cannot be recorded, with its cell; ``since``: no agreement is older than the roadmap.

    ``renewed``: the day of the result that a point renews, by point; what was done by then was done for that result.
    ``corrects``: another day than the one recorded is no fault.
    """
    problems = []
    seen: dict[tuple[str | None, str], Fact] = {}
    refusing = {fact.case for fact in facts if fact.refusal}
    for fact in facts:
        wrong = _wrong(standing, fact, today=today, since=since) or _of_the_one_before(standing, fact, renewed)
        if not wrong and not corrects:
            wrong = _recorded_otherwise(standing, fact)
        before = seen.setdefault((fact.case, fact.stage), fact)
        if not wrong and before is not fact and before.on != fact.on:
            wrong = f"то же сказано в {before.cell} с другой датой — оставьте одно"
        if not wrong and fact.case in refusing and not fact.refusal and _is_new(standing, fact):
            wrong = "муниципалитет отказался, а этап назван исполненным — оставьте одно"
        if wrong:
            problems.append(Problem(fact.cell, wrong))
    return problems


def _is_new(standing: AgreementState, fact: Fact) -> bool:
    return standing.stages[fact.stage, fact.case].status != "accepted"


def _wrong(standing: AgreementState, fact: Fact, *, today: date, since: date) -> str:
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
    return ""


def _of_the_one_before(standing: AgreementState, fact: Fact, renewed: Mapping[int, date]) -> str:
    """Last year's table is not taken for the renewal."""
    if fact.refusal or fact.on is None:
        return ""
    done = renewed.get(standing.stages[fact.stage, fact.case].parent_id)
    if done is None or fact.on > done:
        return ""
    before = f"прежнему соглашению, исполненному {done:%d.%m.%Y}"
    return f"дата {fact.on:%d.%m.%Y} относится к {before}: сейчас в работе продление, укажите его дату"


def _recorded_otherwise(standing: AgreementState, fact: Fact) -> str:
    before = None if fact.refusal else standing.stages[fact.stage, fact.case].submitted_on
    if before is None or before == fact.on:
        return ""
    remedy = "исправьте таблицу, а если неверна запись — примите исправление: --correct --reason «основание»"
    return f"уже записано {before:%d.%m.%Y}, а здесь {fact.on:%d.%m.%Y} — {remedy}"


def record(
    session: Session,
    standing: AgreementState,
    facts: Sequence[Fact],
    *,
    actor: str,
    today: date,
    at: datetime,
    correction: str = "",
) -> Recorded:
    """Record checked facts: a stage done out of order is opened first; the same facts again change nothing.

    With a ground in ``correction`` another day or proof takes the place of what was recorded. What a stage needs stays
    owed. The next sweep (``stages.advance``) goes on from here. ``Refused`` when somebody changed one of the stages
    meanwhile: then nothing is recorded.
    """
    said = {(fact.stage, fact.case): fact for fact in facts if not fact.refusal}
    rows = [(standing.stages[place], fact) for place, fact in said.items()]
    differs = differing(session, standing.one, rows)
    wrong = differs if correction else []
    by = By(ground=correction, actor=actor, today=today, at=at)
    moves_whole = bool(wrong) and correct(session, standing.one, wrong, by)
    wanted = [(row, fact) for row, fact in rows if row.status != "accepted"]
    for action in STEPS:
        steps = [_step(action, row, fact, actor=actor, at=at) for row, fact in wanted if _needs(action, row)]
        change_many(session, steps)
    grounds = {fact.case: fact.refusal for fact in facts if fact.refusal}
    refused = [row for row in standing.one.stages if row.case in grounds and row.is_live]
    change_many(session, [_refusal(row, grounds[row.case], actor=actor, today=today, at=at) for row in refused])
    cases = {row.case: grounds[row.case] for row in refused}
    touched = {row.id for row, _ in wanted} | {one.row.id for one in wrong}
    return Recorded(
        done=len(wanted),
        refused=len(cases),
        known=len(rows) - len(touched) + len(grounds) - len(cases),
        corrected=len(wrong),
        other_proof=sum(one.has_other_proof for one in differs) if not correction else 0,
        moves_whole=moves_whole,
        changes=_changes(standing, wanted, wrong, cases),
    )


def _changes(
    standing: AgreementState,
    wanted: Sequence[tuple[StageRow, Fact]],
    differs: Sequence[Differs],
    refused: Mapping[str | None, str],
) -> tuple[Changed, ...]:
    """By municipality and in the order of the stages, as people read them."""
    order = {stage.code: (n, stage.title) for n, stage in enumerate(standing.one.process.stages)}
    otherwise = {one.row.id for one in differs}
    rows = [(row, fact) for row, fact in wanted if row.id not in otherwise] + [(one.row, one.fact) for one in differs]
    rows.sort(key=lambda one: (standing.names.get(one[0].case or "", ""), order[one[0].stage][0]))
    done = [
        Changed(
            name=standing.names[row.case] if row.case else "",
            stage=order[row.stage][1],
            on=fact.on,
            was=row.submitted_on,
            evidence=fact.evidence,
        )
        for row, fact in rows
    ]
    off = [Changed(name=standing.names[case or ""], stage="", on=None, ground=why) for case, why in refused.items()]
    return (*done, *off)


STEPS: tuple[Action, ...] = ("open", "submit", "accept")


def _needs(action: Action, row: StageRow) -> bool:
    """The steps that a stage has not made yet."""
    return action == "accept" or row.status == "planned" or (action == "submit" and row.status != "submitted")


def _step(action: Action, row: StageRow, fact: Fact, *, actor: str, at: datetime) -> Change:
    assert fact.on is not None
    evidence = fact.evidence if action == "submit" else ""
    move = TransitionCommand(action=action, actor=actor, at=at, on=fact.on, evidence=evidence, tell=False)
    return Change(row.id, move, {"blocked": False, "opens_on": min(row.opens_on, fact.on)} if action == "open" else {})


def _refusal(row: StageRow, ground: str, *, actor: str, today: date, at: datetime) -> Change:
    told = row.status != "planned"
    return Change(
        row.id, TransitionCommand(action="withdraw", actor=actor, at=at, on=today, reason=f"отказ: {ground}", tell=told)
    )
