"""A mark that each start writes into the data folder and here: a copy of the folder is told from the folder."""

import sqlalchemy as sa
import sqlmodel
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    text = sqlmodel.sql.sqltypes.AutoString
    op.add_column("installation", sa.Column("folder_mark", text(), server_default="", nullable=False))
