"""Puts a new edition of a roadmap on control: what is found again goes on, what is dropped is withdrawn by the act."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import delete, select, update
from sqlmodel import Session, col

from models.db.rows import ids_by_code, table_of
from models.tables.roadmap import Edition, Indicator, Item, Roadmap
from roadmap.calendar import WorkCalendar
from roadmap.catalogue.schema import Catalogue
from roadmap.control.planning import plan
from roadmap.control.year_shift import shift_years as shifted
from roadmap.editions import AnswerRefused, Plan, compare
from tasks.context.working_calendar import calendar_for, calendar_of
from tasks.editions.calendar_changes import follow_calendar
from tasks.editions.content import content_hash
from tasks.editions.load import Planned, refuse_unread, store_edition, store_entries, store_roadmap
from tasks.editions.point_changes import PointPlan, carry_out, plan_points
from tasks.editions.point_matching import stored_points
from tasks.editions.point_rows import store_points


class AmendRefused(ValueError):
    """The edition cannot be put on control as it is; one Russian line, and nothing was written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What people settled beside the draft: the arguments of ``roadmap.editions.comparison`` of these names."""

    answers: Mapping[str, str] = field(default_factory=dict)
    is_read: bool = False
    as_drafted: Collection[str] = ()


NONE = Choices()


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
    choices: Choices = NONE,
    window_days: int = 14,
    calendar: WorkCalendar | None = None,
) -> Amendment:
    """What ``amend`` would do; writes nothing. An edition that is on control already needs no answers."""
    old, newest = loaded_edition(session, roadmap_code)
    roadmap = session.get_one(Roadmap, roadmap_code)
    reserved = ids_by_code(session, Item, roadmap_code).keys()
    try:
        compared = _compared(old, draft, choices, reserved=reserved)
    except AnswerRefused as refused:
        raise AmendRefused(f"«{roadmap_code}»: {refused}") from refused
    is_new = content_hash(compared.edition, roadmap.shift_years) != newest
    if choices.is_read and compared.is_empty:
        # The places and spellings of another reading of the same document are no edition.
        is_new = False
    planned = plan(
        compared.edition,
        calendar=calendar or calendar_for(session, compared.edition),
        window_days=window_days,
        shift=roadmap.shift_years,
    )
    wanted = [point for *_, points in planned for point in points]
    return Amendment(
        roadmap_code=roadmap_code,
        act_before=old.act.words,
        act=draft.act.words,
        plan=compared,
        points=plan_points(stored_points(session, roadmap_code), wanted, since=max(roadmap.controlled_from, today)),
        is_new=is_new,
        planned=planned,
        shift_years=roadmap.shift_years,
    )


def _compared(old: Catalogue, draft: Catalogue, choices: Choices, *, reserved: Collection[str]) -> Plan:
    """The comparison with the answers, unless the draft is on control already: then what they name has gone."""

    def compared(answers: Mapping[str, str]) -> Plan:
        return compare(
            old, draft, answers=answers, reserved=reserved, is_read=choices.is_read, as_drafted=choices.as_drafted
        )

    without = compared({})
    if not choices.answers:
        return without
    try:
        return compared(choices.answers)
    except AnswerRefused:
        if without.is_empty:
            return without
        raise


def amend(
    session: Session,
    roadmap_code: str,
    draft: Catalogue,
    *,
    today: date,
    at: datetime,
    choices: Choices = NONE,
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
    if session.get(Roadmap, roadmap_code) is not None:
        # What the calendar moved is not the act's doing.
        now = calendar or calendar_of(session, roadmap_code)
        follow_calendar(session, roadmap_code, calendar=now, today=today, at=at)
    amendment = preview(
        session,
        roadmap_code,
        draft,
        today=today,
        choices=choices,
        window_days=window_days,
        calendar=calendar,
    )
    if not amendment.is_new:
        return amendment
    _refuse_questions(amendment)
    refuse_unread(roadmap_code, amendment.planned)
    _write(session, amendment, today=today, at=at, calendar=calendar or calendar_for(session, amendment.plan.edition))
    return amendment


def _write(session: Session, amendment: Amendment, *, today: date, at: datetime, calendar: WorkCalendar) -> None:
    """Steps 2 to 4 of ``amend``; the edition last, so that one that is stored was carried out."""
    code, edition, shift = amendment.roadmap_code, amendment.plan.edition, amendment.shift_years
    roadmap, moved = session.get_one(Roadmap, code), shifted(edition, shift)
    carry_out(
        session,
        amendment.points,
        act=amendment.act,
        gone={item.code for item in amendment.plan.dropped},
        edition=content_hash(edition, shift)[:12],
        today=today,
        at=at,
    )
    store_roadmap(session, moved, present=roadmap)
    store_entries(session, moved, amendment.planned, calendar.version)
    _drop_items(session, code, amendment, today=today)
    _drop_indicators(session, moved)
    wanted = [point for *_, points in amendment.planned for point in points]
    since = max(roadmap.controlled_from, today)
    stored = store_points(session, code, wanted, controlled_from=since, today=today, by=(amendment.act, at))
    if stored.new != len(amendment.points.new):
        raise RuntimeError(f"{code}: {stored.new} points were planned, {len(amendment.points.new)} were shown")
    store_edition(session, edition, shift_years=shift, at=at)
    session.expire_all()


def _refuse_questions(amendment: Amendment) -> None:
    if not amendment.plan.questions:
        return
    codes = [question.old.code for question in amendment.plan.questions]
    shown = ", ".join(codes[:5]) + (f" и ещё {len(codes) - 5}" if len(codes) > 5 else "")
    raise AmendRefused(
        f"«{amendment.roadmap_code}»: редакция не применена, нет ответа на вопросы о пунктах {shown} — "
        "без --apply команда покажет готовые строки для файла answers.yaml; укажите его в --answers"
    )


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
