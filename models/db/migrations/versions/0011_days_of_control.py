"""The days a control has been on are kept; what a false day left behind can be reversed without being deleted."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from models.db.types import UtcDateTime

revision = "0011"
down_revision = "0010"

Text = sqlmodel.sql.sqltypes.AutoString
REFUSAL = "rows of this table are append-only"
#: What must be there once counts among rows that were not reversed.
ONCE = {
    "notice": ("official_id", "on_day", "channel_id"),
    "round_step": ("round_id", "step"),
    "round_letter": ("round_id", "channel_id", "part"),
    "snapshot": ("round_id", "sha256"),
}
#: Append-only rows keep every column but the mark that they were reversed, and that is set once.
KEPT = {
    "round_step": ("id", "round_id", "step", "on_day", "done_at", "words"),
    "snapshot": ("id", "round_id", "as_of", "made_at", "sha256", "content"),
}


def upgrade() -> None:
    op.create_table(
        "control_look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("roadmap_code", Text(), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("looked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("reversed_at", UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["roadmap_code"], ["roadmap.code"], name=op.f("fk_control_look_roadmap_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_control_look")),
    )
    op.create_index("ix_control_look_roadmap_code", "control_look", ["roadmap_code", "id"])
    op.create_table(
        "notice_remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("words", Text(), nullable=False),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_notice_remark_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_remark")),
    )
    op.create_index("ix_notice_remark_notice_id", "notice_remark", ["notice_id"])
    if op.get_bind().dialect.name == "sqlite":
        for table in KEPT:
            for verb in ("update", "delete"):
                op.execute(f"DROP TRIGGER IF EXISTS {table}_refuses_{verb}")
    for table, columns in ONCE.items():
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_constraint(op.f(f"uq_{table}_{'_'.join(columns)}"), type_="unique")
            batch_op.add_column(sa.Column("reversed_at", UtcDateTime(timezone=True), nullable=True))
            if table == "round_step":
                batch_op.add_column(sa.Column("on_day", sa.Date(), nullable=True))
        op.create_index(
            f"uq_{table}_standing",
            table,
            list(columns),
            unique=True,
            sqlite_where=sa.text("reversed_at IS NULL"),
            postgresql_where=sa.text("reversed_at IS NULL"),
        )
    op.add_column("recommendation", sa.Column("reversed_at", UtcDateTime(timezone=True), nullable=True))
    append_only = _on_sqlite if op.get_bind().dialect.name == "sqlite" else _on_postgresql
    for table, kept in KEPT.items():
        append_only(table, ", ".join(kept))


def _on_sqlite(table: str, kept: str) -> None:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
    op.execute(f"CREATE TRIGGER {table}_refuses_delete BEFORE DELETE ON {table} {refuse}")
    op.execute(f"CREATE TRIGGER {table}_refuses_update BEFORE UPDATE OF {kept} ON {table} {refuse}")
    once = f"BEFORE UPDATE OF reversed_at ON {table} WHEN OLD.reversed_at IS NOT NULL"
    op.execute(f"CREATE TRIGGER {table}_is_reversed_once {once} {refuse}")


def _on_postgresql(table: str, kept: str) -> None:
    refuse = "EXECUTE FUNCTION refuse_transition_change()"
    op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    every = f"BEFORE DELETE OR TRUNCATE OR UPDATE OF {kept} ON {table} FOR EACH STATEMENT"
    op.execute(f"CREATE TRIGGER {table}_append_only {every} {refuse}")
    once = f"BEFORE UPDATE OF reversed_at ON {table} FOR EACH ROW WHEN (OLD.reversed_at IS NOT NULL)"
    op.execute(f"CREATE TRIGGER {table}_is_reversed_once {once} {refuse}")
