"""When a process will end, judged by how long its stages have really taken. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from statistics import median

from roadmap.calendar import WorkCalendar
from roadmap.processes.schema import Process, Stage
from roadmap.processes.staging import Place, Standing

ENOUGH = 3
"""So many finished stages of a kind make a history; with fewer the planned time counts."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """The day the last stage is likely done; ``from_history``: stages whose own history was used, of ``counted``."""

    ends_on: date
    from_history: int
    counted: int

    @property
    def method(self) -> str:
        """In Russian, how it was reckoned."""
        if not self.from_history:
            return "по плановым срокам этапов: истории ещё мало"
        return f"по медиане прошлых этапов ({self.from_history} из {self.counted}), остальные — по плану"


def durations(done: Iterable[tuple[str, date, date]], calendar: WorkCalendar) -> Mapping[str, list[int]]:
    """Working days each stage really took, by its code, from (code, day it was opened, day it was done)."""
    took: dict[str, list[int]] = {}
    for code, first, last in done:
        took.setdefault(code, []).append(max(0, calendar.working_days_between(first, last)))
    return took


def forecast(
    process: Process,
    standing: Sequence[Standing],
    took: Mapping[str, Sequence[int]],
    *,
    today: date,
    calendar: WorkCalendar,
) -> Forecast | None:
    """The likely end; None when nothing is left to do or there are no stages."""
    if not standing or all(stage.state in ("done", "skipped") for stage in standing):
        return None
    codes = {stage.code: stage for stage in process.stages}
    ends: dict[Place, date] = {}
    left = [stage for stage in standing if stage.state in ("waiting", "current")]
    order = {code: n for n, code in enumerate(codes)}
    typical = {code: _typical(stage, process, took) for code, stage in codes.items()}
    after = cache(calendar.add_working_days)
    for stage in sorted(left, key=lambda one: order[one.code]):
        needed = [(code, None if codes[code].common else stage.case) for code in codes[stage.code].needs]
        begins = max([today, *(ends[place] for place in needed if place in ends)])
        ends[stage.place] = after(begins, typical[stage.code])
    used = {stage.code for stage in left}
    known = sum(len(took.get(code, ())) >= ENOUGH for code in used)
    return Forecast(max(ends.values()), known, len(used))


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
