"""What the person charged with control demands, orders, and keeps under personal control."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

KINDS = ("extend", "reassignment", "ordered_extension", "ordered_withdrawal")


def upgrade() -> None:
    kind, names_a_day = op.f("ck_request_kind"), op.f("ck_request_extend_names_a_day")
    with op.batch_alter_table("request", schema=None) as batch_op:
        batch_op.drop_constraint(kind, type_="check")
        batch_op.create_check_constraint(kind, f"kind IN ({', '.join(map(repr, KINDS))})")
        batch_op.drop_constraint(names_a_day, type_="check")
        batch_op.create_check_constraint(
            names_a_day, "kind NOT IN ('extend', 'ordered_extension') OR new_due_on IS NOT NULL"
        )
    for name in ("demanded_until", "personal_since"):
        op.add_column("control_point", sa.Column(name, sa.Date(), nullable=True))
    for index, column in (("demanded", "demanded_until"), ("personal", "personal_since")):
        marked = sa.text(f"{column} IS NOT NULL")
        op.create_index(
            f"ix_control_point_{index}",
            "control_point",
            ["roadmap_code"],
            sqlite_where=marked,
            postgresql_where=marked,
        )
