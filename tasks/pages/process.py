"""The stages of a point for the coordinator's page: the drawn map, who holds what, those who owe first."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session

from roadmap.cards.process import STATE_RU, StageFact, StageSum, headline, holders, last_day, map_row, stage_sums
from roadmap.cards.process_map import map_svg
from roadmap.processes.forecast import Forecast
from tasks.prefect.cards.process_facts import ProcessFacts, process_facts

#: States of a case from the one that owes most to the one that owes nothing.
ORDER = ("late", "current", "waiting", "skipped", "done")
COUNTS_RU = {
    "late": "просрочено",
    "current": "в работе",
    "waiting": "ждут своей очереди",
    "skipped": "снято с контроля",
    "done": "завершено",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLine:
    """One stage over all its cases: the days of what is left, and where nothing is the last day it was done."""

    number: int
    title: str
    state: str
    words: str
    """«просрочен (31 из 44)»."""
    holders: str
    since: date | None
    due_on: date
    done_on: date | None
    late_days: int
    """Of the worst case, calendar days."""
    late_cases: int
    point_id: int | None
    """The stage's own page, where it is one stage and not one a case."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStage:
    """One stage of one municipality, with the number of its own page."""

    point_id: int
    title: str
    fact: StageFact
    late_days: int

    @property
    def state(self) -> str:
        """One of ``ORDER``."""
        if not self.fact.is_live:
            return "done" if self.fact.status == "accepted" else "skipped"
        if not self.fact.is_open:
            return "waiting"
        return "late" if self.late_days else "current"

    @property
    def words(self) -> str:
        """«в работе»."""
        return STATE_RU[self.state]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseLine:
    """One municipality with its stages in the order of the process."""

    name: str
    stages: tuple[CaseStage, ...]

    @property
    def held(self) -> list[CaseStage]:
        """What somebody has in hand."""
        return [stage for stage in self.stages if stage.fact.is_open]

    @property
    def done(self) -> int:
        """How many stages are done."""
        return sum(stage.fact.status == "accepted" for stage in self.stages)

    @property
    def late_days(self) -> int:
        """Of what is in hand, the worst; calendar days."""
        return max((stage.late_days for stage in self.held), default=0)

    @property
    def state(self) -> str:
        """One of ``ORDER``; one whose last stage was taken off control has refused."""
        if any(stage.fact.is_live for stage in self.stages):
            return "late" if self.late_days else "current" if self.held else "waiting"
        return self.stages[-1].state


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessPage:
    """All that the page of a point says of its process."""

    title: str
    headline: str
    svg: str
    """Every word in it is escaped."""
    forecast: Forecast | None
    behind: int
    """Calendar days from the point's deadline to the forecast end; 0 in time."""
    stages: tuple[StageLine, ...]
    cases: tuple[CaseLine, ...]
    """Those who owe first, the latest of them on top."""
    cases_title: str

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        """(state, its words, how many cases are in it), without those that nobody is in."""
        states = [case.state for case in self.cases]
        return [(state, COUNTS_RU[state], states.count(state)) for state in ORDER if state in states]


def process_page(session: Session, key: str, *, today: date) -> ProcessPage | None:
    """The process of a point on a day; None where it has none."""
    return next((_page(found, today) for _, found in process_facts(session, {key: today})), None)


def _page(found: ProcessFacts, today: date) -> ProcessPage:
    sums = stage_sums(found.process, found.facts)
    ids = {row.stage: row.id for row, _ in found.stages}
    ends = found.forecast
    return ProcessPage(
        title=found.process.title,
        headline=headline(sums),
        svg=map_svg([map_row(one, today) for one in sums]),
        forecast=ends,
        behind=max(0, (ends.ends_on - found.deadline_on).days) if ends else 0,
        stages=tuple(_line(one, ids.get(one.stage.code), today) for one in sums),
        cases=tuple(_cases(found, today)),
        cases_title="Муниципалитеты" if found.process.per == "municipality" else "Стороны",
    )


def _line(one: StageSum, point_id: int | None, today: date) -> StageLine:
    live = [fact for fact in one.facts if fact.is_live]
    state = one.state(today)
    late = [days for fact in one.facts if (days := fact.late_days(today))]
    return StageLine(
        number=one.number,
        title=one.stage.title,
        state=state,
        words=STATE_RU[state] + (f" ({one.done} из {one.total})" if one.total > 1 else ""),
        holders=holders(one) if live else "",
        since=min((fact.opens_on for fact in one.facts if fact.is_open), default=None),
        due_on=min((fact.due_on for fact in live), default=max(fact.due_on for fact in one.facts)),
        done_on=None if live else last_day(one.of("accepted")),
        late_days=max(late, default=0),
        late_cases=len(late),
        point_id=point_id if one.total == 1 else None,
    )


def _cases(found: ProcessFacts, today: date) -> list[CaseLine]:
    titles = {stage.code: stage.title for stage in found.process.stages}
    order = {code: n for n, code in enumerate(titles)}
    cases: defaultdict[str, list[CaseStage]] = defaultdict(list)
    for row, fact in sorted(found.stages, key=lambda one: order[one[1].code]):
        if fact.case:
            late = fact.late_days(today)
            cases[fact.case].append(CaseStage(point_id=row.id, title=titles[fact.code], fact=fact, late_days=late))
    lines = [CaseLine(name=name, stages=tuple(stages)) for name, stages in cases.items()]
    return sorted(lines, key=_missing_order)


def _missing_order(case: CaseLine) -> tuple[int, int, date, str]:
    due = min((stage.fact.due_on for stage in case.held), default=date.max)
    return ORDER.index(case.state), -case.late_days, due, case.name.casefold()
