"""The coordinator's page: rows → the facts of the boards, in a handful of queries however many points there are."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import and_, or_, select
from sqlmodel import Session, col

from models import Body, ControlPoint, Item, PrefectRef, Roadmap
from models.db.rows import chunks
from models.lifecycle import LIVE
from models.queries.point_view import PointView, select_points
from models.queries.printed_numbers import shared_numbers
from models.queries.standing import overdue
from roadmap.dashboards.boards import has_state
from roadmap.language import OUTSIDE_SECTIONS, section_words
from roadmap.letters.wording import what_is_due
from tasks.prefect.names import UI_BASE, item_url, run_url


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What the coordinator wants to see; empty means everything.

    Without a period the year of ``today`` is shown, with all that is older and still waits.
    """

    roadmap: str = ""
    section: str = ""
    """Its words; ``OUTSIDE_SECTIONS`` for the items under none."""
    body: int | None = None
    body_words: str = ""
    """Part of the body's short name."""
    state: str = ""
    kind: str = ""
    start: date | None = None
    end: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the filters offer: roadmaps by code, sections in the document's order, bodies by id."""

    roadmaps: dict[str, str]
    sections: tuple[str, ...]
    bodies: dict[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPoint(PointView):
    """A control point on the boards."""

    is_reachable: bool = True
    """Whether letters to the owner are known to arrive, or at least not known to be lost."""

    @property
    def title(self) -> str:
        """What is to be done, on one line."""
        return " ".join(what_is_due(self.item_title, stage=self.stage_title).split())


def board_points(
    session: Session,
    wanted: Filter,
    *,
    today: date,
    unreachable: Collection[int] = frozenset(),
    until: date | None = None,
) -> list[ShownPoint]:
    """The points of a filter by deadline; ``unreachable`` are the bodies that letters are known not to reach.

    ``until`` looks further ahead than the year where no period is given.
    """
    kept = (col(ControlPoint.is_history).is_(False), *_where(wanted, today, until or year_end(today)))
    rows, shared = session.execute(select_points(*kept)), shared_numbers(session)
    found = (ShownPoint.of(row, shared, is_reachable=row.owner_id not in unreachable) for row in rows)
    return [point for point in found if _is_kept(point, wanted, today)]


def year_end(today: date) -> date:
    """The last day shown where no period is given."""
    return date(today.year, 12, 31)


def _where(wanted: Filter, today: date, last: date) -> list[Any]:
    deadline, status = col(ControlPoint.deadline_on), col(ControlPoint.status)
    # A stage is a part of its point; on its own it is shown where something must be done about it.
    stands_out = or_(overdue(today), col(ControlPoint.has_open_request), status == "submitted")
    where: list[Any] = [or_(col(ControlPoint.parent_id).is_(None), and_(status.in_(LIVE), stands_out))]
    if wanted.roadmap:
        where.append(col(ControlPoint.roadmap_code) == wanted.roadmap)
    if wanted.section:
        sections = ("", wanted.section) if wanted.section == OUTSIDE_SECTIONS else (wanted.section,)
        where.append(col(Item.section).in_(sections))
    if wanted.body is not None:
        where.append(col(ControlPoint.owner_id) == wanted.body)
    if wanted.kind:
        where.append(col(Item.kind) == wanted.kind)
    if wanted.start is not None:
        where.append(deadline >= wanted.start)
    if wanted.end is not None:
        where.append(deadline <= wanted.end)
    if wanted.start is None and wanted.end is None:
        first = date(today.year, 1, 1)
        waits = or_(status == "submitted", col(ControlPoint.has_open_request))
        in_year = and_(deadline >= first, col(ControlPoint.opens_on) <= last)
        where.append(or_(in_year, and_(status.in_(LIVE), or_(deadline < first, waits))))
    return where


def _is_kept(point: ShownPoint, wanted: Filter, today: date) -> bool:
    """What SQL does not decide: SQLite compares Russian letters by case, and a state depends on the day."""
    if wanted.body_words and wanted.body_words.casefold() not in point.owner.casefold():
        return False
    return not wanted.state or has_state(point, wanted.state, today)


def choices(session: Session, wanted: Filter) -> Choices:
    """What the filters offer; sections and bodies of the chosen roadmap only, of the whole base there are too many."""
    codes = dict(session.execute(select(col(Roadmap.code), col(Roadmap.region))).tuples().all())
    roadmap = wanted.roadmap or (next(iter(codes)) if len(codes) == 1 else "")
    sections = select(col(Item.section)).where(col(Item.roadmap_code) == roadmap).order_by(col(Item.position))
    owners = select(col(ControlPoint.owner_id)).where(col(ControlPoint.roadmap_code) == roadmap).distinct()
    bodies = select(col(Body.id), col(Body.short)).where(col(Body.id).in_(owners))
    return Choices(
        roadmaps=dict(sorted(codes.items(), key=lambda one: one[1])),
        sections=tuple(dict.fromkeys(map(section_words, session.execute(sections).scalars() if roadmap else ()))),
        bodies=dict(sorted(session.execute(bodies).tuples() if roadmap else (), key=lambda one: one[1].casefold())),
    )


def item_page(session: Session, key: str) -> str:
    """The page of an item in Prefect, with all of its runs; empty where it has none."""
    noted = session.get(PrefectRef, ("deployment", key))
    return item_url(UI_BASE, noted.prefect_id) if noted else ""


def run_urls(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """The page of the Prefect run of each point that has one."""
    found = dict[str, str]()
    for some in chunks(sorted(set(keys))):
        rows = select(col(PrefectRef.key), col(PrefectRef.prefect_id)).where(col(PrefectRef.kind) == "run")
        found |= {key: run_url(UI_BASE, run) for key, run in session.execute(rows.where(col(PrefectRef.key).in_(some)))}
    return found
