"""The form that the run of a round waits with: nobody has to answer it, the note comes by itself on its day."""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from tasks.control.decisions import Decision


def _two_fields(schema: dict[str, Any]) -> None:
    schema["properties"] = {name: schema["properties"][name] for name in ("decision", "reason")}


class RoundDecision(Decision):
    """What the coordinator may want of a round before its day."""

    model_config = ConfigDict(json_schema_extra=_two_fields)

    decision: Literal["составить справку сейчас", "снять с контроля"] = Field(  # type: ignore[assignment]
        title="Решение", description="Список не открылся щелчком — нажмите стрелку вниз, затем Enter."
    )
    reason: str = Field(default="", title="Основание", description="Нужно, чтобы снять раунд с контроля.")
