"""The database knows which installation it belongs to."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from models.db.types import UtcDateTime

revision = "0010"
down_revision = "0009"

Text = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("folder", Text(), nullable=False),
        sa.Column("link_key", Text(), nullable=False),
        sa.Column("mail", Text(), nullable=False),
        sa.Column("public_url", Text(), nullable=False),
        sa.Column("set_at", UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_installation_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
