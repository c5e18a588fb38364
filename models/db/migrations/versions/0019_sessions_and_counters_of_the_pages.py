"""Sessions of «Контроль» and counters of the pages, which several processes share."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from models.db.types import UtcDateTime

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    is_postgres = op.get_bind().dialect.name == "postgresql"
    text = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "control_session",
        sa.Column("sid_hash", text(), nullable=False),
        sa.Column("person", text(), nullable=False),
        sa.Column("role", text(), nullable=False),
        sa.Column("opened_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("seen_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("ends_at", UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("role IN ('coordinator', 'reader')", name=op.f("ck_control_session_role")),
        sa.PrimaryKeyConstraint("sid_hash", name=op.f("pk_control_session")),
    )
    op.create_table(
        "rate_window",
        sa.Column("key", text(), nullable=False),
        sa.Column("hits", sa.JSON().with_variant(sa.ARRAY(sa.Double()), "postgresql"), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("ends_at", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_rate_window")),
        # Written at each request and worth nothing after a crash.
        prefixes=["UNLOGGED"] if is_postgres else [],
    )
    if is_postgres:
        # Half of a page is left for the next version of its rows: the index is not touched, no old one waits for the
        # vacuum.
        op.execute("ALTER TABLE rate_window SET (fillfactor = 50)")
