"""Who takes part in the points that letters tell of, as what, and who has given the part."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlmodel import Session, col

from models import Body, ControlPoint, Edition, Item, Official
from models.queries.co_executors import co_executors, parts_given
from roadmap.catalogue.executors import CO_EXECUTOR, roles
from roadmap.control.co_executors import SharedTerm
from roadmap.letters.wording import parts_words
from tasks.reminders.recipients import Recipients


@dataclass(frozen=True, slots=True)
class TakingPart:
    """The co-executors of a point, by the ids of their bodies in the order of the document."""

    shorts: Mapping[int, str] = field(default_factory=dict)
    given: Mapping[int, date] = field(default_factory=dict)
    """Who has reported the part, and when first."""
    roles: Mapping[int, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """«представили 2 из 3 (ЦНППМ, ИРО); ещё нет: НМЦ»; empty where nobody takes part."""
        given = [short for body_id, short in self.shorts.items() if body_id in self.given]
        return parts_words(given, [short for body_id, short in self.shorts.items() if body_id not in self.given])

    def whose(self, official: Official, stood_for: Iterable[Official]) -> tuple[int, Official | None] | None:
        """(body, who is away) whose part the official answers for; None when there is none."""
        if official.is_lead and official.body_id in self.shorts:
            return official.body_id or 0, None
        away = next((absent for absent in stood_for if absent.body_id in self.shorts), None)
        return (away.body_id or 0, away) if away else None


def taking_part(session: Session, pairs: Collection[tuple[ControlPoint, Item]]) -> dict[int | None, TakingPart]:
    """By point; nothing for one that is its owner's alone."""
    of_item = co_executors(session, {point.item_id for point, _ in pairs if _is_shared(point)})
    if not of_item:
        return {}
    given = parts_given(session, of_item)
    named = select(Body).where(col(Body.id).in_({body for bodies in of_item.values() for body in bodies}))
    bodies = {body.id: body for body in session.execute(named).scalars()}
    called = {code: _roles(session, code) for code in {point.roadmap_code for point, _ in pairs}}
    found: dict[int | None, TakingPart] = {}
    for point, item in pairs:
        others = (
            [body for body in of_item.get(point.item_id, ()) if body != point.owner_id] if _is_shared(point) else []
        )
        if others:
            found[point.id] = TakingPart(
                {body: bodies[body].short for body in others},
                given.get((point.item_id, point.opens_on), {}),
                {body: called[point.roadmap_code].get((item.code, bodies[body].code), CO_EXECUTOR) for body in others},
            )
    return found


def parts_of(session: Session, point: ControlPoint, item: Item) -> str:
    """What is said of the parts of a point: of a duty that returns each week or month only once a part is given."""
    one = taking_part(session, [(point, item)]).get(point.id, TakingPart())
    return one.words if one.given or not shared_term(point, item).is_regular else ""


def shared_term(point: ControlPoint, item: Item) -> SharedTerm:
    """The time given for a point, as co-executors meet it."""
    return SharedTerm.of(point.opens_on, point.deadline_on, item.reading.get("kind", ""))


def unreached(session: Session, code: str, one: TakingPart, today: date) -> str:
    """Short names of the co-executors that no letter reaches, nor anybody in their place."""
    recipients = Recipients.of(session, code, today)
    reached = {body for _, _, body in session.execute(recipients.leads())} - recipients.bodies_unheard
    return ", ".join(short for body_id, short in one.shorts.items() if body_id not in reached)


def _is_shared(point: ControlPoint) -> bool:
    return point.parent_id is None and point.purpose == "result"


def _roles(session: Session, code: str) -> dict[tuple[str, str], str]:
    newest = select(col(Edition.catalogue)).where(col(Edition.roadmap_code) == code)
    stored = session.execute(newest.order_by(col(Edition.id).desc()).limit(1)).scalar_one_or_none()
    return roles(stored or {})
