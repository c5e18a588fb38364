"""Enters the days that a plan names: the wish to name them is done, the result gets a control point or is moved."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlmodel import Session, col

from models import ControlPoint, Item, Roadmap, lifecycle
from models.db.locks import lock_roadmap
from models.lifecycle.transitions import LIVE, TransitionCommand
from roadmap.processes.external_plans import PlanDays, PlanRefused, check_days, is_same_round
from roadmap.reading import Reading
from tasks.context.working_calendar import calendar_of
from tasks.editions.added_items import BY_PLAN
from tasks.editions.point_matching import keys_of
from tasks.processes.rows import POINTS
from tasks.processes.sweep import advance


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSet:
    """What entering a plan did in one roadmap, by keys of points; all empty when it was entered already."""

    roadmap_code: str
    named: tuple[str, ...] = ()
    """Wishes to name the days that are done with it."""
    new: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    kept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An item that waits for a plan, or a point that a plan has dated."""

    roadmap_code: str
    item_code: str
    title: str
    plan: str
    key: str = ""
    status: str = ""
    due_on: date | None = None
    deadline_on: date | None = None
    note: str = ""


def planned_items(session: Session, roadmap_code: str | None = None) -> list[tuple[Item, str]]:
    """The items on control that wait for a plan, each with the name of the plan, in the order of the documents."""
    found = select(Item).where(col(Item.is_controlled), col(Item.dropped_on).is_(None))
    if roadmap_code is not None:
        found = found.where(col(Item.roadmap_code) == roadmap_code)
    items = session.execute(found.order_by(col(Item.roadmap_code), col(Item.position))).scalars()
    read = [(item, Reading.from_json(item.reading)) for item in items if item.reading.get("kind") == "external"]
    return [(item, reading.plan) for item, reading in read if reading.plan]


def plans(session: Session, roadmap_code: str | None = None) -> list[Planned]:
    """What waits for a plan, and what a plan has dated, in the order of the documents."""
    listed = []
    for item, plan in planned_items(session, roadmap_code):
        facts = Planned(roadmap_code=item.roadmap_code, item_code=item.code, title=item.title, plan=plan)
        dated = session.execute(_dated(item).order_by(col(ControlPoint.due_on))).scalars().all()
        listed += [
            replace(facts, key=p.key, status=p.status, due_on=p.due_on, deadline_on=p.deadline_on, note=p.deadline_note)
            for p in dated
        ] or [facts]
    return listed


def set_plan(
    session: Session, name: str, starts_on: date, ends_on: date, *, code: str, today: date, at: datetime, actor: str
) -> PlanSet:
    """Enter the days of a plan in one roadmap, inside the caller's transaction; the same days again change nothing.

    1. the yearly wish «внести план» is reported and accepted, with the days as its proof;
    2. the result gets a point due on the last day; one of the same round that is not closed is moved there with the
       plan as the ground, and its owner hears of it; its stages follow.

    Raises ``PlanRefused`` for days that cannot be, and for a plan that no item waits for.
    """
    # First of all the row of the roadmap, as every sweep does: two that write at once wait, not lock each other out.
    lock_roadmap(session, code)
    roadmap = session.get_one(Roadmap, code)
    items = [item for item, plan in planned_items(session, code) if plan.casefold() == name.strip().casefold()]
    if not items:
        known = sorted({plan for _, plan in planned_items(session, code)})
        hint = f"здесь ждут: {', '.join(known)}" if known else "пунктов «по плану …» здесь нет"
        raise PlanRefused(f"«{code}»: плана «{name}» не ждёт ни один пункт; {hint}")
    known_as = next(plan for item, plan in planned_items(session, code) if item.id == items[0].id)
    days = PlanDays(known_as, starts_on, ends_on)
    check_days(days, period_start=roadmap.period_start, period_end=roadmap.period_end, today=today)
    entry = _Entry(session, roadmap, days, today=today, at=at, actor=actor)
    for item in items:
        entry.enter(item)
    return PlanSet(
        roadmap_code=code,
        named=tuple(entry.named),
        new=tuple(entry.new),
        moved=tuple(entry.moved),
        kept=tuple(entry.kept),
    )


