"""An item that a later edition dropped stays, with the day and the act that dropped it."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.add_column(sa.Column("dropped_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("dropped_by", sqlmodel.sql.sqltypes.AutoString(), nullable=True))
