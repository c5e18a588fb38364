"""Who holds each agreement and for how long: the stages of many cases as one table with totals. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from roadmap.calendar import WorkCalendar
from roadmap.language import in_working_days
from roadmap.processes.missing_evidence import missing_evidence, missing_words
from roadmap.processes.schema import Process
from roadmap.processes.staging import State


@dataclass(frozen=True, slots=True, kw_only=True)
class StageFact:
    """A stage of a case as it stands; days as stored."""

    code: str
    case: str | None
    """Code of the municipality; None for what is done once for all."""
    holder: str
    """Short name of the body that holds the ball."""
    state: State
    opens_on: date
    deadline_on: date
    done_on: date | None = None
    ground: str = ""
    """Why it was taken off control."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One stage in somebody's hands: since when, for how many working days, due when, late by how many."""

    stage: str
    title: str
    holder: str
    since: date
    working_days: int
    due_on: date
    days_late: int
    """Working days; 0 in time."""

    @property
    def words(self) -> str:
        """«Подпись муниципалитета — г. Сочи, 7 рабочих дней»."""
        return f"{self.title} — {self.holder}, {in_working_days(self.working_days)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One agreement: ``outcome`` is «в работе», «завершено» or «снято»."""

    case: str
    name: str
    outcome: str
    held: tuple[Held, ...]
    done: int
    of: int
    done_on: date | None = None
    ground: str = ""
    owed: tuple[str, ...] = ()
    """Titles of stages that are not recorded though one that needs them is."""

    @property
    def is_late(self) -> bool:
        """Somebody holds it past the day."""
        return any(held.days_late for held in self.held)


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """How far one stage has come over all cases; ``words``: «Подписано 31 из 44»."""

    stage: str
    words: str
    done: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A recorded day that was corrected; both None where only the proof was. ``name`` is empty for what is common."""

    name: str
    title: str
    was: date | None
    on: date | None
    corrected_on: date
    actor: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """Every agreement of a point, by name, with totals by stage and the number of agreements each body holds."""

    lines: tuple[Line, ...]
    totals: tuple[Total, ...]
    holders: tuple[tuple[str, int, int], ...]
    """(body, agreements it holds, of these late), the one that holds most first."""
    corrections: tuple[Correction, ...] = ()
    """What was recorded otherwise before, oldest first."""
    owed: tuple[str, ...] = ()
    """«Зарегистрировано, не внесена дата этапа «Подпись муниципалитета»: г. Анапа»: what keeps the point open."""

    @property
    def main(self) -> str:
        """«Подписано всеми 31 из 44, зарегистрировано 29 из 44»: the stages that have a word of their own."""
        return ", ".join(total.words if n == 0 else _lower(total.words) for n, total in enumerate(self.totals))


DONE, LIVE, OFF = "завершено", "в работе", "снято"


def ledger(
    process: Process,
    facts: Iterable[StageFact],
    names: dict[str, str],
    *,
    today: date,
    calendar: WorkCalendar,
) -> Ledger:
    """The ledger of one process on a day; ``names`` are short names by code of municipality.

    While what is common to all (the draft) is still being worked on, everybody's agreement is held by whoever holds
    that.
    """
    titles = {stage.code: stage.title for stage in process.stages}
    by_case: defaultdict[str | None, list[StageFact]] = defaultdict(list)
    for fact in facts:
        by_case[fact.case].append(fact)
    behind = missing_evidence(
        process, {(fact.code, fact.case): fact.state for several in by_case.values() for fact in several}
    )
    shared = [_held(one, titles, today, calendar) for one in by_case.pop(None, []) if one.state == "current"]
    lines = [
        _line(case, names.get(case, case), several, shared, titles=titles, today=today, calendar=calendar)
        for case, several in by_case.items()
        if case is not None
    ]
    missing = {one.case: tuple(stage.title for stage in one.missing) for one in behind}
    lines = [replace(line, owed=missing.get(line.case, ())) for line in lines]
    lines.sort(key=lambda line: (line.name.casefold(), line.case))
    return Ledger(
        lines=tuple(lines),
        totals=tuple(_totals(process, by_case.values())),
        holders=_holders(lines),
        owed=tuple(missing_words(behind, names)),
    )


def _held(fact: StageFact, titles: dict[str, str], today: date, calendar: WorkCalendar) -> Held:
    return Held(
        stage=fact.code,
        title=titles[fact.code],
        holder=fact.holder,
        since=fact.opens_on,
        working_days=max(0, calendar.working_days_between(fact.opens_on, today)),
        due_on=fact.deadline_on,
        days_late=max(0, calendar.working_days_between(fact.deadline_on, today)),
    )


def _line(
    case: str,
    name: str,
    facts: Sequence[StageFact],
    shared: Sequence[Held],
    *,
    titles: dict[str, str],
    today: date,
    calendar: WorkCalendar,
) -> Line:
    live = [fact for fact in facts if fact.state in ("waiting", "current")]
    off = [fact for fact in facts if fact.state == "skipped"]
    outcome = LIVE if live else OFF if off and off[-1] is facts[-1] else DONE
    held = [_held(fact, titles, today, calendar) for fact in live if fact.state == "current"]
    if live and all(fact.state == "waiting" for fact in facts):
        held = list(shared)
    days = [fact.done_on for fact in facts if fact.state == "done" and fact.done_on]
    return Line(
        case=case,
        name=name,
        outcome=outcome,
        held=tuple(held),
        done=sum(fact.state == "done" for fact in facts),
        of=len(facts),
        done_on=max(days) if outcome == DONE and days else None,
        ground=off[-1].ground if outcome == OFF else "",
    )


def _totals(process: Process, cases: Iterable[Sequence[StageFact]]) -> Iterable[Total]:
    every = [fact for several in cases for fact in several]
    spoken = [stage for stage in process.stages if stage.done and not stage.common] or process.stages[-1:]
    for stage in spoken:
        states = [fact.state for fact in every if fact.code == stage.code]
        done = states.count("done")
        said = stage.done or f"{stage.title}:"
        yield Total(stage=stage.code, words=f"{said} {done} из {len(states)}", done=done, of=len(states))


def _holders(lines: Iterable[Line]) -> tuple[tuple[str, int, int], ...]:
    held: defaultdict[str, set[str]] = defaultdict(set)
    late: defaultdict[str, set[str]] = defaultdict(set)
    for line in lines:
        for one in line.held:
            held[one.holder].add(line.case)
            if one.days_late:
                late[one.holder].add(line.case)
    return tuple(
        (body, len(cases), len(late[body]))
        for body, cases in sorted(held.items(), key=lambda one: (-len(one[1]), one[0]))
    )


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
