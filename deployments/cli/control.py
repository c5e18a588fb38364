"""Commands that decide about one control point: submit, accept, return, extend, withdraw."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated
from uuid import uuid4

import typer

from deployments.cli import facts, output
from deployments.cli.roadmap.look import Json
from models import Roadmap, clock
from models.db import open_session
from models.db.migrate import ready_engine
from models.lifecycle import point_by_key
from roadmap.language import day
from tasks.control.commands import Accept, By, Command, Demand, Extend, Reopen, Return, Submit, Withdraw
from tasks.daily.decisions import decide
from tasks.prefect.push import push_point

Key = Annotated[str, typer.Argument(metavar="КЛЮЧ", help="Ключ контрольной точки; список: vekha points КОД.")]
Reason = Annotated[str, typer.Option("--reason", "-r", help="Основание.")]
On = Annotated[
    datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="День, ГГГГ-ММ-ДД; без него — сегодня.")
]
Proof = Annotated[str, typer.Option("--proof", help="Подтверждение: реквизиты документа или ссылка.")]
WithStages = Annotated[
    bool, typer.Option("--with-stages", help="Закрыть и тогда, когда есть незавершённые этапы; нужно основание.")
]
Actor = Annotated[str, typer.Option("--by", help="Кто решил.")]


CONFIRMS = "повторите команду с --with-stages"


def submit(key: Key, proof: Proof = "", on: On = None, by: Actor = "исполнитель", as_json: Json = False) -> None:
    """Сообщить об исполнении: точка уходит на проверку координатору."""
    _decide(key, by, as_json, lambda who: Submit(key=key, by=who, evidence=proof, done_on=_counted_on(on, who.today)))


def accept(
    key: Key,
    reason: Reason = "",
    proof: Proof = "",
    on: On = None,
    with_stages: WithStages = False,
    by: Actor = "координатор",
    as_json: Json = False,
) -> None:
    """Принять исполнение и снять точку с текущего контроля."""

    def command(who: By) -> Accept:
        accepted_on = _counted_on(on, who.today) if on else None
        return Accept(key=key, by=who, reason=reason, evidence=proof, accepted_on=accepted_on, with_stages=with_stages)

    _decide(key, by, as_json, command)


def return_(key: Key, reason: Reason = "", by: Actor = "координатор", as_json: Json = False) -> None:
    """Вернуть на доработку; основание обязательно."""
    _decide(key, by, as_json, lambda who: Return(key=key, by=who, reason=reason))


def withdraw(
    key: Key,
    reason: Reason = "",
    with_stages: WithStages = False,
    by: Actor = "координатор",
    as_json: Json = False,
) -> None:
    """Снять с контроля без исполнения; основание обязательно."""
    _decide(key, by, as_json, lambda who: Withdraw(key=key, by=who, reason=reason, with_stages=with_stages))


def reopen(key: Key, reason: Reason = "", by: Actor = "координатор", as_json: Json = False) -> None:
    """Вернуть на контроль принятое или снятое по ошибке; основание обязательно."""
    _decide(key, by, as_json, lambda who: Reopen(key=key, by=who, reason=reason))


def extend(
    key: Key,
    until: Annotated[datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="Новый срок, ГГГГ-ММ-ДД.")],
    reason: Reason = "",
    by: Actor = "координатор",
    as_json: Json = False,
) -> None:
    """Перенести срок; прежний остаётся в истории, основание обязательно."""

    def command(who: By) -> Extend:
        return Extend(key=key, by=who, reason=reason, due_on=until.date(), is_of_controller=True)

    _decide(key, by, as_json, command)


def demand(
    key: Key,
    until: Annotated[
        datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="До какого дня исполнить, ГГГГ-ММ-ДД.")
    ],
    reason: Annotated[str, typer.Option("--reason", "-r", help="Слова исполнителю.")] = "",
    by: Annotated[str, typer.Option("--by", help="Кто требует.")] = "контролирующее лицо",
    as_json: Json = False,
) -> None:
    """Потребовать исполнения к дню: исполнитель получит письмо, срок не меняется."""
    _decide(key, by, as_json, lambda who: Demand(key=key, by=who, until=until.date(), reason=reason))


def _decide(key: str, actor: str, as_json: bool, command_of: Callable[[By], Command]) -> None:
    engine, at = ready_engine(), clock.now()
    with open_session(engine) as session:
        today = facts.today_of(session.get_one(Roadmap, point_by_key(session, key).roadmap_code), at)
    by = By(actor=actor, at=at, today=today, once_key=f"command:{uuid4()}", auditor=actor, confirms=CONFIRMS)
    if refused := decide(engine, command_of(by)).refused:
        raise refused
    with open_session(engine) as session:
        point = point_by_key(session, key)
    mirrored = push_point(engine, key, at=at)
    if as_json:
        return output.as_json(
            {"key": key, "status": point.status, "deadline_on": point.deadline_on, "prefect": mirrored}
            | ({"demanded_until": point.demanded_until} if point.demanded_until else {})
        )
    demanded = f", потребовано исполнение до {day(point.demanded_until)}" if point.demanded_until else ""
    output.screen.print(
        f"{key}: {facts.state_words(point, today)}, контрольный день {day(point.deadline_on)}{demanded}"
    )
    if not mirrored:
        output.errors.print(
            "Prefect сейчас недоступен: запуск обновится при ближайшей сверке (vekha sync).", style="yellow"
        )
    return None


def _counted_on(on: datetime | None, today: date) -> date:
    if on is not None and on.date() > today:
        output.fail(f"День исполнения {on:%d.%m.%Y} ещё не наступил: сегодня {today:%d.%m.%Y}, поправьте --on")
    return on.date() if on else today
