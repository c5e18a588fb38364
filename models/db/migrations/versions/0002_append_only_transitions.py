"""Transitions are append-only: the database itself refuses to change or delete what happened."""

from alembic import op

revision = "0002"
down_revision = "0001"

REFUSAL = "transitions are append-only"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER transition_refuses_{verb.lower()} BEFORE {verb} ON transition "
                f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_transition_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER transition_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON transition "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_transition_change()"
    )
