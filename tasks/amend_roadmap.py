"""Puts a new edition of a roadmap on control: what is found again goes on, what is dropped is withdrawn by the act."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from models import lifecycle
from models.lifecycle import Move
from models.points import ControlPoint
from models.roadmaps import Edition, Indicator, Item, Roadmap
from roadmap.calendar import WorkCalendar, calendar_of
from roadmap.catalogue.schema import Catalogue
from roadmap.editions import AnswerRefused, Plan, compare
from roadmap.planning import plan
from roadmap.shifting import shift_years as shifted
from tasks.amended_points import PointPlan, Shift, plan_points
from tasks.load_roadmap import Planned, content_hash, refuse_unread, store_edition, store_entries, store_roadmap
from tasks.standing_points import BY_EDITION, standing
from tasks.storing import ids_by_code, table_of
from tasks.storing_points import store_points


class AmendRefused(ValueError):
    """The edition cannot be put on control as it is; one Russian line, and nothing was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """What the new edition does to items and control points; ``is_new`` is off when it is on control already."""

    roadmap_code: str
    act_before: str
    act: str
    plan: Plan
    points: PointPlan
    is_new: bool
    planned: Planned
    shift_years: int


def loaded_edition(session: Session, roadmap_code: str) -> tuple[Catalogue, str]:
    """The edition on control and its hash; ``AmendRefused`` when the roadmap is not on control."""
    newest = select(Edition).where(col(Edition.roadmap_code) == roadmap_code).order_by(col(Edition.id).desc()).limit(1)
    edition = session.execute(newest).scalar_one_or_none()
    if edition is None:
        raise AmendRefused(f"Дорожной карты «{roadmap_code}» нет на контроле; поставить: vekha load {roadmap_code}")
    return Catalogue.model_validate(edition.catalogue), edition.content_hash


def preview(
    session: Session,
    roadmap_code: str,
    draft: Catalogue,
    *,
    today: date,
    answers: Mapping[str, str] | None = None,
    keep_control: bool = False,
    window_days: int = 14,
    calendar: WorkCalendar | None = None,
) -> Amendment:
    """What ``amend`` would do; writes nothing. An edition that is on control already needs no answers."""
    old, newest = loaded_edition(session, roadmap_code)
    roadmap = session.get_one(Roadmap, roadmap_code)
    reserved = ids_by_code(session, Item, roadmap_code).keys()
    compared = compare(old, draft, reserved=reserved, keep_control=keep_control)
    is_new = content_hash(compared.edition, roadmap.shift_years) != newest
    if is_new and answers:
        try:
            compared = compare(old, draft, answers=answers, reserved=reserved, keep_control=keep_control)
        except AnswerRefused as refused:
            raise AmendRefused(str(refused)) from refused
    planned = plan(
        compared.edition,
        calendar=calendar or calendar_of(compared.edition),
        window_days=window_days,
        shift=roadmap.shift_years,
    )
    wanted = [point for *_, points in planned for point in points]
    return Amendment(
        roadmap_code=roadmap_code,
        act_before=old.act.words,
        act=draft.act.words,
        plan=compared,
        points=plan_points(standing(session, roadmap_code), wanted, since=max(roadmap.controlled_from, today)),
        is_new=is_new,
        planned=planned,
        shift_years=roadmap.shift_years,
    )


