"""One sweep over the processes of a roadmap: what should be so, and is not? Run twice it changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Engine, select, update
from sqlmodel import Session, col

from models import ControlPoint, lifecycle
from models import Process as ProcessRow
from models.db import open_session
from models.db.locks import lock_roadmap
from models.db.rows import table_of
from models.lifecycle.bulk import Change, change_many
from models.lifecycle.transitions import Action, TransitionCommand
from roadmap.calendar import WorkCalendar
from roadmap.processes.loading import built_in
from roadmap.processes.schema import Process
from roadmap.processes.staging import is_over, progress, ready, result_words
from tasks.context.roadmap_day import RoadmapDay
from tasks.context.working_calendar import calendar_of
from tasks.processes.follow import follow, withdraw_absent, withdraw_left_over
from tasks.processes.plan import Parties, add_missing, begin
from tasks.processes.renew import renew
from tasks.processes.rows import ENGINE, Members, StageRow, Underway, read_stages, underway

__all__ = ["ENGINE", "StagesReport", "advance", "advance_point"]

PROCESSES = table_of(ProcessRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class StagesReport:
    """What a sweep changed; all counts are 0 when everything was as it should be."""

    begun: int = 0
    """Processes that began."""
    added: int = 0
    """Stages that came to be."""
    moved: int = 0
    """Stages that followed their point's deadline or their party."""
    withdrawn: int = 0
    """Stages taken off control: their municipality left, or their point was closed as a whole."""
    accepted: int = 0
    """Reported stages that the order of the process accepted."""
    started: int = 0
    """Stages that opened: what they need is done, or their day has come."""
    ended: tuple[str, ...] = ()
    """Keys of points whose process has ended."""
    renewed: tuple[str, ...] = ()
    """Keys of points planned to renew a result."""
    without_municipalities: tuple[str, ...] = ()
    """Keys of open points that a process «per municipality» waits to begin for: no municipality is listed."""


def advance_point(engine: Engine, key: str, *, today: date, at: datetime) -> None:
    """Bring the stages of one point forward, as the daily control does for all."""
    with open_session(engine) as session:
        code = lifecycle.point_by_key(session, key).roadmap_code
        advance(session, code, today=today, at=at, calendar=calendar_of(session, code), only=key)


def advance(
    session: Session,
    roadmap_code: str,
    *,
    today: date,
    at: datetime,
    calendar: WorkCalendar,
    only: str | None = None,
    accepts: str = "",
    processes: Mapping[str, Process] | None = None,
) -> StagesReport:
    """Bring the processes of a roadmap (or of the point ``only``) forward to a day, in the caller's transaction.

    1. processes begin for open points whose kind has one, missing stages are inserted;
    2. stages of municipalities that left, and of points closed as a whole, are withdrawn;
    3. live stages follow the deadline of their point and the bodies of their parties;
    4. reported stages are accepted, those that nothing holds up any more are opened;
    5. where all stages are done the point is reported, and accepted at once when ``accepts`` names the coordinator
       whose answer ended it;
    6. a result to be renewed gets its next point; points under way are silent, for their stages speak.

    Two sweeps at once run one after the other: the roadmap's row is held from the start. ``processes`` by code; None:
    the built-in ones. They count for points that begin now: one under way keeps its definition.
    """
    lock_roadmap(session, roadmap_code)
    day = RoadmapDay.of(session, roadmap_code, today=today, at=at, calendar=calendar)
    known = built_in() if processes is None else processes
    members = Members.of(session, roadmap_code)
    parties = Parties.of(session, roadmap_code, members)
    begun, without = begin(session, roadmap_code, known, today=today, members=members, parties=parties, only=only)
    there = underway(session, roadmap_code, only=only)
    report = _keep_up(session, roadmap_code, there, day=day, members=members, parties=parties)
    accepted, started = _go_on(session, there, day)
    ended = [one.parent.key for one in there if _end(session, one, day=day, accepts=accepts)]
    renewed = renew(session, roadmap_code, known, calendar=calendar, members=members)
    _mute_parents(session, roadmap_code)
    return replace(
        report,
        begun=begun,
        accepted=accepted,
        started=started,
        ended=tuple(ended),
        renewed=tuple(renewed),
        without_municipalities=tuple(without),
    )


