"""How a control point stands on a day: the one rule of its state, words, light, overdue and late. Pure.

1. A point of history is history: nobody owes it.
2. What was accepted is done, late if it was reported after the deadline; what was withdrawn is off control; what was
   reported waits for the check.
3. A stage that waits for another is planned, whatever the day: what it waits for may be overdue, it is not.
4. What is owed (planned, open, returned) is overdue from the day after its deadline on, whether the daily control has
   noticed or not.
5. What is planned is in work from its opening day on.

Overdue is what is still owed; late is what was reported after the deadline, a second fact beside the state.
``models.queries`` says rules 3–5 in SQL for what is counted; a test holds the two together.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

State = Literal["planned", "open", "overdue", "submitted", "returned", "done", "done_late", "withdrawn", "history"]

PLANNED = "Запланировано"
IN_WORK = "В работе"
IN_REVIEW = "На проверке"
IN_REWORK = "На доработке"
OVERDUE = "Просрочено"
DONE = "Исполнено"
DONE_LATE = "Исполнено с опозданием"
WITHDRAWN = "Снято с контроля"
HISTORY = "В истории"
NAMES: dict[State, str] = {
    "open": IN_WORK,
    "overdue": OVERDUE,
    "submitted": IN_REVIEW,
    "returned": IN_REWORK,
    "planned": PLANNED,
    "done": DONE,
    "done_late": DONE_LATE,
    "withdrawn": WITHDRAWN,
    "history": HISTORY,
}
#: Names of what is over and has left control.
FINAL = frozenset({DONE, DONE_LATE, WITHDRAWN})
#: Names that the runs of points have in Prefect, those that wait first; what is planned is Prefect's own «Scheduled».
ON_RUNS = (OVERDUE, IN_REVIEW, IN_REWORK, IN_WORK, DONE, DONE_LATE, WITHDRAWN)
#: Statuses in which somebody still has to do something about the result.
OWED = ("planned", "open", "returned")

Colour = Literal["red", "yellow", "green", "grey", "none"]
SOON_DAYS = 7
"""How close a deadline is yellow."""
COLOURS_RU: dict[Colour, str] = {
    "red": "просрочено",
    "yellow": "внимание",
    "green": "в порядке",
    "grey": "ещё не начато",
    "none": "снято с контроля",
}
#: From the worst; several points have the colour of the worst of them.
WORST: tuple[Colour, ...] = ("red", "yellow", "green", "grey", "none")


class Term(Protocol):
    """What decides whether a point is overdue or late."""

    @property
    def status(self) -> str:
        """As stored: one of ``models.tables.control_point.STATUSES``."""

    @property
    def deadline_on(self) -> date:
        """The last day that is in time."""

    @property
    def submitted_on(self) -> date | None:
        """The day the result was reported done."""

    @property
    def is_history(self) -> bool:
        """It was due before the roadmap came on control."""

    @property
    def blocked(self) -> bool:
        """It is a stage, and what it needs is not done yet."""


class Point(Term, Protocol):
    """A control point, a row or a view of it, as the rule needs it."""

    @property
    def opens_on(self) -> date:
        """The first day of work."""


def is_overdue(point: Term, today: date) -> bool:
    """It is still owed and its deadline is past; the deadline's own day is not."""
    return not point.is_history and not point.blocked and has_lapsed(point.status, (point.deadline_on - today).days)


def has_lapsed(status: str, days: int) -> bool:
    """The same of a point that is no history and waits for nothing; ``days`` to the deadline, negative when past."""
    return status in OWED and days < 0


def is_late(point: Term) -> bool:
    """It was reported after the deadline, accepted or not."""
    if point.is_history or point.status not in ("submitted", "accepted"):
        return False
    return point.submitted_on is not None and point.submitted_on > point.deadline_on


def state_of(point: Point, today: date) -> State:
    """The state of a point on a day."""
    if point.is_history:
        return "history"
    match point.status:
        case "accepted":
            return "done_late" if is_late(point) else "done"
        case "withdrawn":
            return "withdrawn"
        case "submitted":
            return "submitted"
    if is_overdue(point, today):
        return "overdue"
    if point.status == "returned":
        return "returned"
    return "open" if is_begun(point, today) else "planned"


def is_begun(point: Point, today: date) -> bool:
    """Its work has begun, noticed or not; what waits for another stage has not."""
    return point.status != "planned" or (point.opens_on <= today and not point.blocked)


def state_name(point: Point, today: date) -> str:
    """The state in the words that people read."""
    return NAMES[state_of(point, today)]


@dataclass(frozen=True, slots=True)
class Light:
    """A colour and the words for it; colour alone would tell a colour-blind reader nothing."""

    colour: Colour
    words: str


def light(point: Point, today: date, *, has_open_request: bool = False, is_reachable: bool = True) -> Light:
    """Green in time, yellow to be looked at, red overdue, grey not yet.

    ``has_open_request``: a request of the owner, or an order, waits; ``is_reachable``: letters to the owner are not
    known to be lost.
    """
    state = state_of(point, today)
    if state in _LIGHTS:
        return _LIGHTS[state]
    if state == "submitted":
        return Light("yellow", "на проверке, сдано с опозданием") if is_late(point) else Light("green", "на проверке")
    if has_open_request:
        return Light("yellow", "есть просьба или поручение")
    if state == "planned":
        return Light("grey", "ждёт предыдущего шага" if point.blocked else "ещё не начато")
    left = (point.deadline_on - today).days
    if left <= SOON_DAYS:
        return Light("yellow", "срок сегодня" if left == 0 else "срок близко")
    if not is_reachable:
        return Light("yellow", "исполнитель не на связи")
    return Light("green", "в работе")


#: Where the state alone decides.
_LIGHTS: dict[State, Light] = {
    "overdue": Light("red", "просрочено"),
    "returned": Light("yellow", "на доработке"),
    "done": Light("green", "исполнено"),
    "done_late": Light("green", "исполнено с опозданием"),
    "withdrawn": Light("none", "снято с контроля"),
    "history": Light("none", "в истории, не контролируется"),
}
