"""Channels that fail, letters that broke off, points that were handed over."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from models.db.types import UtcDateTime

revision = "0012"
down_revision = "0011"

Text = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    op.add_column("channel", sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("channel", sa.Column("failing_since", UtcDateTime(), nullable=True))
    op.add_column("channel", sa.Column("failure", Text(), server_default="", nullable=False))
    op.add_column("channel", sa.Column("given_up_at", UtcDateTime(), nullable=True))
    op.add_column("notice", sa.Column("unsent", Text(), server_default="", nullable=False))
    op.add_column("notice", sa.Column("reported_on", sa.Date(), nullable=True))
    with op.batch_alter_table("control_point", schema=None) as batch_op:
        batch_op.add_column(sa.Column("former_owner_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(op.f("fk_control_point_former_owner_id"), "body", ["former_owner_id"], ["id"])
