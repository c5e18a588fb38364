"""The card of a process for Prefect: its map, its stages and municipalities as tables, the forecast. Markdown, pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from roadmap.cards.process_map import MapRow, map_image
from roadmap.language import in_days
from roadmap.language.markdown import no_markup
from roadmap.processes.forecast import Forecast
from roadmap.processes.missing_evidence import missing_evidence, missing_words
from roadmap.processes.schema import CASE_RU, PARTY_RU, Process, Stage
from roadmap.processes.staging import State

SHOWN_CASES = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class StageFact:
    """One stage as it stands; ``case`` is the short name of the municipality, None where the stage is common."""

    code: str
    case: str | None
    holder: str
    status: str
    blocked: bool
    opens_on: date
    due_on: date
    done_on: date | None = None
    """The day it was reported done, or withdrawn."""
    planned_count: int | None = None
    count: int | None = None
    """How many were planned and how many came (or are in the list), where the stage asks for numbers."""

    @property
    def is_live(self) -> bool:
        """Neither done nor withdrawn."""
        return self.status not in ("accepted", "withdrawn")

    @property
    def is_open(self) -> bool:
        """Somebody has it in hand."""
        return self.status in ("open", "returned", "submitted")

    def late_days(self, today: date) -> int:
        """Calendar days past its day, also where it was done late; 0 otherwise."""
        if self.status in ("planned", "withdrawn"):
            return 0
        return max(0, ((self.done_on or today) - self.due_on).days)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageSum:
    """A stage over all its municipalities."""

    number: int
    stage: Stage
    facts: tuple[StageFact, ...]

    def of(self, *statuses: str) -> list[StageFact]:
        """Those in one of the statuses."""
        return [fact for fact in self.facts if fact.status in statuses]

    @property
    def done(self) -> int:
        """How many are done."""
        return len(self.of("accepted"))

    @property
    def total(self) -> int:
        """All, those taken off control as well."""
        return len(self.facts)

    def state(self, today: date) -> str:
        """One of done, skipped, late, current, waiting."""
        live = [fact for fact in self.facts if fact.is_live]
        if not live:
            return "done" if self.done else "skipped"
        if any(fact.is_open and fact.due_on < today for fact in live):
            return "late"
        return "current" if any(fact.is_open for fact in live) else "waiting"


STATE_RU = {"done": "исполнен", "skipped": "пропущен", "late": "просрочен", "current": "в работе", "waiting": "впереди"}


def process_card(
    process: Process, facts: Sequence[StageFact], *, deadline_on: date, forecast: Forecast | None, today: date
) -> str:
    """Markdown of a process under way: map, stages in order, municipalities (the worst first), forecast of the end."""
    sums = stage_sums(process, facts)
    said = headline(sums)
    parts = [
        f"### {no_markup(process.title)}: этапы",
        f"**{no_markup(said)}**" if said else "",
        *_missing_lines(process, facts),
        f"![Карта этапов]({map_image([map_row(one, today) for one in sums])})",
        _forecast_line(forecast, deadline_on),
        _stages_table(sums, today),
        _counts(sums),
        _cases_table(process, facts, today),
    ]
    return "\n\n".join(part for part in parts if part)


def _missing_lines(process: Process, facts: Sequence[StageFact]) -> list[str]:
    """What was recorded without what it needs, and how one answer settles it."""
    said = missing_words(missing_evidence(process, {(fact.code, fact.case): _state(fact) for fact in facts}), {})
    remedy = "Внести всё сразу: решение «отметить этап», этап «не внесено», дата."
    return [*(f"> **Не хватает:** {no_markup(words)}." for words in said), *([f"> {remedy}"] if said else [])]


def _state(fact: StageFact) -> State:
    if not fact.is_live:
        return "done" if fact.status == "accepted" else "skipped"
    return "current" if fact.is_open else "waiting"


def stage_sums(process: Process, facts: Iterable[StageFact]) -> list[StageSum]:
    """The stages that are there, numbered in the order of the process, as the form takes the numbers."""
    by_code: defaultdict[str, list[StageFact]] = defaultdict(list)
    for fact in facts:
        by_code[fact.code].append(fact)
    there = [stage for stage in process.stages if stage.code in by_code]
    return [StageSum(number=n, stage=s, facts=tuple(by_code[s.code])) for n, s in enumerate(there, start=1)]


def headline(sums: Sequence[StageSum]) -> str:
    """«Подписано всеми 31 из 44 · Зарегистрировано 12 из 44»; by the number of stages where none is counted."""
    counted = [f"{one.stage.done} {one.done} из {one.total}" for one in sums if one.stage.done]
    if counted:
        return " · ".join(counted)
    over = sum(not any(fact.is_live for fact in one.facts) for one in sums)
    return f"Исполнено этапов: {over} из {len(sums)}" if sums else ""


def map_row(one: StageSum, today: date) -> MapRow:
    """The stage as the map draws it, on the card of the run and on the page of the point."""
    late = sum(fact.is_open and fact.due_on < today for fact in one.facts)
    current = sum(fact.is_open for fact in one.facts) - late
    return MapRow(
        number=one.number,
        title=one.stage.title,
        state=one.state(today),
        note=" · ".join(filter(None, (holders(one), _when(one, today)))),
        done=one.done,
        current=current,
        late=late,
        skipped=len(one.of("withdrawn")),
        total=one.total,
        words=f"{one.done} из {one.total}" if one.total > 1 else STATE_RU[one.state(today)],
    )


def holders(one: StageSum) -> str:
    """Who has it in hand; by the party where they are many."""
    open_ = [fact for fact in one.facts if fact.is_open] or [fact for fact in one.facts if fact.is_live]
    names = sorted({fact.holder for fact in open_ or one.facts})
    if len(names) <= 2:
        return ", ".join(names)
    return f"{PARTY_RU[one.stage.party]} ({len(names)})"


def last_day(facts: Iterable[StageFact]) -> date | None:
    """The day the last of them was done."""
    return max((fact.done_on for fact in facts if fact.done_on), default=None)


def _when(one: StageSum, today: date) -> str:
    if one.state(today) in ("done", "skipped"):
        over = last_day(one.facts)
        return f"{over:%d.%m.%Y}" if over else ""
    due = min(fact.due_on for fact in one.facts if fact.is_live)
    return f"срок {due:%d.%m.%Y}"


def _stages_table(sums: Sequence[StageSum], today: date) -> str:
    rows = ["| № | Этап | Состояние | У кого | С какого дня | Срок | Отставание |", "|---|---|---|---|---|---|---|"]
    for one in sums:
        live = [fact for fact in one.facts if fact.is_live]
        since = min((fact.opens_on for fact in one.facts if fact.is_open), default=None)
        due = min((fact.due_on for fact in live), default=max(fact.due_on for fact in one.facts))
        count = f" ({one.done} из {one.total})" if one.total > 1 else ""
        cells = (
            str(one.number),
            one.stage.title,
            f"{STATE_RU[one.state(today)]}{count}",
            holders(one) if live else "—",
            f"{since:%d.%m.%Y}" if since else "—",
            f"{due:%d.%m.%Y}",
            _late(one.facts, today),
        )
        rows.append(_row(cells))
    return "\n".join(rows)


def _counts(sums: Sequence[StageSum]) -> str:
    """«Дни исследования: запланировано 120, пришло 112 (сообщили 3 из 4).» for each stage that has numbers."""
    lines = []
    for one in sums:
        told = [fact for fact in one.facts if fact.count is not None]
        if not told:
            continue
        came = sum(fact.count or 0 for fact in told)
        planned = sum(fact.planned_count or 0 for fact in told)
        numbers = f"запланировано {planned}, пришло {came}" if one.stage.counts == "planned_and_came" else f"{came}"
        of = f" (сообщили {len(told)} из {one.total})" if one.total > 1 else ""
        lines.append(f"- {no_markup(one.stage.title)}: {numbers}{of}")
    return "\n".join(["#### Числа", *lines]) if lines else ""


def _late(facts: Iterable[StageFact], today: date) -> str:
    """The worst lateness, and of how many."""
    late = [days for fact in facts if (days := fact.late_days(today))]
    if not late:
        return "—"
    many = f" (опаздывают или опоздали: {len(late)})" if len(late) > 1 else ""
    return f"{in_days(max(late))}{many}"


def _cases_table(process: Process, facts: Iterable[StageFact], today: date) -> str:
    """Municipalities that have something in hand, the worst first; the others are counted."""
    titles = {stage.code: stage.title for stage in process.stages}
    cases: defaultdict[str, list[StageFact]] = defaultdict(list)
    for fact in facts:
        if fact.case:
            cases[fact.case].append(fact)
    if not cases:
        return ""
    open_ = {name: [fact for fact in of if fact.is_open] for name, of in cases.items()}
    busy = sorted((name for name in cases if open_[name]), key=lambda name: _badness(open_[name], today, name))
    who = CASE_RU.get(process.per, CASE_RU["municipality"])
    rows = [f"| {who} | Этап | У кого | С какого дня | Срок | Отставание |", "|---|---|---|---|---|---|"]
    for name in busy[:SHOWN_CASES]:
        mine = sorted(open_[name], key=lambda fact: fact.due_on)
        cells = (
            name,
            "; ".join(titles[fact.code] for fact in mine),
            "; ".join(dict.fromkeys(fact.holder for fact in mine)),
            f"{min(fact.opens_on for fact in mine):%d.%m.%Y}",
            f"{mine[0].due_on:%d.%m.%Y}",
            _late(mine, today),
        )
        rows.append(_row(cells))
    over = [name for name in cases if not any(fact.is_live for fact in cases[name])]
    refused = sum(not any(fact.status == "accepted" for fact in cases[name]) for name in over)
    counts = (
        ("ещё в работе", max(len(busy) - SHOWN_CASES, 0)),
        ("ждут своей очереди", len(cases) - len(busy) - len(over)),
        ("завершили", len(over) - refused),
        ("сняты с контроля", refused),
    )
    rest = ", ".join(f"{words}: {count}" for words, count in counts if count)
    table = "\n".join(rows) if busy else ""
    heading = "#### Муниципалитеты" if process.per == "municipality" else f"#### {who}"
    return "\n\n".join(filter(None, (heading, table, f"{rest[:1].upper()}{rest[1:]}." if rest else "")))


def _badness(open_: Sequence[StageFact], today: date, name: str) -> tuple[int, date, str]:
    return -max(fact.late_days(today) for fact in open_), min(fact.due_on for fact in open_), name


def _forecast_line(forecast: Forecast | None, deadline_on: date) -> str:
    if forecast is None:
        return ""
    behind = (forecast.ends_on - deadline_on).days
    against = f"на {in_days(behind)} позже срока {deadline_on:%d.%m.%Y}" if behind > 0 else "в срок"
    return f"**Прогноз окончания:** {forecast.ends_on:%d.%m.%Y}, {against} ({no_markup(forecast.method)})."


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(map(no_markup, cells))} |"
