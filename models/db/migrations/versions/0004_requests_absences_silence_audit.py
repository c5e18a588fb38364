"""What officials ask and answer on the pages: requests, files, deputies, silence, drills, the audit."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from models.db.types import UtcDateTime

revision = "0004"
down_revision = "0003"

REFUSAL = "the audit is append-only"
Text = sqlmodel.sql.sqltypes.AutoString


def upgrade() -> None:
    _columns()
    _tables()
    _append_only()


def _columns() -> None:
    with op.batch_alter_table("control_point", schema=None) as batch_op:
        batch_op.add_column(sa.Column("asks", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.drop_constraint(op.f("ck_control_point_news"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_control_point_news"),
            "news IN ('submitted', 'returned', 'extended', 'accepted', 'withdrawn', 'asked', 'refused', 'reassigned')",
        )
    op.add_column("evidence", sa.Column("is_interim", sa.Boolean(), nullable=False, server_default=sa.false()))
    for name in ("file_hash", "file_name", "media_type"):
        op.add_column("evidence", sa.Column(name, Text(), nullable=True))
    op.add_column("evidence", sa.Column("size", sa.Integer(), nullable=True))
    op.add_column("official", sa.Column("zone", Text(), nullable=True))
    op.add_column("official", sa.Column("link_serial", sa.Integer(), nullable=False, server_default=sa.text("0")))
    for name in ("drilled_at", "proven_at"):
        op.add_column("channel", sa.Column(name, UtcDateTime(timezone=True), nullable=True))
    for name in ("has_digest", "has_drill"):
        op.add_column("notice", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("roadmap", schema=None) as batch_op:
        batch_op.add_column(sa.Column("extensions_by", Text(), nullable=False, server_default="coordinator"))
        batch_op.create_check_constraint(
            op.f("ck_roadmap_extensions_by"), "extensions_by IN ('coordinator', 'controller')"
        )


def _tables() -> None:
    op.create_table(
        "item_need",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("needs_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_item_need_item_id")),
        sa.ForeignKeyConstraint(["needs_id"], ["item.id"], name=op.f("fk_item_need_needs_id")),
        sa.PrimaryKeyConstraint("item_id", "needs_id", name=op.f("pk_item_need")),
    )
    op.create_index(op.f("ix_item_need_needs_id"), "item_need", ["needs_id"])
    op.create_table(
        "absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("official_id", sa.Integer(), nullable=False),
        sa.Column("deputy_id", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("set_by", Text(), nullable=False),
        sa.Column("set_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("once_key", Text(), nullable=True),
        sa.CheckConstraint("official_id <> deputy_id", name=op.f("ck_absence_another")),
        sa.CheckConstraint("starts_on <= ends_on", name=op.f("ck_absence_period")),
        sa.ForeignKeyConstraint(["deputy_id"], ["official.id"], name=op.f("fk_absence_deputy_id")),
        sa.ForeignKeyConstraint(["official_id"], ["official.id"], name=op.f("fk_absence_official_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absence")),
        sa.UniqueConstraint("once_key", name=op.f("uq_absence_once_key")),
    )
    op.create_index(op.f("ix_absence_deputy_id"), "absence", ["deputy_id"])
    op.create_index(op.f("ix_absence_official_id"), "absence", ["official_id"])
    op.create_table(
        "silence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("roadmap_code", Text(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=True),
        sa.Column("body_id", sa.Integer(), nullable=True),
        sa.Column("reason", Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("set_by", Text(), nullable=False),
        sa.Column("set_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("lifted_by", Text(), nullable=True),
        sa.CheckConstraint("(item_id IS NULL) <> (body_id IS NULL)", name=op.f("ck_silence_item_or_body")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_silence_body_id")),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_silence_item_id")),
        sa.ForeignKeyConstraint(["roadmap_code"], ["roadmap.code"], name=op.f("fk_silence_roadmap_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silence")),
    )
    op.create_index(op.f("ix_silence_roadmap_code"), "silence", ["roadmap_code"])
    op.create_table(
        "request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("kind", Text(), nullable=False),
        sa.Column("official_id", sa.Integer(), nullable=True),
        sa.Column("asked_by", Text(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=False),
        sa.Column("asked_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reason", Text(), nullable=False),
        sa.Column("new_due_on", sa.Date(), nullable=True),
        sa.Column("to_body_id", sa.Integer(), nullable=True),
        sa.Column("state", Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("decided_by", Text(), nullable=True),
        sa.Column("ground", Text(), nullable=False),
        sa.CheckConstraint("kind <> 'extend' OR new_due_on IS NOT NULL", name=op.f("ck_request_extend_names_a_day")),
        sa.CheckConstraint("(state = 'waiting') = (decided_at IS NULL)", name=op.f("ck_request_decided")),
        sa.CheckConstraint("kind IN ('extend', 'not_mine')", name=op.f("ck_request_kind")),
        sa.CheckConstraint("state IN ('waiting', 'granted', 'refused', 'settled')", name=op.f("ck_request_state")),
        sa.ForeignKeyConstraint(["official_id"], ["official.id"], name=op.f("fk_request_official_id")),
        sa.ForeignKeyConstraint(["point_id"], ["control_point.id"], name=op.f("fk_request_point_id")),
        sa.ForeignKeyConstraint(["to_body_id"], ["body.id"], name=op.f("fk_request_to_body_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
    )
    op.create_index(op.f("ix_request_point_id"), "request", ["point_id"])
    op.create_index(
        "uq_request_waiting",
        "request",
        ["point_id", "kind"],
        unique=True,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor", Text(), nullable=False),
        sa.Column("action", Text(), nullable=False),
        sa.Column("subject", Text(), nullable=False),
        sa.Column("detail", Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"])


def _append_only() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_entry_refuses_{verb.lower()} BEFORE {verb} ON audit_entry "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
    )
