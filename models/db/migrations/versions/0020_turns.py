"""Whose turn it is to do what one of several programs does for all."""

import sqlalchemy as sa
from alembic import op

import models.db.types

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.create_table(
        "turn",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("taken_at", models.db.types.UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_turn")),
    )
