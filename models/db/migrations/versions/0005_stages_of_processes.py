"""Stages: control points inside a control point; the process a point goes through, kept with its version."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0005"
down_revision = "0004"

Text = sqlmodel.sql.sqltypes.AutoString
KINDS = "kind IN ('agreement', 'monitoring', 'session', 'study', 'document', 'registry', 'measure')"


def upgrade() -> None:
    with op.batch_alter_table("control_point", schema=None) as batch_op:
        batch_op.add_column(sa.Column("parent_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("stage", Text(), nullable=True))
        batch_op.add_column(sa.Column("stage_title", Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("waits", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.create_foreign_key(op.f("fk_control_point_parent_id"), "control_point", ["parent_id"], ["id"])
        batch_op.create_check_constraint(
            op.f("ck_control_point_stage_has_parent"), "(parent_id IS NULL) = (stage IS NULL)"
        )
        batch_op.create_check_constraint(op.f("ck_control_point_waits"), "NOT waits OR status IN ('planned', 'withdrawn')")
        batch_op.create_index(op.f("ix_control_point_parent_id"), ["parent_id"])
    with op.batch_alter_table("item", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_item_kind"), type_="check")
        batch_op.create_check_constraint(op.f("ck_item_kind"), KINDS)
    op.add_column("evidence", sa.Column("planned_count", sa.Integer(), nullable=True))
    op.add_column("evidence", sa.Column("count", sa.Integer(), nullable=True))
    op.create_table(
        "process",
        sa.Column("point_id", sa.Integer(), nullable=False),
        sa.Column("code", Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", sa.JSON(), nullable=False),
        sa.Column("renews", sa.Boolean(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["point_id"], ["control_point.id"], name=op.f("fk_process_point_id")),
        sa.PrimaryKeyConstraint("point_id", name=op.f("pk_process")),
    )
    op.create_table(
        "municipality",
        sa.Column("body_id", sa.Integer(), nullable=False),
        sa.Column("roadmap_code", Text(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("merged_into_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["body_id"], ["body.id"], name=op.f("fk_municipality_body_id")),
        sa.ForeignKeyConstraint(["roadmap_code"], ["roadmap.code"], name=op.f("fk_municipality_roadmap_code")),
        sa.ForeignKeyConstraint(["merged_into_id"], ["body.id"], name=op.f("fk_municipality_merged_into_id")),
        sa.PrimaryKeyConstraint("body_id", name=op.f("pk_municipality")),
    )
    op.create_index(op.f("ix_municipality_roadmap_code"), "municipality", ["roadmap_code"])
