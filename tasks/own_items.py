"""What is on control though no edition of the document names it: decisions of sessions, days that a plan named.

Loading and amending leave it alone: it neither comes from the catalogue nor can be lost from it.
"""

import re

from sqlalchemy import select
from sqlmodel import Session, col

from models.roadmaps import Edition, Item

#: «<item>.r3»: the third decision under an item.
DECIDED = re.compile(r"\.r\d+$")
#: Begins the note of a point whose days a plan named («По плану НИКУ: …»).
BY_PLAN = "По плану "


def own_items(session: Session, roadmap_code: str) -> dict[str, int]:
    """Code → row of the items that decisions made; one whose code an edition has since taken is the document's."""
    rows = session.execute(select(col(Item.code), col(Item.id)).where(col(Item.roadmap_code) == roadmap_code))
    decided = {code: row_id for code, row_id in rows.tuples() if DECIDED.search(code)}
    if not decided:
        return {}
    catalogues = session.execute(select(col(Edition.catalogue)).where(col(Edition.roadmap_code) == roadmap_code))
    parts = ("directives", "items", "duties")
    named = {entry["code"] for one in catalogues.scalars() for part in parts for entry in one.get(part, ())}
    return {code: row_id for code, row_id in decided.items() if code not in named}
