"""The link to a body's calendar can be taken back, as those of officials can."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("body", sa.Column("link_serial", sa.Integer(), nullable=False, server_default=sa.text("0")))
