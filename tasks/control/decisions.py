"""The coordinator's form and what an answer does to the rows."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.input import RunInput
from pydantic import Field
from sqlalchemy import Engine
from sqlmodel import Session

from models import Roadmap, lifecycle
from models.db import session
from models.lifecycle import Move, Refused
from roadmap.cards.point import day
from tasks.context.working_calendar import calendar_of

ACTOR = "координатор (Prefect)"


class Decision(RunInput):
    """What the coordinator answers on the run's page; ``decision-N`` of a run is one of these."""

    decision: Literal["принять", "вернуть", "перенести", "снять"] = Field(
        title="Решение", description="Список не открылся щелчком — нажмите стрелку вниз, затем Enter."
    )
    reason: str = Field(
        default="",
        title="Основание",
        description="Нужно, чтобы вернуть, перенести или снять: кто и чем решил, что доработать.",
    )
    done_on: str = Field(
        default="",
        title="Дата исполнения",
        description="ДД.ММ.ГГГГ; только чтобы принять то, о чём ещё не сообщали. Пусто — сегодня.",
    )
    new_due_on: str = Field(default="", title="Новый срок", description="ДД.ММ.ГГГГ; только чтобы перенести.")
    evidence: str = Field(
        default="",
        title="Подтверждение",
        description="Реквизиты документа или ссылка, по которым виден результат.",
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a decision: ``refusal`` is one Russian line, empty when it was carried out."""

    status: str
    refusal: str = ""


@task(name="Открыть", cache_policy=NO_CACHE)
def open_point_task(engine: Engine, key: str, *, at: datetime) -> str:
    """``open_point`` as a step of a flow."""
    return open_point(engine, key, at=at)


def open_point(engine: Engine, key: str, *, at: datetime) -> str:
    """Open the point when its day has come; returns the status, ``Refused`` when there is no such point.

    A run that was to start on a day that has been moved since may come too early: it opens nothing.
    """
    with session(engine) as work:
        point = lifecycle.point_by_key(work, key)
        zone = ZoneInfo(work.get_one(Roadmap, point.roadmap_code).zone)
        if point.status == "planned" and point.opens_on <= at.astimezone(zone).date():
            move = Move(action="open", actor="ежедневный контроль", at=at, on=point.opens_on, tell=False)
            point = lifecycle.change(work, key, move)
        return point.status


def decide(
    engine: Engine,
    key: str,
    decision: Decision,
    *,
    once_key: str,
    today: date,
    at: datetime,
    actor: str = ACTOR,
    before: Callable[[Session], None] | None = None,
) -> Outcome:
    """Carry out a decision; what cannot be carried out changes nothing and says why.

    The same ``once_key`` a second time changes nothing. ``before`` may raise ``Refused`` inside the same transaction.
    """
    try:
        with session(engine) as work:
            if before is not None:
                before(work)
            move = replace(_move(work, key, decision, once_key=once_key, today=today, at=at), actor=actor)
            if move.action == "accept":
                return Outcome(lifecycle.accept(work, key, move).status)
            return Outcome(lifecycle.change(work, key, move).status)
    except Refused as refused:
        with session(engine) as work:
            return Outcome(lifecycle.point_by_key(work, key).status, str(refused))


def _move(work: Session, key: str, decision: Decision, *, once_key: str, today: date, at: datetime) -> Move:
    match decision.decision:
        case "принять":
            on = _done_on(work, key, decision.done_on, today)
            return Move(
                action="accept",
                actor=ACTOR,
                at=at,
                on=on,
                reason=decision.reason,
                evidence=decision.evidence,
                once_key=once_key,
            )
        case "перенести":
            if work.get_one(Roadmap, lifecycle.point_by_key(work, key).roadmap_code).extensions_by == "controller":
                raise Refused("О переносе срока решает контролирующее лицо, по ссылке из своего письма")
            due = _day(decision.new_due_on, "Новый срок")
            if due is None or due < today:
                raise Refused(f"Укажите новый срок не раньше сегодняшнего дня, {day(today)}")
            return Move(
                action="extend",
                actor=ACTOR,
                at=at,
                on=today,
                reason=decision.reason,
                evidence=decision.evidence,
                due_on=due,
                deadline_on=deadline_of(work, key, due),
                once_key=once_key,
            )
    return Move(
        action="return" if decision.decision == "вернуть" else "withdraw",
        actor=ACTOR,
        at=at,
        on=today,
        reason=decision.reason,
        evidence=decision.evidence,
        once_key=once_key,
    )


def done_day(words: str, today: date) -> date | None:
    """The day something was done, None when nothing was entered; ``Refused`` when it is no day or is to come."""
    done = _day(words, "Дата исполнения")
    if done is not None and done > today:
        raise Refused(f"Дата исполнения {day(done)} ещё не наступила")
    return done


def _done_on(work: Session, key: str, words: str, today: date) -> date:
    done = done_day(words, today)
    if done is None:
        return today
    reported = lifecycle.point_by_key(work, key).submitted_on
    if reported is not None and reported != done:
        raise Refused(f"Об исполнении уже сообщено {day(reported)}: оставьте дату исполнения пустой")
    return today if reported else done


def deadline_of(work: Session, key: str, due: date) -> date:
    """The day that is controlled when a point is due on a day: after the working-day rule of its roadmap."""
    code = lifecycle.point_by_key(work, key).roadmap_code
    return calendar_of(work, code).roll(due, work.get_one(Roadmap, code).roll)  # type: ignore[arg-type]


def _day(words: str, field: str) -> date | None:
    """The day of ДД.ММ.ГГГГ, None when nothing was entered; ``Refused`` when it is no day."""
    words = words.strip().removesuffix("г.").strip()
    if not words:
        return None
    parts = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", words)
    try:
        if parts:
            return date(int(parts[3]), int(parts[2]), int(parts[1]))
    except ValueError:
        pass
    raise Refused(f"{field}: «{words}» — не дата; напишите, например, 31.05.2027")
