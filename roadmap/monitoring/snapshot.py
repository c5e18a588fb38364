"""Everything an analytic note says, computed once: text, tables, charts and pages take their numbers from here only.

The same values give the same JSON, and so the same SHA-256.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, model_validator

from roadmap.catalogue.schema import RoundRhythm
from roadmap.reading import Every

Way = Literal["share", "ratio", "total", "flag"]
Verdict = Literal["met", "not_met", "on_way", "behind", "not_judged", "no_data"]
VERDICT_RU: dict[Verdict, str] = {
    "met": "достигнут",
    "not_met": "не достигнут",
    "on_way": "идёт к цели",
    "behind": "отстаёт от темпа",
    "not_judged": "не оценивается",
    "no_data": "нет данных",
}
Direction = Literal["up", "down", "flat"]
#: Fields of an indicator, its trend and its forecast that came later: an older snapshot keeps the hash of its note.
SINCE_0_4_0 = frozenset(
    {"asked", "given", "like", "low", "high", "bodies"}
    | {"rhythm", "due_on", "is_due", "pace", "compared", "unforecast"}
)


class Part(BaseModel):
    """The strict base: frozen, no unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one body answered for one indicator. ``silent``: it did not; ``no_data``: it said that it has none.

    No model of its own: there are tens of thousands, and checking each again took half of the computation.
    """

    body: str
    """Code."""
    name: str
    """Short name."""
    state: Literal["given", "no_data", "silent"]
    numerator: float | None = None
    denominator: float | None = None
    value: float | None = None
    """Percent for a share, numerator over denominator for a ratio, the number itself otherwise."""
    source: str = ""
    """In Russian, where it was given: «форма, 03.10.2026, Иванова А. А.», «форма.xlsx, C7»."""
    reason: str = ""
    is_late: bool = False
    """Given after the day data were due."""


class TrendPoint(Part):
    """The value of an earlier round, or of this one (the last)."""

    period: str
    """«II квартал 2026 г.»"""
    ends_on: date
    value: float | None
    asked: int | None = None
    given: int | None = None
    """Who was asked and who gave both numbers then; None in snapshots up to 0.3.0."""
    like: float | None = None
    """The value over the bodies whose answers are compared through the rounds; None where the round is left out."""


class Expectation(Part):
    """What the indicator is likely to be on the day its target is due, and how that was reckoned."""

    year: int
    value: float
    method: str
    """In Russian: «линейный тренд по 5 раундам»."""
    low: float | None = None
    high: float | None = None
    """The range, where the values are too few for one number alone; None otherwise and up to 0.3.0."""
    bodies: int | None = None
    """So many bodies it is reckoned by, where they are not all that answered."""


class Comparison(Part):
    """This round beside the one before, by the bodies that answered in both."""

    period: str
    """«II квартал 2026 г.»"""
    before: float
    now: float
    bodies: int
    joined: int
    """So many answered now and not then."""
    left: int
    """So many answered then and not now."""


class IndicatorResult(Part):
    """One indicator of a round."""

    code: str
    number: int
    """Position in the catalogue, from 1."""
    title: str
    unit: Literal["percent", "count", "yes_no"] | None
    way: Way
    comparison: Literal["at_least", "at_most", "equals"] | None
    target: float | None
    target_year: int | None
    is_cumulative: bool
    words: str
    """The target as the document words it."""
    place: str
    """Where the document names it."""
    asked: int
    given: int
    numerator: float | None
    denominator: float | None
    value: float | None
    """None is «нет данных», never zero."""
    verdict: Verdict
    direction: Direction | None
    """Against the round before."""
    trend: tuple[TrendPoint, ...]
    expected: Expectation | None
    answers: tuple[Answer, ...]
    """By the body's short name."""
    rhythm: Every | None = None
    """By what the target returns: «ежегодно»."""
    due_on: date | None = None
    """The day the target is judged on; None for one in force at all times, and up to 0.3.0."""
    is_due: bool | None = None
    """Whether the period's value decides; None in snapshots up to 0.3.0."""
    pace: float | None = None
    """Where an even pace would be by the end of the period; None where a value says nothing of a pace."""
    compared: Comparison | None = None
    """With the round before; None where nobody answered in both, and up to 0.3.0."""
    unforecast: str = ""
    """Why there is no forecast though there are earlier rounds, in Russian."""

    @property
    def verdict_words(self) -> str:
        """«достигнут», «отстаёт от темпа»; «оценивать рано» of a target that is not due and shows no pace yet."""
        is_early = self.verdict == "not_judged" and self.target is not None
        return "оценивать рано" if is_early else VERDICT_RU[self.verdict]

    @property
    def is_judged_by_target(self) -> bool:
        """Whether the bodies' values are held against the target: its day has come."""
        if self.target is None:
            return False
        return self.verdict in ("met", "not_met") if self.is_due is None else self.is_due


