"""From a process to stages with days, and what follows from what was done. Pure: no clock, no session."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from roadmap.calendar import WorkCalendar
from roadmap.processes.schema import Party, Process, Stage

#: Working days that are left to a stage however late the one before it was.
LEAST_DAYS = 2
State = Literal["waiting", "current", "done", "skipped"]
#: A stage of a case: (code, municipality or None).
Place = tuple[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStage:
    """A stage with its days as far as they can be known ahead; ``waits`` until what it needs is done."""

    code: str
    case: str | None
    """Code of the municipality; None for a common stage or where the point is the only case."""
    party: Party
    opens_on: date
    due_on: date
    waits: bool

    @property
    def place(self) -> Place:
        """What identifies it within its point."""
        return self.code, self.case


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A stage as it stands; ``done_on`` is the day it was done (or skipped)."""

    code: str
    case: str | None
    state: State
    due_on: date
    done_on: date | None = None

    @property
    def place(self) -> Place:
        """What identifies it within its point."""
        return self.code, self.case


@dataclass(frozen=True, slots=True)
class Start:
    """A stage whose needs are done: it is worked on from ``opens_on``, due by ``due_on``."""

    place: Place
    opens_on: date
    due_on: date


def stages_of(process: Process, *, renews: bool) -> tuple[Stage, ...]:
    """The stages of a point: a renewal leaves out what is done once for good."""
    return tuple(stage for stage in process.stages if not (renews and stage.first_only))


def plan_stages(
    process: Process,
    *,
    opens_on: date,
    deadline_on: date,
    cases: Sequence[str],
    calendar: WorkCalendar,
    renews: bool = False,
) -> list[PlannedStage]:
    """Every stage of a point with its days; common stages first, then each case's in the order of the process.

    A stage counted from others is dated from their own due days: an estimate that the real day replaces. Without
    ``cases`` a process «per municipality» has its common stages only.
    """
    wanted = stages_of(process, renews=renews)
    due: dict[Place, date] = {}
    places: list[tuple[Stage, str | None]] = []
    places += [(stage, None) for stage in wanted if stage.common or process.per == "point"]
    places += [(stage, case) for case in cases for stage in wanted if not stage.common and process.per != "point"]
    planned = []
    for stage, case in places:
        needed = [due[place] for place in _needs(stage, case, wanted)]
        due[stage.code, case] = _due(stage, needed, deadline_on=deadline_on, calendar=calendar)
        opens = min(max([opens_on, *needed]), due[stage.code, case])
        planned.append(
            PlannedStage(
                code=stage.code,
                case=case,
                party=stage.party,
                opens_on=opens,
                due_on=due[stage.code, case],
                waits=bool(needed),
            )
        )
    return planned


def ready(process: Process, standing: Iterable[Standing], *, today: date, calendar: WorkCalendar) -> list[Start]:
    """The waiting stages that nothing holds up any more, with the days they run from and to.

    Whoever was late ahead of it, a stage is left ``LEAST_DAYS`` working days: nobody is late on the day he gets it.
    A need that is not among the stages (left out of a renewal, a municipality that came later) holds nothing up.
    """
    there = {stage.place: stage for stage in standing}
    codes = {stage.code: stage for stage in process.stages}
    starts = []
    for stage in there.values():
        if stage.state != "waiting":
            continue
        definition = codes[stage.code]
        needed = [there[place] for place in _needs(definition, stage.case, process.stages) if place in there]
        if all(one.state in ("done", "skipped") for one in needed):
            last = max((one.done_on for one in needed if one.done_on), default=today)
            due = stage.due_on
            if definition.after is not None:
                due = calendar.add_working_days(last, definition.after)
            starts.append(Start(stage.place, today, max(due, calendar.add_working_days(today, LEAST_DAYS))))
    return starts


def is_over(standing: Iterable[Standing]) -> bool:
    """Whether every stage is done or skipped; never for a point without stages."""
    states = [stage.state for stage in standing]
    return bool(states) and all(state in ("done", "skipped") for state in states)


def progress(standing: Iterable[Standing], code: str) -> tuple[int, int]:
    """(done, all but skipped) of one stage over the cases: «подписано 31 из 44»."""
    of_it = [stage for stage in standing if stage.code == code and stage.state != "skipped"]
    return sum(stage.state == "done" for stage in of_it), len(of_it)


def _needs(stage: Stage, case: str | None, stages: Iterable[Stage]) -> list[Place]:
    there = {one.code: one for one in stages}
    return [(code, None if there[code].common else case) for code in stage.needs if code in there]


def _due(stage: Stage, needed: Sequence[date], *, deadline_on: date, calendar: WorkCalendar) -> date:
    if stage.before is not None:
        return calendar.add_working_days(deadline_on, -stage.before) if stage.before else deadline_on
    assert stage.after is not None
    return calendar.add_working_days(max(needed, default=deadline_on), stage.after)
