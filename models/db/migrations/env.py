"""Alembic's entry: the connection comes from ``models.db.migrate``, which is how migrations are always run."""

from alembic import context

import models  # noqa: F401  registers every table
from models.db.base import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
