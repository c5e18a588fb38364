"""The forms a waiting run asks with: the plain one, the one of a point with stages, the one of a session."""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from roadmap.cards import PointFacts
from roadmap.processes.loading import built_in
from tasks.decide import Decision

ABOUT_STAGES = ("отметить этап", "пропустить этап", "отказ муниципалитета")
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
        description="Номер с карты или слова: «подписано», «подпись муниципалитета». Для пункта в целом — пусто.",
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


class StagedSessionDecision(StageDecision):
    """The form of a session with stages."""

    decisions: str = Field(
        default="",
        title="Решения сессии",
        description="По одному в строке: исполнитель | что сделать | срок. Каждое станет пунктом на контроле.",
    )


def form_for(point: PointFacts) -> type[Decision]:
    """The form a point is decided with, by its kind and by whether it is given time enough for stages."""
    process = built_in().get(point.item.kind)
    if process is None or point.purpose != "result":
        return Decision
    is_session = point.item.kind == "session"
    if (point.deadline_on - point.opens_on).days < process.min_days:
        return SessionDecision if is_session else Decision
    return StagedSessionDecision if is_session else StageDecision
