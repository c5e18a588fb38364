"""What may follow what: the actions on a control point, what each needs, and their Russian names."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Action = Literal[
    "open",
    "overdue",
    "acknowledge",
    "put_off",
    "progress",
    "submit",
    "supplement",
    "recall",
    "return",
    "accept",
    "ask",
    "recall_request",
    "refuse",
    "extend",
    "reassign",
    "withdraw",
    "reopen",
    "correct",
    "demand",
    "order",
    "answer_order",
    "take_personal",
    "leave_personal",
    "undo",
    "undo_overdue",
]
LIVE = ("planned", "open", "submitted", "returned")

_BY_CONTROLLER: tuple[Action, ...] = ("order", "answer_order", "take_personal", "leave_personal")
#: Who is named in the history of what the daily control itself does.
CONTROL = "ежедневный контроль"
#: (action, status before) → status after; what is not here is forbidden. Every «снятие» needs a ground.
ALLOWED: dict[tuple[Action, str], str] = {
    ("open", "planned"): "open",
    ("overdue", "open"): "open",
    ("overdue", "returned"): "returned",
    ("submit", "open"): "submitted",
    ("submit", "returned"): "submitted",
    # What was reported is the executor's own until somebody decides; ``lifecycle.recall`` knows what it was before.
    ("supplement", "submitted"): "submitted",
    ("recall", "submitted"): "open",
    ("return", "submitted"): "returned",
    ("accept", "submitted"): "accepted",
    **{("acknowledge", status): status for status in ("open", "returned")},
    **{("put_off", status): status for status in ("open", "returned")},
    **{("progress", status): status for status in ("open", "returned")},
    **{("ask", status): status for status in ("planned", "open", "returned")},
    **{("recall_request", status): status for status in ("planned", "open", "returned")},
    **{("refuse", status): status for status in LIVE},
    **{("extend", status): status for status in LIVE},
    **{("reassign", status): status for status in ("planned", "open", "returned")},
    **{("withdraw", status): "withdrawn" for status in LIVE},
    **{("reopen", status): "open" for status in ("accepted", "withdrawn")},
    **{("correct", status): status for status in ("submitted", "accepted")},
    # What the person charged with control says; the status stays as it is.
    **{("demand", status): status for status in ("planned", "open", "returned")},
    **{(action, status): status for action in _BY_CONTROLLER for status in LIVE},
    # «undo» leads back to where a false day found the point: ``lifecycle.reversal``, nobody else.
    **{("undo_overdue", status): status for status in LIVE},
}
NEEDS_REASON: frozenset[Action] = frozenset(
    {
        "progress",
        "return",
        "ask",
        "refuse",
        "extend",
        "reassign",
        "withdraw",
        "reopen",
        "correct",
        "order",
        "answer_order",
    }
)
NEWS: dict[Action, str] = {
    "submit": "submitted",
    "return": "returned",
    "ask": "asked",
    "refuse": "refused",
    "extend": "extended",
    "reassign": "reassigned",
    "accept": "accepted",
    "withdraw": "withdrawn",
    "reopen": "reopened",
}

STATUS_RU = {
    "planned": "запланировано",
    "open": "в работе",
    "submitted": "на проверке",
    "returned": "на доработке",
    "accepted": "исполнено",
    "withdrawn": "снято с контроля",
}
ACTION_RU: dict[Action, str] = {
    "open": "открыть",
    "overdue": "отметить просрочку",
    "acknowledge": "подтвердить принятие в работу",
    "put_off": "отложить напоминания",
    "progress": "сообщить о ходе исполнения",
    "submit": "сообщить об исполнении",
    "supplement": "дополнить отчёт",
    "recall": "отозвать отчёт",
    "return": "вернуть на доработку",
    "accept": "принять",
    "ask": "обратиться с просьбой",
    "recall_request": "отозвать просьбу",
    "refuse": "отклонить просьбу",
    "extend": "перенести срок",
    "reassign": "передать другому исполнителю",
    "withdraw": "снять с контроля",
    "reopen": "вернуть на контроль",
    "correct": "исправить запись об исполнении",
    "demand": "потребовать исполнения",
    "order": "дать поручение координатору",
    "answer_order": "ответить на поручение",
    "take_personal": "взять на личный контроль",
    "leave_personal": "снять с личного контроля",
    "undo": "отменить сделанное по неверной дате",
    "undo_overdue": "отменить запись о просрочке",
}
EVENT_RU: dict[str, str] = {
    "open": "открыто",
    "overdue": "срок истёк",
    "acknowledge": "принято в работу",
    "put_off": "напоминания отложены",
    "progress": "промежуточный отчёт",
    "submit": "сообщено об исполнении",
    "supplement": "отчёт дополнен",
    "recall": "отчёт отозван исполнителем",
    "return": "возвращено на доработку",
    "accept": "исполнение принято",
    "ask": "исполнитель обратился с просьбой",
    "recall_request": "просьба отозвана исполнителем",
    "refuse": "просьба отклонена",
    "extend": "срок перенесён",
    "reassign": "передано другому исполнителю",
    "withdraw": "снято с контроля",
    "reopen": "возвращено на контроль",
    "correct": "запись об исполнении исправлена",
    "demand": "потребовано исполнение",
    "order": "контролирующее лицо дало поручение",
    "answer_order": "поручение контролирующего лица не выполнено, дан ответ",
    "take_personal": "взято на личный контроль",
    "leave_personal": "снято с личного контроля",
    "undo": "сделанное по неверной дате отменено",
    "undo_overdue": "просрочка записана по неверной дате, запись отменена",
}


def event_words(action: str, *, due_from: date | None = None, due_to: date | None = None) -> str:
    """«срок перенесён на 31.05.2027», «потребовано исполнение до 05.06.2027»; ``due_from`` where it is to be named."""
    if action == "order":
        return f"поручено перенести срок на {due_to:%d.%m.%Y}" if due_to else "поручено снять с контроля"
    words = EVENT_RU[action]
    if due_to is None or action not in ("extend", "correct", "demand", "put_off"):
        return words
    since = f" с {due_from:%d.%m.%Y}" if due_from and action != "put_off" else ""
    return f"{words}{since} {'до' if action in ('demand', 'put_off') else 'на'} {due_to:%d.%m.%Y}"


class Refused(ValueError):
    """The action is not possible for this point as it stands now; the text is one Russian line for people.

    ``key`` is the point it is about: the command line names it, a page shows it already and says the rest (``said``).
    ``field`` names what of a form it is about, where it is about one.
    """

    def __init__(self, line: str = "", *, field: str = "", key: str = "") -> None:
        super().__init__(f"«{key}»: {line}" if key else line)
        self.field = field
        self.said = line[:1].upper() + line[1:] + ("" if line.endswith(".") else ".")


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file that is stored already: its SHA-256 (the name it is stored under), how the sender named it, bytes."""

    hash: str
    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionCommand:
    """One wanted change. ``on`` is the day it counts from (for submit: the day the result was done)."""

    action: Action
    actor: str
    """The post, «координатор» or a part of Vekha; a name is not kept."""
    at: datetime
    on: date
    official_id: int | None = None
    """The number of the person, where it is one of the table of officials."""
    reason: str = ""
    evidence: str = ""
    due_on: date | None = None
    """For extend: the new day as decided; for correct: the right day of the result, None where it stays; for demand:
    the day by which the result is demanded; for put_off: the day before which no reminder comes."""
    deadline_on: date | None = None
    """For extend: ``due_on`` after the working-day rule."""
    owner_id: int | None = None
    """For reassign: the body that answers from now on."""
    planned_count: int | None = None
    count: int | None = None
    files: tuple[File, ...] = ()
    """The files behind ``evidence``."""
    back_to: str | None = None
    """For recall: the status before the report."""
    look_on: date | None = None
    """For recall: the first day whose reminders were not told while the point was with the executor."""
    once_key: str | None = None
    tell: bool = True
    """Off for history that nobody should hear of."""