class _Entry:
    """One plan entered in one roadmap."""

    def __init__(
        self, session: Session, roadmap: Roadmap, days: PlanDays, *, today: date, at: datetime, actor: str
    ) -> None:
        self.session, self.roadmap, self.days = session, roadmap, days
        self.today, self.at, self.actor = today, at, actor
        self.calendar = calendar_of(session, roadmap.code)
        self.deadline_on = self.calendar.roll(days.ends_on, roadmap.roll)  # type: ignore[arg-type]
        self.named: list[str] = []
        self.new: list[str] = []
        self.moved: list[str] = []
        self.kept: list[str] = []

    def enter(self, item: Item) -> None:
        """The item's points, and one for each body where it fans out."""
        points = list(self.session.execute(_of(item)).scalars())
        places = {point.body_id: (point.key.split("/")[-2], point.owner_id) for point in points}
        for body_id, (place, owner_id) in (places or {None: ("-", item.owner_id)}).items():
            mine = [point for point in points if point.body_id == body_id and not point.is_history]
            self._name([point for point in mine if point.purpose == "name_dates"])
            dated = [p for p in mine if _is_dated(p) and is_same_round(self.days.ends_on, p.due_on)]
            live = [point for point in dated if point.status in LIVE]
            if live:
                self._move(live[0])
            elif same := [point.key for point in dated if self._is_this(point)]:
                self.kept += same
            else:
                self._add(item, place, body_id, owner_id)

    def _is_this(self, point: ControlPoint) -> bool:
        return point.due_on == self.days.ends_on and point.deadline_note.startswith(self.days.words)

    def _name(self, wishes: list[ControlPoint]) -> None:
        """The wishes of the years up to the plan's are done; the nearest one, where they are all for later years."""
        live = sorted((wish for wish in wishes if wish.status in LIVE), key=lambda wish: wish.due_on)
        due = [wish for wish in live if wish.due_on.year <= self.days.ends_on.year]
        if not due and not any(wish.status == "accepted" for wish in wishes):
            due = live[:1]
        for wish in due:
            if wish.status == "planned":
                self._change(
                    wish.key, TransitionCommand(action="open", actor=self.actor, at=self.at, on=self.today, tell=False)
                )
            proof = TransitionCommand(
                action="accept", actor=self.actor, at=self.at, on=self.today, evidence=self.days.words
            )
            lifecycle.accept(self.session, wish.key, proof)
            self.named.append(wish.key)

    def _move(self, point: ControlPoint) -> None:
        if self._is_this(point):
            return self.kept.append(point.key)
        if point.status == "planned":
            opens = max(self.days.opens_on, self.today)
            self._write(point, opens_on=min(opens, point.due_on), next_check_on=min(opens, point.due_on))
        if point.due_on != self.days.ends_on:
            move = TransitionCommand(
                action="extend",
                actor=self.actor,
                at=self.at,
                on=self.today,
                reason=self.days.words,
                due_on=self.days.ends_on,
                deadline_on=self.deadline_on,
            )
            self._change(point.key, move)
        opens = max(self.days.opens_on, self.today)
        self._write(point, deadline_note=self._note(), **({"opens_on": opens} if point.status == "planned" else {}))
        self._follow(point.key)
        self.moved.append(point.key)
        return None

    def _add(self, item: Item, place: str, body_id: int | None, owner_id: int) -> None:
        key, n = f"{self.roadmap.code}/{item.code}/{place}/{self.days.ends_on}", 2
        taken = keys_of(self.session, self.roadmap.code)
        while key in taken:
            key, n = f"{self.roadmap.code}/{item.code}/{place}/{self.days.ends_on}-{n}", n + 1
        opens = min(max(self.days.opens_on, self.today), self.deadline_on)
        facts: dict[str, Any] = {
            "key": key,
            "roadmap_code": self.roadmap.code,
            "item_id": item.id,
            "body_id": body_id,
            "owner_id": owner_id,
            "purpose": "result",
            "opens_on": opens,
            "due_on": self.days.ends_on,
            "deadline_on": self.deadline_on,
            "deadline_note": self._note(),
            "status": "planned",
            "is_history": False,
            "next_check_on": opens,
        }
        self.session.execute(insert(POINTS), [facts])
        self.new.append(key)

    def _note(self) -> str:
        if self.deadline_on == self.days.ends_on:
            return self.days.words
        off = self.calendar.day_off_name(self.days.ends_on)
        return f"{self.days.words}; последний день — нерабочий ({off}), срок — {self.deadline_on:%d.%m.%Y}"

    def _follow(self, key: str) -> None:
        advance(self.session, self.roadmap.code, today=self.today, at=self.at, calendar=self.calendar, only=key)

    def _change(self, key: str, move: TransitionCommand) -> None:
        lifecycle.change(self.session, key, move)

    def _write(self, point: ControlPoint, **columns: Any) -> None:
        self.session.execute(update(POINTS).where(POINTS.c.id == point.id).values(**columns))
        self.session.refresh(point)


def _of(item: Item) -> Any:
    of_it = (col(ControlPoint.item_id) == item.id, col(ControlPoint.parent_id).is_(None))
    return select(ControlPoint).where(*of_it).order_by(col(ControlPoint.id))


def _is_dated(point: ControlPoint) -> bool:
    return point.purpose == "result" and point.deadline_note.startswith(BY_PLAN)


def _dated(item: Item) -> Any:
    return _of(item).where(col(ControlPoint.purpose) == "result", col(ControlPoint.deadline_note).startswith(BY_PLAN))


def known_roadmaps(session: Session, name: str) -> Iterable[str]:
    """Codes of the roadmaps where an item waits for the plan."""
    wanted = name.strip().casefold()
    return dict.fromkeys(item.roadmap_code for item, plan in planned_items(session) if plan.casefold() == wanted)
