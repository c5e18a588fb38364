"""Processes begin, and the stages they should have come to be, each with its days and the body that holds it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Row, insert, select
from sqlmodel import Session, col

from models import Edition, Executor, Item
from models import Process as ProcessRow
from models.db.rows import table_of
from roadmap.calendar import WorkCalendar
from roadmap.processes.choosing import About, choose, why_without_stages
from roadmap.processes.schema import Party, Process
from roadmap.processes.staging import LEAST_DAYS, PlannedStage, plan_stages
from tasks.context.roadmap_day import RoadmapDay
from tasks.processes.rows import POINTS, Member, Members, Parent, Underway, stage_key

PUSHED = "; начат позже, оставлено рабочих дней: "


def begin(
    session: Session,
    code: str,
    processes: Mapping[str, Process],
    *,
    today: date,
    members: Members,
    parties: "Parties",
    only: str | None = None,
) -> tuple[int, list[str]]:
    """Begin a process for every open point whose kind has one and which has time enough left.

    What is past or too near is done in one go. Returns how many began, and the keys of points that wait for a list of
    municipalities.
    """
    begun, without = [], []
    for row, process in _chosen(session, code, processes, today=today, members=members, only=only):
        if process.per != "point" and not cases_of(process, row, members=members, parties=parties, today=today):
            without.append(row.key)
            continue
        begun.append(
            {
                "point_id": row.id,
                "code": process.code,
                "version": process.version,
                "definition": process.model_dump(mode="json"),
                "renews": process.renews_after is not None and _is_renewal(session, row),
                "started_on": today,
            }
        )
    if begun:
        session.execute(insert(table_of(ProcessRow)), begun)
    return len(begun), without


def _chosen(
    session: Session, code: str, processes: Mapping[str, Process], *, today: date, members: Members, only: str | None
) -> Iterator[tuple[Row[Any], Process]]:
    """Open points that have no process yet and should, with the one for them."""
    for row in session.execute(_beginners(code, processes, only)).all():
        process = choose(processes, row.kind, about(row.body_id, row.item_owner, members))
        if process is None:
            continue
        continuous = row.reading.get("kind") == "continuous"
        days = {"opens_on": row.opens_on, "deadline_on": row.deadline_on, "today": today}
        if why_without_stages(process, is_continuous=continuous, **days) is None:
            yield row, process


def about(body_id: int | None, item_owner: int, members: Members) -> About:
    """Whom a point is about, by the body it belongs to and the one that answers for its item."""
    if body_id is None:
        return "all"
    if body_id in members.by_body:
        return "municipality"
    return "keeper" if body_id == item_owner else "body"


def _beginners(code: str, processes: Mapping[str, Process], only: str | None) -> Any:
    item = table_of(Item)
    its_own = (item.c.kind, item.c.reading, item.c.owner_id.label("item_owner"))
    found = (
        select(*(POINTS.c[name] for name in Parent._fields), *its_own)
        .join(item, item.c.id == POINTS.c.item_id)
        .where(
            POINTS.c.roadmap_code == code,
            POINTS.c.status.in_(("open", "returned")),
            POINTS.c.purpose == "result",
            POINTS.c.is_history.is_(False),
            POINTS.c.parent_id.is_(None),
            item.c.kind.in_({process.serves for process in processes.values()}),
            POINTS.c.id.not_in(select(col(ProcessRow.point_id))),
        )
        .order_by(POINTS.c.id)
    )
    return found if only is None else found.where(POINTS.c.key == only)


def _is_renewal(session: Session, row: Row[Any]) -> bool:
    """An earlier point of the same duty was accepted, in stages or in one go: there is a result to renew."""
    earlier = select(POINTS.c.id).where(
        POINTS.c.item_id == row.item_id,
        POINTS.c.body_id.is_not_distinct_from(row.body_id),
        POINTS.c.parent_id.is_(None),
        POINTS.c.purpose == "result",
        POINTS.c.status == "accepted",
        POINTS.c.deadline_on < row.deadline_on,
    )
    return session.execute(earlier).first() is not None


@dataclass(frozen=True, slots=True)
class Parties:
    """Which body each party of an item's process is, by item row: those named, the first co-executor, the owner."""

    named: Mapping[int, Mapping[str, int]]
    executors: Mapping[int, int]
    owners: Mapping[int, int]

    @classmethod
    def of(cls, session: Session, code: str, members: Members) -> "Parties":
        """From the newest edition of the catalogue."""
        newest = select(Edition).where(col(Edition.roadmap_code) == code).order_by(col(Edition.id).desc()).limit(1)
        edition = session.execute(newest).scalar_one_or_none()
        catalogue = edition.catalogue if edition else {}
        entries = {one["code"]: one for part in ("directives", "items", "duties") for one in catalogue.get(part, ())}
        ids = {body_code: body_id for body_id, (body_code, _) in members.bodies.items()}
        items = select(col(Item.id), col(Item.code), col(Item.owner_id)).where(col(Item.roadmap_code) == code)
        named, executors, owners = {}, {}, {}
        for item_id, item_code, owners[item_id] in session.execute(items).all():
            entry = entries.get(item_code, {})
            named[item_id] = {party: ids[body] for party, body in (entry.get("parties") or {}).items() if body in ids}
            if ahead := [ids[body] for body in entry.get("co_executors", ()) if body in ids]:
                executors[item_id] = ahead[0]
        stored = select(col(Executor.item_id), col(Executor.body_id)).order_by(col(Executor.body_id))
        for item_id, body_id in session.execute(stored.where(col(Executor.item_id).in_(named))):
            executors.setdefault(item_id, body_id)
        return cls(named, executors, owners)

    def body(self, party: Party, one: Underway, case_id: int | None) -> int:
        """The body that holds a stage; whoever is not named is the one that answers for the point.

        Where the point belongs to the other side of an agreement, that side's body answers for the point, and who is
        not named is the one that answers for the item.
        """
        parent = one.parent
        if party == "body":
            return parent.owner_id
        if party == "municipality" and case_id is not None:
            return case_id
        is_of_one_side = one.process.per != "point" and parent.body_id is not None
        usual = self.owners.get(parent.item_id, parent.owner_id) if is_of_one_side else parent.owner_id
        if party == "executor":
            return self.executors.get(parent.item_id, usual)
        return self.named.get(parent.item_id, {}).get(party, usual)


