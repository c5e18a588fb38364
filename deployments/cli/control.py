"""Commands that decide about one control point: submit, accept, return, extend, withdraw."""

from datetime import date, datetime
from typing import Annotated, Any

import typer
from sqlalchemy import Engine

from deployments.cli import facts, output
from deployments.cli.roadmap.look import Json
from models import Roadmap, clock, lifecycle
from models.db import session
from models.db.migrate import ready_engine
from models.lifecycle import Move, point_by_key
from tasks.context.working_calendar import calendar_of

Key = Annotated[str, typer.Argument(metavar="КЛЮЧ", help="Ключ контрольной точки; список: vekha points КОД.")]
Reason = Annotated[str, typer.Option("--reason", "-r", help="Основание.")]
On = Annotated[
    datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="День, ГГГГ-ММ-ДД; без него — сегодня.")
]
Proof = Annotated[str, typer.Option("--proof", help="Подтверждение: реквизиты документа или ссылка.")]
Actor = Annotated[str, typer.Option("--by", help="Кто решил.")]


def submit(key: Key, proof: Proof = "", on: On = None, by: Actor = "исполнитель", as_json: Json = False) -> None:
    """Сообщить об исполнении: точка уходит на проверку координатору."""
    _decide(key, "submit", on, by, as_json, evidence=proof)


def accept(
    key: Key, reason: Reason = "", proof: Proof = "", on: On = None, by: Actor = "координатор", as_json: Json = False
) -> None:
    """Принять исполнение и снять точку с текущего контроля."""
    _decide(key, "accept", on, by, as_json, reason=reason, evidence=proof)


def return_(key: Key, reason: Reason = "", by: Actor = "координатор", as_json: Json = False) -> None:
    """Вернуть на доработку; основание обязательно."""
    _decide(key, "return", None, by, as_json, reason=reason)


def withdraw(key: Key, reason: Reason = "", by: Actor = "координатор", as_json: Json = False) -> None:
    """Снять с контроля без исполнения; основание обязательно."""
    _decide(key, "withdraw", None, by, as_json, reason=reason)


def extend(
    key: Key,
    until: Annotated[datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="Новый срок, ГГГГ-ММ-ДД.")],
    reason: Reason = "",
    by: Actor = "координатор",
    as_json: Json = False,
) -> None:
    """Перенести срок; прежний остаётся в истории, основание обязательно."""
    _decide(key, "extend", None, by, as_json, reason=reason, due_on=until.date())


def _decide(key: str, action: lifecycle.Action, on: datetime | None, by: str, as_json: bool, **facts_: Any) -> None:
    engine, at = ready_engine(), clock.now()
    with session(engine) as work:
        found = point_by_key(work, key)
        roadmap = work.get_one(Roadmap, found.roadmap_code)
        today = facts.today_of(roadmap, at)
        counted = _counted_on(on, today)
        if (due := facts_.get("due_on")) is not None:
            facts_["deadline_on"] = calendar_of(work, roadmap.code).roll(due, roadmap.roll)  # type: ignore[arg-type]
        move = Move(action=action, actor=by, at=at, on=counted, **facts_)
        point = lifecycle.accept(work, key, move) if action == "accept" else lifecycle.change(work, key, move)
    mirrored = _mirrored(engine, key, at)
    if as_json:
        return output.as_json(
            {"key": key, "status": point.status, "deadline_on": point.deadline_on, "prefect": mirrored}
        )
    output.screen.print(f"{key}: {facts.standing(point, today)}, контрольный день {output.day(point.deadline_on)}")
    if not mirrored:
        output.errors.print(
            "Prefect сейчас недоступен: запуск обновится при ближайшей сверке (vekha sync).", style="yellow"
        )
    return None


def _mirrored(engine: Engine, key: str, at: datetime) -> bool:
    """Show the decision in Prefect at once if it is up; the nightly sync does it otherwise."""
    from tasks.prefect.push import reflect  # Prefect takes seconds to import

    return reflect(engine, key, at=at)


def _counted_on(on: datetime | None, today: date) -> date:
    if on is not None and on.date() > today:
        output.fail(f"День исполнения {on:%d.%m.%Y} ещё не наступил: сегодня {today:%d.%m.%Y}, поправьте --on")
    return on.date() if on else today
