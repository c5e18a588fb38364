"""Who can be reached, who carries the load, who is not written to: for the coordinator's page."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import and_, select
from sqlmodel import Session, col

from models import Body, Channel, Item, Mute, Official
from models.queries.printed_numbers import Shared, number_of, shared_numbers
from roadmap.language import numbered

NOBODY = "исполнитель не назван"
NO_ADDRESS = "нет действующего адреса"
UNCONFIRMED = "проверка связи не подтверждена"
REFUSED = "письма не доходят"
UNTRIED = "связь ещё не проверяли"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Who answers for a body and whether letters arrive: ``problem`` is one of the words above, empty when proven.

    Of letters that do not get through the reason stands after it.
    """

    body_id: int
    body: str
    post: str
    problem: str
    drilled_on: date | None

    @property
    def is_lost(self) -> bool:
        """Letters are known not to arrive; what was never tried may well work."""
        return self.problem in (NOBODY, NO_ADDRESS, UNCONFIRMED) or self.problem.startswith(REFUSED)

    @property
    def who(self) -> str:
        """«Ректор · ИРО»; the body is not said twice."""
        return f"{self.post} · {self.body}" if self.post and self.body not in self.post else self.post or self.body


def reach_of_bodies(session: Session, roadmap: str = "") -> dict[int, Reach]:
    """Every body with its lead official, by id."""
    rows = session.execute(
        select(col(Body.id), col(Body.short), Official, Channel)
        .outerjoin(Official, and_(col(Official.body_id) == col(Body.id), col(Official.is_active)))
        .outerjoin(Channel, and_(col(Channel.official_id) == col(Official.id), col(Channel.is_active)))
        .where(*([col(Body.roadmap_code) == roadmap] if roadmap else []))
        .order_by(col(Body.id), col(Official.is_lead).desc(), col(Official.id))
    )
    found: dict[int, list[_Way]] = {}
    for body_id, short, official, channel in rows:
        found.setdefault(body_id, []).append(_Way(short, official, channel))
    return {body_id: _reach(body_id, ways) for body_id, ways in found.items()}


class _Way(NamedTuple):
    body: str
    official: Official | None
    channel: Channel | None


def _reach(body_id: int, ways: list[_Way]) -> Reach:
    """The first way is the lead's; a colleague who is reached is enough, unless letters to the lead come back."""
    first = ways[0]
    channels = [way.channel for way in ways if way.channel is not None]
    drilled = [channel.drilled_at for channel in channels if channel.drilled_at is not None]
    leads = [way.channel for way in ways if way.channel is not None and way.official == first.official]
    if first.official is None:
        problem = NOBODY
    elif not channels:
        problem = NO_ADDRESS
    elif leads and all(channel.given_up_at is not None for channel in leads):
        problem = f"{REFUSED}: {leads[0].failure}"
    elif any(channel.proven_at is not None for channel in channels):
        problem = ""
    else:
        problem = UNCONFIRMED if drilled else UNTRIED
    drilled_on = max(drilled).date() if drilled else None
    post = first.official.post if first.official else ""
    return Reach(body_id=body_id, body=first.body, post=post, problem=problem, drilled_on=drilled_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class MutedLine:
    """What nothing is sent about: a body or an item, why, by whom, until which day."""

    what: str
    reason: str
    until: date
    set_by: str
    item_id: int | None = None
    body_id: int | None = None


def muted(session: Session, roadmap: str = "", *, today: date) -> list[MutedLine]:
    """The mutes in force, the one that ends first on top."""
    rows = session.execute(
        select(Mute, Item, col(Body.short))
        .outerjoin(Item, col(Item.id) == col(Mute.item_id))
        .outerjoin(Body, col(Body.id) == col(Mute.body_id))
        .where(
            *([col(Mute.roadmap_code) == roadmap] if roadmap else []),
            col(Mute.lifted_at).is_(None),
            col(Mute.until) >= today,
        )
        .order_by(col(Mute.until), col(Mute.id))
    )
    shared = shared_numbers(session)
    return [
        MutedLine(
            what=body or _item(item, shared),
            reason=row.reason,
            until=row.until,
            set_by=row.set_by,
            item_id=row.item_id,
            body_id=row.body_id,
        )
        for row, item, body in rows
    ]


def _item(item: Item, shared: Shared) -> str:
    number = number_of(item, shared)
    return numbered(number, " ".join(item.title.split()), stop="")
