"""The sessions of «Контроль»: opened by a password, found by the id in a cookie, ended by a log-out or by idleness."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Engine, delete, insert, update
from sqlmodel import col, select

from models import ControlSession
from models.db import open_session, write_if_free

Role = Literal["coordinator", "reader"]
PERSONS: Mapping[Role, str] = {"coordinator": "координатор", "reader": "читатель"}
"""How the record names them."""
IDLE = timedelta(hours=12)
"""A working day: a forgotten computer is closed by the morning."""
NOTED_EVERY = timedelta(minutes=1)
KEPT = 500
"""So many sessions of a role at most."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is logged in."""

    role: Role

    @property
    def person(self) -> str:
        """As the record names them."""
        return PERSONS[self.role]

    @property
    def may_decide(self) -> bool:
        """A reader may only look."""
        return self.role == "coordinator"


class Sessions:
    """Kept in the database: a log-out in one process is one in all, a restart ends nothing.

    ``keys`` has one for each role that can be entered, with the password of the role in it: another password ends its
    sessions, and who can write into the database but does not have the key makes none.
    """

    def __init__(self, engine: Engine, keys: Mapping[Role, bytes]) -> None:
        self._engine, self._keys = engine, keys

    def open(self, role: Role, *, at: datetime) -> str:
        """The id of a new session. What has ended is swept away; the longest idle of the role make room."""
        sid = secrets.token_urlsafe(24)
        table = ControlSession
        with open_session(self._engine) as session:
            session.execute(delete(table).where(col(table.ends_at) <= at))
            by_age = select(table.sid_hash).where(table.role == role).order_by(col(table.seen_at).desc())
            session.execute(delete(table).where(col(table.sid_hash).in_(by_age.offset(KEPT - 1))))
            row: dict[str, object] = {"sid_hash": _hash(self._keys[role], sid), "role": role, "person": PERSONS[role]}
            row |= {"opened_at": at, "seen_at": at, "ends_at": at + IDLE}
            session.execute(insert(table).values(row))
        return sid

    def find(self, sid: object, *, at: datetime, keeps: bool) -> Visitor | None:
        """Whose session it is, None when it has ended; with ``keeps`` it lives for another twelve hours.

        That is written once a minute at the most, and left out while another writer is at work.
        """
        if not (roles := self._roles(sid)):
            return None
        # One that ends later than any can was opened by a clock that ran ahead and has been put right since.
        lives = (ControlSession.ends_at > at, ControlSession.ends_at <= at + 2 * IDLE)
        wanted = select(ControlSession).where(col(ControlSession.sid_hash).in_(roles), *lives)
        with open_session(self._engine) as session:
            found = session.exec(wanted).first()
        if found is None or found.role != roles[found.sid_hash]:
            return None
        if keeps and at - found.seen_at >= NOTED_EVERY:
            same = col(ControlSession.sid_hash) == found.sid_hash
            values = {"seen_at": at, "ends_at": at + IDLE}
            write_if_free(self._engine, update(ControlSession).where(same).values(values))
        return Visitor(roles[found.sid_hash])

    def close(self, sid: object) -> None:
        """End a session, in every process."""
        if roles := self._roles(sid):
            with open_session(self._engine) as session:
                session.execute(delete(ControlSession).where(col(ControlSession.sid_hash).in_(roles)))

    def _roles(self, sid: object) -> dict[str, Role]:
        """The role by the hash that the id has in it: which one it is, the database knows."""
        if not isinstance(sid, str):
            return {}
        return {_hash(key, sid): role for role, key in self._keys.items()}


def _hash(key: bytes, sid: str) -> str:
    return hmac.new(key, sid.encode(), hashlib.sha256).hexdigest()
