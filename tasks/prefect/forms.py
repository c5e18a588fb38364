"""The forms a waiting run asks with: the plain one, the one of a point with stages, the one of a session."""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from roadmap.cards.point import PointFacts
from roadmap.processes.choosing import choose, why_whole
from roadmap.processes.loading import built_in
from tasks.control.decisions import Decision
from tasks.monitoring.rounds.form import RoundDecision

REFUSALS = ("отказ муниципалитета", "отказ стороны")
ABOUT_STAGES = ("отметить этап", "пропустить этап", *REFUSALS)
#: How the fields stand on the page; a subclass would put its own behind those it inherits.
ORDER = ("decision", "stage", "who", "done_on", "evidence", "planned", "count", "decisions", "reason", "new_due_on")


def _in_order(schema: dict[str, Any]) -> None:
    fields = schema["properties"]
    schema["properties"] = {name: fields[name] for name in (*ORDER, *fields) if name in fields}


class SessionDecision(Decision):
    """The form of a session that is too short for stages: what it decided becomes items on control."""

    model_config = ConfigDict(json_schema_extra=_in_order)

    decisions: str = Field(
        default="",
        title="Решения сессии",
        description="По одному в строке: исполнитель | что сделать | срок. Каждое станет пунктом на контроле.",
    )


class StageDecision(Decision):
    """The form of a point with stages."""

    model_config = ConfigDict(json_schema_extra=_in_order)

    decision: Literal[
        "отметить этап", "пропустить этап", "отказ муниципалитета", "принять", "вернуть", "перенести", "снять"
    ] = Field(  # type: ignore[assignment]
        title="Решение", description="Список не открылся щелчком — нажмите стрелку вниз, затем Enter."
    )
    stage: str = Field(
        default="",
        title="Этап",
        description="Номер с карты или слова: «подписано», «регистрация»; «не внесено» — всё, что пропущено перед "
        "отмеченным. Для пункта в целом — пусто.",
    )
    who: str = Field(
        default="",
        title="Кто",
        description="«всеми», одно название или список через «;»: Сочи; Анапа. Для общего этапа — пусто.",
    )
    done_on: str = Field(default="", title="Дата", description="ДД.ММ.ГГГГ, когда исполнено. Пусто — сегодня.")
    planned: str = Field(default="", title="Запланировано", description="Число, если этап его требует.")
    count: str = Field(default="", title="Пришло / записей", description="Число, если этап его требует.")
    reason: str = Field(
        default="",
        title="Основание",
        description="Нужно, чтобы пропустить этап, записать отказ, вернуть, перенести или снять.",
    )


class PartyDecision(StageDecision):
    """The form of an agreement with one body that is no municipality."""

    decision: Literal[
        "отметить этап", "пропустить этап", "отказ стороны", "принять", "вернуть", "перенести", "снять"
    ] = Field(  # type: ignore[assignment]
        title="Решение", description="Список не открылся щелчком — нажмите стрелку вниз, затем Enter."
    )
    who: str = Field(default="", title="Кто", description="Сторона здесь одна: оставьте пустым.")


class StagedSessionDecision(StageDecision):
    """The form of a session with stages."""

    decisions: str = Field(
        default="",
        title="Решения сессии",
        description="По одному в строке: исполнитель | что сделать | срок. Каждое станет пунктом на контроле.",
    )


def form_for(point: PointFacts) -> type[Decision]:
    """The form a point is decided with, by its kind and by the process it goes through or still may."""
    if point.purpose == "round":
        return RoundDecision
    is_session = point.item.kind == "session"
    process = built_in().get(point.process)
    if process is not None and process.per == "body":
        return PartyDecision
    if point.process or _waits_for_municipalities(point):
        return StagedSessionDecision if is_session else StageDecision
    return SessionDecision if is_session and point.purpose == "result" else Decision


def _waits_for_municipalities(point: PointFacts) -> bool:
    """Stages begin as soon as the municipalities are listed; the form stays as it was given until then."""
    process = choose(built_in(), point.item.kind, "all")
    if process is None or process.per != "municipality" or point.purpose != "result" or point.body:
        return False
    days = {"opens_on": point.opens_on, "deadline_on": point.deadline_on, "today": point.opens_on}
    return why_whole(process, is_continuous=point.item.reading.kind == "continuous", **days) is None
