"""From a process to stages with days, and what follows from what was done. Pure: no clock, no session."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from roadmap.calendar import WorkCalendar
from roadmap.language import in_working_days
from roadmap.processes.schema import Party, Process, Stage

#: Working days that are left to a stage however late the one before it was.
LEAST_DAYS = 2
#: Working days the first stage is meant to have to itself.
FIRST_DAYS = 5
State = Literal["waiting", "current", "done", "skipped"]
#: A stage of a case: (code, municipality or None).
Place = tuple[str, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedStage:
    """A stage with its days as far as they can be known ahead; ``blocked`` until what it needs is done."""

    code: str
    case: str | None
    """Code of the municipality; None for a common stage or where the point is the only case."""
    party: Party
    opens_on: date
    due_on: date
    blocked: bool
    note: str = ""
    """In Russian: from what ``due_on`` is counted, with the deadline of the point it was planned for."""

    @property
    def place(self) -> Place:
        """What identifies it within its point."""
        return self.code, self.case


@dataclass(frozen=True, slots=True, kw_only=True)
class StageState:
    """A stage as it stands; ``done_on`` is the day it was done (or skipped), ``since`` the day a current one opened."""

    code: str
    case: str | None
    state: State
    due_on: date
    done_on: date | None = None
    since: date | None = None

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

    A point that is given fewer working days than the stages want shares out those it has, in proportion. A stage
    counted from others is dated from their own due days: an estimate that the real day replaces. Without ``cases`` a
    process «per municipality» has its common stages only.
    """
    wanted = stages_of(process, renews=renews)
    before = _ahead(wanted, opens_on=opens_on, deadline_on=deadline_on, calendar=calendar)
    least = calendar.add_working_days(opens_on, LEAST_DAYS)
    patterns: dict[str, PlannedStage] = {}
    for stage in wanted:
        needed = [patterns[code].due_on for code in stage.needs if code in patterns]
        due = max(_due(stage, needed, before, deadline_on=deadline_on, calendar=calendar), min(least, deadline_on))
        if not needed:
            due = max(due, least)
        patterns[stage.code] = PlannedStage(
            code=stage.code,
            case=None,
            party=stage.party,
            opens_on=min(max([opens_on, *needed]), due),
            due_on=due,
            blocked=bool(needed),
            note=_note(stage, before, deadline_on),
        )
    alone = process.per == "point"
    planned = [patterns[stage.code] for stage in wanted if stage.common or alone]
    own = [patterns[stage.code] for stage in wanted if not (stage.common or alone)]
    return planned + [replace(pattern, case=case) for case in cases for pattern in own]


def ready(process: Process, standing: Iterable[StageState], *, today: date, calendar: WorkCalendar) -> list[Start]:
    """The waiting stages that nothing holds up any more, with the days they run from and to.

    Whoever was late ahead of it, a stage is left ``LEAST_DAYS`` working days: nobody is late on the day he gets it.
    A need that is not among the stages (left out of a renewal, a municipality that came later) holds nothing up.
    """
    there = {stage.place: stage for stage in standing}
    codes = {stage.code: stage for stage in process.stages}
    least = calendar.add_working_days(today, LEAST_DAYS)
    starts = []
    for stage in there.values():
        if stage.state != "waiting":
            continue
        definition = codes[stage.code]
        needed = [there[place] for place in _needs(definition, stage.case, codes) if place in there]
        if all(one.state in ("done", "skipped") for one in needed):
            last = max((one.done_on for one in needed if one.done_on), default=today)
            due = stage.due_on
            if definition.after is not None:
                due = calendar.add_working_days(last, definition.after)
            starts.append(Start(stage.place, today, max(due, least)))
    return starts


def is_over(standing: Iterable[StageState]) -> bool:
    """Whether every stage is done or skipped; never for a point without stages."""
    states = [stage.state for stage in standing]
    return bool(states) and all(state in ("done", "skipped") for state in states)


def progress(standing: Iterable[StageState], code: str) -> tuple[int, int]:
    """(done, all but skipped) of one stage over the cases: «подписано 31 из 44»."""
    of_it = [stage for stage in standing if stage.code == code and stage.state != "skipped"]
    return sum(stage.state == "done" for stage in of_it), len(of_it)


def result_words(process: Process, standing: Iterable[StageState]) -> str:
    """What the end of a process says of its last stage: «Зарегистрировано 41 из 44, снято с контроля 3»."""
    last = process.stages[-1]
    of_it = [stage.state for stage in standing if stage.code == last.code]
    done, skipped = of_it.count("done"), of_it.count("skipped")
    if process.per == "body" and of_it == ["done"]:
        return last.done or last.title
    said = last.done or f"{last.title}:"
    return f"{said} {done} из {len(of_it)}" + (f", снято с контроля {skipped}" if skipped else "")


def days_ahead(process: Process, *, renews: bool) -> int:
    """How many working days before its deadline the first stage of a point begins at the latest."""
    longest = max((stage.before or 0 for stage in stages_of(process, renews=renews)), default=0)
    return max(longest, 0) + 2 * LEAST_DAYS


def _ahead(wanted: Sequence[Stage], *, opens_on: date, deadline_on: date, calendar: WorkCalendar) -> Mapping[str, int]:
    """Working days before the deadline by stage, as many as the point really has; the first stage has its share too."""
    room = max(calendar.working_days_between(opens_on, deadline_on), 0)
    days = {stage.code: stage.before for stage in wanted if stage.before is not None}
    whole = max((stage.before or 0 for stage in wanted), default=0) + FIRST_DAYS
    if whole <= room:
        return days
    return {code: n * room // whole if n > 0 else n for code, n in days.items()}


def _needs(stage: Stage, case: str | None, there: Mapping[str, Stage]) -> list[Place]:
    return [(code, None if there[code].common else case) for code in stage.needs if code in there]


def _due(
    stage: Stage, needed: Sequence[date], before: Mapping[str, int], *, deadline_on: date, calendar: WorkCalendar
) -> date:
    if stage.after is not None:
        return calendar.add_working_days(max(needed, default=deadline_on), stage.after)
    days = before[stage.code]
    return calendar.add_working_days(deadline_on, -days) if days else deadline_on


def _note(stage: Stage, before: Mapping[str, int], deadline_on: date) -> str:
    of_point = f"срок пункта — {deadline_on:%d.%m.%Y}"
    if stage.after is not None:
        return f"через {in_working_days(stage.after)} после предыдущих этапов, {of_point}"
    days = before[stage.code]
    if not days:
        return f"в {of_point}"
    return (
        f"за {in_working_days(days)} до срока: {of_point}"
        if days > 0
        else f"через {in_working_days(-days)}: {of_point}"
    )
