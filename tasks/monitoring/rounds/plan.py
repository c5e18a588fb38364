"""Rounds come to be: for every period that ends while the roadmap is on control a round, its item and its point."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import exists, func, insert, select, update
from sqlmodel import Session, col

from models import Item, Roadmap, Transition
from models.db.rows import table_of
from models.lifecycle.bulk import Change, change_many
from models.lifecycle.transitions import TransitionCommand
from roadmap.catalogue.schema import RHYTHM_RU, MonitoringRound, RoundRhythm
from roadmap.control.planning import OWN_RHYTHM
from roadmap.monitoring.periods import Period, RoundDays, periods_between, round_days
from roadmap.reading import Reading, Window
from tasks.context.roadmap_day import RoadmapDay
from tasks.editions.added_items import round_code
from tasks.monitoring.rounds.rows import ENGINE, POINTS, ROUNDS, Monitoring, RoundRow, coordinator_body, rounds_of

ITEMS, TRANSITIONS = table_of(Item), table_of(Transition)
#: A round speaks for the first time when its note is late by a day: until then it runs by itself.
LATE = timedelta(days=1)
NO_RHYTHM = "действующая редакция не предусматривает мониторинга с такой периодичностью"
NO_PERIOD = "по действующей редакции период не входит в срок действия дорожной карты"


def plan(session: Session, roadmap: Roadmap, monitoring: Monitoring, day: RoadmapDay) -> tuple[int, int]:
    """Insert the rounds that should be there and are not, and bring those to come in line; (new, moved) counts.

    A round is there for each period that ends from the day the roadmap came on control to the end of its own period.
    One whose note would be past already is not begun: what nobody was asked for in time is started by hand. One that an
    edition took off control before it began, and that a later edition wants again, has a new point.
    """
    keeper = coordinator_body(session, roadmap.code)
    if keeper is None:
        return 0, 0
    there = {(row.rhythm, row.period_start): row for row in rounds_of(session, ROUNDS.c.roadmap_code == roadmap.code)}
    dropped = _dropped(session, roadmap.code)
    new = moved = 0
    for rule in monitoring.rules:
        wanted = list(_wanted(roadmap, rule, day))
        in_time = [(p, days, there.get((rule.rhythm, p.start))) for p, days in wanted if days.note_on >= day.today]
        missing = [(p, days, row) for p, days, row in in_time if row is None or row.id in dropped]
        if missing:
            item_id = round_item(session, roadmap, rule.rhythm, keeper, wanted)
            for period, days, row in missing:
                if row is None:
                    add_round(session, roadmap.code, item_id, keeper, period, days)
                else:
                    _bring_back(session, row, item_id, keeper, days)
        new += len(missing)
        to_come = [(row, days) for p, days in wanted if (row := there.get((rule.rhythm, p.start)))]
        moved += sum(_follow(session, row, days, keeper) for row, days in to_come if row.status == "planned")
    _hand_over(session, roadmap.code, keeper)
    return new, moved


def drop(session: Session, roadmap: Roadmap, monitoring: Monitoring, day: RoadmapDay) -> int:
    """Rounds to come that the edition in force does not provide for are taken off control; returns how many.

    It does not name their rhythm, or their period ends after its own.
    """
    named = [rule.rhythm for rule in monitoring.rules]
    of_it = (ROUNDS.c.roadmap_code == roadmap.code, ROUNDS.c.manual.is_(False), POINTS.c.status == "planned")
    rows = rounds_of(session, *of_it, ROUNDS.c.rhythm.not_in(named) | (ROUNDS.c.period_end > roadmap.period_end))
    changes = []
    for row in rows:
        reason = NO_RHYTHM if row.rhythm not in named else NO_PERIOD
        move = TransitionCommand(action="withdraw", actor=ENGINE, at=day.at, on=day.today, reason=reason, tell=False)
        changes.append(Change(row.point_id, move))
    return change_many(session, changes)


def _dropped(session: Session, code: str) -> set[int]:
    """Rounds that ``drop`` took off control, not a person."""
    by_us = exists().where(
        TRANSITIONS.c.point_id == POINTS.c.id, TRANSITIONS.c.action == "withdraw", TRANSITIONS.c.actor == ENGINE
    )
    rows = rounds_of(session, ROUNDS.c.roadmap_code == code, POINTS.c.status == "withdrawn", by_us)
    return {row.id for row in rows}


def _wanted(roadmap: Roadmap, rule: MonitoringRound, day: RoadmapDay) -> Iterator[tuple[Period, RoundDays]]:
    """The rounds of a rhythm that are to come or under way; longer ago than a period and its note nothing is."""
    since = max(roadmap.controlled_from, roadmap.period_start, day.today - timedelta(days=500))
    for period in periods_between(since, roadmap.period_end, rule.rhythm):
        yield period, round_days(period, rule, day.calendar)


def round_item(
    session: Session, roadmap: Roadmap, rhythm: RoundRhythm, keeper: int, wanted: list[tuple[Period, RoundDays]]
) -> int:
    """The item whose points are the rounds of a rhythm, made where it is not there; returns its id."""
    code = round_code(rhythm)
    same = (ITEMS.c.roadmap_code == roadmap.code, ITEMS.c.code == code)
    if (row_id := session.execute(select(ITEMS.c.id).where(*same)).scalar()) is not None:
        return int(row_id)
    windows = tuple(Window(period.end + LATE, days.note_on) for period, days in wanted)
    reading = Reading(text="", kind="recurring", rule=OWN_RHYTHM, windows=windows, every=rhythm)
    last = select(func.max(ITEMS.c.position)).where(ITEMS.c.roadmap_code == roadmap.code)
    item = Item(
        roadmap_code=roadmap.code,
        code=code,
        position=(session.execute(last).scalar() or 0) + 1,
        origin="duty",
        number="",
        section="",
        group="",
        title=f"{RHYTHM_RU[rhythm].capitalize()} мониторинг",
        responsible="",
        executors="",
        owner_id=keeper,
        term="",
        result="Аналитическая справка",
        kind="round",
        reading=reading.to_json(),
        is_controlled=True,
        source="мониторинг",
    )
    session.add(item)
    session.flush()
    assert item.id is not None
    return item.id


def add_round(
    session: Session, code: str, item_id: int, keeper: int, period: Period, days: RoundDays, *, manual: bool = False
) -> int:
    """A round with its control point, planned; returns the round's id."""
    point_id = _add_point(session, code, item_id, keeper, period, days)
    values = {"roadmap_code": code, "point_id": point_id, "manual": manual, **_period(period), **asdict(days)}
    return int(session.execute(insert(ROUNDS).values(values).returning(ROUNDS.c.id)).scalar_one())