def amend(
    session: Session,
    roadmap_code: str,
    draft: Catalogue,
    *,
    today: date,
    at: datetime,
    answers: Mapping[str, str] | None = None,
    keep_control: bool = False,
    window_days: int = 14,
    calendar: WorkCalendar | None = None,
) -> Amendment:
    """Put the edition on control inside the caller's transaction; the same edition a second time changes nothing.

    1. ``AmendRefused`` while a question is open, ``LoadRefused`` while a term is not read;
    2. points that moved are extended, points that have no day any more are withdrawn, with the act as the ground;
    3. rows follow the words under their stable codes; dropped items stay, off control;
    4. days that no point stands for are planned; days that have passed are history.

    A rehearsal copy is amended with its own shift of years.
    """
    amendment = preview(
        session,
        roadmap_code,
        draft,
        today=today,
        answers=answers,
        keep_control=keep_control,
        window_days=window_days,
        calendar=calendar,
    )
    if not amendment.is_new:
        return amendment
    _refuse_questions(amendment)
    refuse_unread(roadmap_code, amendment.planned)
    edition, roadmap = amendment.plan.edition, session.get_one(Roadmap, roadmap_code)
    moved = shifted(edition, amendment.shift_years)
    _move_points(session, amendment, hash_=content_hash(edition, amendment.shift_years)[:12], today=today, at=at)
    store_roadmap(session, moved, present=roadmap)
    store_entries(session, moved, amendment.planned, (calendar or calendar_of(edition)).version)
    _drop_items(session, roadmap_code, amendment, today=today)
    _drop_indicators(session, moved)
    stored = store_points(
        session,
        roadmap_code,
        [point for *_, points in amendment.planned for point in points],
        controlled_from=max(roadmap.controlled_from, today),
        today=today,
    )
    if stored.new != len(amendment.points.new):
        raise RuntimeError(f"{roadmap_code}: {stored.new} points were planned, {len(amendment.points.new)} were shown")
    store_edition(session, edition, shift_years=amendment.shift_years, at=at)
    session.expire_all()
    return amendment


def _refuse_questions(amendment: Amendment) -> None:
    if not amendment.plan.questions:
        return
    codes = [question.old.code for question in amendment.plan.questions]
    shown = ", ".join(codes[:5]) + (f" и ещё {len(codes) - 5}" if len(codes) > 5 else "")
    raise AmendRefused(
        f"«{amendment.roadmap_code}»: редакция не применена, нет ответа на вопросы о пунктах {shown} — "
        'впишите в answers.yaml строки вида "прежний код": "новый код" или dropped и укажите --answers'
    )


def _move_points(session: Session, amendment: Amendment, *, hash_: str, today: date, at: datetime) -> None:
    """A person hears of a point that was opened; what is only planned moves silently."""
    actor = f"редакция {amendment.act}"

    def move(point_id: int, status: str, **facts: object) -> Move:
        key = f"{BY_EDITION}{hash_}:{point_id}"
        return Move(actor=actor, at=at, on=today, once_key=key, tell=status != "planned", **facts)  # type: ignore[arg-type]

    for one in amendment.points.moved:
        _open_earlier(session, one)
        reason = f"срок установлен в новой редакции: {amendment.act}"
        dates = {"due_on": one.to.due_on, "deadline_on": one.to.deadline_on}
        lifecycle.change(session, one.key, move(one.id, one.status, action="extend", reason=reason, **dates))
    gone = {item.code for item in amendment.plan.dropped}
    for leaving in amendment.points.withdrawn:
        is_gone = leaving.item_code in gone
        reason = f"{'пункт исключён' if is_gone else 'срок исключён'}: {amendment.act}"
        lifecycle.change(session, leaving.key, move(leaving.id, leaving.status, action="withdraw", reason=reason))


def _open_earlier(session: Session, one: Shift) -> None:
    """A point is never due before it opens: a term that moved ahead takes the opening with it."""
    if one.to.opens_on < one.opens_on:
        points, opens_on = table_of(ControlPoint), one.to.opens_on
        looked_at = {"next_check_on": opens_on} if one.status == "planned" else {}
        session.execute(update(points).where(points.c.id == one.id).values(opens_on=opens_on, **looked_at))
        session.expire_all()


def _drop_items(session: Session, code: str, amendment: Amendment, *, today: date) -> None:
    dropped = [item.code for item in amendment.plan.dropped]
    session.execute(
        update(table_of(Item))
        .where(col(Item.roadmap_code) == code, col(Item.code).in_(dropped))
        .values(dropped_on=today, dropped_by=amendment.act, is_controlled=False)
    )


def _drop_indicators(session: Session, moved: Catalogue) -> None:
    """The edition before keeps them; a row that no edition in force has would be judged."""
    kept: Iterable[str] = [entry.code for entry in moved.indicators]
    session.execute(
        delete(Indicator).where(col(Indicator.roadmap_code) == moved.code, col(Indicator.code).not_in(kept))
    )
