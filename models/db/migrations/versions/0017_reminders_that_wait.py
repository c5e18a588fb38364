"""Until when whoever answers is not reminded of a point; of weekly duties not before the deadline."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

WEEK = timedelta(days=7)
item = sa.table("item", sa.column("id"), sa.column("reading", sa.JSON()))
point = sa.table(
    "control_point", sa.column("id"), sa.column("item_id"), sa.column("parent_id"), sa.column("status"),
    sa.column("purpose"), sa.column("opens_on", sa.Date()), sa.column("deadline_on", sa.Date()),
    sa.column("quiet_until", sa.Date()),
)  # fmt: skip


def upgrade() -> None:
    op.add_column("control_point", sa.Column("quiet_until", sa.Date(), nullable=True))
    connection = op.get_bind()
    weekly = sa.select(item.c.id).where(item.c.reading["every"].as_string() == "week")
    found = sa.select(point.c.id, point.c.opens_on, point.c.deadline_on).where(
        point.c.item_id.in_(weekly), point.c.parent_id.is_(None), point.c.purpose == "result",
        point.c.status.in_(("planned", "open", "returned")),
    )  # fmt: skip
    rows = [
        {"its": row.id, "until": row.deadline_on}
        for row in connection.execute(found)
        if row.deadline_on - row.opens_on < WEEK
    ]
    if rows:
        its = point.c.id == sa.bindparam("its")
        connection.execute(sa.update(point).where(its).values(quiet_until=sa.bindparam("until")), rows)
