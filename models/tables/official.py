"""Who answers: officials of bodies, the channels that reach them, who stands in, who is not to be written to."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Column, UniqueConstraint, text
from sqlmodel import Field, Relationship, SQLModel

from models.db.base import one_of
from models.db.types import UtcDateTime

ROLES = ("executor", "coordinator", "controller")
CHANNELS = ("email", "telegram", "url")
PHONE = "phone"


def next_place(addresses: Iterable[str]) -> int:
    """The number for another channel of somebody with these addresses."""
    return 1 + max((int(place) for place in addresses if place != PHONE), default=0)


class Official(SQLModel, table=True):
    """A person in a post: executor of a body, or the roadmap's coordinator or controller (no body).

    The one table with a person's name and addresses; every other row has the number (``id``) and the post.
    """

    __table_args__ = (
        UniqueConstraint("roadmap_code", "role", "body_id", "post"),
        one_of("role", ROLES),
        CheckConstraint("(role = 'executor') = (body_id IS NOT NULL)", name="executor_has_body"),
    )

    id: int | None = Field(default=None, primary_key=True)
    roadmap_code: str = Field(foreign_key="roadmap.code", index=True)
    body_id: int | None = Field(default=None, foreign_key="body.id", index=True)
    role: str
    post: str
    name: str = ""
    addresses: dict[str, str] = Field(
        default_factory=dict, sa_column=Column(JSON, nullable=False, server_default=text("'{}'"))
    )
    """Where channels lead, by ``Channel.place``; an address may hold ${ENV} and never holds a secret itself.

    Under ``PHONE`` the telephone that letters give: no channel leads there.
    """
    erased_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """When name and addresses were blanked for good; None once contacts name somebody in the post again."""
    is_lead: bool = False
    """The one of a body who answers for its points; the first in contacts.yaml."""
    is_active: bool = True
    """Off when contacts.yaml no longer names the official; rows are never deleted, letters refer to them."""
    zone: str | None = None
    """IANA zone of the official's office; None: the roadmap's."""
    link_serial: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    """Part of every signed link; raising it revokes all links given out before."""

    @property
    def phone(self) -> str:
        """The telephone for those who have a question; empty where none was given."""
        return self.addresses.get(PHONE, "")

    def give_phone(self, phone: str) -> None:
        """Another telephone, or with an empty one none."""
        others = {key: value for key, value in self.addresses.items() if key != PHONE}
        self.addresses = {**others, PHONE: phone} if phone else others

    def channel(self, kind: str, address: str, **facts: Any) -> "Channel":
        """A new way to reach the official; whoever asks for it adds it to the session."""
        place = next_place(self.addresses)
        self.addresses = {**self.addresses, str(place): address}
        return Channel(official_id=self.id or 0, official=self, kind=kind, place=place, **facts)

    def forget_address(self, place: int) -> None:
        """A channel that is over leads nowhere any more."""
        self.addresses = {key: value for key, value in self.addresses.items() if key != str(place)}


class Channel(SQLModel, table=True):
    """A way to reach an official; where it leads stands with the official."""

    __table_args__ = (UniqueConstraint("official_id", "place"), one_of("kind", CHANNELS))

    id: int | None = Field(default=None, primary_key=True)
    official_id: int = Field(foreign_key="official.id", index=True)
    kind: str
    place: int
    """Under which number ``Official.addresses`` has the address."""
    official: Official = Relationship(sa_relationship_kwargs={"lazy": "joined"})
    is_active: bool = True
    drilled_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """When the official was last asked to confirm that letters arrive here."""
    proven_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """When a link from a letter to this channel was last confirmed by a button; None: not proven yet."""
    failures: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    """Tries that failed since the last letter that left here, over all letters."""
    failing_since: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """The first failure since the last letter that left here; None: the last one left."""
    failure: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """The last of those failures, without addresses or secrets."""
    given_up_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    """Since when letters are known not to arrive: each gets a single try from then on, until one leaves."""

    @property
    def address(self) -> str:
        """Where it leads; empty once the person was blanked."""
        return self.official.addresses.get(str(self.place), "")

    def forget_failures(self) -> None:
        """What failed here says nothing of the letters to come."""
        self.failures, self.failing_since, self.failure, self.given_up_at = 0, None, "", None


class Absence(SQLModel, table=True):
    """An official is away and another answers: between the days, both included, the letters go to the deputy."""

    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="period"),
        CheckConstraint("official_id <> deputy_id", name="another"),
    )

    id: int | None = Field(default=None, primary_key=True)
    official_id: int = Field(foreign_key="official.id", index=True)
    deputy_id: int = Field(foreign_key="official.id", index=True)
    starts_on: date
    ends_on: date
    set_by: str
    set_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    once_key: str | None = Field(default=None, unique=True)


class Mute(SQLModel, table=True):
    """Nothing is sent about an item or a body until the day, included: a reason is always given and shown."""

    __table_args__ = (CheckConstraint("(item_id IS NULL) <> (body_id IS NULL)", name="item_or_body"),)

    id: int | None = Field(default=None, primary_key=True)
    roadmap_code: str = Field(foreign_key="roadmap.code", index=True)
    item_id: int | None = Field(default=None, foreign_key="item.id")
    body_id: int | None = Field(default=None, foreign_key="body.id")
    reason: str
    until: date
    set_by: str
    set_at: datetime = Field(sa_column=Column(UtcDateTime, nullable=False))
    lifted_at: datetime | None = Field(default=None, sa_column=Column(UtcDateTime))
    lifted_by: str | None = None
