"""What a person may decide about a control point, as plain data: parsed, so nothing here knows forms or Prefect.

``tasks.daily.decisions.decide`` carries any of them out, whichever way it came: a page, a form in Prefect, the command
line. ``done`` says in the audit what was done.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who decides and when."""

    actor: str
    """How the history of the point names who decides."""
    official_id: int | None = None
    """The number of one who decides by a link of his own."""
    at: datetime
    today: date
    """In the roadmap's zone."""
    once_key: str
    """The same key a second time changes nothing."""
    seen: int | None = None
    """The newest transition on the page that the person decided from, 0 for none; None: nothing was shown."""
    auditor: str = "координатор"
    """How the audit names who decides."""
    confirms: str = "отметьте «Закрыть вместе с незавершёнными этапами»"
    """How this person says that the stages under way are to end as well."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One decision about the point ``key``."""

    done: ClassVar[str]
    key: str
    by: By
    reason: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submit(Command):
    """The result is reported on behalf of its executor."""

    done = "сообщено об исполнении"
    done_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Accept(Command):
    """The result is accepted. What was never reported counts as done on ``done_on``, None: today."""

    done = "исполнение принято"
    with_stages: bool = False
    """Stages under way end with it, and the person knows."""
    done_on: date | None = None
    accepted_on: date | None = None
    """The day of an acceptance that is entered later; None: today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptSession(Accept):
    """A session is accepted with what it decided: ``decisions`` holds one a line and becomes items on control."""

    decisions: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Return(Command):
    """The result goes back to be reworked."""

    done = "возвращено на доработку"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend(Command):
    """The deadline moves."""

    done = "срок перенесён"
    due_on: date | None
    """None: no day was entered."""
    is_of_controller: bool = False
    """Entered for the person to whom the act gives this decision."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw(Command):
    """The point, or a round, is taken off control without a result."""

    done = "снято с контроля"
    with_stages: bool = False
    """Stages under way end with it, and the person knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reopen(Command):
    """What was accepted or withdrawn by mistake comes back on control."""

    done = "возвращено на контроль"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver(Command):
    """Another body of the roadmap answers from now on."""

    done = "передано другому органу"
    body_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefuseRequest(Command):
    """What an executor asked for is refused; the reason is told to the executor."""

    done = "просьба отклонена"
    request_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantExtension(Command):
    """The deadline moves to the day decided, which may differ from the one asked for."""

    done = "срок перенесён"
    request_id: int
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantHandOver(Command):
    """The point goes to the body decided, which may differ from the one the executor named."""

    done = "передано другому органу"
    request_id: int
    body_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantWithdrawal(Command):
    """What the controller ordered to be taken off control is; the reason is that of the order where none is given."""

    done = "снято с контроля"
    request_id: int
    with_stages: bool = False
    """Stages under way end with it, and the person knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand(Command):
    """The person charged with control demands the result by a day; ``reason`` holds words to the executor, if any."""

    done = "потребовано исполнение"
    until: date
    ordered_by: str = ""
    """Who ordered it, where another enters it for him; empty: who decides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderExtension(Command):
    """The person charged with control orders another deadline; the coordinator carries it out, or answers."""

    done = "поручено перенести срок"
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderWithdrawal(Command):
    """The same for the end of control."""

    done = "поручено снять с контроля"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakePersonally(Command):
    """The person charged with control keeps the point under personal control until it is done."""

    done = "взято на личный контроль"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavePersonally(Command):
    """That ends."""

    done = "снято с личного контроля"


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkStages(Command):
    """Stages are done. Which and whose only the rows can tell, so ``stage`` and ``who`` are words as typed."""

    done = "этапы отмечены"
    stage: str
    who: str = ""
    done_on: date | None = None
    """None: today."""
    planned: int | None = None
    count: int | None = None
    decisions: str = ""
    """What a session decided, one a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SkipStages(Command):
    """Stages are left out; ``stage`` and ``who`` as for ``MarkStages``."""

    done = "этапы пропущены"
    stage: str
    who: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRefusal(Command):
    """A municipality or another side will not sign: all its stages are withdrawn."""

    done = "записан отказ"
    who: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProduceReportNow(Command):
    """The report of a round is written without waiting for those who have not answered."""

    done = "справка составляется, не дожидаясь остальных"
