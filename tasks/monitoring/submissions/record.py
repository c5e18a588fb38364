"""Keeps what bodies answer in a round: append-only, the newest row counts, a correction names its reason."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select
from sqlmodel import Session, col

from models import Body, ControlPoint, IndicatorValue, Roadmap, Round
from models.db.locks import lock_round
from models.db.rows import table_of
from models.lifecycle.bulk import Change, change_many
from models.lifecycle.transitions import Action, Refused, TransitionCommand
from models.personal import Author, known_people
from roadmap.calendar.zones import zone_of
from roadmap.catalogue.schema import Indicator
from roadmap.monitoring.indicators.submission import Given, answer_words, counted_indicators
from tasks.monitoring.submissions.computed import points_done
from tasks.monitoring.submissions.rows import answerers, asked_of, current, given_of, indicators_of, proven

__all__ = ["asked_of", "current", "fill_proven", "record", "record_many", "settle_data", "unexplained"]

ACTOR = "порядок мониторинга"
RECOUNTED = "пересчитано по контрольным точкам"
OPEN = ("open", "returned", "submitted")


@dataclass(frozen=True, slots=True)
class Unexplained:
    """An answer that differs from the one in force and does not say why."""

    body_id: int
    given: Given
    words: str


def record(
    session: Session,
    round_id: int,
    body_id: int,
    given: Sequence[Given],
    *,
    actor: str,
    source: str,
    at: datetime,
    reason: str = "",
    official_id: int | None = None,
) -> int:
    """Keep the answers of one body; returns how many say something new. As ``record_many``."""
    facts = {"actor": actor, "official_id": official_id, "source": source, "reason": reason}
    return record_many(session, round_id, {body_id: given}, at=at, **facts)  # type: ignore[arg-type]


def record_many(
    session: Session,
    round_id: int,
    answers: Mapping[int, Sequence[Given]],
    *,
    actor: str,
    source: str,
    at: datetime,
    reason: str = "",
    official_id: int | None = None,
) -> int:
    """Keep the answers of many bodies, all or none; what is known already is left out. Returns how many were new.

    ``source`` is one of ``MEASURE_SOURCES``; ``reason`` stands for every correction that has none of its own.
    ``Refused``: a correction without a reason, an indicator the body does not answer for, a round that has not opened.
    """
    lock_round(session, round_id)
    round_ = session.get_one(Round, round_id)
    _refuse_strangers(session, round_, answers)
    there = current(session, round_id, bodies=list(answers))
    if not reason and (wrong := unexplained(session, round_, answers, there)):
        raise Refused(f"{wrong[0].words}; ничего не записано")
    known = known_people(session)
    author = Author(actor, official_id) if official_id else known.author(actor)
    rows = [
        _row(round_id, body_id, one, reason or one.reason if _differs(there, body_id, one) else one.reason)
        | {"source": source, "actor": author.words, "official_id": author.official_id, "recorded_at": at}
        for body_id, given in answers.items()
        for one in given
        if _is_new(there, body_id, one)
    ]
    for row in rows:
        row["reason"], row["place"] = known.without(row["reason"]), known.without(row["place"])
    if rows:
        session.execute(insert(table_of(IndicatorValue)), rows)
    return len(rows)


def unexplained(
    session: Session,
    round_: Round,
    answers: Mapping[int, Sequence[Given]],
    there: Mapping[tuple[str, int], IndicatorValue] | None = None,
) -> list[Unexplained]:
    """The answers that would correct another without a reason, each with a Russian line."""
    assert round_.id is not None
    there = current(session, round_.id, bodies=list(answers)) if there is None else there
    known = {one.code: one for one in _indicators(answerers(session, round_))}
    return [
        Unexplained(
            body_id, one, f"записано «{_words(known, there[one.indicator, body_id])}» — назовите причину исправления"
        )
        for body_id, given in answers.items()
        for one in given
        if not one.reason and _differs(there, body_id, one)
    ]


def fill_proven(session: Session, round_id: int, *, at: datetime) -> int:
    """Write down what control points say and no person has answered; returns how many values are new.

    A flag is written once. A share of points done is counted anew each time: until the note, what is accepted later
    but was reported within the period counts too.
    """
    lock_round(session, round_id)
    round_ = session.get_one(Round, round_id)
    computed = {one.code for one in indicators_of(round_) if one.computed_from}
    there = current(session, round_id)
    rows = []
    for (code, body_id), place in proven(session, round_).items():
        row = there.get((code, body_id))
        if code in computed:
            given = _points_given(session, round_, code, place)
            is_known = row is not None and (row.source != "points" or given_of(row).value == given.value)
            if given.denominator and not is_known:
                rows.append(_row(round_id, body_id, given, RECOUNTED if row else ""))
        elif row is None:
            rows.append(_row(round_id, body_id, Given(code, 1.0, None, "", place), ""))
    if rows:
        facts = {"source": "points", "actor": ACTOR, "recorded_at": at}
        session.execute(insert(table_of(IndicatorValue)), [row | facts for row in rows])
    return len(rows)


def _points_given(session: Session, round_: Round, code: str, place: str) -> Given:
    found = points_done(session, round_.roadmap_code, round_.period_end)
    return Given(code, float(found.done), float(found.due), "", place)


def settle_data(
    session: Session, round_id: int, *, at: datetime, today: date, bodies: Collection[int] | None = None
) -> int:
    """Report and accept the data points of bodies that gave (or said they lack) all they are asked; returns how many.

    The result counts from the day of the last answer, so a late answer is late. ``bodies``: only these.
    """
    lock_round(session, round_id)
    round_ = session.get_one(Round, round_id)
    zone = zone_of(session.get_one(Roadmap, round_.roadmap_code).zone)
    points = _open_points(session, round_, bodies)
    if not points:
        return 0
    who, asked = answerers(session, round_), asked_of(session, round_id)
    there = current(session, round_id, bodies=bodies)
    moves: dict[int, tuple[str, date, str]] = {}
    for point_id, body_id, status, opens_on in points:
        if body_id not in who:
            # It takes no part any more: whoever keeps the list of those asked takes the point off control.
            continue
        mine = asked.get(body_id, ())
        answers = [there.get((one.code, body_id)) for one in mine]
        given = [one for one in answers if one is not None]
        if len(given) < len(mine):
            continue
        on = min(max((one.recorded_at.astimezone(zone).date() for one in given), default=today), today)
        words = f"Данные: {counted_indicators(len(mine))}" if mine else "Подтверждено контрольными точками"
        moves[point_id] = (status, max(on, opens_on), words)
    reported = {point: facts for point, facts in moves.items() if facts[0] != "submitted"}
    change_many(session, [Change(p, _move("submit", on, at, words)) for p, (_, on, words) in reported.items()])
    change_many(session, [Change(p, _move("accept", on, at, "")) for p, (_, on, _) in moves.items()])
    return len(moves)


def _open_points(session: Session, round_: Round, bodies: Collection[int] | None) -> list[tuple[int, int, str, date]]:
    """(point, body, status, first day) of what is asked and not settled."""
    data: tuple[Any, ...] = (
        col(ControlPoint.parent_id) == round_.point_id,
        col(ControlPoint.purpose) == "data",
        col(ControlPoint.status).in_(OPEN),
    )
    if bodies is not None:
        data = (*data, col(ControlPoint.body_id).in_(bodies))
    columns: Any = (
        col(ControlPoint.id),
        col(ControlPoint.body_id),
        col(ControlPoint.status),
        col(ControlPoint.opens_on),
    )
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(select(*columns).where(*data))]


def _move(action: Action, on: date, at: datetime, words: str) -> TransitionCommand:
    # Nobody is written to: the page says what was taken, and thousands of bodies answer in a week.
    return TransitionCommand(action=action, actor=ACTOR, at=at, on=on, evidence=words, tell=False)


def _refuse_strangers(session: Session, round_: Round, answers: Mapping[int, Sequence[Given]]) -> None:
    who = answerers(session, round_)
    if not who:
        raise Refused(f"Раунд откроется {round_.opens_on:%d.%m.%Y}: до этого дня данные не принимаются")
    for body_id, given in answers.items():
        codes = {one.code for one in who.get(body_id, ())}
        for one in given:
            if one.indicator not in codes:
                short = session.get_one(Body, body_id).short
                raise Refused(f"«{short}» в этом раунде не отвечает за показатель «{one.indicator}»")


def _indicators(who: Mapping[int, Sequence[Indicator]]) -> list[Indicator]:
    return [one for asked in who.values() for one in asked]


def _words(known: Mapping[str, Indicator], row: IndicatorValue) -> str:
    return answer_words(known[row.indicator_code], given_of(row))


def _is_new(there: Mapping[tuple[str, int], IndicatorValue], body_id: int, one: Given) -> bool:
    row = there.get((one.indicator, body_id))
    return row is None or given_of(row).value != one.value


def _differs(there: Mapping[tuple[str, int], IndicatorValue], body_id: int, one: Given) -> bool:
    return (one.indicator, body_id) in there and _is_new(there, body_id, one)


def _row(round_id: int, body_id: int, one: Given, reason: str) -> dict[str, Any]:
    return {
        "round_id": round_id,
        "indicator_code": one.indicator,
        "body_id": body_id,
        "numerator": one.numerator,
        "denominator": one.denominator,
        "place": one.place,
        "reason": reason,
    }
