"""Monitoring: rounds, steps, values, snapshots, files of notes, recommendations, what of them goes into letters."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

from models.db.types import UtcDateTime

revision = "0006"
down_revision = "0005"

Text = sqlmodel.sql.sqltypes.AutoString
KINDS = "kind IN ('agreement', 'monitoring', 'session', 'study', 'document', 'registry', 'measure', 'round')"
PURPOSES = "purpose IN ('result', 'name_dates', 'round', 'data')"
APPEND_ONLY = ("round_step", "measure", "snapshot")
REFUSAL = "rows of this table are append-only"


def upgrade() -> None:
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_item_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_item_kind"), KINDS)
    with op.batch_alter_table("control_point", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_control_point_purpose"), type_="check")
        batch_op.create_check_constraint(op.f("ck_control_point_purpose"), PURPOSES)
    op.create_table(
        "round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("roadmap_code", Text(), nullable=False),
        sa.Column("rhythm", Text(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("note_on", sa.Date(), nullable=False),
        sa.Column("by_hand", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("indicators", sa.JSON(), nullable=True),
        sa.CheckConstraint("rhythm IN ('month', 'quarter', 'half_year', 'year')", name=op.f("ck_round_rhythm")),
        sa.CheckConstraint(
            "period_start <= period_end AND opens_on <= due_on AND due_on <= note_on", name=op.f("ck_round_days")
        ),
        sa.ForeignKeyConstraint(["point_id"], ["control_point.id"], name=op.f("fk_round_point_id")),
        sa.ForeignKeyConstraint(["roadmap_code"], ["roadmap.code"], name=op.f("fk_round_roadmap_code")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
        sa.UniqueConstraint("point_id", name=op.f("uq_round_point_id")),
        sa.UniqueConstraint(
            "roadmap_code", "rhythm", "period_start", name=op.f("uq_round_roadmap_code_rhythm_period_start")
        ),
    )
    op.create_table(
        "measure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("indicator_code", Text(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("numerator", sa.Float(), nullable=True),
        sa.Column("denominator", sa.Float(), nullable=True),
        sa.Column("source", Text(), nullable=False),
        sa.Column("place", Text(), nullable=False),
        sa.Column("actor", Text(), nullable=False),
        sa.Column("reason", Text(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("source IN ('form', 'xlsx', 'points', 'hand')", name=op.f("ck_measure_source")),
        sa.CheckConstraint("denominator IS NULL OR numerator IS NOT NULL", name=op.f("ck_measure_numerator")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_measure_body_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_measure_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_measure")),
    )
    op.create_index("ix_measure_round_id", "measure", ["round_id", "indicator_code", "body_id", "id"], unique=False)
    op.create_table(
        "recommendation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("roadmap_code", Text(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("rule", Text(), nullable=False),
        sa.Column("indicator_code", Text(), nullable=True),
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("text", Text(), nullable=False),
        sa.Column("ground", Text(), nullable=False),
        sa.Column("item_codes", sa.JSON(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("open_key", Text(), nullable=True),
        sa.Column("state", Text(), nullable=False),
        sa.Column("decided_by", Text(), nullable=False),
        sa.Column("decided_at", UtcDateTime(timezone=True), nullable=True),
        sa.Column("reason", Text(), nullable=False),
        sa.Column("point_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'taken', 'declined', 'settled')", name=op.f("ck_recommendation_state")
        ),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_recommendation_body_id")),
        sa.ForeignKeyConstraint(["point_id"], ["control_point.id"], name=op.f("fk_recommendation_point_id")),
        sa.ForeignKeyConstraint(["roadmap_code"], ["roadmap.code"], name=op.f("fk_recommendation_roadmap_code")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_recommendation_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recommendation")),
        sa.UniqueConstraint("open_key", name=op.f("uq_recommendation_open_key")),
    )
    op.create_index(op.f("ix_recommendation_roadmap_code"), "recommendation", ["roadmap_code"], unique=False)
    op.create_table(
        "round_letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.Integer(), nullable=False),
        sa.Column("part", Text(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=True),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("part IN ('note', 'page')", name=op.f("ck_round_letter_part")),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_round_letter_body_id")),
        sa.ForeignKeyConstraint(["channel_id"], ["channel.id"], name=op.f("fk_round_letter_channel_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["notice.id"], name=op.f("fk_round_letter_notice_id")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_letter_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_letter")),
        sa.UniqueConstraint("round_id", "channel_id", "part", name=op.f("uq_round_letter_round_id_channel_id_part")),
    )
    op.create_index(op.f("ix_round_letter_notice_id"), "round_letter", ["notice_id"], unique=False)
    op.create_table(
        "round_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("step", Text(), nullable=False),
        sa.Column("done_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("words", Text(), nullable=False),
        sa.CheckConstraint(
            "step IN ('opened', 'asked', 'computed', 'noted', 'sent', 'recommended', 'archived')",
            name=op.f("ck_round_step_step"),
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_step_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_step")),
        sa.UniqueConstraint("round_id", "step", name=op.f("uq_round_step_round_id_step")),
    )
    op.create_table(
        "snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("as_of", UtcDateTime(timezone=True), nullable=False),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.Column("sha256", Text(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_snapshot_round_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
        sa.UniqueConstraint("round_id", "sha256", name=op.f("uq_snapshot_round_id_sha256")),
    )
    op.create_table(
        "note_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("name", Text(), nullable=False),
        sa.Column("media_type", Text(), nullable=False),
        sa.Column("file_hash", Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("body_id", sa.Integer(), nullable=True),
        sa.Column("made_at", UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_note_file_body_id")),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name=op.f("fk_note_file_snapshot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note_file")),
        sa.UniqueConstraint("snapshot_id", "name", name=op.f("uq_note_file_snapshot_id_name")),
    )
    for table in APPEND_ONLY:
        _append_only(table)


def _append_only(table: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_transition_change()"
    )