def _keep_up(
    session: Session, code: str, there: Sequence[Underway], *, day: RoadmapDay, members: Members, parties: Parties
) -> StagesReport:
    """Bring the stages in line with the points, the municipalities and the parties: added, withdrawn, moved."""
    running = [one for one in there if one.runs]
    added = sum(add_missing(session, code, one, day=day, members=members, parties=parties) for one in running)
    withdrawn = sum(withdraw_absent(session, one, day=day, members=members) for one in running)
    withdrawn += sum(withdraw_left_over(session, one, day=day) for one in there if one.parent.closed_on)
    if added or withdrawn:
        read_stages(session, there)
    moved = sum(follow(session, one, day=day, parties=parties) for one in running)
    if moved:
        read_stages(session, there)
    return StagesReport(added=added, withdrawn=withdrawn, moved=moved)


def _go_on(session: Session, there: Sequence[Underway], day: RoadmapDay) -> tuple[int, int]:
    """Accept what was reported and open what nothing holds up any more; how many of each."""
    accepted = _accept(session, there, day)
    if accepted:
        read_stages(session, there)
    return accepted, sum(_start(session, one, day) for one in there if one.parent.closed_on is None)


def _accept(session: Session, there: Sequence[Underway], day: RoadmapDay) -> int:
    """Accept what parties reported, on the day they name; the coordinator is not asked, nobody is told."""
    reported = [
        stage
        for one in there
        if one.process.accept == "process" and one.parent.closed_on is None
        for stage in one.stages
        if stage.status == "submitted"
    ]
    return change_many(session, [Change(stage.id, _acceptance(stage, day)) for stage in reported])


def _acceptance(stage: StageRow, day: RoadmapDay) -> TransitionCommand:
    assert stage.submitted_on is not None
    return TransitionCommand(action="accept", actor=ENGINE, at=day.at, on=stage.submitted_on, tell=False)


def _start(session: Session, one: Underway, day: RoadmapDay) -> int:
    """Open the stages that nothing holds up any more, and those whose day has come."""
    by_place = {stage.place: stage for stage in one.stages}
    opening = TransitionCommand(action="open", actor=ENGINE, at=day.at, on=day.today, tell=False)
    changes = []
    for start in ready(one.process, one.standing(), today=day.today, calendar=day.calendar):
        stage = by_place[start.place]
        note = stage.deadline_note
        if start.due_on != stage.due_on and stage.deadline_on < start.due_on:
            note += f"; начат {day.today:%d.%m.%Y}"
        days = {"opens_on": start.opens_on, "due_on": start.due_on, "deadline_on": start.due_on}
        changes.append(
            Change(stage.id, opening, days | {"blocked": False, "deadline_note": note, "next_check_on": day.today})
        )
    due = [s for s in one.stages if s.status == "planned" and not s.blocked and s.opens_on <= day.today]
    changes += [Change(stage.id, opening) for stage in due]
    return change_many(session, changes)


def _end(session: Session, one: Underway, *, day: RoadmapDay, accepts: str) -> bool:
    """Report the point when all its stages are done; a closed or reported one only ends its process.

    Where every party refused there is no result to accept: the coordinator decides about the point.
    """
    standing = one.standing()
    if one.parent.closed_on is None and not is_over(standing):
        return False
    last = max((stage.done_on for stage in standing if stage.state == "done" and stage.done_on), default=day.today)
    if one.runs:
        words = result_words(one.process, standing)
        is_empty = one.process.per != "point" and progress(standing, one.process.stages[-1].code)[0] == 0
        action: Action = "accept" if accepts and not is_empty else "submit"
        move = TransitionCommand(action=action, actor=accepts or ENGINE, at=day.at, on=last, evidence=words)
        (lifecycle.accept if action == "accept" else lifecycle.change)(session, one.parent.key, move)
    ended_on = one.parent.closed_on or last
    session.execute(update(PROCESSES).where(PROCESSES.c.point_id == one.parent.id).values(ended_on=ended_on))
    return True


def _mute_parents(session: Session, code: str) -> None:
    """While stages are under way letters go to those who hold them, not to the owner of the whole point."""
    point = ControlPoint
    session.execute(
        update(point)
        .where(
            col(point.roadmap_code) == code,
            col(point.status).in_(("open", "returned")),
            col(point.next_check_on).is_not(None),
            col(point.news).is_(None),
            col(point.has_open_request).is_(False),
            col(point.id).in_(select(col(ProcessRow.point_id)).where(col(ProcessRow.ended_on).is_(None))),
        )
        .values(next_check_on=None)
        .execution_options(synchronize_session=False)
    )
