"""Rounds come to be: for every period that ends while the roadmap is on control a round, its item and its point."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlmodel import Session, col

from models import Item, Roadmap
from models.lifecycle_many import Change, change_many
from models.moves import Move
from roadmap.catalogue.schema import MonitoringRound, RoundRhythm
from roadmap.monitoring.periods import RHYTHM_RU, Period, RoundDays, periods_between, round_days
from roadmap.planning import OWN_RHYTHM
from roadmap.reading import Reading, Window
from tasks.own_items import round_code
from tasks.rounds_rows import ENGINE, POINTS, ROUNDS, Monitoring, RoundRow, keeper_of, rounds_of
from tasks.stages_rows import Day
from tasks.storing import table_of

ITEMS = table_of(Item)
#: A round speaks for the first time when its note is late by a day: until then it runs by itself.
LATE = timedelta(days=1)


def plan(work: Session, roadmap: Roadmap, monitoring: Monitoring, day: Day) -> tuple[int, int]:
    """Insert the rounds that should be there and are not, and bring those to come in line; (new, moved) counts.

    A round is there for each period that ends from the day the roadmap came on control to the end of its own period.
    One whose note would be past already is not begun: what nobody was asked for in time is started by hand.
    """
    keeper = keeper_of(work, roadmap.code)
    if keeper is None:
        return 0, 0
    there = {(row.rhythm, row.period_start): row for row in rounds_of(work, ROUNDS.c.roadmap_code == roadmap.code)}
    new = moved = 0
    for rule in monitoring.rules:
        wanted = list(_wanted(roadmap, rule, day))
        missing = [(p, days) for p, days in wanted if (rule.rhythm, p.start) not in there and days.note_on >= day.today]
        if missing:
            item_id = round_item(work, roadmap, rule.rhythm, keeper, wanted)
            for period, days in missing:
                add_round(work, roadmap.code, item_id, keeper, period, days)
        new += len(missing)
        to_come = [(row, days) for p, days in wanted if (row := there.get((rule.rhythm, p.start)))]
        moved += sum(_follow(work, row, days, keeper) for row, days in to_come if row.status == "planned")
    _hand_over(work, roadmap.code, keeper)
    return new, moved


def drop(work: Session, code: str, monitoring: Monitoring, day: Day) -> int:
    """Rounds to come of a rhythm that the edition in force does not name are taken off control; returns how many."""
    named = [rule.rhythm for rule in monitoring.rules]
    rows = rounds_of(
        work, ROUNDS.c.roadmap_code == code, ROUNDS.c.rhythm.not_in(named), ROUNDS.c.by_hand.is_(False),
        POINTS.c.status == "planned",
    )  # fmt: skip
    reason = "действующая редакция не предусматривает мониторинга с такой периодичностью"
    move = Move(action="withdraw", actor=ENGINE, at=day.at, on=day.today, reason=reason, tell=False)
    return change_many(work, [Change(row.point_id, move) for row in rows])


def _wanted(roadmap: Roadmap, rule: MonitoringRound, day: Day) -> Iterator[tuple[Period, RoundDays]]:
    """The rounds of a rhythm that are to come or under way; longer ago than a period and its note nothing is."""
    since = max(roadmap.controlled_from, roadmap.period_start, day.today - timedelta(days=500))
    for period in periods_between(since, roadmap.period_end, rule.rhythm):
        yield period, round_days(period, rule, day.calendar)


def round_item(
    work: Session, roadmap: Roadmap, rhythm: RoundRhythm, keeper: int, wanted: list[tuple[Period, RoundDays]]
) -> int:
    """The item whose points are the rounds of a rhythm, made where it is not there; returns its id."""
    code = round_code(rhythm)
    same = (ITEMS.c.roadmap_code == roadmap.code, ITEMS.c.code == code)
    if (row_id := work.execute(select(ITEMS.c.id).where(*same)).scalar()) is not None:
        return int(row_id)
    windows = tuple(Window(period.end + LATE, days.note_on) for period, days in wanted)
    reading = Reading(text="", kind="recurring", rule=OWN_RHYTHM, windows=windows, every=rhythm)
    last = select(func.max(ITEMS.c.position)).where(ITEMS.c.roadmap_code == roadmap.code)
    item = Item(
        roadmap_code=roadmap.code,
        code=code,
        position=(work.execute(last).scalar() or 0) + 1,
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
    work.add(item)
    work.flush()
    assert item.id is not None
    return item.id


def add_round(
    work: Session, code: str, item_id: int, keeper: int, period: Period, days: RoundDays, *, by_hand: bool = False
) -> int:
    """A round with its control point, planned; returns the round's id."""
    point = {
        "key": _free_key(work, f"{code}/{round_code(period.rhythm)}/-/{days.note_on}"),
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
    point_id = work.execute(insert(POINTS).values(point).returning(POINTS.c.id)).scalar_one()
    values = {"roadmap_code": code, "point_id": point_id, "by_hand": by_hand, **_period(period), **asdict(days)}
    return int(work.execute(insert(ROUNDS).values(values).returning(ROUNDS.c.id)).scalar_one())


def _period(period: Period) -> dict[str, Any]:
    return {"rhythm": period.rhythm, "period_start": period.start, "period_end": period.end}


def _free_key(work: Session, key: str) -> str:
    """The key, with a number after it where a round started by hand has the same day for its note."""
    taken = set(work.execute(select(POINTS.c.key).where(POINTS.c.key.startswith(key, autoescape=True))).scalars())
    free, n = key, 2
    while free in taken:
        free, n = f"{key}-{n}", n + 1
    return free


def _follow(work: Session, row: RoundRow, days: RoundDays, keeper: int) -> bool:
    """A round to come follows the calendar (a year's decree moves days off) and the days of its rhythm."""
    if row.by_hand or RoundDays(row.opens_on, row.due_on, row.note_on) == days:
        return False
    work.execute(update(ROUNDS).where(ROUNDS.c.id == row.id).values(**asdict(days)))
    moved = {"opens_on": days.opens_on, "due_on": days.note_on, "deadline_on": days.note_on}
    moved_check = {"next_check_on": days.note_on + LATE}
    work.execute(update(POINTS).where(POINTS.c.id == row.point_id).values(**moved, **moved_check))
    return True


def _hand_over(work: Session, code: str, keeper: int) -> None:
    """Rounds to come belong to the body that keeps the roadmap now."""
    items = select(ITEMS.c.id).where(ITEMS.c.roadmap_code == code, ITEMS.c.kind == "round")
    theirs = (POINTS.c.item_id.in_(items), POINTS.c.purpose == "round", POINTS.c.status == "planned")
    work.execute(update(POINTS).where(*theirs, POINTS.c.owner_id != keeper).values(owner_id=keeper))
    work.execute(
        update(ITEMS)
        .where(ITEMS.c.roadmap_code == code, ITEMS.c.kind == "round", col(Item.owner_id) != keeper)
        .values(owner_id=keeper)
    )