def _bring_back(session: Session, row: RoundRow, item_id: int, keeper: int, days: RoundDays) -> None:
    """What was taken off control stays so in the history: the round goes on with another point."""
    point_id = _add_point(session, row.roadmap_code, item_id, keeper, row.period, days)
    session.execute(update(ROUNDS).where(ROUNDS.c.id == row.id).values(point_id=point_id, **asdict(days)))


def _add_point(session: Session, code: str, item_id: int, keeper: int, period: Period, days: RoundDays) -> int:
    point = {
        "key": _free_key(session, f"{code}/{round_code(period.rhythm)}/-/{days.note_on}"),
        "roadmap_code": code,
        "item_id": item_id,
        "owner_id": keeper,
        "purpose": "round",
        "opens_on": days.opens_on,
        "due_on": days.note_on,
        "deadline_on": days.note_on,
        "status": "planned",
        "is_history": False,
        "next_check_on": days.note_on + LATE,
        "stage_title": f"за {period.title}",
    }
    return int(session.execute(insert(POINTS).values(point).returning(POINTS.c.id)).scalar_one())


def _period(period: Period) -> dict[str, Any]:
    return {"rhythm": period.rhythm, "period_start": period.start, "period_end": period.end}


def _free_key(session: Session, key: str) -> str:
    """The key, with a number after it where another round, or this one before, has the same day for its note."""
    taken = set(session.execute(select(POINTS.c.key).where(POINTS.c.key.startswith(key, autoescape=True))).scalars())
    free, n = key, 2
    while free in taken:
        free, n = f"{key}-{n}", n + 1
    return free


def _follow(session: Session, row: RoundRow, days: RoundDays, keeper: int) -> bool:
    """A round to come follows the calendar (a year's decree moves days off) and the days of its rhythm."""
    if row.manual or RoundDays(row.opens_on, row.due_on, row.note_on) == days:
        return False
    session.execute(update(ROUNDS).where(ROUNDS.c.id == row.id).values(**asdict(days)))
    moved = {"opens_on": days.opens_on, "due_on": days.note_on, "deadline_on": days.note_on}
    moved_check = {"next_check_on": days.note_on + LATE}
    session.execute(update(POINTS).where(POINTS.c.id == row.point_id).values(**moved, **moved_check))
    return True


def _hand_over(session: Session, code: str, keeper: int) -> None:
    """Rounds to come belong to the body that keeps the roadmap now."""
    items = select(ITEMS.c.id).where(ITEMS.c.roadmap_code == code, ITEMS.c.kind == "round")
    theirs = (POINTS.c.item_id.in_(items), POINTS.c.purpose == "round", POINTS.c.status == "planned")
    session.execute(update(POINTS).where(*theirs, POINTS.c.owner_id != keeper).values(owner_id=keeper))
    session.execute(
        update(ITEMS)
        .where(ITEMS.c.roadmap_code == code, ITEMS.c.kind == "round", col(Item.owner_id) != keeper)
        .values(owner_id=keeper)
    )
