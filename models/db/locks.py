"""Who writes waits for who writes: one lock a thing, held until the end of the transaction.

An UPDATE that changes nothing is the lock both engines know: SQLite's write lock, PostgreSQL's row. Whoever needs
several takes them in this order: roadmap, round, point. Two who took them otherwise would wait for ever.
"""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from models.db.rows import table_of
from models.tables.control_point import ControlPoint
from models.tables.installation import Installation
from models.tables.monitoring import Round
from models.tables.roadmap import Roadmap


def lock_installation(session: Session, *, at: datetime) -> None:
    """Whoever says what the installation is; where nobody has yet, the row to be filled in is there from now on."""
    table = table_of(Installation)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    unknown = dict.fromkeys(("folder", "folder_mark", "link_key", "mail", "public_url"), "")
    session.execute(dialect.insert(table).values(id=1, set_at=at, **unknown).on_conflict_do_nothing())
    session.execute(update(table).where(table.c.id == 1).values(set_at=table.c.set_at))
    session.expire_all()


def lock_roadmap(session: Session, code: str) -> None:
    """Whoever changes many points of a roadmap takes it first."""
    table = table_of(Roadmap)
    session.execute(update(table).where(table.c.code == code).values(title=table.c.title))


def lock_round(session: Session, round_id: int) -> None:
    """Whoever writes answers of a round or records its steps: the second sees what the first has done."""
    table = table_of(Round)
    session.execute(update(table).where(table.c.id == round_id).values(rhythm=table.c.rhythm))


def lock_point(session: Session, point_id: int) -> None:
    """Whoever decides or reports about one point; what the session read before is read anew."""
    table = table_of(ControlPoint)
    session.execute(update(table).where(table.c.id == point_id).values(has_open_request=table.c.has_open_request))
    session.expire_all()
