"""One control point for a page of decisions: the row with its item, roadmap and body, and what it allows now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session, col

from models import Body, ControlPoint, Item, Request, Transition
from models.lifecycle import REOPENED
from models.lifecycle.transitions import ALLOWED
from models.queries.point_view import PointView, select_points
from models.queries.printed_numbers import shared_numbers
from roadmap.cards.point import reading_words, term_words
from roadmap.letters.wording import what_is_due
from roadmap.reading import Reading


@dataclass(frozen=True, slots=True)
class Card:
    """A point with what people need to decide about it."""

    point: PointView
    item: Item

    @property
    def title(self) -> str:
        """What is to be done, on one line."""
        words = " ".join(self.item.title.split())
        return what_is_due(words, stage=self.point.stage_title, names_dates=self.point.purpose == "name_dates")

    @property
    def term(self) -> str:
        """The term in the document's words; empty where it names none."""
        reading = Reading.from_json(self.item.reading) if self.item.reading else None
        return term_words(self.item.term, reading) if reading else self.item.term

    @property
    def reading(self) -> str:
        """The dated meaning of the term and its rule."""
        return reading_words(Reading.from_json(self.item.reading)) if self.item.reading else ""

    @property
    def can(self) -> frozenset[str]:
        """What may be decided now; accepting what was never reported records the report first."""
        can = {action for action, status in ALLOWED if status == self.point.status}
        if self.point.purpose not in REOPENED:
            can.discard("reopen")
        return frozenset(can | ({"accept"} if self.point.status in ("open", "returned") else set()))


def cards(session: Session, point_ids: Iterable[int]) -> dict[int, Card]:
    """The points by id, in two queries; history is none of them."""
    found = select_points(col(ControlPoint.id).in_(list(point_ids)), col(ControlPoint.is_history).is_(False))
    rows, shared = session.execute(found.add_columns(Item)), shared_numbers(session)
    return {card.point.id: card for card in (Card(PointView.of(row, shared), row.Item) for row in rows)}


def requests_of(session: Session, point_id: int) -> list[Request]:
    """What was asked about a point, the newest first."""
    found = select(Request).where(col(Request.point_id) == point_id).order_by(col(Request.id).desc())
    return list(session.execute(found).scalars())


def recalled_at(history: Iterable[Transition]) -> datetime | None:
    """When a report was last recalled: what was shown with reports up to then counts no more."""
    return max((event.noticed_at for event in history if event.action == "recall"), default=None)


def bodies_of(session: Session, roadmap_code: str) -> dict[int, str]:
    """Short names of a roadmap's bodies by id, in alphabetical order."""
    found = select(col(Body.id), col(Body.short)).where(col(Body.roadmap_code) == roadmap_code)
    return dict(sorted(session.execute(found).tuples(), key=lambda one: one[1].casefold()))
