"""What is on control though no edition of the document names it: decisions of sessions, rounds of monitoring, what
targeted recommendations became; and days that a plan named.

Loading and amending leave it alone: it neither comes from the catalogue nor can be lost from it.
"""

import re

from sqlalchemy import select
from sqlmodel import Session, col

from models.tables.roadmap import Edition, Item
from roadmap.catalogue.schema import RoundRhythm

#: «<item>.r3»: the third decision under an item; «m-quarter»: rounds of monitoring; «m-rec.12»: a recommendation taken.
OWN = re.compile(r".+\.r\d+|m-(?:month|quarter|half-year|year)|m-rec\.\d+")
#: Begins the note of a point whose days a plan named («По плану НИКУ: …»).
BY_PLAN = "По плану "


def round_code(rhythm: RoundRhythm) -> str:
    """Code of the item whose control points are the rounds of a rhythm: «m-half-year»."""
    return f"m-{rhythm.replace('_', '-')}"


def added_items(session: Session, roadmap_code: str) -> dict[str, int]:
    """Code → row of the items of our own; one whose code an edition has since taken is the document's."""
    rows = session.execute(select(col(Item.code), col(Item.id)).where(col(Item.roadmap_code) == roadmap_code))
    own = {code: row_id for code, row_id in rows.tuples() if OWN.fullmatch(code)}
    if not own:
        return {}
    catalogues = session.execute(select(col(Edition.catalogue)).where(col(Edition.roadmap_code) == roadmap_code))
    parts = ("directives", "items", "duties")
    named = {entry["code"] for one in catalogues.scalars() for part in parts for entry in one.get(part, ())}
    return {code: row_id for code, row_id in own.items() if code not in named}