class ExecutionRow(Part):
    """Control points whose deadline came in the period (both ends included), of a body, a section or a kind."""

    name: str
    due: int
    in_time: int
    late: int
    overdue: int
    excused: int
    """So many of the late and overdue are so for a reason outside the body."""

    @model_validator(mode="before")
    @classmethod
    def _of_0_3_0(cls, row: Any) -> Any:
        """Snapshots of 0.3.0 left the excused out of both columns; which are done is not known, they count as late."""
        if isinstance(row, dict) and row["in_time"] + row["late"] + row["overdue"] + row["excused"] == row["due"]:
            return row | {"late": row["late"] + row["excused"]}
        return row

    @property
    def share(self) -> float | None:
        """In time of all that was due, 0–1; None where nothing was."""
        return self.in_time / self.due if self.due else None

    @property
    def own_share(self) -> float | None:
        """In time of what the body could keep, 0–1; None where nothing was due but what it could not help."""
        own = self.due - self.excused
        return self.in_time / own if own else None


class OverduePoint(Part):
    """A control point not reported though its deadline is past, on the day of the snapshot."""

    key: str
    number: str
    title: str
    body: str
    deadline_on: date
    days: int


class Advice(Part):
    """A targeted recommendation."""

    rule: str
    indicator: str | None
    """Code."""
    body: str
    """Code of who is to act."""
    body_name: str
    text: str
    ground: str
    """The numbers it rests on."""
    items: tuple[str, ...]
    """«2.3 Разработка …», items of the roadmap that answer it."""
    item_codes: tuple[str, ...]
    due_on: date
    open_key: str
    is_open_already: bool = False
    """Recommended by an earlier round and not settled yet."""


class Snapshot(Part):
    """One round, computed."""

    roadmap: str
    region: str
    title: str
    act: str
    rhythm: RoundRhythm
    period: str
    """«III квартал 2026 г.»"""
    period_start: date
    period_end: date
    as_of: datetime
    due_on: date
    note_on: date
    bodies_asked: int
    bodies_answered: int
    silent: tuple[str, ...]
    """Short names of bodies that gave nothing; said on page one."""
    remarks: tuple[str, ...]
    """In Russian, what changed midway: an indicator's new edition, a municipality that came or left."""
    indicators: tuple[IndicatorResult, ...]
    by_body: tuple[ExecutionRow, ...]
    by_section: tuple[ExecutionRow, ...]
    by_kind: tuple[ExecutionRow, ...]
    execution: ExecutionRow
    overdue: tuple[OverduePoint, ...]
    advice: tuple[Advice, ...]

    @property
    def json_text(self) -> str:
        """Canonical: sorted keys, no blanks; what a snapshot of 0.3.0 has no word for is left out, as it was then."""
        content = self.model_dump(mode="json")
        for one in content["indicators"]:
            for part in (one, *one["trend"], one["expected"] or {}):
                for name in SINCE_0_4_0 & part.keys():
                    if part[name] in (None, ""):
                        del part[name]
        return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @property
    def sha256(self) -> str:
        """Of the canonical JSON."""
        return hashlib.sha256(self.json_text.encode()).hexdigest()
