"""Points whose owners have not been told yet that they changed hands are found without looking through all."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    marked = sa.text("former_owner_id IS NOT NULL")
    op.create_index(
        "ix_control_point_handed_over",
        "control_point",
        ["roadmap_code"],
        sqlite_where=marked,
        postgresql_where=marked,
    )