def cases_of(
    process: Process, point: Parent | Row[Any], *, members: Members, parties: Parties, today: date
) -> list[Member]:
    """Whom a process of a point has a case for: the listed municipalities, the one the catalogue names, or its body."""
    if process.per == "point":
        return []
    if process.per == "body":
        assert point.body_id is not None
        return [members.body(point.body_id)]
    own = parties.named.get(point.item_id, {}).get("municipality")
    if point.body_id is None and own is not None:
        only = members.body(own)
        return [only] if only.takes_part(today) else []
    return members.named(point.body_id, today)


def plan_of(one: Underway, cases: Collection[str], calendar: WorkCalendar) -> list[PlannedStage]:
    """The stages a process should have, for the deadline its point has now."""
    return plan_stages(
        one.process,
        opens_on=max(one.parent.opens_on, one.started_on),
        deadline_on=one.parent.deadline_on,
        cases=sorted(cases),
        calendar=calendar,
        renews=one.renews,
    )


def add_missing(
    session: Session,
    code: str,
    one: Underway,
    *,
    day: RoadmapDay,
    members: Members,
    parties: Parties,
) -> int:
    """Insert the stages that should be there and are not; returns how many.

    A municipality that comes midway gets stages like the others, with days that are left to it.
    """
    listed = cases_of(one.process, one.parent, members=members, parties=parties, today=day.today)
    cases = {member.code: member for member in listed}
    there = {stage.place for stage in one.stages}
    titles = {stage.code: stage.title for stage in one.process.stages}
    rows = []
    for planned in plan_of(one, cases, day.calendar):
        if planned.place in there:
            continue
        member = cases[planned.case] if planned.case else None
        stage = planned if planned.blocked else in_time(planned, today=day.today, least=day.least)
        rows.append(
            {
                "key": stage_key(one.parent.key, stage.place),
                "roadmap_code": code,
                "item_id": one.parent.item_id,
                "body_id": member.body_id if member else None,
                "owner_id": parties.body(stage.party, one, member.body_id if member else None),
                "purpose": "result",
                "opens_on": stage.opens_on,
                "due_on": stage.due_on,
                "deadline_on": stage.due_on,
                "deadline_note": stage.note,
                "status": "planned",
                "is_history": False,
                "next_check_on": None if stage.blocked else stage.opens_on,
                "parent_id": one.parent.id,
                "stage": stage.code,
                "stage_title": titles[stage.code] + (f" · {member.short}" if member else ""),
                "blocked": stage.blocked,
            }
        )
    if rows:
        session.execute(insert(POINTS), rows)
    return len(rows)


def in_time(planned: PlannedStage, *, today: date, least: date) -> PlannedStage:
    """The stage as it can still be done by one who gets it today."""
    if planned.opens_on >= today:
        return planned
    due = max(planned.due_on, least)
    note = planned.note if due == planned.due_on else f"{planned.note}{PUSHED}{LEAST_DAYS}"
    return replace(planned, opens_on=min(today, due), due_on=due, note=note)
