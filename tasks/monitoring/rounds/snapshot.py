"""A round computed into one snapshot: the same rows and ``as_of`` give the same content, and so the same hash.

Set-wise: a handful of queries whatever the number of bodies, and no clock. Columns that people may change later
(names, who takes part) count as they are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, insert, select
from sqlmodel import Session, col

from models import Body, ControlPoint, IndicatorValue, Roadmap, Round
from models import Snapshot as Row
from models.db.rows import table_of
from models.queries.rounds import kept_snapshots
from roadmap.calendar.zones import today_there, zone_of
from roadmap.catalogue.schema import Indicator
from roadmap.monitoring.indicators.compute import AskedBody, Counted, Given, remarks, results
from roadmap.monitoring.recommendations.propose import Facts, advise
from roadmap.monitoring.recommendations.rules import built_in_rules
from roadmap.monitoring.snapshot import IndicatorResult, Snapshot
from tasks.context.working_calendar import calendar_of
from tasks.discipline.execution import Execution, execution, items_of
from tasks.monitoring.rounds.changes import changes, edition_indicators
from tasks.monitoring.rounds.trends import open_keys, trends
from tasks.monitoring.submissions.rows import answerers, indicators_of, period_of

SOURCE_RU = {"form": "форма", "xlsx": "файл", "points": "контрольная точка", "hand": "внесено координатором"}

#: Sources that are told with the day and the person.
DATED = ("form", "hand")


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who is asked for what: names by row id, bodies by indicator."""

    bodies: Mapping[int, AskedBody]
    by_indicator: Mapping[str, tuple[AskedBody, ...]]


def compute(session: Session, round_id: int, *, as_of: datetime, today: date) -> Snapshot:
    """Everything the note of the round says, by what was recorded up to ``as_of``; overdue counts on its day.

    The day is that of ``as_of`` in the roadmap's zone, never later than ``today``.
    """
    round_ = session.get_one(Round, round_id)
    roadmap = session.get_one(Roadmap, round_.roadmap_code)
    period = period_of(round_)
    day = min(today, today_there(as_of, roadmap.zone))
    indicators = {one.code: one for one in indicators_of(round_)}
    found = measured(session, round_, roadmap, indicators, as_of=as_of)
    done = execution(session, roadmap.code, since=period.start, until=period.end, day=day, as_of=as_of)
    facts = _facts(session, round_, indicators, found, done, day=day, as_of=as_of)
    bodies = {answer.body for one in found for answer in one.answers}
    silent = _silent(found)
    return Snapshot(
        roadmap=roadmap.code,
        region=roadmap.region,
        title=roadmap.title,
        act=roadmap.act,
        rhythm=period.rhythm,
        period=period.title,
        period_start=period.start,
        period_end=period.end,
        as_of=as_of,
        due_on=round_.due_on,
        note_on=round_.note_on,
        bodies_asked=len(bodies),
        bodies_answered=len(bodies) - len(silent),
        silent=silent,
        remarks=(*changes(session, round_, roadmap, indicators, as_of=as_of), *remarks(found)),
        indicators=found,
        execution=done.total,
        by_body=done.by_body,
        by_section=done.by_section,
        by_kind=done.by_kind,
        overdue=tuple(one.point for one in done.overdue),
        advice=advise(facts, built_in_rules()),
    )


def _facts(
    session: Session,
    round_: Round,
    indicators: Mapping[str, Indicator],
    found: tuple[IndicatorResult, ...],
    done: Execution,
    *,
    day: date,
    as_of: datetime,
) -> Facts:
    return Facts(
        roadmap=round_.roadmap_code,
        period=period_of(round_).title,
        due_on=round_.due_on,
        note_on=round_.note_on,
        day=day,
        keeper=_keeper(session, round_),
        calendar=calendar_of(session, round_.roadmap_code),
        results=found,
        indicators=indicators,
        items=items_of(session, round_.roadmap_code),
        overdue=done.overdue,
        open_keys=open_keys(session, round_, as_of=as_of),
    )


def keep(session: Session, round_id: int, snapshot: Snapshot, *, at: datetime) -> Row:
    """The row of the snapshot: that of the same content where it was kept before, else a new one."""
    sha256 = snapshot.sha256
    mine = kept_snapshots().where(col(Row.round_id) == round_id, col(Row.sha256) == sha256)
    if (there := session.execute(mine).scalar_one_or_none()) is not None:
        return cast(Row, there)
    row = {"round_id": round_id, "as_of": snapshot.as_of, "made_at": at, "sha256": sha256} | {
        "content": snapshot.model_dump(mode="json")
    }
    session.execute(insert(table_of(Row)), [row])
    return cast(Row, session.execute(mine).scalar_one())


