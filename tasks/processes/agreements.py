"""The agreements of a roadmap with its municipalities: which one is meant, its ledger, the form to fill in."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from sqlalchemy import select
from sqlmodel import Session, col

from models import Body, ControlPoint, Item, Transition
from models.lifecycle import Refused
from models.queries.printed_numbers import number_of, shared_numbers
from roadmap.calendar import WorkCalendar
from roadmap.catalogue.municipalities import Cell
from roadmap.processes.agreement_rows import CASE, EVIDENCE, REFUSAL
from roadmap.processes.ledger import Ledger, StageFact, ledger
from roadmap.processes.schema import CASE_RU
from tasks.files.spreadsheets import write_form
from tasks.processes.corrections import corrections
from tasks.processes.rows import StageRow, Underway, underway

KIND = "agreement"


@dataclass(slots=True)
class AgreementState:
    """An agreement item's point with its process, and the names that people use."""

    one: Underway
    names: dict[str, str]
    """Short name of a municipality by its code."""
    title: str
    number: str
    stages: dict[tuple[str, str | None], StageRow] = field(init=False)

    def __post_init__(self) -> None:
        self.stages = {stage.place: stage for stage in self.one.stages}


def agreements(session: Session, roadmap_code: str, *, ended: bool = False) -> list[AgreementState]:
    """The agreements of a roadmap that are under way (or: every one), in the order of their points."""
    items = select(Item).where(col(Item.roadmap_code) == roadmap_code)
    by_id: dict[int | None, Item] = {item.id: item for item in session.execute(items).scalars()}
    bodies = select(col(Body.code), col(Body.short)).where(col(Body.roadmap_code) == roadmap_code)
    names: dict[str, str] = dict(session.execute(bodies).tuples().all())
    running = underway(session, roadmap_code)
    ids = {one.parent.id for one in running}
    # Of the agreements with several bodies those that have ended are shown beside those under way.
    wants_ended = ended or any(one.process.per == "body" for one in running)
    every = underway(session, roadmap_code, ended=True) if wants_ended else running
    found = [one for one in every if one.process.per != "point" and by_id[one.parent.item_id].kind == KIND]
    shared = shared_numbers(session)
    return [
        AgreementState(one, names, by_id[one.parent.item_id].title, number_of(by_id[one.parent.item_id], shared))
        for one in _together(found)
        if ended or one.point_ids & ids
    ]


def _together(found: Sequence[Underway]) -> list[Underway]:
    """Agreements of an item with each body of a group, a point each, as one where they end on the same day."""
    groups: dict[tuple[object, ...], list[Underway]] = {}
    for one in found:
        place, _, due = one.parent.key.rpartition("/")
        alike = (one.parent.item_id, due, one.process.version) if one.process.per == "body" else (place, due)
        groups.setdefault(alike, []).append(one)
    return [
        replace(first, others=tuple(one.parent for one in rest), stages=[row for one in group for row in one.stages])
        for group in groups.values()
        for first, *rest in [group]
    ]


def the_agreement(
    session: Session, roadmap_code: str, item: str | None = None, *, ended: bool = False
) -> AgreementState:
    """The agreement meant: the only one under way, or that of an item (by code or number).

    ``ended``: the newest one counts where none is under way. ``Refused`` when there is none, or several.
    """
    wanted = select(col(Item.id)).where(col(Item.roadmap_code) == roadmap_code)
    wanted = wanted.where((col(Item.code) == item) | (col(Item.number) == item))
    ids = set(session.execute(wanted).scalars()) if item else set()
    if item and not ids:
        raise Refused(f"Пункта «{item}» в «{roadmap_code}» нет; список: vekha items {roadmap_code}")
    found = [one for one in agreements(session, roadmap_code) if not item or one.one.parent.item_id in ids]
    if not found and ended:
        past = [
            one for one in agreements(session, roadmap_code, ended=True) if not item or one.one.parent.item_id in ids
        ]
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


def _grounds(session: Session, one: Underway) -> dict[int, str]:
    """Why stages were taken off control, by stage."""
    found = (
        select(col(Transition.point_id), col(Transition.reason))
        .join(ControlPoint, col(ControlPoint.id) == col(Transition.point_id))
        .where(col(ControlPoint.parent_id).in_(one.point_ids), col(Transition.action) == "withdraw")
    )
    return dict(session.execute(found).tuples().all())


def write_template(session: Session, standing: AgreementState, path: Path) -> int:
    """Write the form of an agreement with what is known filled in; returns its rows.

    One row a municipality, a column of dates for each stage of its own, «реквизиты», «отказ, причина».
    """
    process = standing.one.process
    own = [stage for stage in process.stages if not stage.common]
    grounds = _grounds(session, standing.one)
    cases = sorted(
        {row.case for row in standing.one.stages if row.case}, key=lambda case: standing.names[case].casefold()
    )
    rows: list[list[Cell]] = []
    for case in cases:
        stages = [standing.stages.get((stage.code, case)) for stage in own]
        refused = [grounds.get(row.id, "") for row in stages if row and row.status == "withdrawn"]
        days: list[Cell] = [row.submitted_on if row and row.status != "withdrawn" else None for row in stages]
        rows.append([standing.names[case], *days, None, refused[-1].removeprefix("отказ: ") if refused else None])
    write_form(
        path, "Соглашения", [CASE_RU.get(process.per, CASE), *(stage.title for stage in own), EVIDENCE, REFUSAL], rows
    )
    return len(rows)


def ledger_of(session: Session, standing: AgreementState, *, today: date, calendar: WorkCalendar) -> Ledger:
    """The ledger of an agreement on a day."""
    bodies = select(col(Body.id), col(Body.short)).join(ControlPoint, col(ControlPoint.owner_id) == col(Body.id))
    bodies = bodies.where(col(ControlPoint.parent_id).in_(standing.one.point_ids)).distinct()
    holders: dict[int, str] = dict(session.execute(bodies).tuples().all())
    grounds = _grounds(session, standing.one)
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
    found = ledger(standing.one.process, facts, standing.names, today=today, calendar=calendar)
    return replace(found, corrections=corrections(session, standing.one, standing.names))
