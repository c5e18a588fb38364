"""Targeted recommendations: listed, taken on control, declined."""

from datetime import date, datetime
from typing import Annotated

import typer
from sqlmodel import Session, col

from deployments.cli import facts, output
from deployments.cli.control import Actor, Reason
from deployments.cli.roadmap.look import Code, Json, as_day, known_roadmap
from models import Recommendation, Roadmap, clock
from models.db import open_session
from models.db.migrate import ready_engine
from models.lifecycle import Refused
from roadmap.language import day
from tasks.monitoring.recommendations import propose


def _possible(number: int) -> int:
    """No database has a row of such a number; one line, as for any other that is not there."""
    if not 0 < number < 2**31:
        output.fail(f"Рекомендации № {number} нет; список: vekha recommendations КОД")
    return number


Number = Annotated[
    int, typer.Argument(metavar="НОМЕР", help="Номер; список: vekha recommendations КОД.", callback=_possible)
]
Due = Annotated[
    datetime | None, typer.Option("--due", formats=["%Y-%m-%d"], help="Срок, ГГГГ-ММ-ДД; без него — предложенный.")
]
All = Annotated[bool, typer.Option("--all", help="И те, о которых уже решено.")]


def recommendations(code: Code, everything: All = False, as_json: Json = False) -> None:
    """Адресные рекомендации раундов мониторинга: кому, что, на каком основании, к какому сроку."""
    where = [col(Recommendation.roadmap_code) == code]
    if not everything and not as_json:
        where.append(col(Recommendation.state).in_(("proposed", "taken")))
    with open_session(ready_engine()) as session:
        known_roadmap(session, code)
        found = propose.recommended(session, *where)
    if as_json:
        return output.as_json([_facts(one) for one in found])
    if not found:
        output.screen.print(f"{code}: рекомендаций, которые ждут решения или исполняются, нет", markup=False)
        return None
    rows = (
        (str(one.row.id), one.body, one.row.text, one.row.ground, day(one.row.due_on), _state(one)) for one in found
    )
    columns = ("№", "Кому", "Рекомендация", "Основание", "Срок", "Состояние")
    output.table(f"Адресные рекомендации: {code}", columns, rows, wide=columns[1:4])
    return None


def take(number: Number, due: Due = None, by: Actor = "координатор", as_json: Json = False) -> None:
    """Взять рекомендацию на контроль: новый пункт с исполнителем, сроком и контрольной точкой."""
    at = clock.now()
    with open_session(ready_engine()) as session:
        today = _today(session, number, at)
        key = propose.take(session, number, actor=by, due_on=as_day(due), today=today, at=at)
    if as_json:
        return output.as_json({"id": number, "state": "taken", "key": key})
    output.screen.print(f"Рекомендация № {number} взята на контроль: {key}", markup=False)
    return None


def decline(number: Number, reason: Reason = "", by: Actor = "координатор", as_json: Json = False) -> None:
    """Отклонить рекомендацию; основание обязательно и остаётся в истории."""
    with open_session(ready_engine()) as session:
        propose.decline(session, number, actor=by, reason=reason, at=clock.now())
    if as_json:
        return output.as_json({"id": number, "state": "declined", "reason": reason})
    output.screen.print(f"Рекомендация № {number} отклонена: {reason}", markup=False)
    return None


def _today(session: Session, number: int, at: datetime) -> date:
    row = session.get(Recommendation, number)
    if row is None:
        raise Refused(f"Рекомендации № {number} нет; список: vekha recommendations КОД")
    return facts.today_of(session.get_one(Roadmap, row.roadmap_code), at)


def _state(one: propose.Recommended) -> str:
    words = one.state_words
    return f"{words}: {one.point_key}" if one.point_key else words


def _facts(one: propose.Recommended) -> dict[str, object]:
    row = one.row
    return {
        "id": row.id,
        "number": one.number,
        "period": one.period,
        "body": one.body,
        "text": row.text,
        "ground": row.ground,
        "items": row.item_codes,
        "due_on": row.due_on,
        "state": row.state,
        "decided_by": row.decided_by,
        "decided_at": row.decided_at,
        "reason": row.reason,
        "key": one.point_key,
    }