def of_round(session: Session, round_id: int) -> Snapshot | None:
    """The newest kept snapshot of a round; None where it was not computed yet."""
    newest = kept_snapshots(col(Row.content)).where(col(Row.round_id) == round_id).order_by(col(Row.id).desc()).limit(1)
    content = session.execute(newest).scalar_one_or_none()
    return None if content is None else Snapshot.model_validate(content)


def _asked(session: Session, round_: Round, indicators: Mapping[str, Indicator]) -> _Asked:
    who = answerers(session, round_)
    names = select(col(Body.id), col(Body.code), col(Body.short)).where(col(Body.roadmap_code) == round_.roadmap_code)
    bodies = {body_id: AskedBody(code, short) for body_id, code, short in session.execute(names) if body_id in who}
    by_indicator: dict[str, list[AskedBody]] = {code: [] for code in indicators}
    for body_id, body in sorted(bodies.items(), key=lambda one: (one[1].name, one[1].code)):
        for one in who[body_id]:
            by_indicator[one.code].append(body)
    return _Asked(bodies, {code: tuple(listed) for code, listed in by_indicator.items()})


def _given(
    session: Session, round_: Round, asked: _Asked, *, as_of: datetime, zone: ZoneInfo
) -> dict[str, dict[str, Given]]:
    """Indicator → body → the newest value recorded by ``as_of``; late is what was first given after its day."""
    value = table_of(IndicatorValue).c
    late_from = datetime.combine(round_.due_on + timedelta(days=1), time(), zone)
    newest = (
        select(func.max(value.id).label("id"), (func.min(value.recorded_at) >= late_from).label("is_late"))
        .where(value.round_id == round_.id, value.recorded_at <= as_of)
        .group_by(value.indicator_code, value.body_id)
        .subquery()
    )
    # Of thousands of rows only those whose source is told with its day need their instant read.
    dated = case((value.source.in_(DATED) | (value.place == ""), value.recorded_at)).label("at")
    columns = (value.indicator_code, value.body_id, value.numerator, value.denominator, value.source)
    rows = session.execute(
        select(*columns, value.place, value.actor, value.reason, dated, newest.c.is_late).join(
            newest, newest.c.id == value.id
        )
    )
    found: dict[str, dict[str, Given]] = {code: {} for code in asked.by_indicator}
    for code, body_id, numerator, denominator, source, place, actor, reason, at, is_late in rows:
        if body_id in asked.bodies and code in found:
            words = _source(source, place, actor, at.astimezone(zone).date() if at else None)
            given = Given(numerator, denominator, words, reason, bool(is_late))
            found[code][asked.bodies[body_id].code] = given
    return found


def _source(source: str, place: str, actor: str, on: date | None) -> str:
    """«форма, 03.10.2026, Иванова А. А.», «форма.xlsx, C7», «контрольная точка krai/2.1/-/2026-09-30»."""
    if source == "points":
        return f"{SOURCE_RU[source]} {place}"
    if on is None:
        return place
    return ", ".join(filter(None, (SOURCE_RU[source], f"{on:%d.%m.%Y}", actor)))


def measured(
    session: Session, round_: Round, roadmap: Roadmap, indicators: Mapping[str, Indicator], *, as_of: datetime
) -> tuple[IndicatorResult, ...]:
    """The results of the indicators by the values recorded up to ``as_of``."""
    asked = _asked(session, round_, indicators)
    given = _given(session, round_, asked, as_of=as_of, zone=zone_of(roadmap.zone))
    numbers = _numbers(edition_indicators(session, roadmap.code, as_of) or (), indicators)
    earlier = trends(session, round_, indicators, as_of=as_of)
    counted = [
        Counted(
            indicator=one,
            number=numbers[code],
            asked=asked.by_indicator[code],
            given=given[code],
            earlier=earlier[code].points,
            answered=earlier[code].answered,
        )
        for code, one in indicators.items()
    ]
    return results(counted, period=period_of(round_), shift=roadmap.shift_years)


def _numbers(entries: Iterable[Mapping[str, Any]], indicators: Iterable[str]) -> dict[str, int]:
    """The position of each in the catalogue; what the edition no longer has comes after."""
    there = {entry["code"]: number for number, entry in enumerate(entries, start=1)}
    gone = [code for code in indicators if code not in there]
    return there | {code: number for number, code in enumerate(gone, start=len(there) + 1)}


def _keeper(session: Session, round_: Round) -> AskedBody:
    owner = session.get_one(ControlPoint, round_.point_id).owner_id
    body = session.get_one(Body, owner)
    return AskedBody(body.code, body.short)


def _silent(found: Iterable[IndicatorResult]) -> tuple[str, ...]:
    """Short names of those who gave nothing at all, by name."""
    heard: dict[str, bool] = {}
    names: dict[str, str] = {}
    for one in found:
        for answer in one.answers:
            names[answer.body] = answer.name
            heard[answer.body] = heard.get(answer.body, False) or answer.state != "silent"
    return tuple(sorted(names[body] for body, is_heard in heard.items() if not is_heard))
