"""Who answers: officials of bodies and the channels that reach them."""

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.base import one_of

ROLES = ("executor", "coordinator", "controller")
CHANNELS = ("email", "telegram", "url")


class Official(SQLModel, table=True):
    """A person or post: executor of a body, or the roadmap's coordinator or controller (no body)."""

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
    is_lead: bool = False
    """The one of a body who answers for its points; the first in contacts.yaml."""
    is_active: bool = True
    """Off when contacts.yaml no longer names the official; rows are never deleted, letters refer to them."""


class Channel(SQLModel, table=True):
    """A way to reach an official; ``address`` may hold ${ENV} and never holds a secret itself."""

    __table_args__ = (UniqueConstraint("official_id", "kind", "address"), one_of("kind", CHANNELS))

    id: int | None = Field(default=None, primary_key=True)
    official_id: int = Field(foreign_key="official.id", index=True)
    kind: str
    address: str
    is_active: bool = True
