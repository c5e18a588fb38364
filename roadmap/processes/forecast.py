"""When a process will end, judged by how long its stages have really taken. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from statistics import median

from roadmap.calendar import WorkCalendar
from roadmap.processes.schema import Process, Stage
from roadmap.processes.staging import Place, StageState

ENOUGH = 3
"""So many finished stages of a kind make a history; with fewer the planned time counts."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """The day the last stage is likely done; ``from_history``: stages whose own history was used, of ``counted``.

    ``overrun``: titles of the stages that take longer than they usually do, each reckoned to end in a working day.
    """

    ends_on: date
    from_history: int
    counted: int
    overrun: tuple[str, ...] = ()

    @property
    def method(self) -> str:
        """In Russian, how it was reckoned."""
        said = "по плановым срокам этапов: истории ещё мало"
        if self.from_history:
            said = f"по медиане прошлых этапов ({self.from_history} из {self.counted}), остальные — по плану"
        if not self.overrun:
            return said
        titles = ", ".join(f"«{title}»" for title in self.overrun)
        which = f"идёт этап {titles}, ему дан" if len(self.overrun) == 1 else f"идут этапы {titles}, каждому дан"
        return f"{said}; дольше обычного {which} ещё 1 рабочий день"


def durations(done: Iterable[tuple[str, date, date]], calendar: WorkCalendar) -> Mapping[str, list[int]]:
    """Working days each stage really took, by its code, from (code, day it was opened, day it was done)."""
    took: dict[str, list[int]] = {}
    for code, first, last in done:
        took.setdefault(code, []).append(max(0, calendar.working_days_between(first, last)))
    return took


def forecast(
    process: Process,
    standing: Sequence[StageState],
    took: Mapping[str, Sequence[int]],
    *,
    today: date,
    calendar: WorkCalendar,
) -> Forecast | None:
    """The likely end; None when nothing is left to do or there are no stages.

    A stage under way has only its remaining working days ahead: those it has taken since it was opened are gone.
    """
    if not standing or all(stage.state in ("done", "skipped") for stage in standing):
        return None
    codes = {stage.code: stage for stage in process.stages}
    ends: dict[Place, date] = {}
    left = [stage for stage in standing if stage.state in ("waiting", "current")]
    order = {code: n for n, code in enumerate(codes)}
    typical = {code: _typical(stage, process, took) for code, stage in codes.items()}
    after, between = cache(calendar.add_working_days), cache(calendar.working_days_between)
    overrun: set[str] = set()
    for stage in sorted(left, key=lambda one: order[one.code]):
        needed = [(code, None if codes[code].common else stage.case) for code in codes[stage.code].needs]
        begins = max([today, *(ends[place] for place in needed if place in ends)])
        days = typical[stage.code]
        if stage.state == "current" and stage.since:
            spent = between(stage.since, today)
            overrun |= {stage.code} if spent > days else set()
            days = max(1, days - spent)
        ends[stage.place] = after(begins, days)
    used = {stage.code for stage in left}
    known = sum(len(took.get(code, ())) >= ENOUGH for code in used)
    longer = tuple(one.title for one in process.stages if one.code in overrun)
    return Forecast(max(ends.values()), known, len(used), longer)


def _typical(stage: Stage, process: Process, took: Mapping[str, Sequence[int]]) -> int:
    """The median of its history, or what the plan gives it."""
    history = took.get(stage.code, ())
    if len(history) >= ENOUGH:
        return round(median(history))
    if stage.after is not None:
        return stage.after
    assert stage.before is not None
    ahead = [process.stage(code).before or 0 for code in stage.needs]
    return max(1, min(ahead, default=stage.before + 5) - stage.before)
