"""What Prefect was told: losing this table or Prefect's own data costs one sync, never a fact."""

from sqlmodel import Field, SQLModel

from models.db.base import one_of


class PrefectRef(SQLModel, table=True):
    """One deployment («krasnodar/2.1.3») or one flow run (a point's key) on the Prefect server."""

    __tablename__ = "prefect_ref"
    __table_args__ = (one_of("kind", ("deployment", "run")),)

    kind: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    prefect_id: str
    content_hash: str = ""
    """Of what was written last; equal means nothing to write."""
    state_name: str = ""
