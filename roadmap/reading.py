"""What a deadline phrase means: the dated meaning of the words, with the rule that gave it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, Self

Kind = Literal["windows", "recurring", "continuous", "external", "relative", "on_demand", "unreadable"]
Every = Literal["week", "month", "quarter", "half_year", "year"]
DayUnit = Literal["calendar_days", "working_days", "months"]


@dataclass(frozen=True, slots=True)
class Window:
    """A span in which a result is due: both days included; ``start`` is None for «до …»."""

    start: date | None
    due: date


@dataclass(frozen=True, slots=True)
class Reading:
    """The meaning of one deadline phrase inside the period of one roadmap.

    ``windows`` is filled for windows, recurring and continuous (one span); ``every`` for recurring;
    ``plan`` for external («НИКУ»); ``relative`` and ``event`` (the words of the event) for relative: a negative
    number counts back («за 14 дней до …»), ``event`` is None where the text leaves it out («в 3-дневный срок»).
    ``rule`` names the rule that gave the reading. ``problems`` says, in Russian, why a phrase is unreadable.
    """

    text: str
    kind: Kind
    rule: str
    windows: tuple[Window, ...] = ()
    every: Every | None = None
    plan: str | None = None
    relative: tuple[int, DayUnit] | None = None
    event: str | None = None
    problems: tuple[str, ...] = field(default=())
    proposals: tuple[str, ...] = ()
    """For an unreadable phrase: wordings that would be read, as words and period allow, likeliest first."""

    def to_json(self) -> dict[str, Any]:
        """The public JSON form; keys that do not apply are absent."""
        out: dict[str, Any] = {"text": self.text, "kind": self.kind}
        if self.kind in ("windows", "recurring", "continuous"):
            out["windows"] = [[w.start.isoformat() if w.start else None, w.due.isoformat()] for w in self.windows]
        for key in ("every", "plan", "event"):
            if (value := getattr(self, key)) is not None:
                out[key] = value
        if self.relative is not None:
            out["relative"] = list(self.relative)
        if self.proposals:
            out["proposals"] = list(self.proposals)
        return out | {"rule": self.rule, "problems": list(self.problems)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The reading that ``to_json`` printed."""
        windows = tuple(
            Window(date.fromisoformat(start) if start else None, date.fromisoformat(due))
            for start, due in data.get("windows", [])
        )
        relative = data.get("relative")
        return cls(
            text=data["text"],
            kind=data["kind"],
            rule=data["rule"],
            windows=windows,
            every=data.get("every"),
            plan=data.get("plan"),
            relative=(relative[0], relative[1]) if relative else None,
            event=data.get("event"),
            problems=tuple(data.get("problems", ())),
            proposals=tuple(data.get("proposals", ())),
        )
