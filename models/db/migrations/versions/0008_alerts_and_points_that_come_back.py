"""What stands still or is broken is kept where people look; a closed point may come back on control."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from models.db.types import UtcDateTime

revision = "0008"
down_revision = "0007"

Text = sqlmodel.sql.sqltypes.AutoString
NEWS = ("submitted", "returned", "extended", "accepted", "withdrawn", "asked", "refused", "reassigned", "reopened")


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("code", Text(), nullable=False),
        sa.Column("words", Text(), nullable=False),
        sa.Column("since", UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_alert")),
    )
    check = op.f("ck_control_point_news")
    with op.batch_alter_table("control_point", schema=None) as batch_op:
        batch_op.drop_constraint(check, type_="check")
        batch_op.create_check_constraint(check, f"news IN ({', '.join(map(repr, NEWS))})")
